/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoTiles against a plain array of the same pixels, and what is shared with whom. */
#include "document/gesso-tiles.h"

#include <string.h>

#define LEFT -150
#define TOP -90
#define WIDTH 400
#define HEIGHT 300

/* The same pixels without any cleverness. */
typedef struct
{
  guint   n_channels;
  guint8 *pixels;
} Plain;

static guint8 *
plain_at (Plain *plain, int x, int y)
{
  return plain->pixels + ((gsize) (y - TOP) * WIDTH + (gsize) (x - LEFT)) * plain->n_channels;
}

static void
random_area (GRand *rand, GdkRectangle *area)
{
  area->x = g_rand_int_range (rand, LEFT, LEFT + WIDTH - 1);
  area->y = g_rand_int_range (rand, TOP, TOP + HEIGHT - 1);
  area->width = g_rand_int_range (rand, 1, LEFT + WIDTH - area->x + 1);
  area->height = g_rand_int_range (rand, 1, TOP + HEIGHT - area->y + 1);
}

static void
assert_same (GessoTiles *tiles, Plain *plain)
{
  const GdkRectangle all = { LEFT, TOP, WIDTH, HEIGHT };
  gsize n_bytes = (gsize) WIDTH * HEIGHT * plain->n_channels;
  g_autofree guint8 *pixels = g_malloc (n_bytes);

  gesso_tiles_read (tiles, &all, pixels, (gsize) WIDTH * plain->n_channels);
  g_assert_true (memcmp (pixels, plain->pixels, n_bytes) == 0);
}

static void
write_noise (GRand *rand, GessoTiles *tiles, Plain *plain, const GdkRectangle *area, gboolean zero)
{
  gsize stride = (gsize) area->width * plain->n_channels;
  g_autofree guint8 *noise = g_malloc0 (stride * (gsize) area->height);

  for (gsize i = 0; !zero && i < stride * (gsize) area->height; i++)
    noise[i] = (guint8) g_rand_int (rand);
  gesso_tiles_write (tiles, area, noise, stride);
  for (int y = 0; y < area->height; y++)
    memcpy (plain_at (plain, area->x, area->y + y), noise + (gsize) y * stride, stride);
}

static void
fill_plain (Plain *plain, const GdkRectangle *area, const guint8 *pixel)
{
  for (int y = area->y; y < area->y + area->height; y++)
    for (int x = area->x; x < area->x + area->width; x++)
      memcpy (plain_at (plain, x, y), pixel, plain->n_channels);
}

static void
test_rectangles (gconstpointer data)
{
  Plain plain = { GPOINTER_TO_UINT (data), NULL };
  GessoTiles *tiles = gesso_tiles_new (plain.n_channels);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autofree guint8 *pixels = g_malloc0 ((gsize) WIDTH * HEIGHT * plain.n_channels);
  g_autofree guint8 *kept = NULL;
  GessoTiles *copy = NULL;

  plain.pixels = pixels;
  for (guint n = 0; n < 200; n++)
    {
      const guint8 colors[2][4] = { { 0 }, { 9, 8, 7, 200 } };
      GdkRectangle area;

      random_area (rand, &area);
      if (n % 3 == 0)
        {
          gesso_tiles_fill (tiles, &area, colors[n % 2]);
          fill_plain (&plain, &area, colors[n % 2]);
        }
      else
        write_noise (rand, tiles, &plain, &area, n % 5 == 0);
      assert_same (tiles, &plain);
      if (n == 100)
        {
          copy = gesso_tiles_copy (tiles);
          kept = g_memdup2 (pixels, (gsize) WIDTH * HEIGHT * plain.n_channels);
        }
    }

  /* What was written since does not show in the copy. */
  plain.pixels = kept;
  assert_same (copy, &plain);
  g_assert_false (gesso_tiles_equal (copy, tiles));
  gesso_tiles_unref (copy);
  gesso_tiles_unref (tiles);
}

static void
test_bounds (void)
{
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  const guint8 pixel[4] = { 0, 0, 0, 1 };
  GdkRectangle bounds, one = { -70, 200, 1, 1 }, other = { 64, -3, 2, 5 };

  g_assert_false (gesso_tiles_get_bounds (tiles, &bounds));
  gesso_tiles_fill (tiles, &one, pixel);
  g_assert_true (gesso_tiles_get_bounds (tiles, &bounds));
  g_assert_true (gdk_rectangle_equal (&bounds, &one));
  gesso_tiles_fill (tiles, &other, pixel);
  g_assert_true (gesso_tiles_get_bounds (tiles, &bounds));
  gdk_rectangle_union (&one, &other, &one);
  g_assert_true (gdk_rectangle_equal (&bounds, &one));
}

