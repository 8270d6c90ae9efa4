/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder, the pictures and the questions of the tests of trainings. */
#include "training-test.h"

#include "gpu/device.h"
#include "session/model.h"

#include <glib/gstdio.h>

static char *folder; /* of all that a test writes */

char *
training_test_path (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

void
training_test_remove (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        training_test_remove (child);
      g_remove (child);
    }
}

/* Three pictures of two shapes; one has a caption. */
void
training_test_write_pictures (void)
{
  static const struct { const char *name; guint width, height; } pictures[] = {
    { "pictures/a.png", 64, 64 }, { "pictures/b.png", 96, 48 }, { "pictures/c.png", 70, 70 },
  };
  g_autofree char *pictures_folder = training_test_path ("pictures"), *caption = training_test_path ("pictures/b.txt");

  g_assert_cmpint (g_mkdir (pictures_folder, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    {
      g_autofree char *path = training_test_path (pictures[i].name);
      g_autoptr (GsImage) image = session_test_gradients (pictures[i].width, pictures[i].height);

      g_assert_true (gs_image_save_png (image, path, NULL, NULL));
    }
  g_assert_true (g_file_set_contents (caption, "two boats", -1, NULL));
}

/* Everything that draws on chance. */
GsTrainingOptions
training_test_options (GsTrainingKind kind, const char *data, const char *state)
{
  GsTrainingOptions options = GS_TRAINING_OPTIONS_DEFAULT;

  options.kind = kind;
  options.data = data;
  options.state = state;
  options.word = "zorb";
  options.resolution = 64;
  options.steps = TRAINING_TEST_STEPS;
  /* Whole components cost most, and nothing of theirs knows of it. */
  options.accumulate = kind == GS_TRAINING_MODEL || kind == GS_TRAINING_AUTOENCODER ? 1 : 2;
  options.flip = TRUE;
  options.noise_offset = 0.1;
  options.caption_dropout = 0.4;
  options.rate = 0.01;
  options.seed = 11;
  options.n_vectors = 2;
  options.initial = "house boat";
  options.rank = 2;
  options.text_encoder = TRUE;
  options.state_seconds = 3600;
  options.recompute = GS_RECOMPUTE_NEVER;
  return options;
}

gboolean
training_test_on_progress (const GsTrainingProgress *progress, gpointer user_data)
{
  TrainingTestWatch *watch = user_data;

  watch->n_calls++;
  if (progress->sample != NULL)
    {
      g_assert_cmpuint (progress->sample->width, ==, 64);
      g_assert_true (g_file_test (progress->sample_path, G_FILE_TEST_EXISTS));
      watch->n_samples++;
    }
  if (watch->lose_at > 0 && progress->is_step && progress->step == watch->lose_at)
    gs_device_lose (session_test_get ()->device);
  if (watch->pause_at == 0 || progress->phase != GS_TRAINING_LEARN)
    return TRUE;
  return watch->within ? progress->step < watch->pause_at || progress->is_step
                       : !progress->is_step || progress->step != watch->pause_at;
}

GsTraining *
training_test_open (const GsTrainingOptions *options)
{
  g_autoptr (GError) error = NULL;
  GsTraining *training = gs_training_new (session_test_get (), options, &error);

  g_assert_no_error (error);
  return training;
}

gboolean
training_test_run (GsTraining *training, TrainingTestWatch *watch)
{
  g_autoptr (GError) error = NULL;
  gboolean finished;

  gs_training_run (training, training_test_on_progress, watch, &finished, &error);
  g_assert_no_error (error);
  return finished;
}

GBytes *
training_test_result (GsTraining *training, const char *name)
{
  g_autofree char *path = training_test_path (name), *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;

  gs_training_save (training, path, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  return g_bytes_new_take (g_steal_pointer (&bytes), n);
}

/* What else there is: all that keeps something from step to step. */
static void
complicate (GsTrainingOptions *options)
{
  options->optimizer = GS_OPTIMIZER_PRODIGY;
  options->rate = 1;
  options->schedule = GS_SCHEDULE_COSINE;
  options->warm_up = 2;
  options->average = 0.9;
  options->snr_gamma = 5;
  options->text_encoder = FALSE;
  options->conv_rank = 1;
  options->blocks = "mid_block,up_blocks.0";
  options->prior = options->data;
  options->prior_weight = 0.5;
  options->recompute = GS_RECOMPUTE_ALWAYS;
}

/* Without any interruption; once for all tests that ask for the same. */
GBytes *
training_test_at_once (GsTrainingKind kind, gboolean complicated)
{
  static GBytes *results[4][2];
  GBytes **result = &results[kind][complicated];
  g_autofree char *data = training_test_path ("pictures"), *state = training_test_path ("at once");
  GsTrainingOptions options = training_test_options (kind, data, state);
  g_autoptr (GsTraining) training = NULL;
  TrainingTestWatch watch = { 0 };

  if (*result != NULL)
    return g_bytes_ref (*result);
  if (complicated)
    complicate (&options);
  training = training_test_open (&options);
  g_assert_cmpuint (gs_training_n_pictures (training), ==, 3);
  g_assert_true (training_test_run (training, &watch));
  g_assert_cmpuint (gs_training_get_step (training), ==, TRAINING_TEST_STEPS);
  *result = training_test_result (training, "result.safetensors");
  return g_bytes_ref (*result);
}

void
training_test_resume (GsTrainingKind kind, gboolean complicated)
{
  g_autofree char *data = training_test_path ("pictures"), *state = training_test_path ("state");
  GsTrainingOptions options = training_test_options (kind, data, state);
  g_autoptr (GBytes) expected = NULL, got = NULL;
  g_autoptr (GsImage) before = NULL, between = NULL, after = NULL;
  const GsRequest request = session_test_request ();

  if (session_test_get () == NULL)
    return;
  training_test_write_pictures ();
  before = session_test_picture (&request);
  if (complicated)
    complicate (&options);
  expected = training_test_at_once (kind, complicated);
  for (guint i = 0; i < 3; i++)
    {
      /* Between two steps, in the middle of one, and to the end. */
      TrainingTestWatch watch = { .pause_at = i == 2 ? 0 : i == 0 ? 2 : 3, .within = i == 1 };
      g_autoptr (GError) error = NULL;
      g_autoptr (GsTraining) training = i == 1 ? gs_training_resume (session_test_get (), state, &error)
                                               : gs_training_new (session_test_get (), &options, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (gs_training_get_step (training), ==, i == 0 ? 0 : i + 1);
      g_assert_true (training_test_run (training, &watch) == (i == 2));
      g_assert_cmpuint (gs_training_get_step (training), ==, i == 2 ? TRAINING_TEST_STEPS : i + 2);
      if (i == 0) /* painting takes turns, and knows nothing of it */
        between = session_test_picture (&request);
      if (i == 2)
        got = training_test_result (training, "result.safetensors");
      options.sample_every = i == 1 ? 2 : 0; /* may differ */
      options.sample_steps = 2;
    }
  after = session_test_picture (&request);
  g_assert_true (g_bytes_equal (expected, got));
  g_assert_true (session_test_same (before, between));
  g_assert_true (session_test_same (before, after));
}

/* The plan says what it takes. */
void
training_test_memory (GsTrainingKind kind, gboolean complicated)
{
  g_autofree char *data = training_test_path ("pictures"), *state = training_test_path ("state");
  GsTrainingOptions options = training_test_options (kind, data, state);
  g_autoptr (GsTraining) training = NULL;
  g_autoptr (GError) error = NULL;
  guint64 needed, available, peak;
  TrainingTestWatch watch = { 0 };

  if (session_test_get () == NULL)
    return;
  training_test_write_pictures ();
  if (complicated)
    complicate (&options);
  options.steps = 2;
  options.buckets = FALSE;
  training = training_test_open (&options);
  gs_training_plan (training, &needed, &available, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (needed, <, available);
  g_assert_true (training_test_run (training, &watch));
  peak = gs_device_get_peak_bytes (session_test_get ()->device);
  g_test_message ("planned %" G_GUINT64_FORMAT ", used %" G_GUINT64_FORMAT, needed, peak);
  g_assert_cmpfloat ((double) peak, <, 1.1 * needed);
  g_assert_cmpfloat ((double) peak, >, 0.9 * needed);
}

static void
in_folder (gconstpointer test)
{
  folder = g_dir_make_tmp ("gesso-training-XXXXXX", NULL);
  ((GTestFunc) (gpointer) test) ();
  training_test_remove (folder);
  g_rmdir (folder);
  g_clear_pointer (&folder, g_free);
}

void
training_test_add (const char *path, GTestFunc test)
{
  g_test_add_data_func (path, (gconstpointer) test, in_folder);
}
