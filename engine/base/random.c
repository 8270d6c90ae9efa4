/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mt19937 with torch's two ways to normals, Philox4x32-10 with Box-Muller, and slerp.
 *
 * Sources: PyTorch, aten/src/ATen/native/cpu/DistributionTemplates.h and core/DistributionsHelper.h;
 * AUTOMATIC1111/stable-diffusion-webui, modules/rng_philox.py and modules/rng.py.
 */
#include "base/random.h"

#include <math.h>
#include <string.h>

#define MT_N 624
#define MT_M 397
#define BLOCK 16 /* torch makes normals in blocks of this many from this many elements up */

struct _GsRandom
{
  GsRngKind kind;

  guint32  mt[MT_N];    /* mt19937's state                                       */
  guint    mt_next;     /* next word to hand out; MT_N: make new ones first      */
  gboolean has_pending; /* a draw of fewer than BLOCK left its second normal     */
  double   pending;

  guint64 key;    /* Philox: the seed                    */
  guint32 offset; /* Philox: the number of finished draws */
};

/* ---- mt19937 -------------------------------------------------------------------------------- */

static void
mt_seed (GsRandom *random, guint32 seed)
{
  random->mt[0] = seed;
  for (guint32 i = 1; i < MT_N; i++)
    {
      guint32 previous = random->mt[i - 1];

      random->mt[i] = 1812433253u * (previous ^ (previous >> 30)) + i;
    }
  random->mt_next = MT_N;
}

static void
mt_refill (GsRandom *random)
{
  guint32 *mt = random->mt;

  for (guint i = 0; i < MT_N; i++)
    {
      guint32 y = (mt[i] & 0x80000000u) | (mt[(i + 1) % MT_N] & 0x7fffffffu);

      mt[i] = mt[(i + MT_M) % MT_N] ^ (y >> 1) ^ ((y & 1) ? 0x9908b0dfu : 0);
    }
  random->mt_next = 0;
}

