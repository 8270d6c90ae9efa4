/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoOrder through the engine and back into the painting: outside the mask and its soft edge no
 * byte changes, inside it does, and undo brings everything back. With the starter model.
 */
#include "document/gesso-painting.h"
#include "document/gesso-ora.h"
#include "document/gesso-selection.h"
#include "engine/gesso-engine.h"
#include "engine/gesso-recipe.h"
#include "engine/gesso-request.h"
#include "engine/gesso-result.h"

#include <glib/gstdio.h>
#include <string.h>

#define WIDTH 200
#define HEIGHT 168
#define FEATHER 6
#define STEPS 3
#define SEED 77

static const GdkRectangle whole = { 0, 0, WIDTH, HEIGHT };
static GessoEngine *engine; /* loading the model takes longer than the tests */

/* ---- Help ----------------------------------------------------------------------------------- */

/* One layer of a picture with something everywhere. */
static GessoPainting *
make_painting (void)
{
  GessoPainting *painting = gesso_painting_new (WIDTH, HEIGHT);
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  g_autofree guint8 *pixels = g_malloc (WIDTH * HEIGHT * 4);
  g_autoptr (GessoLayer) layer = NULL;

  for (guint i = 0; i < WIDTH * HEIGHT; i++)
    {
      guint x = i % WIDTH, y = i / WIDTH;

      pixels[4 * i] = (guint8) (x + 30);
      pixels[4 * i + 1] = (guint8) (y + 40);
      pixels[4 * i + 2] = (guint8) ((x / 8 + y / 8) % 2 * 90 + 60);
      pixels[4 * i + 3] = 255;
    }
  gesso_tiles_write (tiles, &whole, pixels, WIDTH * 4);
  layer = gesso_layer_new (GESSO_LAYER_RASTER, "Ground", tiles);
  g_assert_true (gesso_painting_add_layer (painting, layer, 0));

  return painting;
}

static void
add_mask (GessoPainting *painting, const GdkRectangle *area, guint8 value)
{
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (1);
  g_autoptr (GessoLayer) mask = NULL;

  gesso_tiles_fill (tiles, area, &value);
  mask = gesso_layer_new (GESSO_LAYER_MASK, "Mask", tiles);
  g_assert_true (gesso_painting_add_layer (painting, mask, 0));
}

static guint8 *
flatten (GessoPainting *painting, const GdkRectangle *area)
{
  gsize stride = (gsize) area->width * 4;
  guint8 *pixels = g_malloc (stride * (gsize) area->height);

  gesso_painting_composite (painting, area, pixels, stride);
  return pixels;
}

static GessoSettings *
make_settings (void)
{
  GessoSettings *settings = gesso_settings_new ();

  g_object_set (settings, "prompt", "a red house under a yellow sun", "steps", STEPS, "sampler",
                "euler", "seed", (guint64) SEED, "mask-feather", FEATHER, "denoising-strength", 1.0,
                NULL);
  return settings;
}

static GessoOrder *
make_order (GessoPainting *painting, const GdkRectangle *frame)
{
  g_autoptr (GessoSnapshot) snapshot = NULL;
  g_autoptr (GessoSettings) settings = make_settings ();

  gesso_painting_set_frame (painting, frame);
  snapshot = gesso_painting_snapshot (painting);
  return gesso_order_new (snapshot, settings);
}

typedef struct
{
  GPtrArray *results;
  guint      n_looks; /* at a picture before it is finished */
  gboolean   done, cancel_at_first;
  GError    *error;
} Watch;

static void
on_result (GessoJob *job, GessoResult *result, Watch *watch)
{
  g_ptr_array_add (watch->results, g_object_ref (result));
  if (watch->cancel_at_first)
    gesso_job_cancel (job);
}

static void
on_changed (GessoJob *job, Watch *watch)
{
  if (gesso_job_get_preview (job))
    watch->n_looks++;
}

static void
on_run (GObject *source, GAsyncResult *result, gpointer data)
{
  Watch *watch = data;

  gesso_engine_run_finish (GESSO_ENGINE (source), result, &watch->error);
  watch->done = TRUE;
}

static void
run (GessoOrder *order, Watch *watch)
{
  GessoJob *job = gesso_job_new ();

  watch->results = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect (job, "result", G_CALLBACK (on_result), watch);
  g_signal_connect (job, "changed", G_CALLBACK (on_changed), watch);
  gesso_engine_run_async (engine, order, FALSE, job, on_run, watch);
  while (!watch->done)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (job); /* the engine thread may still let go of it */
}

