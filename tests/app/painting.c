/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoPainting: random edits undone to the byte and redone to the byte, and single operations. */
#include "document/gesso-painting.h"
#include "painting-edits.h"

#include <string.h>

#define WIDTH 300
#define HEIGHT 200

/* ---- Fingerprints --------------------------------------------------------------------------- */

/* Quick, and different for anything but intended collisions. */
static void
digest (guint64 *sum, gconstpointer bytes, gsize n)
{
  const guint8 *from = bytes;

  for (gsize i = 0; i < n; i += 8)
    {
      guint64 word = 0;

      memcpy (&word, from + i, MIN (n - i, 8));
      *sum = (*sum ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
      *sum ^= *sum >> 29;
    }
}

typedef struct
{
  guint64 *sum;
  gsize    n_bytes;
} Tiles;

static void
digest_tile (int i, int j, const guint8 *pixels, gpointer data)
{
  const Tiles *tiles = data;
  const int place[2] = { i, j };

  digest (tiles->sum, place, sizeof (place));
  digest (tiles->sum, pixels, tiles->n_bytes);
}

static void
digest_tiles (guint64 *sum, GessoTiles *tiles)
{
  Tiles context = { sum, 64 * 64 * gesso_tiles_get_n_channels (tiles) };

  gesso_tiles_foreach (tiles, digest_tile, &context);
}

static void
digest_text (guint64 *sum, char *text)
{
  digest (sum, text, strlen (text) + 1);
  g_free (text);
}

/* Of everything that undo restores, from the bytes: sharing gone wrong would show. */
static char *
make_fingerprint (GessoPainting *painting)
{
  g_autoptr (GessoSnapshot) now = gesso_painting_snapshot (painting);
  guint64 sum = 1;

  digest_text (&sum, g_strdup_printf ("%u %u %d %d %d %d", now->width, now->height, now->frame.x,
                                          now->frame.y, now->frame.width, now->frame.height));
  for (guint i = 0; i < now->layers->len; i++)
    {
      GessoLayerState *l = g_ptr_array_index (now->layers, i);

      digest_text (&sum,
                   g_strdup_printf ("%d %s %.17g %d %d %d %d %d %s", l->kind, l->name, l->opacity,
                                    l->visible, l->locked, l->blend, l->x, l->y, l->recipe));
      digest_tiles (&sum, l->tiles);
    }
  if (now->selection)
    digest_tiles (&sum, now->selection);
  for (guint i = 0; i < now->candidates->len; i++)
    {
      GessoCandidate *candidate = g_ptr_array_index (now->candidates, i);
      GdkRectangle area;

      gesso_candidate_get_area (candidate, &area);
      digest_text (&sum, g_strdup_printf ("%d %d %d %d", area.x, area.y, area.width, area.height));
      digest_tiles (&sum, gesso_candidate_get_tiles (candidate));
    }

  return g_strdup_printf ("%016" G_GINT64_MODIFIER "x", sum);
}

/* ---- Damage --------------------------------------------------------------------------------- */

/* What the canvas would show, and which of it was reported. */
typedef struct
{
  guint8   *pixels;
  guint8    damaged[HEIGHT * WIDTH];
} Watch;

static void
on_damaged (GessoPainting *painting, const GdkRectangle *area, Watch *watch)
{
  const GdkRectangle shown = { 0, 0, WIDTH, HEIGHT };
  GdkRectangle part;

  if (!gdk_rectangle_intersect (area, &shown, &part))
    return;
  for (int y = part.y; y < part.y + part.height; y++)
    memset (watch->damaged + y * WIDTH + part.x, 1, (gsize) part.width);
}

static void
check_damage (GessoPainting *painting, Watch *watch)
{
  const GdkRectangle shown = { 0, 0, WIDTH, HEIGHT };
  g_autofree guint8 *now = g_malloc (WIDTH * HEIGHT * 4);

  gesso_painting_composite (painting, &shown, now, WIDTH * 4);
  for (gsize i = 0; i < WIDTH * HEIGHT; i++)
    if (!watch->damaged[i] && memcmp (now + 4 * i, watch->pixels + 4 * i, 4) != 0)
      g_error ("pixel %u, %u changed unnoticed", (guint) i % WIDTH, (guint) i / WIDTH);
  memcpy (watch->pixels, now, WIDTH * HEIGHT * 4);
  memset (watch->damaged, 0, sizeof (watch->damaged));
}

/* ---- Random edits --------------------------------------------------------------------------- */

/* The history's state number -> the fingerprint that belongs to it. */
static void
check_state (GHashTable *fingerprints, GessoPainting *painting)
{
  gpointer state =
      GSIZE_TO_POINTER (gesso_history_get_state (gesso_painting_get_history (painting)));
  char *now = make_fingerprint (painting);
  const char *then = g_hash_table_lookup (fingerprints, state);

  if (then)
    g_assert_cmpstr (now, ==, then);
  g_hash_table_replace (fingerprints, state, now);
}

static void
test_random (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (GPOINTER_TO_UINT (data));
  g_autoptr (GessoPainting) painting = gesso_painting_new (WIDTH, HEIGHT);
  GessoHistory *history = gesso_painting_get_history (painting);
  g_autoptr (GHashTable) fingerprints = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_autofree guint8 *pixels = g_malloc0 (WIDTH * HEIGHT * 4);
  g_autofree Watch *watch = g_new0 (Watch, 1);
  guint n = 0;

  watch->pixels = pixels;
  g_signal_connect (painting, "damaged", G_CALLBACK (on_damaged), watch);
  for (guint i = 0; i < 3; i++)
    random_candidate (rand, painting);
  check_state (fingerprints, painting);
  for (guint i = 0; i < 300; i++)
    {
      random_edit (rand, painting);
      check_state (fingerprints, painting);
      check_damage (painting, watch);
      while (g_rand_int_range (rand, 0, 8) == 0 && gesso_painting_undo (painting))
        {
          check_state (fingerprints, painting);
          check_damage (painting, watch);
        }
    }

  for (guint round = 0; round < 2; round++)
    {
      for (n = 0; gesso_painting_undo (painting); n++)
        {
          check_state (fingerprints, painting);
          check_damage (painting, watch);
        }
      while (gesso_painting_redo (painting))
        check_state (fingerprints, painting);
    }
  g_assert_cmpuint (n, ==, gesso_history_get_n_entries (history));
  g_assert_cmpuint (n, >, 100);
}

/* ---- Single operations ---------------------------------------------------------------------- */

static GessoPainting *
new_with_layer (GessoLayerKind kind, GessoLayer **layer)
{
  GessoPainting *painting = gesso_painting_new (WIDTH, HEIGHT);

  *layer = gesso_painting_new_layer (painting, kind);
  return painting;
}

static void
assert_pixel (GessoPainting *painting, int x, int y, guint8 r, guint8 g, guint8 b, guint8 a)
{
  const guint8 expected[4] = { r, g, b, a };
  guint8 rgba[4];

  gesso_painting_pick (painting, x, y, rgba);
  g_assert_cmpmem (rgba, 4, expected, 4);
}

static void
fill_area (GessoTiles *tiles, int x, int y, int width, int height, const guint8 *pixel)
{
  gesso_tiles_fill (tiles, &(GdkRectangle) { x, y, width, height }, pixel);
}

static const guint8 red[4] = { 255, 0, 0, 255 }, blue[4] = { 0, 0, 255, 255 };
static const guint8 all = 255, half = 128;

static void
test_selection (void)
{
  GessoLayer *layer;
  g_autoptr (GessoPainting) painting = new_with_layer (GESSO_LAYER_RASTER, &layer);
  g_autoptr (GessoTiles) selection = gesso_tiles_new (1);
  GdkRectangle bounds;

  g_assert_true (gesso_painting_fill_layer (painting, layer, red, NULL));
  fill_area (selection, 10, 10, 20, 20, &all);
  fill_area (selection, 50, 10, 20, 20, &half);
  gesso_painting_set_selection (painting, "Select", selection);
  g_assert_true (gesso_painting_fill_layer (painting, layer, blue, NULL));
  assert_pixel (painting, 9, 10, 255, 0, 0, 255);
  assert_pixel (painting, 10, 10, 0, 0, 255, 255);
  assert_pixel (painting, 50, 10, 127, 0, 128, 255);

  /* What is selected moves with the selection and leaves a hole. */
  g_assert_true (gesso_painting_move_layer (painting, layer, 100, 70, NULL));
  assert_pixel (painting, 10, 10, 0, 0, 0, 0);
  assert_pixel (painting, 110, 80, 0, 0, 255, 255);
  gesso_tiles_get_bounds (gesso_painting_get_selection (painting), &bounds);
  g_assert_true (gdk_rectangle_equal (&bounds, &(GdkRectangle) { 110, 80, 60, 20 }));

  g_assert_true (gesso_painting_clear_layer (painting, layer, NULL));
  assert_pixel (painting, 110, 80, 0, 0, 0, 0);
  assert_pixel (painting, 109, 80, 255, 0, 0, 255);
  gesso_painting_set_selection (painting, "Select Nothing", NULL);
  g_assert_true (gesso_painting_clear_layer (painting, layer, NULL));
  assert_pixel (painting, 109, 80, 0, 0, 0, 0);
}

static void
test_locked (void)
{
  GessoLayer *layer;
  g_autoptr (GessoPainting) painting = new_with_layer (GESSO_LAYER_RASTER, &layer);
  g_autoptr (GError) error = NULL;
  guint n;

  gesso_layer_set_locked (layer, TRUE);
  n = gesso_history_get_n_entries (gesso_painting_get_history (painting));
  g_assert_false (gesso_painting_fill_layer (painting, layer, red, &error));
  g_assert_nonnull (strstr (error->message, gesso_layer_get_name (layer)));
  g_assert_false (gesso_painting_clear_layer (painting, layer, NULL));
  g_assert_false (gesso_painting_move_layer (painting, layer, 1, 1, NULL));
  gesso_painting_begin (painting, "Stroke");
  g_assert_null (gesso_painting_edit (painting, layer, NULL));
  gesso_painting_end (painting);
  g_assert_cmpuint (gesso_history_get_n_entries (gesso_painting_get_history (painting)), ==, n);
}

/* Merging looks the same as before if the lower layer is plain. */
static void
test_merge (void)
{
  GessoLayer *lower, *upper;
  g_autoptr (GessoPainting) painting = new_with_layer (GESSO_LAYER_RASTER, &lower);
  const GdkRectangle shown = { 0, 0, WIDTH, HEIGHT };
  g_autofree guint8 *before = g_malloc (WIDTH * HEIGHT * 4);
  g_autofree guint8 *after = g_malloc (WIDTH * HEIGHT * 4);

  gesso_painting_fill_layer (painting, lower, (const guint8[]) { 90, 120, 200, 180 }, NULL);
  upper = gesso_painting_new_layer (painting, GESSO_LAYER_RASTER);
  gesso_painting_begin (painting, "Stroke");
  fill_area (gesso_painting_edit (painting, upper, NULL), 20, 30, 200, 100, red);
  gesso_painting_end (painting);
  gesso_painting_move_layer (painting, upper, 17, 5, NULL);
  gesso_layer_set_blend (upper, GESSO_BLEND_OVERLAY);
  gesso_layer_set_opacity (upper, 0.6);
  gesso_painting_composite (painting, &shown, before, WIDTH * 4);
  g_assert_true (gesso_painting_merge_down (painting, upper, NULL));
  g_assert_cmpuint (gesso_painting_get_n_layers (painting), ==, 1);
  g_assert_true (gesso_painting_get_active (painting) == lower);
  gesso_painting_composite (painting, &shown, after, WIDTH * 4);
  g_assert_true (memcmp (before, after, WIDTH * HEIGHT * 4) == 0);

  gesso_painting_new_layer (painting, GESSO_LAYER_MASK);
  g_assert_false (gesso_painting_merge_down (painting, gesso_painting_get_layer (painting, 0), NULL));
}

/* The picture grows to the left and top: everything moves along, nothing is lost. */
static void
test_picture (void)
{
  GessoLayer *layer;
  g_autoptr (GessoPainting) painting = new_with_layer (GESSO_LAYER_RASTER, &layer);
  g_autoptr (GessoTiles) selection = gesso_tiles_new (1);
  GdkRectangle frame = { 10, 20, 64, 32 }, bounds;
  GError *error = NULL;

  gesso_painting_begin (painting, "Stroke");
  fill_area (gesso_painting_edit (painting, layer, NULL), 10, 20, 64, 32, red);
  gesso_painting_end (painting);
  fill_area (selection, 10, 20, 64, 32, &all);
  gesso_painting_set_selection (painting, "Select", selection);
  gesso_painting_set_frame (painting, &frame);

  g_assert_true (gesso_painting_resize (painting, &(GdkRectangle) { -100, -50, 500, 400 }, NULL));
  assert_pixel (painting, 110, 70, 255, 0, 0, 255);
  assert_pixel (painting, 109, 70, 0, 0, 0, 0);
  gesso_painting_mirror (painting, TRUE, FALSE); /* x 110..173 of 500 -> 326..389 */
  assert_pixel (painting, 326, 70, 255, 0, 0, 255);
  assert_pixel (painting, 325, 70, 0, 0, 0, 0);
  gesso_painting_turn (painting, 1); /* (x, y) -> (399 - y, x) */
  g_assert_cmpuint (gesso_painting_get_width (painting), ==, 400);
  assert_pixel (painting, 399 - 70, 326, 255, 0, 0, 255);
  assert_pixel (painting, 399 - 69, 326, 0, 0, 0, 0);
  gesso_tiles_get_bounds (gesso_painting_get_selection (painting), &bounds);
  gesso_painting_get_frame (painting, &frame);
  g_assert_true (gdk_rectangle_equal (&bounds, &frame));
  g_assert_true (gdk_rectangle_equal (&frame, &(GdkRectangle) { 298, 326, 32, 64 }));

  g_assert_false (gesso_painting_resize (painting, &(GdkRectangle) { 0, 0, 20000, 5 }, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
}

static void
test_candidates (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GessoPainting) painting = gesso_painting_new (WIDTH, HEIGHT);
  GListModel *candidates = gesso_painting_get_candidates (painting);
  g_autoptr (GessoCandidate) first = NULL;
  GessoLayer *layer;

  random_candidate (rand, painting);
  first = g_list_model_get_item (candidates, 0);
  g_assert_false (gesso_painting_undo (painting));
  layer = gesso_painting_accept_candidate (painting, first, "A boat");
  g_assert_cmpint (gesso_layer_get_kind (layer), ==, GESSO_LAYER_GENERATED);
  g_assert_cmpstr (gesso_layer_get_recipe (layer), ==, "{\"seed\": 5}");
  g_assert_true (gesso_painting_get_active (painting) == layer);
  g_assert_cmpuint (g_list_model_get_n_items (candidates), ==, 0);

  /* One that comes later stays when the acceptance is undone. */
  random_candidate (rand, painting);
  g_assert_true (gesso_painting_undo (painting));
  g_assert_cmpuint (g_list_model_get_n_items (candidates), ==, 2);
  g_assert_cmpuint (gesso_painting_get_n_layers (painting), ==, 0);
  gesso_painting_discard_candidates (painting);
  g_assert_cmpuint (g_list_model_get_n_items (candidates), ==, 0);
  g_assert_true (gesso_painting_undo (painting));
  g_assert_cmpuint (g_list_model_get_n_items (candidates), ==, 2);
}

/* A slider that is dragged is one entry; the layer that comes back is the same object. */
static void
test_entries (void)
{
  GessoLayer *layer;
  g_autoptr (GessoPainting) painting = new_with_layer (GESSO_LAYER_RASTER, &layer);
  GessoHistory *history = gesso_painting_get_history (painting);

  gesso_painting_mark_saved (painting);
  for (guint i = 1; i <= 10; i++)
    gesso_layer_set_opacity (layer, i / 20.0);
  g_assert_cmpuint (gesso_history_get_n_entries (history), ==, 2);
  g_assert_true (gesso_painting_get_modified (painting));
  gesso_layer_set_name (layer, "Sky");
  g_assert_cmpuint (gesso_history_get_n_entries (history), ==, 3);
  g_assert_true (gesso_painting_undo (painting));
  g_assert_true (gesso_painting_undo (painting));
  g_assert_cmpfloat (gesso_layer_get_opacity (layer), ==, 1);
  g_assert_false (gesso_painting_get_modified (painting));
  g_assert_true (gesso_painting_undo (painting));
  g_assert_cmpuint (gesso_painting_get_n_layers (painting), ==, 0);
  g_assert_true (gesso_painting_redo (painting));
  g_assert_true (gesso_painting_get_layer (painting, 0) == layer);
  g_assert_cmpstr (gesso_history_get_redo_name (history), ==, "Layer Opacity");
}

/* 10 layers of 8192 x 8192, painted here and there: what an entry costs is what it changed. */
static void
test_bytes (void)
{
  g_autoptr (GessoPainting) painting = gesso_painting_new (8192, 8192);
  GessoHistory *history = gesso_painting_get_history (painting);
  guint64 before;

  for (guint i = 0; i < 10; i++)
    gesso_painting_fill_layer (painting, gesso_painting_new_layer (painting, GESSO_LAYER_RASTER),
                               i % 2 ? red : blue, NULL);
  before = gesso_history_get_bytes (history);
  g_assert_cmpuint (before, <, 10 * 64 * 4096 + (1 << 20));

  gesso_painting_begin (painting, "Stroke");
  for (int i = 10; i < 14; i++)
    memset (gesso_tiles_edit (gesso_painting_edit (painting, gesso_painting_get_active (painting),
                                                   NULL), i, 12), i, 64 * 64 * 4);
  gesso_painting_end (painting);
  g_assert_cmpuint (gesso_history_get_bytes (history) - before, >=, 4 * 64 * 64 * 4);
  g_assert_cmpuint (gesso_history_get_bytes (history) - before, <, 5 * 64 * 64 * 4);

  /* The limit drops the oldest, and never the newest. */
  gesso_history_set_max_bytes (history, 150000);
  g_assert_cmpuint (gesso_history_get_bytes (history), <=, 150000);
  g_assert_cmpuint (gesso_history_get_n_entries (history), >, 0);
  gesso_history_set_max_bytes (history, 0);
  g_assert_cmpuint (gesso_history_get_n_entries (history), ==, 1);
  g_assert_true (gesso_painting_undo (painting));
  g_assert_false (gesso_painting_undo (painting));
}

static void
count_run (gboolean undo, gpointer data)
{
  *(int *) data += undo ? -1 : 1;
}

static void
test_groups (void)
{
  g_autoptr (GessoHistory) history = gesso_history_new ();
  int n = 0;

  gesso_history_begin (history, "Both");
  gesso_history_push (history, "One", 10, count_run, &n, NULL);
  gesso_history_push (history, "Two", 10, count_run, &n, NULL);
  g_assert_false (gesso_history_undo (history));
  gesso_history_end (history);
  g_assert_cmpuint (gesso_history_get_n_entries (history), ==, 1);
  g_assert_cmpstr (gesso_history_get_undo_name (history), ==, "Both");
  g_assert_true (gesso_history_undo (history));
  g_assert_cmpint (n, ==, -2);
  g_assert_true (gesso_history_redo (history));
  g_assert_cmpint (n, ==, 0);

  gesso_history_begin (history, "Nothing");
  gesso_history_end (history);
  gesso_history_begin (history, "Cancelled");
  gesso_history_push (history, "Three", 10, count_run, &n, NULL);
  gesso_history_cancel (history);
  g_assert_cmpint (n, ==, -1);
  g_assert_cmpuint (gesso_history_get_n_entries (history), ==, 1);
}

static void
test_finalize (void)
{
  GessoLayer *layer;
  GessoPainting *painting = new_with_layer (GESSO_LAYER_RASTER, &layer);

  gesso_painting_remove_layer (painting, layer);
  g_object_ref (layer);
  g_assert_finalize_object (painting);
  gesso_layer_set_name (layer, "Alone");
  g_assert_finalize_object (layer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint seed = 1; seed <= 3; seed++)
    {
      g_autofree char *path = g_strdup_printf ("/app/painting/random-%u", seed);

      g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_random);
    }
  g_test_add_func ("/app/painting/selection", test_selection);
  g_test_add_func ("/app/painting/locked", test_locked);
  g_test_add_func ("/app/painting/merge", test_merge);
  g_test_add_func ("/app/painting/picture", test_picture);
  g_test_add_func ("/app/painting/candidates", test_candidates);
  g_test_add_func ("/app/painting/entries", test_entries);
  g_test_add_func ("/app/painting/bytes", test_bytes);
  g_test_add_func ("/app/painting/groups", test_groups);
  g_test_add_func ("/app/painting/finalize", test_finalize);

  return g_test_run ();
}
