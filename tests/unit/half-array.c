/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Array conversions give what half.h gives for each element, at any length and alignment. */
#include "base/half-array.h"

#include <math.h>
#include <string.h>

#include "base/half.h"

static guint32
float_bits (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

static void
test_halves_to_floats (void)
{
  g_autofree guint8 *from = g_malloc (65536 * 2 + 1);
  g_autofree float *to = g_new (float, 65536);

  for (guint i = 0; i < 65536; i++)
    memcpy (from + 1 + 2 * i, &(guint16) { i }, 2);
  gs_floats_from_halves (to, from + 1, 65536);
  for (guint i = 0; i < 65536; i++)
    if (isnan (gs_half_to_float (i)))
      g_assert_true (isnan (to[i]));
    else
      g_assert_cmphex (float_bits (to[i]), ==, float_bits (gs_half_to_float (i)));
}

static void
test_floats_to_halves (void)
{
  enum { N = 1 << 16 };
  g_autofree guint8 *from = g_malloc (N * 4 + 1);
  g_autofree guint16 *to = g_new (guint16, N + 1);
  g_autofree float *values = g_new (float, N);

  /* All exponents, with mantissas around where halves round. */
  for (guint i = 0; i < N; i++)
    {
      const guint32 bits = (guint32) i << 16 | (i * 0x9e37u & 0xffff) | (i % 3 == 0 ? 0x1000 : 0);

      memcpy (values + i, i % 5 == 0 ? &(guint32) { bits & ~0xfffu } : &bits, 4);
    }
  memcpy (from + 1, values, N * 4);
  for (guint n = 0; n < 20; n++)
    {
      to[n] = 0xabcd;
      gs_halves_from_floats (to, from + 1, n);
      g_assert_cmphex (to[n], ==, 0xabcd);
    }
  gs_halves_from_floats (to, from + 1, N);
  for (guint i = 0; i < N; i++)
    g_assert_cmphex (to[i], ==, gs_half_from_float (values[i]));
}

static void
test_bf16 (void)
{
  g_autofree guint16 *from = g_new (guint16, 65536);
  g_autofree float *to = g_new (float, 65536);

  for (guint i = 0; i < 65536; i++)
    from[i] = i;
  gs_floats_from_bf16 (to, from, 65536);
  for (guint i = 0; i < 65536; i++)
    g_assert_cmphex (float_bits (to[i]), ==, i << 16);
}

static void
test_range (void)
{
  float values[37] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      values[i] = 65504;
      g_assert_true (gs_floats_fit_halves (values, G_N_ELEMENTS (values)));
      values[i] = -65505;
      g_assert_false (gs_floats_fit_halves (values, G_N_ELEMENTS (values)));
      values[i] = INFINITY;
      g_assert_false (gs_floats_fit_halves (values, G_N_ELEMENTS (values)));
      values[i] = NAN; /* a half can be one */
      g_assert_true (gs_floats_fit_halves (values, G_N_ELEMENTS (values)));
      values[i] = 0;
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/half-array/halves-to-floats", test_halves_to_floats);
  g_test_add_func ("/half-array/floats-to-halves", test_floats_to_halves);
  g_test_add_func ("/half-array/bf16", test_bf16);
  g_test_add_func ("/half-array/range", test_range);
  return g_test_run ();
}