/* The only result of an order that succeeds. */
static GessoResult *
run_one (GessoOrder *order)
{
  Watch watch = { 0 };
  GessoResult *result;

  run (order, &watch);
  g_assert_no_error (watch.error);
  g_assert_cmpuint (watch.results->len, ==, 1);
  result = g_object_ref (g_ptr_array_index (watch.results, 0));
  g_ptr_array_unref (watch.results);

  return result;
}

/* How far a pixel is from a rectangle, in pixels, the longer way. */
static int
distance (const GdkRectangle *r, int x, int y)
{
  int dx = MAX (MAX (r->x - x, x - (r->x + r->width - 1)), 0);
  int dy = MAX (MAX (r->y - y, y - (r->y + r->height - 1)), 0);

  return MAX (dx, dy);
}

/* ---- Masks ---------------------------------------------------------------------------------- */

/* The layer gives what the engine mixed: to the byte where it is opaque, and within 1 under the soft
 * edge, whose coverage is rounded to a byte. */
static void
check_mixture (const guint8 *flattened, GessoResult *result)
{
  GdkTexture *texture = gesso_picture_get_texture (gesso_result_get_picture (result));
  GessoTiles *tiles = gesso_candidate_get_tiles (gesso_result_get_candidate (result));
  g_autofree guint32 *words = NULL;
  g_autofree guint8 *layer = NULL;
  GdkRectangle area, all;
  guint n_opaque = 0;

  gesso_candidate_get_area (gesso_result_get_candidate (result), &area);
  all = (GdkRectangle) { 0, 0, area.width, area.height };
  words = g_new (guint32, (gsize) area.width * (gsize) area.height);
  layer = g_new (guint8, 4 * (gsize) area.width * (gsize) area.height);
  gdk_texture_download (texture, (guchar *) words, 4 * (gsize) area.width);
  gesso_tiles_read (tiles, &all, layer, 4 * (gsize) area.width);
  for (int y = 0; y < area.height; y++)
    for (int x = 0; x < area.width; x++)
      {
        const guint8 *pixel = flattened + 4 * ((y + area.y) * WIDTH + x + area.x);
        guint8 alpha = layer[4 * (y * area.width + x) + 3];

        n_opaque += alpha == 255;
        for (int c = 0; c < 3; c++)
          {
            int mixed = words[y * area.width + x] >> (16 - 8 * c) & 0xff;

            g_assert_cmpint (ABS (pixel[c] - mixed), <=, alpha > 0 && alpha < 255 ? 1 : 0);
          }
      }
  g_assert_cmpuint (n_opaque, >, 0);
}

static void
test_mask (void)
{
  const GdkRectangle frame = { 40, 32, 128, 96 }, masked = { 80, 56, 40, 32 };
  GessoPainting *painting = make_painting ();
  g_autofree guint8 *before = flatten (painting, &whole), *after = NULL, *undone = NULL;
  g_autoptr (GessoOrder) order = NULL;
  g_autoptr (GessoResult) result = NULL;
  guint n_inside = 0;

  add_mask (painting, &masked, 255);
  order = make_order (painting, &frame);
  result = run_one (order);
  g_assert_cmpuint (gesso_picture_get_width (gesso_result_get_picture (result)), ==, 128);
  gesso_painting_add_candidate (painting, gesso_result_get_candidate (result));
  gesso_painting_accept_candidate (painting, gesso_result_get_candidate (result), "House");
  after = flatten (painting, &whole);

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        gboolean same = memcmp (before + 4 * (y * WIDTH + x), after + 4 * (y * WIDTH + x), 4) == 0;

        if (distance (&masked, x, y) > FEATHER && !same)
          g_error ("(%d, %d) changed outside the mask", x, y);
        n_inside += distance (&masked, x, y) == 0 && !same;
      }
  g_assert_cmpuint (n_inside, >, masked.width * masked.height * 9 / 10);

  check_mixture (after, result);

  g_assert_true (gesso_painting_undo (painting));
  undone = flatten (painting, &whole);
  g_assert_cmpmem (before, 4 * WIDTH * HEIGHT, undone, 4 * WIDTH * HEIGHT);
  g_assert_finalize_object (painting);
}

