/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoCandidateStrip: choosing shows in place, accepting and discarding can be undone. */
#include "candidates/gesso-candidate-look.h"
#include "candidates/gesso-candidate-strip.h"
#include "candidates/gesso-scrubber.h"

#define RECIPE "{\"prompt\": \"a red house\", \"seed\": %d}"

typedef struct
{
  GtkWindow           *window;
  GessoPainting       *painting;
  GessoCandidateStrip *strip;
  guint                n_overlays, n_discarded;
  char                *recipe;
} Fixture;

static void
on_overlay (Fixture *fixture)
{
  fixture->n_overlays++;
}

static void
on_discarded (GessoCandidateStrip *strip, guint n, Fixture *fixture)
{
  fixture->n_discarded = n;
}

static void
on_recipe (GessoCandidateStrip *strip, const char *recipe, Fixture *fixture)
{
  g_free (fixture->recipe);
  fixture->recipe = g_strdup (recipe);
}

static void
settle (void)
{
  for (guint i = 0; i < 20; i++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (2000);
    }
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->window = GTK_WINDOW (gtk_window_new ());
  fixture->painting = gesso_painting_new (64, 64);
  fixture->strip = g_object_new (GESSO_TYPE_CANDIDATE_STRIP, NULL);
  gtk_window_set_child (fixture->window, GTK_WIDGET (fixture->strip));
  gesso_candidate_strip_set_painting (fixture->strip, fixture->painting);
  g_signal_connect_swapped (fixture->strip, "overlay-changed", G_CALLBACK (on_overlay), fixture);
  g_signal_connect (fixture->strip, "discarded", G_CALLBACK (on_discarded), fixture);
  g_signal_connect (fixture->strip, "more-like-this", G_CALLBACK (on_recipe), fixture);
  gtk_window_present (fixture->window);
  settle ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_ref (fixture->strip);
  gtk_window_destroy (fixture->window);
  settle ();
  g_assert_finalize_object (fixture->strip);
  g_assert_finalize_object (fixture->painting);
  g_free (fixture->recipe);
}

static GessoCandidate *
add (Fixture *fixture, int seed)
{
  const GdkRectangle area = { 8, 16, 32, 32 }, all = { 0, 0, 32, 32 };
  const guint8 pixel[4] = { (guint8) seed, 0, 0, 255 };
  g_autofree char *recipe = g_strdup_printf (RECIPE, seed);
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  g_autoptr (GessoCandidate) candidate = NULL;

  gesso_tiles_fill (tiles, &all, pixel);
  candidate = gesso_candidate_new (tiles, &area, recipe);
  gesso_painting_add_candidate (fixture->painting, candidate);
  settle ();

  return candidate;
}

static guint
count (Fixture *fixture)
{
  return g_list_model_get_n_items (gesso_painting_get_candidates (fixture->painting));
}

static void
activate (Fixture *fixture, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->strip), action, NULL));
  settle ();
}

/* The red of the overlay, which is the seed; -1: there is none. */
static int
overlay_red (Fixture *fixture)
{
  GdkRectangle area;
  GdkPaintable *overlay = gesso_candidate_strip_get_overlay (fixture->strip, &area);
  guint32 words[32 * 32];

  if (overlay == NULL)
    return -1;
  g_assert_cmpint (area.x, ==, 8);
  g_assert_cmpint (area.y, ==, 16);
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (overlay), ==, 32);
  gdk_texture_download (GDK_TEXTURE (overlay), (guchar *) words, 32 * 4);

  return words[5] >> 16 & 0xff;
}

/* ---- The tests ------------------------------------------------------------------------------ */

static void
test_choose (Fixture *fixture, gconstpointer data)
{
  GessoCandidate *first, *second;

  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (fixture->strip)));
  first = add (fixture, 10);
  second = add (fixture, 20);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (fixture->strip)));
  g_assert_cmpint (overlay_red (fixture), ==, -1);

  gesso_candidate_strip_select (fixture->strip, first);
  g_assert_cmpint (overlay_red (fixture), ==, 10);
  gesso_candidate_strip_select (fixture->strip, second);
  g_assert_cmpint (overlay_red (fixture), ==, 20);
  g_assert_cmpuint (fixture->n_overlays, >=, 2);

  /* Compared with before there is no overlay, and afterwards there is. */
  gesso_candidate_strip_set_comparing (fixture->strip, TRUE);
  g_assert_cmpint (overlay_red (fixture), ==, -1);
  gesso_candidate_strip_set_comparing (fixture->strip, FALSE);
  g_assert_cmpint (overlay_red (fixture), ==, 20);

  activate (fixture, "candidate.more-like-this");
  g_assert_nonnull (strstr (fixture->recipe, "\"seed\": 20"));
}