/* 8192 x 8192 of one colour is one tile in memory; a copy with one pixel changed is two. */
static void
test_sharing (void)
{
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  g_autoptr (GessoTiles) copy = NULL;
  const guint8 red[4] = { 255, 0, 0, 255 }, none[4] = { 0 };
  GdkRectangle all = { 0, 0, 8192, 8192 }, one = { 5000, 5000, 1, 1 }, area;

  gesso_tiles_fill (tiles, &all, red);
  g_assert_cmpuint (gesso_tiles_count (tiles), ==, 128 * 128);
  g_assert_cmpuint (gesso_tiles_count_distinct (tiles), ==, 1);

  copy = gesso_tiles_copy (tiles);
  g_assert_false (gesso_tiles_diff_area (tiles, copy, &area));
  g_assert_cmpuint (gesso_tiles_diff_bytes (tiles, copy), ==, 0);
  gesso_tiles_fill (copy, &one, none);
  g_assert_cmpuint (gesso_tiles_count_distinct (copy), ==, 2);
  g_assert_true (gesso_tiles_diff_area (tiles, copy, &area));
  g_assert_true (gdk_rectangle_equal (&area, &(GdkRectangle) { 4992, 4992, 64, 64 }));
  g_assert_cmpuint (gesso_tiles_diff_bytes (tiles, copy), <, 64 * 64 * 4 + 4096);

  /* Written back to what it was, it is shared again. */
  gesso_tiles_fill (copy, &one, red);
  g_assert_true (gesso_tiles_diff_area (tiles, copy, &area));
  gesso_tiles_tidy (copy, tiles);
  g_assert_false (gesso_tiles_diff_area (tiles, copy, &area));

  gesso_tiles_fill (copy, &all, none);
  g_assert_cmpuint (gesso_tiles_count (copy), ==, 0);
}

/* A tile handed out as bytes keeps its pixels and its memory. */
static void
test_bytes (void)
{
  GessoTiles *tiles = gesso_tiles_new (1);
  g_autoptr (GBytes) bytes = NULL;
  const guint8 *before;

  gesso_tiles_edit (tiles, -1, 2)[5] = 77;
  before = gesso_tiles_peek (tiles, -1, 2);
  bytes = gesso_tiles_dup_tile (tiles, -1, 2);
  g_assert_true (g_bytes_get_data (bytes, NULL) == before);
  gesso_tiles_edit (tiles, -1, 2)[5] = 78;
  g_assert_true (gesso_tiles_peek (tiles, -1, 2) != before);
  gesso_tiles_unref (tiles);
  g_assert_cmpuint (((const guint8 *) g_bytes_get_data (bytes, NULL))[5], ==, 77);
}

static void
test_reach (void)
{
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (1);
  const guint8 one = 1;
  guint8 pixels[4] = { 9, 9, 9, 9 };
  GdkRectangle far = { G_MAXINT - 1, G_MAXINT - 1, 2, 2 };

  gesso_tiles_fill (tiles, &far, &one);
  gesso_tiles_write (tiles, &far, pixels, 2);
  gesso_tiles_read (tiles, &far, pixels, 2);
  g_assert_cmpmem (pixels, 4, "\0\0\0\0", 4);
  g_assert_null (gesso_tiles_edit (tiles, 1 << 20, 0));
  g_assert_cmpuint (gesso_tiles_count (tiles), ==, 0);
}

static guint8
value_at (GessoTiles *tiles, int x, int y)
{
  const GdkRectangle area = { x, y, 1, 1 };
  guint8 value;

  gesso_tiles_read (tiles, &area, &value, 1);
  return value;
}

static void
test_transforms (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autofree guint8 *pixels = g_malloc0 ((gsize) WIDTH * HEIGHT);
  Plain plain = { 1, pixels };
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (1);
  g_autoptr (GessoTiles) across = NULL;
  g_autoptr (GessoTiles) down = NULL;
  g_autoptr (GessoTiles) right = NULL;
  g_autoptr (GessoTiles) moved = NULL;
  GdkRectangle area = { -100, -80, 300, 170 };

  write_noise (rand, tiles, &plain, &area, FALSE);
  across = gesso_tiles_mirror (tiles, TRUE, FALSE);
  down = gesso_tiles_mirror (tiles, FALSE, TRUE);
  right = gesso_tiles_turn_right (tiles);
  moved = gesso_tiles_translate (tiles, -13, 64);
  for (int y = TOP; y < TOP + HEIGHT; y += 3)
    for (int x = LEFT; x < LEFT + WIDTH; x += 3)
      {
        guint8 value = *plain_at (&plain, x, y);

        g_assert_cmpuint (value_at (across, -1 - x, y), ==, value);
        g_assert_cmpuint (value_at (down, x, -1 - y), ==, value);
        g_assert_cmpuint (value_at (right, -1 - y, x), ==, value);
        g_assert_cmpuint (value_at (moved, x - 13, y + 64), ==, value);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/app/tiles/rectangles-1", GUINT_TO_POINTER (1), test_rectangles);
  g_test_add_data_func ("/app/tiles/rectangles-4", GUINT_TO_POINTER (4), test_rectangles);
  g_test_add_func ("/app/tiles/bounds", test_bounds);
  g_test_add_func ("/app/tiles/sharing", test_sharing);
  g_test_add_func ("/app/tiles/bytes", test_bytes);
  g_test_add_func ("/app/tiles/reach", test_reach);
  g_test_add_func ("/app/tiles/transforms", test_transforms);

  return g_test_run ();
}
