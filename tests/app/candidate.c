/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Candidates that hang over the picture: accepting one makes room for it, and what lies elsewhere goes
 * along, there and back. */
#include "document/gesso-painting.h"

#define WIDTH 200
#define HEIGHT 150

static const guint8 red[4] = { 255, 0, 0, 255 }, blue[4] = { 0, 0, 255, 255 };

static GessoCandidate *
add_candidate (GessoPainting *painting, int x, int y, int width, int height)
{
  const GdkRectangle area = { x, y, width, height };
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  GessoCandidate *candidate;

  gesso_tiles_fill (tiles, &(GdkRectangle) { 0, 0, width, height }, blue);
  candidate = gesso_candidate_new (tiles, &area, "{\"seed\": 5}");
  gesso_painting_add_candidate (painting, candidate);

  return candidate;
}

static GessoPainting *
new_painting (void)
{
  GessoPainting *painting = gesso_painting_new (WIDTH, HEIGHT);
  GessoLayer *layer = gesso_painting_new_layer (painting, GESSO_LAYER_RASTER);

  g_assert_true (gesso_painting_fill_layer (painting, layer, red, NULL));
  return painting;
}

static void
assert_size (GessoPainting *painting, guint width, guint height, int origin_x, int origin_y)
{
  int x, y;

  gesso_painting_get_origin (painting, &x, &y);
  g_assert_cmpuint (gesso_painting_get_width (painting), ==, width);
  g_assert_cmpuint (gesso_painting_get_height (painting), ==, height);
  g_assert_cmpint (x, ==, origin_x);
  g_assert_cmpint (y, ==, origin_y);
}

static void
assert_place (GessoPainting *painting, guint n, int x, int y)
{
  g_autoptr (GessoCandidate) candidate =
      g_list_model_get_item (gesso_painting_get_candidates (painting), n);
  GdkRectangle area;

  g_assert_nonnull (candidate);
  gesso_candidate_get_area (candidate, &area);
  g_assert_cmpint (area.x, ==, x);
  g_assert_cmpint (area.y, ==, y);
}

static void
assert_color (GessoPainting *painting, int x, int y, const guint8 *rgba)
{
  guint8 found[4];

  gesso_painting_pick (painting, x, y, found);
  g_assert_cmpmem (found, 4, rgba, 4);
}

static void
test_moved (void)
{
  g_autoptr (GessoPainting) painting = new_painting ();
  g_autoptr (GessoCandidate) candidate = add_candidate (painting, 10, 20, 30, 40);
  g_autoptr (GessoCandidate) moved = gesso_candidate_new_moved (candidate, -3, 4);
  g_autoptr (GessoCandidate) again = gesso_candidate_new_moved (moved, 3, -4);
  GdkRectangle area;

  gesso_candidate_get_area (moved, &area);
  g_assert_true (gdk_rectangle_equal (&area, &(GdkRectangle) { 7, 24, 30, 40 }));
  g_assert_true (gesso_candidate_get_tiles (moved) == gesso_candidate_get_tiles (candidate));
  g_assert_cmpstr (gesso_candidate_get_recipe (moved), ==, "{\"seed\": 5}");
  g_assert_true (gesso_candidate_get_original (candidate) == candidate);
  g_assert_true (gesso_candidate_get_original (again) == candidate);
}

/* Within the picture it stays as large as it is. */
static void
test_inside (void)
{
  g_autoptr (GessoPainting) painting = new_painting ();
  g_autoptr (GessoCandidate) candidate = add_candidate (painting, WIDTH - 64, HEIGHT - 64, 64, 64);

  gesso_painting_accept_candidate (painting, candidate, "Inside");
  assert_size (painting, WIDTH, HEIGHT, 0, 0);
}

static void
test_right (void)
{
  g_autoptr (GessoPainting) painting = new_painting ();
  g_autoptr (GessoCandidate) candidate = add_candidate (painting, WIDTH - 10, 8, 64, 64);

  gesso_painting_accept_candidate (painting, candidate, "Right");
  assert_size (painting, WIDTH + 54, HEIGHT, 0, 0);
  assert_color (painting, WIDTH + 53, 8, blue);
  g_assert_true (gesso_painting_undo (painting));
  assert_size (painting, WIDTH, HEIGHT, 0, 0);
}

/* To the left and the top everything moves along, one that comes later too. */
static void
test_corner (void)
{
  g_autoptr (GessoPainting) painting = new_painting ();
  g_autoptr (GessoCandidate) candidate = add_candidate (painting, -24, -40, 64, 64);
  GdkRectangle frame = { -24, -40, 64, 64 };

  g_object_unref (add_candidate (painting, 100, 50, 16, 16));
  gesso_painting_set_frame (painting, &frame);
  gesso_painting_accept_candidate (painting, candidate, "Corner");
  assert_size (painting, WIDTH + 24, HEIGHT + 40, 24, 40);
  assert_place (painting, 0, 124, 90);
  assert_color (painting, 0, 0, blue);
  assert_color (painting, 64, 64, red);
  gesso_painting_get_frame (painting, &frame);
  g_assert_true (gdk_rectangle_equal (&frame, &(GdkRectangle) { 0, 0, 64, 64 }));
  g_object_unref (add_candidate (painting, 30, 60, 16, 16));

  g_assert_true (gesso_painting_undo (painting));
  assert_size (painting, WIDTH, HEIGHT, 0, 0);
  assert_place (painting, 0, -24, -40);
  assert_place (painting, 1, 100, 50);
  assert_place (painting, 2, 6, 20);
  assert_color (painting, 40, 24, red);

  g_assert_true (gesso_painting_redo (painting));
  assert_size (painting, WIDTH + 24, HEIGHT + 40, 24, 40);
  assert_place (painting, 0, 124, 90);
  assert_place (painting, 1, 30, 60);
}

/* As large as it may be, it is accepted all the same. */
static void
test_limit (void)
{
  g_autoptr (GessoPainting) painting = gesso_painting_new (GESSO_MAX_SIZE, 64);
  g_autoptr (GessoCandidate) candidate = add_candidate (painting, -8, 0, 64, 64);

  g_assert_nonnull (gesso_painting_accept_candidate (painting, candidate, "Limit"));
  assert_size (painting, GESSO_MAX_SIZE, 64, 0, 0);
  g_assert_cmpuint (gesso_painting_get_n_layers (painting), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/candidate/moved", test_moved);
  g_test_add_func ("/app/candidate/inside", test_inside);
  g_test_add_func ("/app/candidate/right", test_right);
  g_test_add_func ("/app/candidate/corner", test_corner);
  g_test_add_func ("/app/candidate/limit", test_limit);

  return g_test_run ();
}
