/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trainings of whole components: stopped and continued, their memory, and the model's file. */
#include "training-test.h"

#include "io/checkpoint.h"
#include "session/model.h"

#include <string.h>

/* The whole model: what was trained is another, the rest is as it was, and so is the session's. */
static void
test_model_file (void)
{
  g_autofree char *data = training_test_path ("pictures"), *state = training_test_path ("state");
  g_autofree char *path = training_test_path ("model.safetensors");
  const GsRequest request = session_test_request ();
  g_autoptr (GsImage) before = NULL, after = NULL;
  GsTrainingOptions options = training_test_options (GS_TRAINING_MODEL, data, state);
  g_autoptr (GsTraining) training = NULL;
  g_autoptr (GsCheckpoint) written = NULL;
  const GsCheckpoint *own;
  g_autoptr (GError) error = NULL;
  GsModelConfig config;
  TrainingTestWatch watch = { 0 };

  if (session_test_get () == NULL)
    return;
  training_test_write_pictures ();
  before = session_test_picture (&request);
  options.steps = 1;
  options.accumulate = 1;
  options.caption_dropout = 0;
  training = training_test_open (&options);
  g_assert_true (training_test_run (training, &watch));
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

static void
test_resume_model (void)
{
  training_test_resume (GS_TRAINING_MODEL, FALSE);
}

static void
test_resume_autoencoder (void)
{
  training_test_resume (GS_TRAINING_AUTOENCODER, FALSE);
}

static void
test_memory_model (void)
{
  training_test_memory (GS_TRAINING_MODEL, FALSE);
}

static void
test_memory_autoencoder (void)
{
  training_test_memory (GS_TRAINING_AUTOENCODER, FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  training_test_add ("/training/memory/model", test_memory_model);
  training_test_add ("/training/resume/model", test_resume_model);
  training_test_add ("/training/model-file", test_model_file);
  training_test_add ("/training/memory/autoencoder", test_memory_autoencoder);
  training_test_add ("/training/resume/autoencoder", test_resume_autoencoder);
  return session_test_run ();
}