static void
test_accept (Fixture *fixture, gconstpointer data)
{
  GessoLayer *layer;

  add (fixture, 10);
  gesso_candidate_strip_select (fixture->strip, add (fixture, 20));
  activate (fixture, "candidate.accept");
  g_assert_cmpuint (count (fixture), ==, 1);
  g_assert_cmpint (overlay_red (fixture), ==, -1);
  g_assert_cmpuint (gesso_painting_get_n_layers (fixture->painting), ==, 1);
  layer = gesso_painting_get_layer (fixture->painting, 0);
  g_assert_cmpuint (gesso_layer_get_kind (layer), ==, GESSO_LAYER_GENERATED);
  g_assert_cmpstr (gesso_layer_get_name (layer), ==, "a red house");
  g_assert_nonnull (strstr (gesso_layer_get_recipe (layer), "\"seed\": 20"));

  g_assert_true (gesso_painting_undo (fixture->painting));
  settle ();
  g_assert_cmpuint (count (fixture), ==, 2);
  g_assert_cmpuint (gesso_painting_get_n_layers (fixture->painting), ==, 0);
}

static void
test_discard (Fixture *fixture, gconstpointer data)
{
  const GdkRectangle frame = { 0, 0, 16, 16 };
  GessoCandidate *first = add (fixture, 10), *second = add (fixture, 20);

  add (fixture, 30);
  gesso_candidate_strip_select (fixture->strip, second);
  activate (fixture, "candidate.discard");
  g_assert_cmpuint (fixture->n_discarded, ==, 1);
  g_assert_cmpuint (count (fixture), ==, 2);
  g_assert_cmpint (overlay_red (fixture), ==, 30); /* the one that came into its place */
  gesso_candidate_strip_undo_discard (fixture->strip);
  g_assert_cmpuint (count (fixture), ==, 3);
  g_assert_cmpint (overlay_red (fixture), ==, 20);

  /* What was done since stays done. */
  gesso_candidate_strip_select (fixture->strip, first);
  activate (fixture, "candidate.discard");
  gesso_painting_set_frame (fixture->painting, &frame);
  gesso_candidate_strip_undo_discard (fixture->strip);
  g_assert_cmpuint (count (fixture), ==, 3);
  g_assert_cmpint (overlay_red (fixture), ==, 10);
  gesso_candidate_strip_undo_discard (fixture->strip);
  g_assert_cmpuint (count (fixture), ==, 3);

  activate (fixture, "candidate.discard-all");
  g_assert_cmpuint (fixture->n_discarded, ==, 3);
  g_assert_cmpuint (count (fixture), ==, 0);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (fixture->strip)));
  gesso_candidate_strip_undo_discard (fixture->strip);
  g_assert_cmpuint (count (fixture), ==, 3);
}

/* What is coming is shown until there is something to choose. */
static void
test_pending (Fixture *fixture, gconstpointer data)
{
  const GdkRectangle area = { 8, 16, 32, 32 };
  g_autoptr (GdkPaintable) preview = gdk_paintable_new_empty (32, 32);
  g_autoptr (GdkPaintable) large = gdk_paintable_new_empty (512, 512);
  GdkRectangle place;
  int height, height_large;

  /* However large it is, its place stays small. */
  gesso_candidate_strip_set_pending (fixture->strip, 3, NULL, &area);
  settle ();
  gtk_widget_measure (GTK_WIDGET (fixture->strip), GTK_ORIENTATION_VERTICAL, -1, NULL, &height, NULL, NULL);
  gesso_candidate_strip_set_pending (fixture->strip, 3, large, &area);
  settle ();
  gtk_widget_measure (GTK_WIDGET (fixture->strip), GTK_ORIENTATION_VERTICAL, -1, NULL, &height_large, NULL,
                      NULL);
  g_assert_cmpint (height_large, ==, height);

  gesso_candidate_strip_set_pending (fixture->strip, 3, preview, &area);
  settle ();
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (fixture->strip)));
  g_assert_true (gesso_candidate_strip_get_overlay (fixture->strip, &place) == preview);
  g_assert_true (gdk_rectangle_equal (&place, &area));

  gesso_candidate_strip_select (fixture->strip, add (fixture, 40));
  g_assert_cmpint (overlay_red (fixture), ==, 40);
  gesso_candidate_strip_set_pending (fixture->strip, 100, NULL, NULL);
  gesso_candidate_strip_set_pending (fixture->strip, 0, NULL, NULL);
  settle ();
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (fixture->strip)));
}

