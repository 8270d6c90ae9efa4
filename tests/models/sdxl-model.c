/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs with a miniature SDXL model, made of the golden networks. */
#include "gs.h"
#include "miniature.h"
#include "session/model.h"

#include "base/half.h"
#include "session/autoencoder.h"
#include "session/prompt-encoder.h"

#include <math.h>
#include <string.h>

#define SIDE 64
#define SCALE 30000 /* of the autoencoder's first activations, in the test of their overflow */

static GsSession *session;
static char *folder; /* holds the vocabulary */

/* Multiplies the autoencoder's first convolution, whose output later norms bring back. */
static void
scale_autoencoder (GsCheckpoint *checkpoint)
{
  static const char name[] = "vae.decoder.conv_in.weight";
  GsStoredTensor tensor = *gs_checkpoint_find (checkpoint, name);
  const guint64 n = gs_stored_tensor_n_elements (&tensor);
  guint16 *scaled = g_new (guint16, n);
  g_autoptr (GBytes) bytes = NULL;

  for (guint64 i = 0; i < n; i++)
    scaled[i] = gs_half_from_float (gs_stored_tensor_get_float (&tensor, i) * SCALE);
  bytes = g_bytes_new_take (scaled, n * sizeof *scaled);
  tensor.dtype = GS_DTYPE_F16;
  tensor.data = scaled;
  tensor.n_bytes = n * sizeof *scaled;
  gs_checkpoint_add (checkpoint, name, &tensor, bytes);
}

static gboolean
load (GsSession *self, gboolean overflows)
{
  g_autoptr (GsCheckpoint) checkpoint = miniature_sdxl (folder, FALSE);
  g_autoptr (GError) error = NULL;
  GsModel *model;

  if (self == NULL || checkpoint == NULL)
    {
      g_test_skip (self == NULL ? "no Vulkan device" : "no golden files");
      return FALSE;
    }
  if (overflows)
    scale_autoencoder (checkpoint);
  model = gs_model_new (self->device, self->dtype, g_steal_pointer (&checkpoint), &error);
  g_assert_no_error (error);
  gs_session_set_model (self, model);
  return TRUE;
}

static GsRequest
small_request (void)
{
  GsRequest request = GS_REQUEST_DEFAULT;

  request.prompt = "a (b:1.3) c";
  request.width = request.height = SIDE;
  request.steps = 3;
  request.sampler = "euler";
  return request;
}

static GsImage *
generate (GsSession *self, const GsRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) result = gs_session_generate (self, request, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (result->images[0]);
  return g_steal_pointer (&result->images[0]);
}

/* Mean difference of two pictures of one size, in levels. */
static double
difference (const GsImage *a, const GsImage *b)
{
  const gsize n = (gsize) a->width * a->height * a->channels;
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += abs (a->pixels[i] - b->pixels[i]);
  return sum / n;
}

static void
test_config (void)
{
  const GsModelConfig *config;

  if (!load (session, FALSE))
    return;
  config = &session->model->config;
  g_assert_cmpint (config->family, ==, GS_FAMILY_SDXL);
  g_assert_cmpuint (gs_model_config_n_sizes (config), ==, 6);
  g_assert_cmpuint (gs_model_config_clip_skip (config, 0), ==, 2);
  g_assert_cmpuint (gs_model_config_clip_skip (config, 1), ==, 2);
  g_assert_cmpuint (gs_model_config_clip_skip (config, 3), ==, 3);
  g_assert_cmpfloat (config->vae.scaling_factor, ==, 0.13025);
}

/* Each part of the conditioning makes a difference, and the same request the same picture. */
static void
test_conditioning (void)
{
  GsRequest request = small_request ();
  g_autoptr (GsImage) first = NULL, again = NULL, other = NULL, negative = NULL;

  if (!load (session, FALSE))
    return;
  first = generate (session, &request);
  request.prompt = "x y";
  other = generate (session, &request);
  g_assert_cmpfloat (difference (first, other), >, 0.5);
  request = small_request ();
  request.negative_prompt = "z";
  negative = generate (session, &request);
  g_assert_cmpfloat (difference (first, negative), >, 0.5);
  request = small_request ();
  again = generate (session, &request); /* after other labels were in use */
  g_assert_cmpfloat (difference (first, again), ==, 0);
}

/* Half of the run's noise levels, with both labels, is what each half alone would give. */
static void
test_guidance_one (void)
{
  GsRequest request = small_request ();
  g_autoptr (GsImage) alone = NULL, guided = NULL;

  if (!load (session, FALSE))
    return;
  request.guidance_scale = 1;
  alone = generate (session, &request);
  request.guidance_scale = 1.0001f;
  guided = generate (session, &request);
  g_assert_cmpfloat (difference (alone, guided), <, 0.05);
}

