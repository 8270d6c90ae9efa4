/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Selections against naive references: coverage of a lasso, discs, and soft edges. */
#include "document/gesso-selection.h"

#include <math.h>
#include <string.h>

#define WIDTH 150
#define HEIGHT 130

static const GdkRectangle bounds = { 0, 0, WIDTH, HEIGHT };

static void
read_all (GessoTiles *tiles, guint8 *pixels)
{
  gesso_tiles_read (tiles, &bounds, pixels, WIDTH);
}

static GessoTiles *
new_noise (guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  GessoTiles *tiles = gesso_tiles_new (1);

  for (guint n = 0; n < 40; n++)
    {
      GdkRectangle area = { g_rand_int_range (rand, 0, WIDTH), g_rand_int_range (rand, 0, HEIGHT),
                            g_rand_int_range (rand, 1, 6), g_rand_int_range (rand, 1, 6) };
      guint8 value = (guint8) g_rand_int (rand);

      gdk_rectangle_intersect (&area, &bounds, &area);
      gesso_tiles_fill (tiles, &area, &value);
    }

  return tiles;
}

/* 64 x 64 points in every pixel. */
static double
get_coverage (const graphene_point_t *points, guint n_points, int x, int y)
{
  guint n_inside = 0;

  for (guint k = 0; k < 64 * 64; k++)
    {
      double px = x + (k % 64 + 0.5) / 64, py = y + (k / 64 + 0.5) / 64;
      gboolean inside = FALSE;

      for (guint i = 0; i < n_points; i++)
        {
          const graphene_point_t *a = &points[i], *b = &points[(i + 1) % n_points];

          if ((a->y <= py) != (b->y <= py) &&
              px < a->x + (py - a->y) / (b->y - a->y) * (b->x - a->x))
            inside = !inside;
        }
      n_inside += inside;
    }

  return n_inside / (64.0 * 64);
}

static void
test_polygon (void)
{
  /* A star that crosses itself and leaves the picture. */
  const graphene_point_t star[5] = { { 70.3f, -20 }, { 110.6f, 125.2f }, { -9.5f, 40.1f },
                                     { 140.8f, 33.3f }, { 20.2f, 120.9f } };
  g_autoptr (GessoTiles) tiles = gesso_selection_new_polygon (star, 5, &bounds);
  g_autofree guint8 *pixels = g_malloc (WIDTH * HEIGHT);
  GdkRectangle area;

  read_all (tiles, pixels);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      g_assert_cmpfloat (fabs (pixels[y * WIDTH + x] / 255.0 - get_coverage (star, 5, x, y)), <=, 0.05);
  g_assert_true (gesso_tiles_get_bounds (tiles, &area));
  gdk_rectangle_union (&area, &bounds, &area);
  g_assert_true (gdk_rectangle_equal (&area, &bounds));
}

static void
test_polygon_odd (void)
{
  const graphene_point_t line[2] = { { 0, 0 }, { 50, 50 } };
  const graphene_point_t wild[3] = { { NAN, 0 }, { 50, INFINITY }, { 1e30f, -1e30f } };
  const graphene_point_t vast[3] = { { -1e9f, -1e9f }, { 1e9f, -1e9f }, { 0, 1e9f } };
  const graphene_point_t square[4] = { { 10, 20 }, { 30, 20 }, { 30, 25 }, { 10, 25 } };
  g_autoptr (GessoTiles) a = gesso_selection_new_polygon (line, 2, &bounds);
  g_autoptr (GessoTiles) b = gesso_selection_new_polygon (wild, 3, &bounds);
  g_autoptr (GessoTiles) c = gesso_selection_new_polygon (vast, 3, &bounds);
  g_autoptr (GessoTiles) d = gesso_selection_new_polygon (square, 4, &bounds);
  g_autoptr (GessoTiles) same = gesso_selection_new_rectangle (&(GdkRectangle) { 10, 20, 20, 5 });
  g_autoptr (GessoTiles) everything = gesso_selection_new_rectangle (&bounds);

  g_assert_cmpuint (gesso_tiles_count (a), ==, 0);
  g_assert_cmpuint (gesso_tiles_count (b), ==, 0);
  g_assert_true (gesso_tiles_equal (c, everything));
  g_assert_true (gesso_tiles_equal (d, same));
}

static void
test_grow (void)
{
  g_autoptr (GessoTiles) tiles = new_noise (1);
  g_autofree guint8 *in = g_malloc (WIDTH * HEIGHT);
  g_autofree guint8 *out = g_malloc (WIDTH * HEIGHT);

  read_all (tiles, in);
  for (int radius = 0; radius <= 11; radius += radius < 3 ? 1 : 4)
    {
      g_autoptr (GessoTiles) grown = gesso_selection_grow (tiles, (guint) radius, &bounds);

      read_all (grown, out);
      for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
          {
            guint8 greatest = 0;

            for (int v = MAX (y - radius, 0); v <= MIN (y + radius, HEIGHT - 1); v++)
              for (int u = MAX (x - radius, 0); u <= MIN (x + radius, WIDTH - 1); u++)
                if (hypot (u - x, v - y) <= radius + 0.5)
                  greatest = MAX (greatest, in[v * WIDTH + u]);
            g_assert_cmpuint (out[y * WIDTH + x], ==, greatest);
          }
    }
}

/* The picture's edge does not shrink, and growing brings a large shape back. */
static void
test_shrink (void)
{
  const GdkRectangle corner = { 0, 0, 80, 60 };
  g_autoptr (GessoTiles) tiles = gesso_selection_new_rectangle (&corner);
  g_autoptr (GessoTiles) smaller = gesso_selection_shrink (tiles, 7, &bounds);
  g_autoptr (GessoTiles) everything = gesso_selection_new_rectangle (&bounds);
  g_autoptr (GessoTiles) still = gesso_selection_shrink (everything, 9, &bounds);
  GdkRectangle area;

  g_assert_true (gesso_tiles_get_bounds (smaller, &area));
  g_assert_true (gdk_rectangle_equal (&area, &(GdkRectangle) { 0, 0, 73, 53 }));
  g_assert_true (gesso_tiles_equal (still, everything));
}

