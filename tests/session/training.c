/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trainings that are stopped, killed and continued, and what they write. */
#include "training-test.h"

#include "io/adapter.h"
#include "io/inversion.h"
#include "session/model.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

/* Other options are another training; the message names the first that differs. */
static void
test_other_options (void)
{
  g_autofree char *data = training_test_path ("pictures"), *state = training_test_path ("state");
  GsTrainingOptions options = training_test_options (GS_TRAINING_LORA, data, state);
  g_autoptr (GError) rank_error = NULL, seed_error = NULL, range_error = NULL, gone_error = NULL;
  g_autoptr (GError) caption_error = NULL, none_error = NULL, block_error = NULL;
  g_autofree char *caption = training_test_path ("pictures/a.txt"), *moved = training_test_path ("moved");

  if (session_test_get () == NULL)
    return;
  training_test_write_pictures ();
  gs_training_free (training_test_open (&options));
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
  gs_training_free (training_test_open (&options));
  g_assert_cmpint (g_rename (data, moved), ==, 0);
  g_assert_null (gs_training_resume (session_test_get (), state, &gone_error));
  g_assert_error (gone_error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (gone_error->message, "pictures"));
  g_assert_cmpint (g_rename (moved, data), ==, 0);
  gs_training_free (training_test_open (&options));
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
  g_autofree char *data = training_test_path ("pictures"), *state = training_test_path ("state");
  GsTrainingOptions options = training_test_options (GS_TRAINING_LORA, data, state);
  g_autoptr (GsTraining) training = NULL, again = NULL;
  g_autoptr (GBytes) expected = NULL, got = NULL;
  g_autoptr (GError) error = NULL;
  gboolean finished = TRUE;
  TrainingTestWatch watch = { 0 };

  if (session_test_get () == NULL)
    return;
  training_test_write_pictures ();
  expected = training_test_at_once (GS_TRAINING_LORA, FALSE);
  options.state_every = 1;
  training = training_test_open (&options);
  g_assert_false (gs_training_run (training, on_progress_fill_disk, NULL, &finished, &error));
  limit_files (RLIM_INFINITY);
  g_assert_false (finished);
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (error->message, "make room"));
  g_clear_pointer (&training, gs_training_free);
  again = training_test_open (&options);
  g_assert_cmpuint (gs_training_get_step (again), ==, 1);
  g_assert_true (training_test_run (again, &watch));
  got = training_test_result (again, "result.safetensors");
  g_assert_true (g_bytes_equal (expected, got));
}

/* The state folder is gone while it runs: it is made anew. */
static gboolean
on_progress_remove (const GsTrainingProgress *progress, gpointer user_data)
{
  if (progress->is_step && progress->step == 2)
    {
      training_test_remove (user_data);
      g_rmdir (user_data);
    }
  return TRUE;
}

