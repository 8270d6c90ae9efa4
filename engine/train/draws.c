/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seeds of seeds, and shuffled epochs. */
#include "train/draws.h"

/* The finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
 * 2014): neighbouring numbers become keys without a likeness. */
static guint64
mix (guint64 x)
{
  x += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return x ^ (x >> 31);
}

GsRandom *
gs_draws_random (guint64 seed, guint64 step, guint32 sample)
{
  return gs_random_new (GS_RNG_CUDA, mix (mix (mix (seed) ^ step) ^ sample));
}

double
gs_draws_uniform (GsRandom *random)
{
  return gs_random_uint32 (random) * 0x1p-32;
}

guint32
gs_draws_pick (guint64 seed, guint64 position, guint32 n, guint32 *order, guint64 *epoch)
{
  const guint64 wanted = position / n;

  if (*epoch != wanted)
    {
      g_autoptr (GsRandom) random = gs_draws_random (seed, wanted, G_MAXUINT32);

      for (guint32 i = 0; i < n; i++)
        order[i] = i;
      for (guint32 i = n; i > 1; i--) /* Fisher and Yates */
        {
          const guint32 k = gs_random_below (random, i);
          const guint32 last = order[i - 1];

          order[i - 1] = order[k];
          order[k] = last;
        }
      *epoch = wanted;
    }
  return order[position % n];
}
