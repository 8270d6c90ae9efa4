/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resizing, filling and distances on the host. */
#include "session/resample.h"

#include <math.h>
#include <string.h>

static void
test_resample_keeps_a_ramp (void)
{
  float in[16], out[32], back[16];

  for (guint i = 0; i < 16; i++)
    in[i] = i;
  gs_resample (in, 16, 1, out, 32, 1, 1);
  for (guint i = 2; i < 30; i++)
    g_assert_cmpfloat_with_epsilon (out[i], (i + 0.5) / 2 - 0.5, 1e-5);
  gs_resample (out, 32, 1, back, 16, 1, 1);
  for (guint i = 2; i < 14; i++)
    g_assert_cmpfloat_with_epsilon (back[i], i, 1e-4);
}

static void
test_resample_keeps_channels_apart (void)
{
  float in[3 * 5 * 2], out[7 * 2 * 2];

  for (guint i = 0; i < 15; i++)
    {
      in[2 * i] = 3;
      in[2 * i + 1] = -1;
    }
  gs_resample (in, 3, 5, out, 7, 2, 2);
  for (guint i = 0; i < 14; i++)
    {
      g_assert_cmpfloat_with_epsilon (out[2 * i], 3, 1e-5);
      g_assert_cmpfloat_with_epsilon (out[2 * i + 1], -1, 1e-5);
    }
}

static void
test_fill_continues_its_surroundings (void)
{
  enum { W = 37, H = 23 };
  float pixels[W * H * 3], known[W * H], before[W * H * 3];

  for (guint y = 0; y < H; y++)
    for (guint x = 0; x < W; x++)
      {
        guint i = y * W + x;
        gboolean hole = x >= 10 && x < 25 && y >= 6 && y < 15;

        known[i] = !hole;
        for (guint c = 0; c < 3; c++)
          pixels[3 * i + c] = hole ? 1000 : (c == 0 ? x / (float) W : c == 1 ? 0.25f : 0.75f);
      }
  memcpy (before, pixels, sizeof pixels);
  gs_fill_smoothly (pixels, known, W, H);
  for (guint i = 0; i < W * H; i++)
    {
      if (known[i] > 0)
        g_assert_cmpmem (pixels + 3 * i, 12, before + 3 * i, 12);
      g_assert_cmpfloat (pixels[3 * i], >=, 0);
      g_assert_cmpfloat (pixels[3 * i], <=, 1);
      g_assert_cmpfloat_with_epsilon (pixels[3 * i + 1], 0.25, 1e-4);
      g_assert_cmpfloat_with_epsilon (pixels[3 * i + 2], 0.75, 1e-4);
    }
  /* Left of the hole is darker than right of it, and so is what fills it. */
  g_assert_cmpfloat (pixels[3 * (10 * W + 11)], <, pixels[3 * (10 * W + 23)]);
}

static void
test_distances (void)
{
  enum { W = 19, H = 13 };
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  for (guint round = 0; round < 20; round++)
    {
      guint8 inside[W * H];
      float distance[W * H];
      guint32 nearest[W * H];

      for (guint i = 0; i < W * H; i++)
        inside[i] = g_rand_int_range (random, 0, 40) == 0;
      inside[g_rand_int_range (random, 0, W * H)] = 1;
      gs_distance_to (inside, W, H, distance, nearest);
      for (int i = 0; i < W * H; i++)
        {
          const int at = (int) nearest[i];
          double least = G_MAXDOUBLE;

          for (int k = 0; k < W * H; k++)
            if (inside[k])
              least = MIN (least, hypot (i % W - k % W, i / W - k / W));
          g_assert_cmpfloat_with_epsilon (distance[i], least, 1e-4);
          g_assert_true (inside[at]);
          g_assert_cmpfloat_with_epsilon (hypot (i % W - at % W, i / W - at / W), least, 1e-4);
        }
    }
}

static void
test_distance_to_nothing_is_far (void)
{
  const guint8 inside[6] = { 0 };
  float distance[6];

  gs_distance_to (inside, 3, 2, distance, NULL);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpfloat (distance[i], >, 1e5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resample/keeps-a-ramp", test_resample_keeps_a_ramp);
  g_test_add_func ("/resample/keeps-channels-apart", test_resample_keeps_channels_apart);
  g_test_add_func ("/resample/fill", test_fill_continues_its_surroundings);
  g_test_add_func ("/resample/distances", test_distances);
  g_test_add_func ("/resample/distance-to-nothing", test_distance_to_nothing_is_far);
  return g_test_run ();
}