/* The text encoders make room for the rest: the picture is the same. */
static void
test_little_memory (void)
{
  GsRequest request = small_request ();
  g_autoptr (GsImage) whole = NULL, evicted = NULL;
  guint64 needed, available;

  if (!load (session, FALSE))
    return;
  whole = generate (session, &request);
  g_assert_true (gs_session_estimate_memory (session, &request, &needed, &available, NULL));
  session->memory_limit = needed - 1;
  g_assert_true (load (session, FALSE));
  evicted = generate (session, &request);
  g_assert_cmpuint (gs_device_get_peak_bytes (session->device), <, needed);
  session->memory_limit = G_MAXUINT64;
  g_assert_cmpfloat (difference (whole, evicted), ==, 0);
}

/* What halves cannot hold is computed in floats: the picture is that of a session in floats. */
static void
test_overflow (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GsSession) half
    = gs_session_new (&(GsSessionOptions) { .precision = GS_PRECISION_F16 }, &error);
  GsRequest request = small_request ();
  g_autoptr (GsImage) want = NULL, got = NULL;

  if (half == NULL)
    {
      g_test_skip (error->message);
      return;
    }
  if (!load (session, TRUE) || !load (half, TRUE))
    return;
  want = generate (session, &request);
  got = generate (half, &request);
  g_assert_true (half->model->vae_needs_f32);
  g_assert_false (session->model->vae_needs_f32);
  g_assert_cmpfloat (difference (want, got), <, 2);
}

/* Full-size models are planned without a byte of their weights: as a whole more than those, less than
 * what a large card has; and for small cards. */
static void
test_full_size (void)
{
  static const struct
  {
    const char *shape;
    guint side;
    double weights, most, little; /* GiB; little: what it can do with, without tiles */
  } models[] = { { "sd15", 512, 2, 6, 2 }, { "sd21", 768, 2.4, 8, 3 }, { "sdxl", 1024, 6.4, 16, 4 } };

  if (session == NULL)
    {
      g_test_skip ("no Vulkan device");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    {
      GsRequest request = small_request ();
      g_autoptr (GError) error = NULL;
      g_autofree char *plan = NULL;
      guint64 needed, little, available;
      const char *const *components;

      gs_session_load_synthetic (session, models[i].shape, &error);
      g_assert_no_error (error);
      components = (const char *const *) gs_session_get_model (session)->components;
      g_assert_cmpint (g_strv_contains (components, "second text encoder"), ==,
                       g_str_equal (models[i].shape, "sdxl"));
      g_assert_cmpuint (gs_session_get_model (session)->native_size, ==, models[i].side);
      request.width = request.height = models[i].side;
      request.preview = GS_PREVIEW_FAST;
      gs_session_estimate_memory (session, &request, &needed, &available, &error);
      g_assert_no_error (error);
      g_test_message ("%s: %.2f GiB", models[i].shape, needed / 0x1p30);
      g_assert_cmpfloat (needed / 0x1p30, >, models[i].weights);
      g_assert_cmpfloat (needed / 0x1p30, <, models[i].most);
      session->memory_limit = (guint64) (models[i].little * 0x1p30);
      gs_session_estimate_memory (session, &request, &little, &available, &error);
      g_assert_no_error (error);
      plan = gs_session_describe_memory (session, &request, &error);
      g_assert_no_error (error);
      session->memory_limit = G_MAXUINT64;
      g_test_message ("%s in little memory: %.2f GiB. %s", models[i].shape, little / 0x1p30, plan);
      g_assert_cmpuint (little, <=, available);
      if (!g_str_equal (models[i].shape, "sdxl")) /* whose decoder may take more than one allocation */
        g_assert_null (strstr (plan, "tiles"));
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  session = gs_session_new (&(GsSessionOptions) { .precision = GS_PRECISION_F32 }, NULL);
  folder = miniature_folder_new ();
  g_test_add_func ("/sdxl-model/config", test_config);
  g_test_add_func ("/sdxl-model/conditioning", test_conditioning);
  g_test_add_func ("/sdxl-model/guidance-one", test_guidance_one);
  g_test_add_func ("/sdxl-model/little-memory", test_little_memory);
  g_test_add_func ("/sdxl-model/overflow", test_overflow);
  g_test_add_func ("/sdxl-model/full-size", test_full_size);
  status = g_test_run ();
  g_clear_pointer (&session, gs_session_free);
  miniature_folder_remove (folder);
  return status;
}