static void
test_selection (void)
{
  const GdkRectangle frame = { 0, 0, 64, 64 }, masked = { 8, 8, 40, 40 }, selected = { 24, 0, 40, 64 };
  GessoPainting *painting = make_painting ();
  g_autoptr (GessoTiles) selection = gesso_selection_new_rectangle (&selected);
  g_autoptr (GessoOrder) plain = NULL;
  g_autoptr (GessoOrder) order = NULL;
  g_autoptr (GessoOrder) order_2 = NULL;
  g_autofree guint8 *mask = NULL, *mask_2 = NULL;

  plain = make_order (painting, &frame);
  g_assert_null (gesso_order_flatten_mask (plain));

  /* Alone it is the mask; with a mask it limits it. */
  gesso_painting_set_selection (painting, "Select", selection);
  order = make_order (painting, &frame);
  mask = gesso_order_flatten_mask (order);
  for (int i = 0; i < 64 * 64; i++)
    g_assert_cmpuint (mask[i], ==, distance (&selected, i % 64, i / 64) == 0 ? 255 : 0);

  add_mask (painting, &masked, 200);
  order_2 = make_order (painting, &frame);
  mask_2 = gesso_order_flatten_mask (order_2);
  for (int i = 0; i < 64 * 64; i++)
    g_assert_cmpuint (mask_2[i], ==,
                      distance (&selected, i % 64, i / 64) == 0 &&
                              distance (&masked, i % 64, i / 64) == 0
                          ? 200
                          : 0);
  g_assert_finalize_object (painting);
}

/* Grey is a strength; a mask that misses the frame is said in words. */
static void
test_request (void)
{
  const GdkRectangle frame = { 0, 0, 64, 64 }, inside = { 8, 8, 16, 16 }, away = { 100, 100, 9, 9 };
  const struct
  {
    const GdkRectangle *area;
    guint8              value;
    gboolean            works, is_strength;
  } cases[] = { { &inside, 255, TRUE, FALSE }, { &inside, 90, TRUE, TRUE }, { &away, 255, FALSE, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GessoPainting) painting = make_painting ();
      g_autoptr (GessoOrder) order = NULL;
      g_autoptr (GError) error = NULL;
      GessoRequest request;

      add_mask (painting, cases[i].area, cases[i].value);
      order = make_order (painting, &frame);
      gesso_order_set_batch (order, 3);
      gesso_order_set_variation (order, 5, 0.25);
      g_assert_true (gesso_request_init (&request, order, &error) == cases[i].works);
      g_assert_true ((error == NULL) == cases[i].works);
      g_assert_cmpuint (request.gs.frame_width, ==, 64);
      g_assert_cmpuint (request.gs.batch, ==, 3);
      g_assert_cmpuint (request.gs.variation_seed, ==, 5);
      g_assert_cmpfloat (request.gs.variation_strength, ==, 0.25f);
      g_assert_cmpuint (request.gs.mask_feather, ==, FEATHER);
      g_assert_true (request.gs.match_colors && request.gs.scale_to_native);
      g_assert_nonnull (request.gs.init_image);
      if (cases[i].works)
        g_assert_true (request.gs.mask_is_strength == cases[i].is_strength);
      gesso_request_clear (&request);
    }
}

/* ---- Outpainting ---------------------------------------------------------------------------- */

static void
test_outpaint (void)
{
  const GdkRectangle frame = { WIDTH - 64, 16, 128, 96 }; /* half of it hangs over */
  GessoPainting *painting = make_painting ();
  g_autofree guint8 *before = flatten (painting, &frame), *after = NULL;
  g_autoptr (GessoOrder) order = make_order (painting, &frame);
  g_autoptr (GessoResult) result = run_one (order);

  gesso_painting_add_candidate (painting, gesso_result_get_candidate (result));
  gesso_painting_accept_candidate (painting, gesso_result_get_candidate (result), "More");
  after = flatten (painting, &frame);
  for (int y = 0; y < frame.height; y++)
    for (int x = 0; x < frame.width; x++)
      {
        const guint8 *old = before + 4 * (y * frame.width + x), *new = after + 4 * (y * frame.width + x);

        g_assert_cmpuint (new[3], ==, 255);
        if (x >= 64)
          g_assert_cmpuint (old[3], ==, 0);
        else if (x < 64 - FEATHER)
          g_assert_cmpmem (old, 4, new, 4);
      }
  g_assert_finalize_object (painting);
}

/* ---- Previews and batches ------------------------------------------------------------------- */

