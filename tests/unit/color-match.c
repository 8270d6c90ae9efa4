/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Colours that were shifted and scaled are found out, and even ones mislead nobody. */
#include "session/color-match.h"

#include <string.h>

#define N 400

/* Fills original with levels around a mean, and made with what is (original - shift) / scale. */
static void
fill (guint8 *original, float *made, guint8 *ring, int spread, float scale, float shift)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (guint i = 0; i < 3 * N; i++)
    {
      original[i] = (guint8) (120 + (spread > 0 ? g_rand_int_range (random, -spread, spread) : 0));
      made[i] = (original[i] - shift * (i % 3)) / scale;
    }
  for (guint i = 0; i < N; i++)
    {
      ring[i] = i % 2;
      if (!ring[i]) /* must not count */
        memset (original + 3 * i, 0, 3);
    }
}

static void
test_line (void)
{
  guint8 original[3 * N], ring[N];
  float made[3 * N];
  GsColorMatch match;

  fill (original, made, ring, 60, 1.1f, 4);
  gs_color_match_find (&match, made, original, ring, N);
  for (guint c = 0; c < 3; c++)
    {
      g_assert_cmpfloat_with_epsilon (match.scale[c], 1.1, 0.01);
      g_assert_cmpfloat_with_epsilon (match.shift[c], 4.0 * c, 1);
    }
  gs_color_match_apply (&match, made, N);
  for (guint i = 0; i < 3 * N; i++)
    if (ring[i / 3])
      g_assert_cmpfloat_with_epsilon (made[i], original[i], 0.6);
}

/* From an even surround only a shift follows, and steep lines are not believed. */
static void
test_limits (void)
{
  guint8 original[3 * N], ring[N];
  float made[3 * N];
  GsColorMatch match;

  fill (original, made, ring, 0, 1, 5);
  gs_color_match_find (&match, made, original, ring, N);
  for (guint c = 0; c < 3; c++)
    {
      g_assert_cmpfloat_with_epsilon (match.scale[c], 1, 1e-6);
      g_assert_cmpfloat_with_epsilon (match.shift[c], 5.0 * c, 1e-3);
    }
  fill (original, made, ring, 60, 3, 0);
  gs_color_match_find (&match, made, original, ring, N);
  g_assert_cmpfloat_with_epsilon (match.scale[0], 1.25, 1e-6);
  memset (ring, 0, N);
  memset (ring, 1, 63);
  gs_color_match_find (&match, made, original, ring, N);
  g_assert_cmpfloat (match.scale[0], ==, 1);
  g_assert_cmpfloat (match.shift[2], ==, 0);
}

static void
test_clamps (void)
{
  const GsColorMatch match = { { 1.25f, 1, 1 }, { 0, -10, 10 } };
  float values[6] = { 220, 5, 250, 100, 100, 100 };

  gs_color_match_apply (&match, values, 2);
  g_assert_cmpfloat (values[0], ==, 255);
  g_assert_cmpfloat (values[1], ==, 0);
  g_assert_cmpfloat (values[2], ==, 255);
  g_assert_cmpfloat (values[3], ==, 125);
}

/* Neither what was made, nor what lies close or far, nor what is not there. */
static void
test_ring (void)
{
  enum { W = 60, H = 9 };
  float repaint[W * H] = { 0 }, alpha[W * H] = { 0 }, known[W * H];
  guint8 ring[W * H];

  for (guint y = 0; y < H; y++)
    for (guint x = 0; x < W; x++)
      {
        repaint[y * W + x] = x < 4;
        alpha[y * W + x] = x < 12;
        known[y * W + x] = x != 20;
      }
  gs_color_match_ring (repaint, alpha, known, W, H, 5, ring);
  for (guint x = 0; x < W; x++)
    g_assert_cmpint (ring[4 * W + x], ==, x >= 12 && x <= 23 && x != 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/color-match/line", test_line);
  g_test_add_func ("/color-match/limits", test_limits);
  g_test_add_func ("/color-match/clamps", test_clamps);
  g_test_add_func ("/color-match/ring", test_ring);
  return g_test_run ();
}