static void
test_invert (void)
{
  g_autoptr (GessoTiles) tiles = new_noise (2);
  g_autoptr (GessoTiles) rest = gesso_selection_invert (tiles, &bounds);
  g_autoptr (GessoTiles) again = gesso_selection_invert (rest, &bounds);
  g_autoptr (GessoTiles) nothing = gesso_tiles_new (1);
  g_autoptr (GessoTiles) all = gesso_selection_invert (nothing, &bounds);
  g_autoptr (GessoTiles) everything = gesso_selection_new_rectangle (&bounds);
  g_autofree guint8 *a = g_malloc (WIDTH * HEIGHT);
  g_autofree guint8 *b = g_malloc (WIDTH * HEIGHT);

  read_all (tiles, a);
  read_all (rest, b);
  for (guint i = 0; i < WIDTH * HEIGHT; i++)
    g_assert_cmpuint (a[i] + b[i], ==, 255);
  g_assert_true (gesso_tiles_equal (tiles, again));
  g_assert_true (gesso_tiles_equal (all, everything));
}

/* Half at the edge, falling all the way, nothing beyond the radius, nothing lost. */
static void
test_feather (void)
{
  const GdkRectangle left = { 0, 0, 75, HEIGHT };
  g_autoptr (GessoTiles) tiles = gesso_selection_new_rectangle (&left);
  g_autofree guint8 *pixels = g_malloc (WIDTH * HEIGHT);

  for (guint radius = 1; radius <= 40; radius += 3)
    {
      g_autoptr (GessoTiles) soft = gesso_selection_feather (tiles, radius, &bounds);

      read_all (soft, pixels);
      for (guint y = 0; y < HEIGHT; y += HEIGHT - 1)
        {
          const guint8 *row = pixels + y * WIDTH;

          for (guint x = 1; x < WIDTH; x++)
            g_assert_cmpuint (row[x], <=, row[x - 1]);
          for (guint x = 0; x < 75; x++)
            g_assert_cmpint (ABS (row[x] + row[149 - x] - 255), <=, 1);
          g_assert_cmpuint (row[0], ==, 255);
          g_assert_cmpuint (row[75 - radius - 1], ==, 255);
          g_assert_cmpuint (row[75 + radius], ==, 0);
          if (radius > 3)
            g_assert_cmpuint (row[75 + radius / 2], >, 0);
        }
    }
}

static void
test_combine (void)
{
  g_autoptr (GessoTiles) a = new_noise (3);
  g_autoptr (GessoTiles) b = new_noise (4);
  g_autofree guint8 *pa = g_malloc (WIDTH * HEIGHT);
  g_autofree guint8 *pb = g_malloc (WIDTH * HEIGHT);
  g_autofree guint8 *out = g_malloc (WIDTH * HEIGHT);

  read_all (a, pa);
  read_all (b, pb);
  for (GessoCombine how = GESSO_COMBINE_REPLACE; how <= GESSO_COMBINE_INTERSECT; how++)
    {
      g_autoptr (GessoTiles) joined = gesso_selection_combine (a, b, how, &bounds);

      read_all (joined, out);
      for (guint i = 0; i < WIDTH * HEIGHT; i++)
        {
          const double expected[] = { pb[i], MAX (pa[i], pb[i]), pa[i] * (255 - pb[i]) / 255.0,
                                      MIN (pa[i], pb[i]) };

          g_assert_cmpfloat (fabs (out[i] - expected[how]), <=, 0.5);
        }
    }
}

static void
test_layers (void)
{
  g_autoptr (GessoPainting) painting = gesso_painting_new (WIDTH, HEIGHT);
  GessoLayer *mask = gesso_painting_new_layer (painting, GESSO_LAYER_MASK);
  g_autoptr (GessoTiles) tiles = new_noise (5);
  g_autoptr (GessoTiles) back = NULL;
  g_autoptr (GessoTiles) whole = NULL;
  g_autoptr (GessoTiles) everything = gesso_selection_new_rectangle (&bounds);
  guint n;

  gesso_painting_move_layer (painting, mask, 13, -7, NULL);
  g_assert_true (gesso_selection_to_layer (painting, tiles, mask, "From Selection", NULL));
  back = gesso_selection_from_layer (mask);
  g_assert_true (gesso_tiles_equal (back, tiles));
  n = gesso_history_get_n_entries (gesso_painting_get_history (painting));
  g_assert_true (gesso_selection_to_layer (painting, tiles, mask, "From Selection", NULL));
  g_assert_cmpuint (gesso_history_get_n_entries (gesso_painting_get_history (painting)), ==, n);

  g_assert_true (gesso_selection_to_layer (painting, NULL, mask, "All", NULL));
  whole = gesso_selection_from_layer (mask);
  g_assert_true (gesso_tiles_equal (whole, everything));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/selection/polygon", test_polygon);
  g_test_add_func ("/app/selection/polygon-odd", test_polygon_odd);
  g_test_add_func ("/app/selection/grow", test_grow);
  g_test_add_func ("/app/selection/shrink", test_shrink);
  g_test_add_func ("/app/selection/invert", test_invert);
  g_test_add_func ("/app/selection/feather", test_feather);
  g_test_add_func ("/app/selection/combine", test_combine);
  g_test_add_func ("/app/selection/layers", test_layers);

  return g_test_run ();
}