static guint32
mt_uint32 (GsRandom *random)
{
  guint32 y;

  if (random->mt_next == MT_N)
    mt_refill (random);
  y = random->mt[random->mt_next++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

/* [0, 1) with 24 bits */
static float
mt_float (GsRandom *random)
{
  return (float) (mt_uint32 (random) & 0xffffffu) * 0x1p-24f;
}

/* [0, 1) with 53 bits; the first word is the upper half */
static double
mt_double (GsRandom *random)
{
  guint64 high = mt_uint32 (random);
  guint64 low = mt_uint32 (random);

  return (double) (((high << 32) | low) & ((G_GUINT64_CONSTANT (1) << 53) - 1)) * 0x1p-53;
}

/* Box-Muller in place: uniforms i and i + 8 become normals i and i + 8. torch's arithmetic here is
 * float, but for the angle, which it multiplies in double and then rounds. */
static void
normal_block (float *data)
{
  for (guint i = 0; i < BLOCK / 2; i++)
    {
      float u1 = 1.0f - data[i]; /* (0, 1], so that the logarithm is finite */
      float radius = sqrtf (-2.0f * logf (u1));
      float angle = (float) (2.0 * G_PI * (double) data[i + BLOCK / 2]);

      data[i] = radius * cosf (angle);
      data[i + BLOCK / 2] = radius * sinf (angle);
    }
}

static void
mt_normal_blocks (GsRandom *random, float *out, gsize n)
{
  for (gsize i = 0; i < n; i++)
    out[i] = mt_float (random);
  for (gsize i = 0; i + BLOCK <= n; i += BLOCK)
    normal_block (out + i);

  if (n % BLOCK != 0) /* the last 16 are made afresh, over some that were already done */
    {
      float *tail = out + n - BLOCK;

      for (guint i = 0; i < BLOCK; i++)
        tail[i] = mt_float (random);
      normal_block (tail);
    }
}

static float
mt_normal_single (GsRandom *random)
{
  double u1, u2, radius;

  if (random->has_pending)
    {
      random->has_pending = FALSE;
      return (float) random->pending;
    }
  u1 = mt_double (random);
  u2 = mt_double (random);
  radius = sqrt (-2.0 * log1p (-u2));
  random->pending = radius * sin (2.0 * G_PI * u1);
  random->has_pending = TRUE;
  return (float) (radius * cos (2.0 * G_PI * u1));
}

/* ---- Philox4x32-10 -------------------------------------------------------------------------- */

static void
philox (guint64 seed, guint32 counter[4])
{
  guint32 key0 = (guint32) seed;
  guint32 key1 = (guint32) (seed >> 32);

  for (guint round = 0; round < 10; round++)
    {
      guint64 a = G_GUINT64_CONSTANT (0xd2511f53) * counter[0];
      guint64 b = G_GUINT64_CONSTANT (0xcd9e8d57) * counter[2];

      counter[0] = (guint32) (b >> 32) ^ counter[1] ^ key0;
      counter[1] = (guint32) b;
      counter[2] = (guint32) (a >> 32) ^ counter[3] ^ key1;
      counter[3] = (guint32) a;
      key0 += 0x9e3779b9u; /* the golden ratio */
      key1 += 0xbb67ae85u; /* the square root of 3, less 1 */
    }
}

/* The constants are floats, the arithmetic double (numpy's uint32 times float32). */
static void
philox_normal (GsRandom *random, float *out, gsize n)
{
  const double unit = 2.3283064e-10f;
  const double turn = (float) (2.3283064e-10 * 6.2831855);

  for (gsize i = 0; i < n; i++)
    {
      guint32 counter[4] = { random->offset, 0, (guint32) i, 0 };
      double u, v;

      philox (random->key, counter);
      u = counter[0] * unit + unit / 2;
      v = counter[1] * turn + turn / 2;
      out[i] = (float) (sqrt (-2.0 * log (u)) * sin (v));
    }
  random->offset++;
}

/* ---- The generator -------------------------------------------------------------------------- */

GsRandom *
gs_random_new (GsRngKind kind, guint64 seed)
{
  GsRandom *random = g_new0 (GsRandom, 1);

  random->kind = kind;
  random->key = seed;
  if (kind == GS_RNG_CPU)
    mt_seed (random, (guint32) seed);
  return random;
}

void
gs_random_free (GsRandom *random)
{
  g_free (random);
}

void
gs_random_normal (GsRandom *random, float *out, gsize n)
{
  if (random->kind == GS_RNG_CUDA)
    philox_normal (random, out, n);
  else if (n >= BLOCK)
    mt_normal_blocks (random, out, n);
  else
    for (gsize i = 0; i < n; i++)
      out[i] = mt_normal_single (random);
}

guint32
gs_random_uint32 (GsRandom *random)
{
  guint32 counter[4] = { random->offset, 0, 0, 0 };

  if (random->kind == GS_RNG_CPU)
    return mt_uint32 (random);
  philox (random->key, counter);
  random->offset++;
  return counter[0];
}

guint32
gs_random_below (GsRandom *random, guint32 bound)
{
  guint32 uneven = -bound % bound; /* 2^32 mod bound: so many values would come once too often */
  guint32 value;

  do
    value = gs_random_uint32 (random);
  while (value < uneven);
  return value % bound;
}

/* ---- Slerp ---------------------------------------------------------------------------------- */

/* The cosine of the angle between two columns of a plane. */
static double
column_cosine (const float *low, const float *high, gsize rows, gsize columns)
{
  double aa = 0, bb = 0, ab = 0;

  for (gsize i = 0; i < rows * columns; i += columns)
    {
      aa += (double) low[i] * low[i];
      bb += (double) high[i] * high[i];
      ab += (double) low[i] * high[i];
    }
  return ab / (sqrt (aa) * sqrt (bb));
}

void
gs_slerp (float strength, const float *low, const float *high, float *out,
          gsize planes, gsize rows, gsize columns)
{
  gsize plane = rows * columns;
  double mean = 0;

  for (gsize p = 0; p < planes; p++)
    for (gsize c = 0; c < columns; c++)
      mean += column_cosine (low + p * plane + c, high + p * plane + c, rows, columns);
  mean /= (double) (planes * columns);

  if (!(mean <= 0.9995)) /* not a number, too: a column of zeros has no direction */
    {
      for (gsize i = 0; i < planes * plane; i++)
        out[i] = low[i] * strength + high[i] * (1.0f - strength);
      return;
    }

  for (gsize p = 0; p < planes; p++)
    for (gsize c = 0; c < columns; c++)
      {
        gsize first = p * plane + c;
        double angle = acos (CLAMP (column_cosine (low + first, high + first, rows, columns), -1, 1));
        double sine = sin (angle);
        double a = sine != 0 ? sin ((1.0 - (double) strength) * angle) / sine : 1.0 - strength;
        double b = sine != 0 ? sin ((double) strength * angle) / sine : strength;

        for (gsize i = first; i < first + plane; i += columns)
          out[i] = (float) (a * low[i] + b * high[i]);
      }
}
