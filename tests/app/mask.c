/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoMask: what a stroke covers, that undo brings everything back, and the edges. */
#include "document/gesso-mask.h"

#define WIDTH 300 /* not a whole number of tiles */
#define HEIGHT 200

static void
paint (GessoMask *mask, float x0, float y0, float x1, float y1, double radius, guint8 value)
{
  graphene_point_t from = GRAPHENE_POINT_INIT (x0, y0), to = GRAPHENE_POINT_INIT (x1, y1);

  gesso_mask_begin_stroke (mask);
  gesso_mask_line (mask, &from, &to, radius, value);
}

static guint8
pixel (GBytes *bytes, guint x, guint y)
{
  return ((const guint8 *) g_bytes_get_data (bytes, NULL))[y * WIDTH + x];
}

static void
test_empty (void)
{
  g_autoptr (GessoMask) mask = gesso_mask_new (WIDTH, HEIGHT);

  g_assert_true (gesso_mask_is_empty (mask));
  g_assert_null (gesso_mask_to_bytes (mask));
  g_assert_false (gesso_mask_can_undo (mask));
  gesso_mask_undo (mask);
}

/* Every pixel whose centre is within the radius of the line, and no other. */
static void
test_line (void)
{
  g_autoptr (GessoMask) mask = gesso_mask_new (WIDTH, HEIGHT);
  g_autoptr (GBytes) bytes = NULL;

  paint (mask, 100, 50, 250, 50, 10, 255);
  bytes = gesso_mask_to_bytes (mask);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, WIDTH * HEIGHT);

  for (guint y = 0; y < HEIGHT; y++)
    for (guint x = 0; x < WIDTH; x++)
      {
        double dx = x + 0.5 < 100 ? 100 - (x + 0.5) : MAX (x + 0.5 - 250, 0);
        double dy = y + 0.5 - 50;
        gboolean inside = dx * dx + dy * dy <= 100;

        g_assert_cmpuint (pixel (bytes, x, y), ==, inside ? 255 : 0);
      }
}

/* A brush that covers whole tiles, and tiles that it misses altogether. */
static void
test_wide (void)
{
  g_autoptr (GessoMask) mask = gesso_mask_new (WIDTH, HEIGHT);
  g_autoptr (GBytes) bytes = NULL;

  paint (mask, 0, 0, 0, 0, 220, 255);
  bytes = gesso_mask_to_bytes (mask);
  for (guint y = 0; y < HEIGHT; y++)
    for (guint x = 0; x < WIDTH; x++)
      {
        gboolean inside = (x + 0.5) * (x + 0.5) + (y + 0.5) * (y + 0.5) <= 220 * 220;

        g_assert_cmpuint (pixel (bytes, x, y), ==, inside ? 255 : 0);
      }
}

static void
test_erase (void)
{
  g_autoptr (GessoMask) mask = gesso_mask_new (WIDTH, HEIGHT);

  paint (mask, 150, 100, 150, 100, 20, 255);
  g_assert_false (gesso_mask_is_empty (mask));
  paint (mask, 150, 100, 150, 100, 25, 0);
  g_assert_true (gesso_mask_is_empty (mask));
}

/* Strokes that leave the picture neither crash nor wrap round. */
static void
test_outside (void)
{
  g_autoptr (GessoMask) mask = gesso_mask_new (WIDTH, HEIGHT);
  g_autoptr (GBytes) bytes = NULL;

  paint (mask, -500, -500, -400, -400, 20, 255);
  g_assert_true (gesso_mask_is_empty (mask));
  paint (mask, WIDTH + 30, HEIGHT / 2, WIDTH + 30, HEIGHT / 2, 20, 255);
  g_assert_true (gesso_mask_is_empty (mask));
  g_assert_null (gesso_mask_to_bytes (mask));
  paint (mask, WIDTH - 1, HEIGHT - 1, WIDTH + 5000, HEIGHT + 5000, 4, 255);
  bytes = gesso_mask_to_bytes (mask);
  g_assert_cmpuint (pixel (bytes, WIDTH - 1, HEIGHT - 1), ==, 255);
  g_assert_cmpuint (pixel (bytes, 0, 0), ==, 0);
}

static void
test_undo (void)
{
  g_autoptr (GessoMask) mask = gesso_mask_new (WIDTH, HEIGHT);
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) undone = NULL;
  g_autoptr (GBytes) uncleared = NULL;

  paint (mask, 20, 20, 280, 180, 15, 255);
  first = gesso_mask_to_bytes (mask);
  paint (mask, 280, 20, 20, 180, 30, 255);
  gesso_mask_undo (mask);
  undone = gesso_mask_to_bytes (mask);
  g_assert_true (g_bytes_equal (first, undone));

  gesso_mask_clear (mask);
  g_assert_true (gesso_mask_is_empty (mask));
  gesso_mask_undo (mask);
  uncleared = gesso_mask_to_bytes (mask);
  g_assert_true (g_bytes_equal (first, uncleared));

  gesso_mask_undo (mask);
  g_assert_true (gesso_mask_is_empty (mask));
  g_assert_false (gesso_mask_can_undo (mask));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/mask/empty", test_empty);
  g_test_add_func ("/app/mask/line", test_line);
  g_test_add_func ("/app/mask/wide", test_wide);
  g_test_add_func ("/app/mask/erase", test_erase);
  g_test_add_func ("/app/mask/outside", test_outside);
  g_test_add_func ("/app/mask/undo", test_undo);

  return g_test_run ();
}