/* One of every step, unless the preference says none. */
static void
test_preview (void)
{
  static const char *const kinds[] = { "none", "fast", "best" };
  g_autoptr (GessoPainting) painting = make_painting ();

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GessoOrder) order = make_order (painting, &whole);
      Watch watch = { 0 };

      gesso_engine_set_preview (engine, kinds[i]);
      run (order, &watch);
      g_assert_no_error (watch.error);
      g_assert_cmpuint (watch.results->len, ==, 1);
      if (i == 0)
        g_assert_cmpuint (watch.n_looks, ==, 0);
      else
        g_assert_cmpuint (watch.n_looks, >, 0);
      g_ptr_array_unref (watch.results);
    }
}

static void
test_batch (void)
{
  g_autoptr (GessoPainting) painting = gesso_painting_new (64, 64);
  const GdkRectangle frame = { 0, 0, 64, 64 };
  g_autoptr (GessoOrder) order = make_order (painting, &frame);
  Watch watch = { 0 }, cancelled = { .cancel_at_first = TRUE };

  gesso_order_set_batch (order, 2);
  run (order, &watch);
  g_assert_no_error (watch.error);
  g_assert_cmpuint (watch.results->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      GessoResult *result = g_ptr_array_index (watch.results, i);
      g_autoptr (GVariant) recipe =
          gesso_recipe_parse (gesso_candidate_get_recipe (gesso_result_get_candidate (result)));
      g_autoptr (GessoSettings) settings = gesso_settings_new ();

      g_assert_nonnull (recipe);
      g_assert_cmpuint (gesso_result_get_seed (result), ==, SEED + i);
      g_assert_cmpuint (gesso_recipe_get_uint64 (recipe, "seed", 0), ==, SEED + i);
      gesso_settings_take_variant (settings, recipe);
      g_assert_cmpuint (gesso_settings_get_seed (settings), ==, SEED + i);
      g_assert_cmpstr (gesso_settings_get_prompt (settings), ==, "a red house under a yellow sun");
      g_assert_nonnull (gesso_recipe_get_string (recipe, "parameters"));
      g_assert_nonnull (gesso_result_get_trail (result));
    }
  g_ptr_array_unref (watch.results);

  /* What is finished stays when the rest is cancelled. */
  gesso_order_set_batch (order, 64);
  run (order, &cancelled);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (cancelled.results->len, >=, 1);
  g_assert_cmpuint (cancelled.results->len, <, 64);
  g_ptr_array_unref (cancelled.results);
  g_clear_error (&cancelled.error);
}

/* ---- Trails --------------------------------------------------------------------------------- */

static void
on_look (GObject *source, GAsyncResult *result, gpointer data)
{
  GdkTexture **texture = data;
  g_autoptr (GError) error = NULL;

  *texture = gesso_engine_look_finish (GESSO_ENGINE (source), result, &error);
  g_assert_no_error (error);
}

static void
test_trail (void)
{
  const GdkRectangle frame = { 40, 32, 128, 96 }, masked = { 80, 56, 40, 32 };
  g_autoptr (GessoPainting) painting = make_painting ();
  g_autoptr (GessoOrder) order = NULL;
  g_autoptr (GessoOrder) same = NULL;
  g_autoptr (GessoOrder) other = NULL;
  g_autoptr (GessoResult) result = NULL;
  g_autoptr (GessoResult) result_same = NULL;
  g_autoptr (GessoResult) result_other = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GessoTrail *trail;
  GessoTiles *tiles;

  add_mask (painting, &masked, 255);
  order = make_order (painting, &frame);
  result = run_one (order);
  tiles = gesso_candidate_get_tiles (gesso_result_get_candidate (result));
  trail = gesso_result_get_trail (result);
  g_assert_cmpuint (gesso_trail_get_n_steps (trail), ==, STEPS);

  gesso_engine_look_async (engine, trail, gesso_result_get_candidate (result), 1, NULL, on_look,
                           &texture);
  while (texture == NULL)
    g_main_context_iteration (NULL, TRUE);

  /* The same from step 1 is the same picture; with another prompt it is another. */
  same = make_order (painting, &frame);
  gesso_order_set_resume (same, trail, 1);
  result_same = run_one (same);
  g_assert_true (
      gesso_tiles_equal (tiles, gesso_candidate_get_tiles (gesso_result_get_candidate (result_same))));

  other = make_order (painting, &frame);
  g_object_set (gesso_order_get_settings (other), "prompt", "a blue boat", "steps", 9, NULL);
  gesso_order_set_resume (other, trail, 1);
  result_other = run_one (other);
  g_assert_false (gesso_tiles_equal (
      tiles, gesso_candidate_get_tiles (gesso_result_get_candidate (result_other))));
}

