/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Models that cannot be taught are refused with a sentence that names them, before anything is read; a
 * training with other options than it began with is, too, but not one from before there was an option.
 */
#include "session-test.h"

#include "session/training-options.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_sdxl (void)
{
  GsTrainingOptions options = GS_TRAINING_OPTIONS_DEFAULT;
  g_autoptr (GError) error = NULL;
  GsSession *session = session_test_get ();

  if (session == NULL)
    return;
  gs_session_load_synthetic (session, "sdxl", &error);
  g_assert_no_error (error);
  options.data = "nowhere";
  options.state = "nowhere";
  options.word = "zorb";
  for (options.kind = GS_TRAINING_INVERSION; options.kind <= GS_TRAINING_AUTOENCODER; options.kind++)
    {
      g_assert_null (gs_training_new (session, &options, &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED);
      g_assert_nonnull (strstr (error->message, "SDXL models are not taught yet"));
      g_clear_error (&error);
    }
}

static void
test_older_settings (void)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "gesso-settings-XXXXXX", NULL);
  g_autoptr (GHashTable) facts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  GsTrainingOptions options = GS_TRAINING_OPTIONS_DEFAULT;

  g_close (g_mkstemp (path), NULL);
  gs_training_options_save (&options, facts, path, &error);
  g_assert_no_error (error);
  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  g_assert_true (g_key_file_remove_key (file, "training", "noise_offset", NULL));
  g_key_file_save_to_file (file, path, &error);
  g_assert_no_error (error);
  g_assert_true (gs_training_options_match (&options, facts, path, &error));
  g_assert_no_error (error);
  options.noise_offset = 0.2;
  g_assert_false (gs_training_options_match (&options, facts, path, &error));
  g_assert_nonnull (strstr (error->message, "another noise_offset: 0, not 0.2"));
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/training-refusals/sdxl", test_sdxl);
  g_test_add_func ("/training-refusals/older-settings", test_older_settings);
  return session_test_run ();
}