static void
test_vanished_state (void)
{
  g_autofree char *data = training_test_path ("pictures"), *state = training_test_path ("state");
  GsTrainingOptions options = training_test_options (GS_TRAINING_INVERSION, data, state);
  g_autoptr (GsTraining) training = NULL, again = NULL;
  g_autofree float *losses = NULL;
  g_autoptr (GError) error = NULL;
  gboolean finished;
  guint n;

  if (session_test_get () == NULL)
    return;
  training_test_write_pictures ();
  training = training_test_open (&options);
  g_assert_true (gs_training_run (training, on_progress_remove, state, &finished, &error));
  g_assert_no_error (error);
  g_assert_true (finished);
  g_clear_pointer (&training, gs_training_free);
  again = gs_training_resume (session_test_get (), state, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (gs_training_get_step (again), ==, TRAINING_TEST_STEPS);
  losses = gs_training_load_losses (state, &n);
  g_assert_cmpuint (n, ==, TRAINING_TEST_STEPS);
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
  g_autofree char *data = training_test_path ("pictures"), *state = training_test_path ("state");
  GsTrainingOptions options = training_test_options (GS_TRAINING_INVERSION, data, state);
  g_autoptr (GsTraining) training = NULL, again = NULL;
  g_autoptr (GBytes) expected = NULL, got = NULL;
  g_autoptr (GError) error = NULL;
  TrainingTestWatch watch = { .lose_at = 2 }, rest = { 0 };
  gboolean finished = TRUE;

  if (session_test_get () == NULL)
    return;
  training_test_write_pictures ();
  expected = training_test_at_once (GS_TRAINING_INVERSION, FALSE);
  training = training_test_open (&options);
  g_assert_false (gs_training_run (training, training_test_on_progress, &watch, &finished, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_DEVICE_LOST);
  g_assert_nonnull (strstr (error->message, "Step 2 is kept"));
  g_clear_pointer (&training, gs_training_free);
  session_test_renew ();
  again = training_test_open (&options);
  g_assert_cmpuint (gs_training_get_step (again), ==, 2);
  g_assert_true (training_test_run (again, &rest));
  got = training_test_result (again, "result.safetensors");
  g_assert_true (g_bytes_equal (expected, got));
}

static void
test_samples (void)
{
  static const char *const prompts[] = { "zorb", "a zorb at night", NULL };
  g_autofree char *data = training_test_path ("pictures"), *state = training_test_path ("state");
  g_autofree char *last = training_test_path ("state/samples/000004-2.png");
  GsTrainingOptions options = training_test_options (GS_TRAINING_LORA, data, state);
  g_autoptr (GsTraining) training = NULL;
  g_autoptr (GBytes) expected = NULL, got = NULL;
  TrainingTestWatch watch = { 0 };

  if (session_test_get () == NULL)
    return;
  training_test_write_pictures ();
  expected = training_test_at_once (GS_TRAINING_LORA, FALSE);
  options.prompts = prompts;
  options.sample_every = 3;
  options.sample_steps = 2;
  options.sample_guidance = 1;
  training = training_test_open (&options);
  g_assert_true (training_test_run (training, &watch));
  g_assert_cmpuint (watch.n_samples, ==, 2 * 3); /* at 0, 3 and the end */
  g_assert_true (g_file_test (last, G_FILE_TEST_EXISTS));
  got = training_test_result (training, "result.safetensors");
  g_assert_true (g_bytes_equal (expected, got));
}

/* ---- What is written ---- */

static void
test_lora_file (void)
{
  g_autofree char *data = training_test_path ("pictures"), *state = training_test_path ("state");
  g_autofree char *path = training_test_path ("zorb.safetensors");
  GsTrainingOptions options = training_test_options (GS_TRAINING_LORA, data, state);
  g_autoptr (GsTraining) training = NULL;
  g_autoptr (GsAdapter) adapter = NULL;
  g_autoptr (GsTensorFile) file = NULL;
  g_autoptr (GError) error = NULL;
  GHashTable *metadata;
  TrainingTestWatch watch = { 0 };
  guint n_text = 0;

  if (session_test_get () == NULL)
    return;
  training_test_write_pictures ();
  options.steps = 2;
  options.alpha = 1;
  training = training_test_open (&options);
  g_assert_true (training_test_run (training, &watch));
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

/* Both layouts hold the same vectors, and only those have changed that were trained. */
static void
test_word_files (void)
{
  g_autofree char *data = training_test_path ("pictures"), *state = training_test_path ("state");
  GsTrainingOptions options = training_test_options (GS_TRAINING_INVERSION, data, state);
  static const char *const names[] = { "zorb.safetensors", "zorb.pt" };
  g_autoptr (GsTraining) training = NULL;
  g_autofree float *first = NULL;
  TrainingTestWatch watch = { 0 };

  if (session_test_get () == NULL)
    return;
  training_test_write_pictures ();
  options.steps = 2;
  training = training_test_open (&options);
  g_assert_cmpuint (gs_training_n_parameters (training), ==, 2 * 96);
  g_assert_true (training_test_run (training, &watch));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = training_test_path (names[i]);
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

#define FOR_KIND(name, test, kind, complicated)                                                    \
  static void name (void) { test (kind, complicated); }
FOR_KIND (test_resume_word, training_test_resume, GS_TRAINING_INVERSION, FALSE)
FOR_KIND (test_resume_lora, training_test_resume, GS_TRAINING_LORA, FALSE)
FOR_KIND (test_resume_locon, training_test_resume, GS_TRAINING_LORA, TRUE)
FOR_KIND (test_memory_word, training_test_memory, GS_TRAINING_INVERSION, FALSE)
FOR_KIND (test_memory_lora, training_test_memory, GS_TRAINING_LORA, FALSE)
FOR_KIND (test_memory_locon, training_test_memory, GS_TRAINING_LORA, TRUE)

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("gesso-data-XXXXXX", NULL);
  int status;

  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/training/crop", test_crop);
  training_test_add ("/training/memory/word", test_memory_word);
  training_test_add ("/training/memory/lora", test_memory_lora);
  training_test_add ("/training/memory/locon", test_memory_locon);
  training_test_add ("/training/resume/word", test_resume_word);
  training_test_add ("/training/resume/lora", test_resume_lora);
  training_test_add ("/training/resume/locon", test_resume_locon);
  training_test_add ("/training/other-options", test_other_options);
  training_test_add ("/training/full-disk", test_full_disk);
  training_test_add ("/training/vanished-state", test_vanished_state);
  training_test_add ("/training/lora-file", test_lora_file);
  training_test_add ("/training/word-files", test_word_files);
  training_test_add ("/training/samples", test_samples);
  training_test_add ("/training/lost-device", test_lost_device);
  status = session_test_run ();
  g_rmdir (data);
  return status;
}
