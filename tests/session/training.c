/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trainings that are stopped, killed and continued, and what they write. */
#include "session-test.h"

#include "gpu/device.h"
#include "io/adapter.h"
#include "io/inversion.h"
#include "session/model.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#define STEPS 4

static char *folder; /* of all that a test writes */

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_all (child);
      g_remove (child);
    }
}

/* Three pictures of two shapes; one has a caption. */
static void
write_pictures (void)
{
  static const struct { const char *name; guint width, height; } pictures[] = {
    { "pictures/a.png", 64, 64 }, { "pictures/b.png", 96, 48 }, { "pictures/c.png", 70, 70 },
  };
  g_autofree char *pictures_folder = path_of ("pictures"), *caption = path_of ("pictures/b.txt");

  g_assert_cmpint (g_mkdir (pictures_folder, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    {
      g_autofree char *path = path_of (pictures[i].name);
      g_autoptr (GsImage) image = session_test_gradients (pictures[i].width, pictures[i].height);

      g_assert_true (gs_image_save_png (image, path, NULL, NULL));
    }
  g_assert_true (g_file_set_contents (caption, "two boats", -1, NULL));
}

/* Everything that draws on chance. */
static GsTrainingOptions
options_of (GsTrainingKind kind, const char *data, const char *state)
{
  GsTrainingOptions options = GS_TRAINING_OPTIONS_DEFAULT;

  options.kind = kind;
  options.data = data;
  options.state = state;
  options.word = "zorb";
  options.resolution = 64;
  options.steps = STEPS;
  options.accumulate = 2;
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

typedef struct
{
  guint    pause_at;  /* step; 0: never             */
  gboolean within;    /* in the middle of that step */
  guint    lose_at;   /* step; 0: never             */
  guint    n_calls;
  guint    n_samples;
} Watch;

static gboolean
on_progress (const GsTrainingProgress *progress, gpointer user_data)
{
  Watch *watch = user_data;

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

static GsTraining *
open_training (const GsTrainingOptions *options)
{
  g_autoptr (GError) error = NULL;
  GsTraining *training = gs_training_new (session_test_get (), options, &error);

  g_assert_no_error (error);
  return training;
}

static gboolean
run (GsTraining *training, Watch *watch)
{
  g_autoptr (GError) error = NULL;
  gboolean finished;

  gs_training_run (training, on_progress, watch, &finished, &error);
  g_assert_no_error (error);
  return finished;
}

static GBytes *
result_of (GsTraining *training, const char *name)
{
  g_autofree char *path = path_of (name), *bytes = NULL;
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
static GBytes *
train_at_once (GsTrainingKind kind, gboolean complicated)
{
  static GBytes *results[4][2];
  GBytes **result = &results[kind][complicated];
  g_autofree char *data = path_of ("pictures"), *state = path_of ("at once");
  GsTrainingOptions options = options_of (kind, data, state);
  g_autoptr (GsTraining) training = NULL;
  Watch watch = { 0 };

  if (*result != NULL)
    return g_bytes_ref (*result);
  if (complicated)
    complicate (&options);
  training = open_training (&options);
  g_assert_cmpuint (gs_training_n_pictures (training), ==, 3);
  g_assert_true (run (training, &watch));
  g_assert_cmpuint (gs_training_get_step (training), ==, STEPS);
  *result = result_of (training, "result.safetensors");
  return g_bytes_ref (*result);
}

static void
test_resume (GsTrainingKind kind, gboolean complicated)
{
  g_autofree char *data = path_of ("pictures"), *state = path_of ("state");
  GsTrainingOptions options = options_of (kind, data, state);
  g_autoptr (GBytes) expected = NULL, got = NULL;
  g_autoptr (GsImage) before = NULL, between = NULL, after = NULL;
  const GsRequest request = session_test_request ();

  if (session_test_get () == NULL)
    return;
  write_pictures ();
  before = session_test_picture (&request);
  if (complicated)
    complicate (&options);
  expected = train_at_once (kind, complicated);
  for (guint i = 0; i < 3; i++)
    {
      /* Between two steps, in the middle of one, and to the end. */
      Watch watch = { .pause_at = i == 2 ? 0 : i == 0 ? 2 : 3, .within = i == 1 };
      g_autoptr (GError) error = NULL;
      g_autoptr (GsTraining) training = i == 1 ? gs_training_resume (session_test_get (), state, &error)
                                               : gs_training_new (session_test_get (), &options, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (gs_training_get_step (training), ==, i == 0 ? 0 : i + 1);
      g_assert_true (run (training, &watch) == (i == 2));
      g_assert_cmpuint (gs_training_get_step (training), ==, i == 2 ? STEPS : i + 2);
      if (i == 0) /* painting takes turns, and knows nothing of it */
        between = session_test_picture (&request);
      if (i == 2)
        got = result_of (training, "result.safetensors");
      options.sample_every = i == 1 ? 2 : 0; /* may differ */
      options.sample_steps = 2;
    }
  after = session_test_picture (&request);
  g_assert_true (g_bytes_equal (expected, got));
  g_assert_true (session_test_same (before, between));
  g_assert_true (session_test_same (before, after));
}

/* Other options are another training; the message names the first that differs. */
static void
test_other_options (void)
{
  g_autofree char *data = path_of ("pictures"), *state = path_of ("state");
  GsTrainingOptions options = options_of (GS_TRAINING_LORA, data, state);
  g_autoptr (GError) rank_error = NULL, seed_error = NULL, range_error = NULL, gone_error = NULL;
  g_autoptr (GError) caption_error = NULL, none_error = NULL, block_error = NULL;
  g_autofree char *caption = path_of ("pictures/a.txt"), *moved = path_of ("moved");

  if (session_test_get () == NULL)
    return;
  write_pictures ();
  gs_training_free (open_training (&options));
  options.rank = 3;
  g_assert_null (gs_training_new (session_test_get (), &options, &rank_error));
  g_assert_error (rank_error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (rank_error->message, "rank"));
  options.rank = 2;
  options.seed++;
  g_assert_null (gs_training_new (session_test_get (), &options, &seed_error));
  g_assert_nonnull (strstr (seed_error->message, "seed"));
  options.seed--;
  options.batch = 0;
  g_assert_null (gs_training_new (session_test_get (), &options, &range_error));
  g_assert_error (range_error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
  options.batch = 1;
  options.steps++;
  gs_training_free (open_training (&options));
  g_assert_cmpint (g_rename (data, moved), ==, 0);
  g_assert_null (gs_training_resume (session_test_get (), state, &gone_error));
  g_assert_error (gone_error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (gone_error->message, "pictures"));
  g_assert_cmpint (g_rename (moved, data), ==, 0);
  gs_training_free (open_training (&options));
  g_assert_true (g_file_set_contents (caption, "something else", -1, NULL));
  g_assert_null (gs_training_new (session_test_get (), &options, &caption_error));
  g_assert_nonnull (strstr (caption_error->message, "pictures"));
  g_assert_null (gs_training_resume (session_test_get (), data, &none_error));
  g_assert_error (none_error, GS_ERROR, GS_ERROR_BAD_FILE);
  options.blocks = "cellar";
  options.text_encoder = FALSE;
  options.state = moved;
  g_assert_null (gs_training_new (session_test_get (), &options, &block_error));
  g_assert_nonnull (strstr (block_error->message, "cellar"));
}

/* Files may have so many bytes from now on. */
static void
limit_files (rlim_t n_bytes)
{
  struct rlimit limit;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = n_bytes;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static gboolean
on_progress_fill_disk (const GsTrainingProgress *progress, gpointer user_data)
{
  if (progress->is_step && progress->step == 2)
    limit_files (4096);
  return TRUE;
}

/* No room for the state: the last one that was written stays, and is gone on from. */
static void
test_full_disk (void)
{
  g_autofree char *data = path_of ("pictures"), *state = path_of ("state");
  GsTrainingOptions options = options_of (GS_TRAINING_LORA, data, state);
  g_autoptr (GsTraining) training = NULL, again = NULL;
  g_autoptr (GBytes) expected = NULL, got = NULL;
  g_autoptr (GError) error = NULL;
  gboolean finished = TRUE;
  Watch watch = { 0 };

  if (session_test_get () == NULL)
    return;
  write_pictures ();
  expected = train_at_once (GS_TRAINING_LORA, FALSE);
  options.state_every = 1;
  training = open_training (&options);
  g_assert_false (gs_training_run (training, on_progress_fill_disk, NULL, &finished, &error));
  limit_files (RLIM_INFINITY);
  g_assert_false (finished);
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (error->message, "make room"));
  g_clear_pointer (&training, gs_training_free);
  again = open_training (&options);
  g_assert_cmpuint (gs_training_get_step (again), ==, 1);
  g_assert_true (run (again, &watch));
  got = result_of (again, "result.safetensors");
  g_assert_true (g_bytes_equal (expected, got));
}

/* The state folder is gone while it runs: it is made anew. */
static gboolean
on_progress_remove (const GsTrainingProgress *progress, gpointer user_data)
{
  if (progress->is_step && progress->step == 2)
    {
      remove_all (user_data);
      g_rmdir (user_data);
    }
  return TRUE;
}

static void
test_vanished_state (void)
{
  g_autofree char *data = path_of ("pictures"), *state = path_of ("state");
  GsTrainingOptions options = options_of (GS_TRAINING_INVERSION, data, state);
  g_autoptr (GsTraining) training = NULL, again = NULL;
  g_autofree float *losses = NULL;
  g_autoptr (GError) error = NULL;
  gboolean finished;
  guint n;

  if (session_test_get () == NULL)
    return;
  write_pictures ();
  training = open_training (&options);
  g_assert_true (gs_training_run (training, on_progress_remove, state, &finished, &error));
  g_assert_no_error (error);
  g_assert_true (finished);
  g_clear_pointer (&training, gs_training_free);
  again = gs_training_resume (session_test_get (), state, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (gs_training_get_step (again), ==, STEPS);
  losses = gs_training_load_losses (state, &n);
  g_assert_cmpuint (n, ==, STEPS);
  g_assert_cmpmem (losses, n * sizeof (float), gs_training_get_losses (again, &n),
                   n * sizeof (float));
  g_assert_null (gs_training_load_losses (data, &n));
  g_assert_cmpuint (n, ==, 0);
}

/* The middle: a square, or the nearest of the shapes. */
static void
test_crop (void)
{
  double crop[4];

  gs_training_crop (100, 60, 64, FALSE, crop);
  g_assert_cmpfloat (crop[0], ==, 20);
  g_assert_cmpfloat (crop[1], ==, 0);
  g_assert_cmpfloat (crop[2], ==, 60);
  g_assert_cmpfloat (crop[3], ==, 60);
  gs_training_crop (100, 60, 512, TRUE, crop);
  g_assert_cmpfloat (crop[2] / crop[3], >, 1.4);
  g_assert_cmpfloat_with_epsilon (crop[0] + crop[2] / 2, 50, 1e-9);
  g_assert_cmpfloat_with_epsilon (crop[1] + crop[3] / 2, 30, 1e-9);
}

static void
test_lost_device (void)
{
  g_autofree char *data = path_of ("pictures"), *state = path_of ("state");
  GsTrainingOptions options = options_of (GS_TRAINING_INVERSION, data, state);
  g_autoptr (GsTraining) training = NULL, again = NULL;
  g_autoptr (GBytes) expected = NULL, got = NULL;
  g_autoptr (GError) error = NULL;
  Watch watch = { .lose_at = 2 }, rest = { 0 };
  gboolean finished = TRUE;

  if (session_test_get () == NULL)
    return;
  write_pictures ();
  expected = train_at_once (GS_TRAINING_INVERSION, FALSE);
  training = open_training (&options);
  g_assert_false (gs_training_run (training, on_progress, &watch, &finished, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_DEVICE_LOST);
  g_assert_nonnull (strstr (error->message, "Step 2 is kept"));
  g_clear_pointer (&training, gs_training_free);
  session_test_renew ();
  again = open_training (&options);
  g_assert_cmpuint (gs_training_get_step (again), ==, 2);
  g_assert_true (run (again, &rest));
  got = result_of (again, "result.safetensors");
  g_assert_true (g_bytes_equal (expected, got));
}

/* The plan says what it takes. */
static void
test_memory (GsTrainingKind kind, gboolean complicated)
{
  g_autofree char *data = path_of ("pictures"), *state = path_of ("state");
  GsTrainingOptions options = options_of (kind, data, state);
  g_autoptr (GsTraining) training = NULL;
  g_autoptr (GError) error = NULL;
  guint64 needed, available, peak;
  Watch watch = { 0 };

  if (session_test_get () == NULL)
    return;
  write_pictures ();
  if (complicated)
    complicate (&options);
  options.steps = 2;
  options.buckets = FALSE;
  training = open_training (&options);
  gs_training_plan (training, &needed, &available, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (needed, <, available);
  g_assert_true (run (training, &watch));
  peak = gs_device_get_peak_bytes (session_test_get ()->device);
  g_test_message ("planned %" G_GUINT64_FORMAT ", used %" G_GUINT64_FORMAT, needed, peak);
  g_assert_cmpfloat ((double) peak, <, 1.1 * needed);
  g_assert_cmpfloat ((double) peak, >, 0.9 * needed);
}

static void
test_samples (void)
{
  static const char *const prompts[] = { "zorb", "a zorb at night", NULL };
  g_autofree char *data = path_of ("pictures"), *state = path_of ("state");
  g_autofree char *last = path_of ("state/samples/000004-2.png");
  GsTrainingOptions options = options_of (GS_TRAINING_LORA, data, state);
  g_autoptr (GsTraining) training = NULL;
  g_autoptr (GBytes) expected = NULL, got = NULL;
  Watch watch = { 0 };

  if (session_test_get () == NULL)
    return;
  write_pictures ();
  expected = train_at_once (GS_TRAINING_LORA, FALSE);
  options.prompts = prompts;
  options.sample_every = 3;
  options.sample_steps = 2;
  options.sample_guidance = 1;
  training = open_training (&options);
  g_assert_true (run (training, &watch));
  g_assert_cmpuint (watch.n_samples, ==, 2 * 3); /* at 0, 3 and the end */
  g_assert_true (g_file_test (last, G_FILE_TEST_EXISTS));
  got = result_of (training, "result.safetensors");
  g_assert_true (g_bytes_equal (expected, got));
}

/* ---- What is written ---- */

static void
test_lora_file (void)
{
  g_autofree char *data = path_of ("pictures"), *state = path_of ("state");
  g_autofree char *path = path_of ("zorb.safetensors");
  GsTrainingOptions options = options_of (GS_TRAINING_LORA, data, state);
  g_autoptr (GsTraining) training = NULL;
  g_autoptr (GsAdapter) adapter = NULL;
  g_autoptr (GsTensorFile) file = NULL;
  g_autoptr (GError) error = NULL;
  GHashTable *metadata;
  Watch watch = { 0 };
  guint n_text = 0;

  if (session_test_get () == NULL)
    return;
  write_pictures ();
  options.steps = 2;
  options.alpha = 1;
  training = open_training (&options);
  g_assert_true (run (training, &watch));
  gs_training_save (training, path, &error);
  g_assert_no_error (error);
  adapter = gs_adapter_open (path, &error);
  g_assert_no_error (error);
  gs_adapter_match (adapter, session_test_get ()->model->checkpoint, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (gs_adapter_unmatched (adapter)->len, ==, 0);
  for (guint i = 0; i < gs_adapter_n_modules (adapter); i++)
    {
      const GsAdapterModule *module = gs_adapter_module (adapter, i);
      const GsStoredTensor *down = module->parts[GS_ADAPTER_DOWN], *up = module->parts[GS_ADAPTER_UP];
      gboolean learnt = FALSE;

      g_assert_true (g_str_has_prefix (module->name, "lora_unet_")
                     || g_str_has_prefix (module->name, "lora_te_text_model_encoder_layers_"));
      n_text += g_str_has_prefix (module->name, "lora_te_");
      g_assert_cmpuint (down->shape[0], ==, 2);
      g_assert_cmpuint (up->shape[1], ==, 2);
      g_assert_cmpuint (down->n_dims, ==, up->n_dims);
      g_assert_cmpfloat (gs_stored_tensor_get_float (module->parts[GS_ADAPTER_ALPHA], 0), ==, 1);
      for (guint64 k = 0; k < gs_stored_tensor_n_elements (up); k++)
        learnt |= gs_stored_tensor_get_float (up, k) != 0;
      g_assert_true (learnt);
    }
  g_assert_cmpuint (n_text, ==, 2 * 6); /* two layers of q, k, v, out, fc1, fc2 */
  file = gs_tensor_file_open (path, &error);
  metadata = gs_tensor_file_metadata (file);
  g_assert_cmpstr (g_hash_table_lookup (metadata, "ss_network_module"), ==, "networks.lora");
  g_assert_cmpstr (g_hash_table_lookup (metadata, "ss_network_dim"), ==, "2");
  g_assert_cmpstr (g_hash_table_lookup (metadata, "ss_network_alpha"), ==, "1");
  g_assert_cmpstr (g_hash_table_lookup (metadata, "ss_base_model_version"), ==, "sd_v1");
  g_assert_cmpstr (g_hash_table_lookup (metadata, "ss_output_name"), ==, "zorb");
  g_assert_cmpstr (g_hash_table_lookup (metadata, "ss_tag_frequency"), ==,
                   "{\"pictures\":{\"zorb\":3,\"two boats\":1}}");
  g_assert_cmpuint (strlen (g_hash_table_lookup (metadata, "sshs_model_hash")), ==, 64);
}

/* The whole model: what was trained is another, the rest is as it was, and so is the session's. */
static void
test_model_file (void)
{
  g_autofree char *data = path_of ("pictures"), *state = path_of ("state");
  g_autofree char *path = path_of ("model.safetensors");
  const GsRequest request = session_test_request ();
  g_autoptr (GsImage) before = NULL, after = NULL;
  GsTrainingOptions options = options_of (GS_TRAINING_MODEL, data, state);
  g_autoptr (GsTraining) training = NULL;
  g_autoptr (GsCheckpoint) written = NULL;
  const GsCheckpoint *own;
  g_autoptr (GError) error = NULL;
  GsModelConfig config;
  Watch watch = { 0 };

  if (session_test_get () == NULL)
    return;
  write_pictures ();
  before = session_test_picture (&request);
  options.steps = 1;
  options.accumulate = 1;
  options.caption_dropout = 0;
  training = open_training (&options);
  g_assert_true (run (training, &watch));
  after = session_test_picture (&request);
  g_assert_true (session_test_same (before, after));
  gs_training_save (training, path, &error);
  g_assert_no_error (error);
  written = gs_checkpoint_open (path, &error);
  g_assert_no_error (error);
  gs_model_config_read (written, NULL, &config, &error);
  g_assert_no_error (error);
  own = session_test_get ()->model->checkpoint;
  g_assert_cmpuint (gs_checkpoint_n_tensors (written), ==, gs_checkpoint_n_tensors (own));
  for (guint i = 0; i < gs_checkpoint_n_tensors (own); i++)
    {
      const char *name;
      const GsStoredTensor *old = gs_checkpoint_tensor (own, i, &name);
      const GsStoredTensor *new = gs_checkpoint_find (written, name);
      gboolean same;

      g_assert_nonnull (new);
      g_assert_cmpstr (new->name, ==, old->name);
      g_assert_cmpuint (new->n_bytes, ==, old->n_bytes);
      same = memcmp (new->data, old->data, old->n_bytes) == 0;
      if (same == !g_str_has_prefix (name, "vae."))
        g_test_message ("%s is %s", name, same ? "as it was" : "another");
      g_assert_true (same == g_str_has_prefix (name, "vae."));
    }
}

/* Both layouts hold the same vectors, and only those have changed that were trained. */
static void
test_word_files (void)
{
  g_autofree char *data = path_of ("pictures"), *state = path_of ("state");
  GsTrainingOptions options = options_of (GS_TRAINING_INVERSION, data, state);
  static const char *const names[] = { "zorb.safetensors", "zorb.pt" };
  g_autoptr (GsTraining) training = NULL;
  g_autofree float *first = NULL;
  Watch watch = { 0 };

  if (session_test_get () == NULL)
    return;
  write_pictures ();
  options.steps = 2;
  training = open_training (&options);
  g_assert_cmpuint (gs_training_n_parameters (training), ==, 2 * 96);
  g_assert_true (run (training, &watch));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = path_of (names[i]);
      g_autoptr (GsInversion) inversion = NULL;
      g_autoptr (GError) error = NULL;
      const GsInversionPart *part;

      gs_training_save (training, path, &error);
      g_assert_no_error (error);
      inversion = gs_inversion_open (path, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (inversion->name, ==, "zorb");
      g_assert_cmpuint (inversion->n_parts, ==, 1);
      part = gs_inversion_part (inversion, 96);
      g_assert_nonnull (part);
      g_assert_cmpuint (part->n_vectors, ==, 2);
      if (first == NULL)
        first = g_memdup2 (part->values, 2 * 96 * sizeof (float));
      g_assert_true (memcmp (first, part->values, 2 * 96 * sizeof (float)) == 0);
    }
}

static void
in_folder (gconstpointer test)
{
  folder = g_dir_make_tmp ("gesso-training-XXXXXX", NULL);
  ((GTestFunc) (gpointer) test) ();
  remove_all (folder);
  g_rmdir (folder);
  g_clear_pointer (&folder, g_free);
}

#define FOR_KIND(name, test, kind, complicated)                                                    \
  static void name (void) { test (kind, complicated); }
FOR_KIND (test_resume_word, test_resume, GS_TRAINING_INVERSION, FALSE)
FOR_KIND (test_resume_lora, test_resume, GS_TRAINING_LORA, FALSE)
FOR_KIND (test_resume_locon, test_resume, GS_TRAINING_LORA, TRUE)
FOR_KIND (test_resume_model, test_resume, GS_TRAINING_MODEL, FALSE)
FOR_KIND (test_resume_autoencoder, test_resume, GS_TRAINING_AUTOENCODER, FALSE)
FOR_KIND (test_memory_autoencoder, test_memory, GS_TRAINING_AUTOENCODER, FALSE)
FOR_KIND (test_memory_model, test_memory, GS_TRAINING_MODEL, FALSE)
FOR_KIND (test_memory_word, test_memory, GS_TRAINING_INVERSION, FALSE)
FOR_KIND (test_memory_lora, test_memory, GS_TRAINING_LORA, FALSE)
FOR_KIND (test_memory_locon, test_memory, GS_TRAINING_LORA, TRUE)

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("gesso-data-XXXXXX", NULL);
  int status;

  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/training/crop", test_crop);
  g_test_add_data_func ("/training/memory/word", (gconstpointer) test_memory_word, in_folder);
  g_test_add_data_func ("/training/memory/lora", (gconstpointer) test_memory_lora, in_folder);
  g_test_add_data_func ("/training/memory/locon", (gconstpointer) test_memory_locon, in_folder);
  g_test_add_data_func ("/training/resume/word", (gconstpointer) test_resume_word, in_folder);
  g_test_add_data_func ("/training/resume/lora", (gconstpointer) test_resume_lora, in_folder);
  g_test_add_data_func ("/training/resume/locon", (gconstpointer) test_resume_locon, in_folder);
  g_test_add_data_func ("/training/other-options", (gconstpointer) test_other_options, in_folder);
  g_test_add_data_func ("/training/full-disk", (gconstpointer) test_full_disk, in_folder);
  g_test_add_data_func ("/training/vanished-state", (gconstpointer) test_vanished_state, in_folder);
  g_test_add_data_func ("/training/lora-file", (gconstpointer) test_lora_file, in_folder);
  g_test_add_data_func ("/training/memory/model", (gconstpointer) test_memory_model, in_folder);
  g_test_add_data_func ("/training/resume/model", (gconstpointer) test_resume_model, in_folder);
  g_test_add_data_func ("/training/model-file", (gconstpointer) test_model_file, in_folder);
  g_test_add_data_func ("/training/memory/autoencoder", (gconstpointer) test_memory_autoencoder, in_folder);
  g_test_add_data_func ("/training/resume/autoencoder", (gconstpointer) test_resume_autoencoder, in_folder);
  g_test_add_data_func ("/training/word-files", (gconstpointer) test_word_files, in_folder);
  g_test_add_data_func ("/training/samples", (gconstpointer) test_samples, in_folder);
  g_test_add_data_func ("/training/lost-device", (gconstpointer) test_lost_device, in_folder);
  status = session_test_run ();
  g_rmdir (data);
  return status;
}