/* ---- Scrubbing, with the starter model ------------------------------------------------------- */

typedef struct
{
  GessoResult *result;
  gboolean     done;
  guint        n_changed, continued;
} Scrub;

static void
on_result (GessoJob *job, GessoResult *result, Scrub *scrub)
{
  g_set_object (&scrub->result, result);
}

static void
on_run (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  gesso_engine_run_finish (GESSO_ENGINE (source), result, &error);
  g_assert_no_error (error);
  ((Scrub *) data)->done = TRUE;
}

static void
on_scrubbed (Scrub *scrub)
{
  scrub->n_changed++;
}

static void
on_continue (Scrub *scrub, guint step)
{
  scrub->continued = step;
}

/* Back there is a look, at the end there is the candidate itself. */
static void
test_scrub (void)
{
  GessoEngine *engine = gesso_engine_new (); /* for the life of the program */
  GessoScrubber *scrubber = g_object_ref_sink (g_object_new (GESSO_TYPE_SCRUBBER, NULL));
  g_autoptr (GessoSnapshot) snapshot = gesso_snapshot_new (64, 64);
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  g_autoptr (GessoOrder) order = NULL;
  GessoJob *job = gesso_job_new ();
  Scrub scrub = { 0 };

  g_object_set (settings, "prompt", "a red house", "steps", 3, NULL);
  order = gesso_order_new (snapshot, settings);
  g_signal_connect (job, "result", G_CALLBACK (on_result), &scrub);
  gesso_engine_run_async (engine, order, FALSE, job, on_run, &scrub);
  while (!scrub.done)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (job);

  gesso_scrubber_set_engine (scrubber, engine);
  g_signal_connect_swapped (scrubber, "changed", G_CALLBACK (on_scrubbed), &scrub);
  g_signal_connect_swapped (scrubber, "continue", G_CALLBACK (on_continue), &scrub);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (scrubber)));
  gesso_scrubber_set_trail (scrubber, gesso_result_get_trail (scrub.result),
                            gesso_result_get_candidate (scrub.result));
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (scrubber)));
  g_assert_cmpuint (gesso_scrubber_get_step (scrubber), ==, 3);
  g_assert_null (gesso_scrubber_get_look (scrubber));

  gesso_scrubber_set_step (scrubber, 2);
  gesso_scrubber_set_step (scrubber, 1);
  while (scrub.n_changed < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (gdk_texture_get_width (gesso_scrubber_get_look (scrubber)), ==, 64);
  g_signal_emit_by_name (gtk_widget_get_last_child (GTK_WIDGET (scrubber)), "clicked");
  g_assert_cmpuint (scrub.continued, ==, 1);

  gesso_scrubber_set_step (scrubber, 3);
  g_assert_null (gesso_scrubber_get_look (scrubber));
  g_assert_cmpuint (scrub.n_changed, ==, 3);
  gesso_scrubber_set_trail (scrubber, NULL, NULL);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (scrubber)));

  settle ();
  g_assert_finalize_object (scrubber);
  g_object_unref (scrub.result);
}

/* A small look is the mean of what it stands for. */
static void
test_look (void)
{
  g_autoptr (GessoPainting) painting = gesso_painting_new (10, 10);
  const GdkRectangle area = { 0, 0, 400, 200 }, left = { 0, 0, 200, 200 };
  const guint8 pixel[4] = { 200, 100, 50, 255 };
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  g_autoptr (GessoCandidate) candidate = NULL;
  g_autoptr (GdkTexture) look = NULL;
  guint32 words[96 * 48];

  gesso_tiles_fill (tiles, &left, pixel);
  candidate = gesso_candidate_new (tiles, &area, NULL);
  look = gesso_candidate_look_small (candidate, painting, 96);
  g_assert_cmpint (gdk_texture_get_width (look), ==, 96);
  g_assert_cmpint (gdk_texture_get_height (look), ==, 48);
  gdk_texture_download (look, (guchar *) words, 96 * 4);
  g_assert_cmphex (words[0], ==, 0xffc86432);
  g_assert_cmphex (words[96 * 48 - 1], ==, 0);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "/app/candidates/choose", test_choose },
    { "/app/candidates/accept", test_accept },
    { "/app/candidates/discard", test_discard },
    { "/app/candidates/pending", test_pending },
  };

  gesso_engine_prepare_process ();
  gtk_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
  g_test_add_func ("/app/candidates/look", test_look);
  g_test_add_func ("/app/candidates/scrub", test_scrub);

  return g_test_run ();
}
