/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tiled work on pictures: every pixel once, seams that fade. */
#include "session/tiles.h"

#include <math.h>

typedef struct
{
  guint32 width, height; /* that every tile must have */
  guint   calls;
} Seen;

/* Doubles the size: each pixel of the result is the source's. */
static gboolean
enlarge (const float *in, guint32 width, guint32 height, float *out, gpointer user_data,
         GError **error)
{
  Seen *seen = user_data;

  g_assert_cmpuint (width, ==, seen->width);
  g_assert_cmpuint (height, ==, seen->height);
  seen->calls++;
  for (guint32 c = 0; c < 2; c++)
    for (guint32 y = 0; y < 2 * height; y++)
      for (guint32 x = 0; x < 2 * width; x++)
        out[(c * 2 * height + y) * 2 * width + x] = in[(c * height + y / 2) * width + x / 2];
  return TRUE;
}

static void
check (guint32 width, guint32 height, guint32 tile, guint32 overlap, guint32 margin, guint n_tiles)
{
  g_autofree float *in = g_new (float, 2 * width * height);
  g_autofree float *out = g_new (float, 8 * width * height);
  Seen seen = { MIN (tile, width), MIN (tile, height), 0 };
  const GsTiling tiling = { .in_channels = 2, .out_channels = 2, .in_scale = 1, .out_scale = 2,
                            .width = width, .height = height, .tile = tile, .overlap = overlap,
                            .margin = margin };

  for (guint32 i = 0; i < 2 * width * height; i++)
    in[i] = sinf (i);
  g_assert_true (gs_run_tiled (&tiling, in, out, enlarge, &seen, NULL));
  g_assert_cmpuint (seen.calls, ==, n_tiles);
  for (guint32 c = 0; c < 2; c++)
    for (guint32 y = 0; y < 2 * height; y++)
      for (guint32 x = 0; x < 2 * width; x++)
        g_assert_cmpfloat_with_epsilon (out[(c * 2 * height + y) * 2 * width + x],
                                        in[(c * height + y / 2) * width + x / 2], 1e-5);
}

static void
test_every_pixel (void)
{
  check (20, 12, 8, 2, 0, 3 * 2);
  check (8, 8, 8, 2, 0, 1);
  check (9, 30, 8, 4, 0, 2 * 7);
  check (5, 3, 8, 2, 0, 1);
  check (20, 12, 8, 4, 1, 4 * 2);
  check (25, 9, 12, 7, 3, 4);
}

/* What one tile says, its number, fades into what the next says. */
static gboolean
number (const float *in, guint32 width, guint32 height, float *out, gpointer user_data,
        GError **error)
{
  guint *calls = user_data;

  for (guint32 i = 0; i < width * height; i++)
    out[i] = *calls;
  ++*calls;
  return TRUE;
}

static void
test_seams_fade (void)
{
  const GsTiling tiling = { .in_channels = 1, .out_channels = 1, .in_scale = 1, .out_scale = 1,
                            .width = 28, .height = 1, .tile = 16, .overlap = 4 };
  float in[28] = { 0 }, out[28];
  guint calls = 0;

  g_assert_true (gs_run_tiled (&tiling, in, out, number, &calls, NULL));
  g_assert_cmpuint (calls, ==, 2);
  g_assert_cmpfloat (out[0], ==, 0);
  g_assert_cmpfloat (out[27], ==, 1);
  for (guint i = 1; i < 28; i++)
    {
      g_assert_cmpfloat (out[i], >=, out[i - 1]);
      g_assert_cmpfloat (out[i] - out[i - 1], <, 0.3);
    }
}

/* Ones in the middle of a tile and rubbish in its margin, as if zeros had been around it. */
static gboolean
spoil_margin (const float *in, guint32 width, guint32 height, float *out, gpointer user_data,
              GError **error)
{
  for (guint32 i = 0; i < width * height; i++)
    out[i] = i < 3 || i + 3 >= width ? 1e6f : 1;
  return TRUE;
}

static void
test_margins_are_not_used (void)
{
  const GsTiling tiling = { .in_channels = 1, .out_channels = 1, .in_scale = 1, .out_scale = 1,
                            .width = 40, .height = 1, .tile = 16, .overlap = 8, .margin = 3 };
  float in[40] = { 0 }, out[40];

  g_assert_true (gs_run_tiled (&tiling, in, out, spoil_margin, NULL, NULL));
  for (guint i = 0; i < 40; i++)
    g_assert_cmpfloat (out[i], ==, i < 3 || i >= 37 ? 1e6f : 1);
}

static gboolean
refuse (const float *in, guint32 width, guint32 height, float *out, gpointer user_data,
        GError **error)
{
  g_set_error (error, GS_ERROR, GS_ERROR_DEVICE_LOST, "gone");
  return FALSE;
}

static void
test_errors_come_through (void)
{
  const GsTiling tiling = { .in_channels = 1, .out_channels = 1, .in_scale = 1, .out_scale = 1,
                            .width = 9, .height = 2, .tile = 4, .overlap = 1 };
  float in[18] = { 0 }, out[18];
  g_autoptr (GError) error = NULL;

  g_assert_false (gs_run_tiled (&tiling, in, out, refuse, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_DEVICE_LOST);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tiles/every-pixel", test_every_pixel);
  g_test_add_func ("/tiles/seams-fade", test_seams_fade);
  g_test_add_func ("/tiles/margins-are-not-used", test_margins_are_not_used);
  g_test_add_func ("/tiles/errors-come-through", test_errors_come_through);
  return g_test_run ();
}
