/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tile cache: each level's pixels against naive ones, damage, and what a budget does. */
#include "config.h"

#include "canvas/gesso-shrink.h"
#include "canvas/gesso-tile-cache.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH 700
#define HEIGHT 520

typedef struct
{
  guint8 value;    /* mixed into every pixel        */
  gsize  n_pixels; /* that were asked for           */
} Plane;

static guint8
get_byte (const Plane *plane, int x, int y, int c)
{
  return c == 3 ? 255 : (guint8) ((x * 7 + y * 13 + c * 50 + plane->value) & 0xff);
}

static void
render (const GdkRectangle *area, guint8 *pixels, gsize stride, gpointer data)
{
  Plane *plane = data;

  g_assert_cmpint (area->x, >=, 0);
  g_assert_cmpint (area->y, >=, 0);
  g_assert_cmpint (area->x + area->width, <=, WIDTH);
  g_assert_cmpint (area->y + area->height, <=, HEIGHT);
  plane->n_pixels += (gsize) area->width * (gsize) area->height;
  for (int y = 0; y < area->height; y++)
    for (int x = 0; x < area->width; x++)
      for (int c = 0; c < 4; c++)
        pixels[(gsize) y * stride + (gsize) (4 * x + c)] =
            get_byte (plane, area->x + x, area->y + y, c);
}

/* The cache drawn with whole pixels of the level, by Cairo, read back. */
static cairo_surface_t *
draw (GessoTileCache *cache, int level, const GdkRectangle *area)
{
  double scale = level >= 0 ? 1.0 / (1 << level) : 1 << -level;
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) (area->width * scale),
                                  (int) (area->height * scale));
  cairo_t *cr = cairo_create (surface);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderNode *node;

  gtk_snapshot_scale (snapshot, (float) scale, (float) scale);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) -area->x, (float) -area->y));
  gesso_tile_cache_snapshot (cache, level, area, scale, snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  gsk_render_node_draw (node, cr);
  gsk_render_node_unref (node);
  cairo_destroy (cr);
  cairo_surface_flush (surface);

  return surface;
}

static int
read_byte (cairo_surface_t *surface, int x, int y, int c)
{
  const guint8 *row = cairo_image_surface_get_data (surface) +
                      y * cairo_image_surface_get_stride (surface);
  guint32 word = ((const guint32 *) (gconstpointer) row)[x];

  return (int) (word >> (c == 3 ? 24 : 16 - 8 * c) & 0xff);
}

/* The mean of the pixels that one of the level shows; those past the edge repeat it. */
static double
average (const Plane *plane, int level, int x, int y, int c)
{
  int n = 1 << level;
  double sum = 0;

  for (int v = 0; v < n; v++)
    for (int u = 0; u < n; u++)
      sum += get_byte (plane, MIN (x * n + u, WIDTH - 1), MIN (y * n + v, HEIGHT - 1), c);

  return sum / (n * n);
}

static void
check (GessoTileCache *cache, const Plane *plane, int level, const GdkRectangle *area)
{
  cairo_surface_t *surface = draw (cache, level, area);
  int width = cairo_image_surface_get_width (surface);
  int height = cairo_image_surface_get_height (surface);

  for (int y = 0; y < height; y += 3)
    for (int x = 0; x < width; x += 5)
      for (int c = 0; c < 4; c++)
        {
          int byte = read_byte (surface, x, y, c);

          if (level >= 0)
            /* Each of the halvings rounds once. */
            g_assert_cmpfloat (ABS (byte - average (plane, level, (area->x >> level) + x,
                                                    (area->y >> level) + y, c)), <=, level + 1e-9);
          else
            g_assert_cmpint (byte, ==, get_byte (plane, area->x + (x >> -level),
                                                 area->y + (y >> -level), c));
        }
  cairo_surface_destroy (surface);
}

static void
test_levels (void)
{
  const GdkRectangle all = { 0, 0, WIDTH, HEIGHT }, part = { 240, 120, 64, 48 };
  Plane plane = { 0 };
  g_autoptr (GessoTileCache) cache = gesso_tile_cache_new (render, &plane);

  gesso_tile_cache_set_size (cache, WIDTH, HEIGHT);
  for (int level = -3; level <= 3; level++)
    {
      const GdkRectangle *area = level < 0 ? &part : &all;

      while (!gesso_tile_cache_update (cache, level, area, G_USEC_PER_SEC))
        ;
      check (cache, &plane, level, area);
    }
}

static void
test_damage (void)
{
  const GdkRectangle all = { 0, 0, WIDTH, HEIGHT }, dab = { 250, 250, 20, 11 };
  Plane plane = { 0 };
  g_autoptr (GessoTileCache) cache = gesso_tile_cache_new (render, &plane);

  gesso_tile_cache_set_size (cache, WIDTH, HEIGHT);
  for (int level = 0; level <= 2; level++)
    while (!gesso_tile_cache_update (cache, level, &all, G_USEC_PER_SEC))
      ;

  /* Only what was damaged is rendered again, on each level when it is seen. */
  plane.n_pixels = 0;
  g_assert_true (gesso_tile_cache_update (cache, 0, &all, G_USEC_PER_SEC));
  g_assert_cmpuint (plane.n_pixels, ==, 0);
  gesso_tile_cache_damage (cache, &dab);
  while (!gesso_tile_cache_update (cache, 0, &all, G_USEC_PER_SEC))
    ;
  g_assert_cmpuint (plane.n_pixels, ==, 20 * 11);
  check (cache, &plane, 0, &all);

  plane.value = 100;
  gesso_tile_cache_damage (cache, &all);
  while (!gesso_tile_cache_update (cache, 2, &all, G_USEC_PER_SEC))
    ;
  check (cache, &plane, 2, &all);
}

/* Without time each call still makes a step, and all is right in the end. */
static void
test_budget (void)
{
  const GdkRectangle all = { 0, 0, WIDTH, HEIGHT };
  Plane plane = { 0 };
  g_autoptr (GessoTileCache) cache = gesso_tile_cache_new (render, &plane);
  guint n = 0;

  gesso_tile_cache_set_size (cache, WIDTH, HEIGHT);
  while (!gesso_tile_cache_update (cache, 0, &all, 0))
    n++;
  g_assert_cmpuint (n, >=, 5);
  g_assert_cmpuint (n, <=, 40);
  check (cache, &plane, 0, &all);
  g_assert_cmpuint (plane.n_pixels, ==, WIDTH * HEIGHT);
}

static void
test_choose (void)
{
  g_assert_cmpint (gesso_tile_cache_choose_level (1), ==, 0);
  g_assert_cmpint (gesso_tile_cache_choose_level (0.51), ==, 0);
  g_assert_cmpint (gesso_tile_cache_choose_level (0.5), ==, 1);
  g_assert_cmpint (gesso_tile_cache_choose_level (0.13), ==, 2);
  g_assert_cmpint (gesso_tile_cache_choose_level (1.1), ==, -1);
  g_assert_cmpint (gesso_tile_cache_choose_level (2), ==, -1);
  g_assert_cmpint (gesso_tile_cache_choose_level (64), ==, -6);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/tile-cache/levels", test_levels);
  g_test_add_func ("/app/tile-cache/damage", test_damage);
  g_test_add_func ("/app/tile-cache/budget", test_budget);
  g_test_add_func ("/app/tile-cache/choose", test_choose);
  return g_test_run ();
}
