/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conversions of arrays, with F16C of x86 where there is one. */
#include "base/half-array.h"

#include <string.h>

#include "base/half.h"

#if defined __x86_64__ && defined __GNUC__
#include <cpuid.h>
#include <immintrin.h>
#define F16C __attribute__ ((target ("avx,f16c")))
#endif

#define HALF_MAX 65504.0f

#ifdef F16C

/* clang knows the feature by name since version 16 only. */
static gboolean
f16c_is_there (void)
{
  static int known; /* 0: not yet; 1: no; 2: yes. Every thread finds the same. */
  guint a, b, c, d;

  if (g_atomic_int_get (&known) == 0)
    g_atomic_int_set (&known, 1 + (__builtin_cpu_supports ("avx") && __get_cpuid (1, &a, &b, &c, &d)
                                   && (c & bit_F16C) != 0));
  return g_atomic_int_get (&known) == 2;
}

/* Both return how many they did: all but a rest of less than 8. */
F16C static gsize
halves_from_floats_8 (guint16 *to, const guint8 *from, gsize n)
{
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    {
      const __m256 floats = _mm256_loadu_ps ((const float *) (gconstpointer) (from + 4 * i));

      _mm_storeu_si128 ((__m128i *) (gpointer) (to + i),
                        _mm256_cvtps_ph (floats, _MM_FROUND_TO_NEAREST_INT));
    }
  return i;
}

F16C static gsize
floats_from_halves_8 (float *to, const guint8 *from, gsize n)
{
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    _mm256_storeu_ps (to + i, _mm256_cvtph_ps (_mm_loadu_si128 (
                                (const __m128i *) (gconstpointer) (from + 2 * i))));
  return i;
}

#endif

void
gs_halves_from_floats (guint16 *to, gconstpointer from, gsize n)
{
  gsize i = 0;

#ifdef F16C
  if (f16c_is_there ())
    i = halves_from_floats_8 (to, from, n);
#endif
  for (; i < n; i++)
    {
      float value;

      memcpy (&value, (const guint8 *) from + 4 * i, sizeof value);
      to[i] = gs_half_from_float (value);
    }
}

void
gs_floats_from_halves (float *to, gconstpointer from, gsize n)
{
  gsize i = 0;

#ifdef F16C
  if (f16c_is_there ())
    i = floats_from_halves_8 (to, from, n);
#endif
  for (; i < n; i++)
    {
      guint16 half;

      memcpy (&half, (const guint8 *) from + 2 * i, sizeof half);
      to[i] = gs_half_to_float (half);
    }
}

void
gs_floats_from_bf16 (float *to, gconstpointer from, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint16 bf16;
      guint32 bits;

      memcpy (&bf16, (const guint8 *) from + 2 * i, sizeof bf16);
      bits = (guint32) bf16 << 16;
      memcpy (to + i, &bits, sizeof bits);
    }
}

gboolean
gs_floats_fit_halves (const float *values, gsize n)
{
  guint32 beyond = 0; /* an integer, so that the loop becomes vectors without -ffast-math */

  for (gsize i = 0; i < n; i++)
    beyond |= (values[i] > HALF_MAX) | (values[i] < -HALF_MAX);
  return beyond == 0;
}