/* ---- Files ---------------------------------------------------------------------------------- */

static void
test_pack (void)
{
  const GdkRectangle frame = { -24, 100, 96, 96 }, masked = { 10, 110, 30, 30 },
                     larger = { -32, -8, 300, 300 };
  g_autoptr (GessoPainting) painting = make_painting ();
  g_autoptr (GessoOrder) order = NULL;
  g_autoptr (GessoOrder) read = NULL;
  g_autoptr (GessoSnapshot) packed = NULL;
  g_autoptr (GessoSnapshot) loaded = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("gesso-order-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "order.ora", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree guint8 *a = NULL, *b = NULL, *mask_a = NULL, *mask_b = NULL;
  GdkRectangle area;

  gesso_painting_resize (painting, &larger, NULL);
  add_mask (painting, &masked, 130);
  order = make_order (painting, &frame);
  gesso_order_set_batch (order, 4);
  gesso_order_set_variation (order, G_MAXUINT64 - 3, 0.3);
  packed = gesso_order_pack (order);
  g_assert_true (gesso_ora_save (packed, file, NULL, &error));
  g_assert_no_error (error);
  loaded = gesso_ora_load (file, NULL, &error);
  g_assert_no_error (error);
  read = gesso_order_unpack (loaded);
  g_assert_nonnull (read);

  gesso_order_get_area (read, &area);
  g_assert_true (gdk_rectangle_equal (&area, &frame));
  g_assert_cmpint (gesso_order_get_snapshot (read)->origin_x, ==, 32);
  g_assert_cmpint (gesso_order_get_snapshot (read)->origin_y, ==, 8);
  g_assert_cmpuint (gesso_order_get_batch (read), ==, 4);
  g_assert_cmpuint (gesso_order_get_variation_seed (read), ==, G_MAXUINT64 - 3);
  g_assert_cmpfloat (gesso_order_get_variation_strength (read), ==, 0.3);
  g_assert_cmpstr (gesso_settings_get_prompt (gesso_order_get_settings (read)), ==,
                   "a red house under a yellow sun");
  a = gesso_order_flatten (order);
  b = gesso_order_flatten (read);
  g_assert_cmpmem (a, 96 * 96 * 4, b, 96 * 96 * 4);
  mask_a = gesso_order_flatten_mask (order);
  mask_b = gesso_order_flatten_mask (read);
  g_assert_cmpmem (mask_a, 96 * 96, mask_b, 96 * 96);

  g_remove (path);
  g_rmdir (folder);
}

/* What no order wrote is none. */
static void
test_unpack_other (void)
{
  g_autoptr (GessoSnapshot) empty = gesso_snapshot_new (10, 10);
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  g_autoptr (GVariant) bad =
      g_variant_ref_sink (g_variant_new_parsed ("{'steps': <'many'>, 'seed': <-1.5>, 'prompt': <7>, "
                                                "'x': <1>, 'clip-skip': <uint32 99>}"));

  g_assert_null (gesso_order_unpack (empty));
  empty->settings = g_variant_ref (bad);
  g_assert_null (gesso_order_unpack (empty));

  gesso_settings_take_variant (settings, bad);
  g_assert_cmpstr (gesso_settings_get_prompt (settings), ==, "");
  g_assert_null (gesso_recipe_parse ("{"));
  g_assert_null (gesso_recipe_parse ("[1]"));
  g_assert_null (gesso_recipe_parse (NULL));
}

int
main (int argc, char **argv)
{
  gesso_engine_prepare_process ();
  g_test_init (&argc, &argv, NULL);
  engine = gesso_engine_new ();

  g_test_add_func ("/app/orders/selection", test_selection);
  g_test_add_func ("/app/orders/request", test_request);
  g_test_add_func ("/app/orders/pack", test_pack);
  g_test_add_func ("/app/orders/unpack-other", test_unpack_other);
  g_test_add_func ("/app/orders/mask", test_mask);
  g_test_add_func ("/app/orders/outpaint", test_outpaint);
  g_test_add_func ("/app/orders/preview", test_preview);
  g_test_add_func ("/app/orders/batch", test_batch);
  g_test_add_func ("/app/orders/trail", test_trail);

  return g_test_run ();
}
