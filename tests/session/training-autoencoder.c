/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An autoencoder from random weights: it learns, and its file is a model. */
#include "training-test.h"

#include "session/autoencoder.h"
#include "session/model.h"

#include <glib/gstdio.h>
#include <string.h>

static void
write_pictures (void)
{
  g_autofree char *pictures = training_test_path ("pictures"), *path = training_test_path ("pictures/a.png");
  g_autoptr (GsImage) image = session_test_gradients (64, 64);

  g_assert_cmpint (g_mkdir (pictures, 0700), ==, 0);
  g_assert_true (gs_image_save_png (image, path, NULL, NULL));
}

static GsTrainingOptions
options_of (GsTrainingKind kind, const char *data, const char *state)
{
  GsTrainingOptions options = GS_TRAINING_OPTIONS_DEFAULT;

  options.kind = kind;
  options.data = data;
  options.state = state;
  options.resolution = 64;
  options.seed = 11;
  options.state_seconds = 3600;
  options.recompute = GS_RECOMPUTE_NEVER;
  return options;
}

static double
mean_of (const float *losses, guint n)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += losses[i];
  return sum / n;
}

/* Which component's weights are others than the model's own, and what deviation its latents have. */
static void
assert_only_autoencoder (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GsCheckpoint) written = gs_checkpoint_open (path, &error);
  const GsCheckpoint *own = session_test_get ()->model->checkpoint;

  g_assert_no_error (error);
  g_assert_cmpuint (gs_checkpoint_n_tensors (written), ==, gs_checkpoint_n_tensors (own));
  for (guint i = 0; i < gs_checkpoint_n_tensors (own); i++)
    {
      const char *name;
      const GsStoredTensor *old = gs_checkpoint_tensor (own, i, &name);
      const GsStoredTensor *new = gs_checkpoint_find (written, name);
      const gboolean same = new->n_bytes == old->n_bytes
                            && memcmp (new->data, old->data, old->n_bytes) == 0;

      g_assert_true (same == !g_str_has_prefix (name, "vae."));
    }
}

/* From random weights: it learns, its file is a model whose latents the U-Net can take, and the session's
 * own model stays as it was. */
static void
test_autoencoder (void)
{
  g_autofree char *data = training_test_path ("pictures"), *state = training_test_path ("state");
  g_autofree char *path = training_test_path ("model.safetensors");
  GsTrainingOptions options = options_of (GS_TRAINING_AUTOENCODER, data, state);
  const GsRequest request = session_test_request ();
  g_autoptr (GsImage) before = NULL, after = NULL;
  g_autoptr (GsImage) picture = session_test_gradients (64, 64);
  g_autoptr (GsTraining) training = NULL;
  g_autofree float *pixels = g_new (float, 3 * 64 * 64);
  float latent[4 * 8 * 8];
  const float *losses;
  double sum = 0, squares = 0;
  guint n;
  g_autoptr (GError) error = NULL;
  gboolean finished;

  if (session_test_get () == NULL)
    return;
  write_pictures ();
  before = session_test_picture (&request);
  options.from_scratch = TRUE;
  options.buckets = FALSE;
  options.rate = 2e-3;
  options.accumulate = 1;
  options.steps = 16;
  training = gs_training_new (session_test_get (), &options, &error);
  g_assert_no_error (error);
  g_assert_true (gs_training_run (training, NULL, NULL, &finished, &error));
  losses = gs_training_get_losses (training, &n);
  g_test_message ("loss from %g to %g", mean_of (losses, 3), mean_of (losses + n - 3, 3));
  g_assert_cmpfloat (mean_of (losses + n - 3, 3), <, 0.8 * mean_of (losses, 3));
  gs_training_save (training, path, &error);
  g_assert_no_error (error);
  after = session_test_picture (&request);
  g_assert_true (session_test_same (before, after));
  assert_only_autoencoder (path);
  g_clear_pointer (&training, gs_training_free);

  gs_session_load_model (session_test_get (), path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 3 * 64 * 64; i++)
    pixels[i] = picture->pixels[3 * (i % (64 * 64)) + i / (64 * 64)] / 127.5f - 1;
  gs_vae_encode (session_test_get (), pixels, 64, 64, NULL, 0, latent, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (latent); i++)
    {
      sum += latent[i];
      squares += latent[i] * latent[i];
    }
  g_test_message ("latents' mean %g, mean square %g", sum / G_N_ELEMENTS (latent),
                  squares / G_N_ELEMENTS (latent));
  g_assert_cmpfloat_with_epsilon (sum / G_N_ELEMENTS (latent), 0, 0.3);
  g_assert_cmpfloat_with_epsilon (squares / G_N_ELEMENTS (latent), 1, 0.5);
  session_test_renew ();
}

/* A word or an add-on has nothing to begin without. */
static void
test_from_scratch (void)
{
  g_autofree char *data = training_test_path ("pictures"), *state = training_test_path ("state");
  GsTrainingOptions options = options_of (GS_TRAINING_LORA, data, state);
  g_autoptr (GError) kind_error = NULL, prior_error = NULL;

  if (session_test_get () == NULL)
    return;
  write_pictures ();
  options.from_scratch = TRUE;
  g_assert_null (gs_training_new (session_test_get (), &options, &kind_error));
  g_assert_error (kind_error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
  options.kind = GS_TRAINING_AUTOENCODER;
  options.prior = data;
  g_assert_null (gs_training_new (session_test_get (), &options, &prior_error));
  g_assert_error (prior_error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  training_test_add ("/training/autoencoder", test_autoencoder);
  training_test_add ("/training/from-scratch", test_from_scratch);
  return session_test_run ();
}
