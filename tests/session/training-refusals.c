/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models that cannot be taught are refused with a sentence that names them, before anything is read. */
#include "session-test.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/training-refusals/sdxl", test_sdxl);
  return session_test_run ();
}
