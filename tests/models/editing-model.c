/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Jobs with an 8-channel U-Net (instruct-pix2pix): the starter's, and a miniature SDXL's, with a first
 * convolution that takes the picture too. Each step is made once more from single evaluations.
 */
#include "gs.h"
#include "miniature.h"
#include "models/unet.h"
#include "session/autoencoder.h"
#include "session/conditioning.h"
#include "session/model.h"
#include "session/steps.h"
#include "tensor/program.h"

#include <math.h>
#include <string.h>

#define SIDE 64
#define STEPS 3
#define GUIDANCE 6
#define IMAGE_GUIDANCE 1.7f

static GsSession *session;
static char *folder; /* holds the miniature's vocabulary */

/* Gives the first convolution as many channels again, of random weights. */
static void
widen (GsCheckpoint *checkpoint)
{
  static const char name[] = "unet.conv_in.weight";
  GsStoredTensor tensor = *gs_checkpoint_find (checkpoint, name);
  const guint64 old = tensor.shape[1] * 9;
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  float *values = g_new (float, tensor.shape[0] * 2 * old);
  g_autoptr (GBytes) bytes = NULL;

  for (guint64 o = 0; o < tensor.shape[0]; o++)
    for (guint64 i = 0; i < 2 * old; i++)
      values[o * 2 * old + i] = i < old ? (float) gs_stored_tensor_get_float (&tensor, o * old + i)
                                        : (float) g_rand_double_range (random, -0.1, 0.1);
  tensor.shape[1] *= 2;
  tensor.dtype = GS_DTYPE_F32;
  tensor.n_bytes = tensor.shape[0] * 2 * old * sizeof *values;
  tensor.data = values;
  bytes = g_bytes_new_take (values, tensor.n_bytes);
  gs_checkpoint_add (checkpoint, name, &tensor, bytes);
}

/* FALSE: skipped. */
static gboolean
load (gboolean is_sdxl)
{
  g_autoptr (GsCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;
  GsModel *model;

  if (session == NULL)
    {
      g_test_skip ("no Vulkan device");
      return FALSE;
    }
  checkpoint = gs_checkpoint_open (gs_starter_path (), &error);
  g_assert_no_error (error);
  if (is_sdxl)
    {
      gs_checkpoint_free (g_steal_pointer (&checkpoint));
      checkpoint = miniature_sdxl (folder, FALSE);
      if (checkpoint == NULL)
        {
          g_test_skip ("no golden files");
          return FALSE;
        }
    }
  widen (checkpoint);
  model = gs_model_new (session->device, session->dtype, g_steal_pointer (&checkpoint), &error);
  g_assert_no_error (error);
  gs_session_set_model (session, model);
  return TRUE;
}

static GsImage *
new_picture (void)
{
  GsImage *picture = gs_image_new (SIDE, SIDE, 3);

  for (guint i = 0; i < SIDE * SIDE * 3; i++)
    picture->pixels[i] = (guint8) (i * 5 + i / 700);
  return picture;
}

static GsRequest
edit_request (const GsImage *picture)
{
  GsRequest request = GS_REQUEST_DEFAULT;

  request.prompt = "a";
  request.negative_prompt = "b";
  request.width = request.height = 0;
  request.init_image = picture;
  request.steps = STEPS;
  request.sampler = "euler";
  request.seed = 3;
  request.guidance_scale = GUIDANCE;
  request.image_guidance = IMAGE_GUIDANCE;
  request.keep_steps = TRUE;
  return request;
}

static GsResult *
generate (const GsRequest *request)
{
  g_autoptr (GError) error = NULL;
  GsResult *result = gs_session_generate (session, request, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (result->images[0]);
  return result;
}

/* ---- The reference -------------------------------------------------------------------------- */

typedef struct
{
  GsProgram *program; /* one sample */
  guint32    width, height, channels;
  double     time;
} Network;

static GsProgram *
whole_unet (const GsPromptVectors *prompt, guint32 width, guint32 height)
{
  const GsUnetConfig *config = &session->model->config.unet;
  const GsDtype dtype = session->dtype;
  GsGraph *g = gs_graph_new ("unet", dtype, gs_model_get_weights (session->model));
  g_autoptr (GError) error = NULL;
  GsTensor *x = gs_graph_input (g, "x", (GsShape) { 1, height, width, config->in_channels }, dtype);
  GsTensor *time = gs_graph_input (g, "time", (GsShape) { 1, 1, 1, config->channels[0] }, dtype);
  GsTensor *context = gs_graph_input (g, "context",
                                      (GsShape) { 1, 1, prompt->n_tokens, prompt->width }, dtype);
  GsTensor *label = config->label_width == 0
                        ? NULL
                        : gs_graph_input (g, "label", (GsShape) { 1, 1, 1, config->label_width }, dtype);
  GsProgram *program;

  gs_graph_output (g, gs_unet (g, config, x, time, context, label));
  program = gs_model_add_program (session->model, session->arena, "reference", g, &error);
  g_assert_no_error (error);
  return program;
}

/* What the U-Net says of a latent, a picture's (NULL: none) and a prompt. */
static float *
evaluate (const Network *self, const float *latent, const float *picture,
          const GsPromptVectors *prompt, gboolean is_negative)
{
  const GsUnetConfig *config = &session->model->config.unet;
  const gsize n = (gsize) self->channels * self->width * self->height;
  g_autofree float *x = g_new0 (float, 2 * n);
  g_autofree float *time = g_new (float, config->channels[0]);
  g_autofree float *label = gs_label_new (session, prompt, is_negative, SIDE, SIDE);
  float *out = g_new (float, n);
  g_autoptr (GError) error = NULL;

  memcpy (x, latent, n * sizeof *x);
  if (picture != NULL)
    memcpy (x + n, picture, n * sizeof *x);
  gs_timestep_embedding (self->time, config->channels[0], time);
  gs_program_set_nchw (self->program, "x", x, 1, 2 * self->channels, self->height, self->width, &error);
  g_assert_no_error (error);
  gs_program_set_floats (self->program, "time", time, config->channels[0], &error);
  g_assert_no_error (error);
  gs_program_set_floats (self->program, "context", prompt->values,
                         (gsize) prompt->n_tokens * prompt->width, &error);
  g_assert_no_error (error);
  if (label != NULL)
    gs_program_set_floats (self->program, "label", label, config->label_width, &error);
  g_assert_no_error (error);
  gs_program_run (self->program, &error);
  g_assert_no_error (error);
  gs_program_get_nchw (self->program, 0, out, n, &error);
  g_assert_no_error (error);
  return out;
}

/* As diffusers' pipeline has it: the mean, in the autoencoder's own scale. */
static float *
picture_latent (const GsImage *picture, gsize n)
{
  const GsVaeConfig *vae = &session->model->config.vae;
  g_autofree float *pixels = g_new (float, 3 * SIDE * SIDE);
  float *latent = g_new (float, n);
  g_autoptr (GError) error = NULL;

  for (guint c = 0; c < 3; c++)
    for (guint i = 0; i < SIDE * SIDE; i++)
      pixels[c * SIDE * SIDE + i] = picture->pixels[3 * i + c] / 127.5f - 1;
  gs_vae_encode (session, pixels, SIDE, SIDE, NULL, 0, latent, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < n; i++)
    latent[i] = (float) (latent[i] / vae->scaling_factor + vae->shift_factor);
  return latent;
}

/* Brooks et al. 2022, equation 3, with the negative prompt for no text. */
static float
guided (float both, float image, float none, float image_guidance)
{
  return none + image_guidance * (image - none) + GUIDANCE * (both - image);
}

static void
compare_steps (const GsSteps *steps, const GsImage *picture, float image_guidance)
{
  const gsize n = gs_steps_elements (steps);
  g_autofree float *image = picture_latent (picture, n);
  g_autofree float *scaled = g_new (float, n);
  g_autoptr (GError) error = NULL;
  const gboolean is_sdxl = session->model->config.unet.label_width > 0;
  const guint skip = gs_model_config_clip_skip (&session->model->config, 0);
  const GsPromptVectors *prompt = gs_encode_prompt (session, "a", 1, skip, &error);
  const GsPromptVectors *negative = gs_encode_prompt (session, "b", 1, skip, &error);
  Network network = { whole_unet (prompt, steps->width, steps->height), steps->width, steps->height,
                      steps->channels, 0 };
  GsSamplerOptions options;
  g_autoptr (GsSampler) sampler = NULL;

  gs_sampler_options_init (&options, "euler", NULL, GS_PREDICT_EPSILON, &error);
  g_assert_no_error (error);
  sampler = gs_sampler_new (&options, session->model->schedule, STEPS, 1, n, &error);
  g_assert_no_error (error);
  gs_sampler_start (sampler, NULL, steps->noise, scaled);
  g_assert_cmpmem (scaled, n * sizeof *scaled, steps->x, n * sizeof *scaled);
  for (guint k = 0; k < STEPS; k++)
    {
      const float *x = steps->x + k * n, *next = x + n;
      const double sigma = gs_sampler_sigma (sampler, k), to = gs_sampler_sigma (sampler, k + 1);
      g_autofree float *both = NULL, *alone = NULL, *none = NULL;
      double worst = 0, largest = 0;

      for (gsize i = 0; i < n; i++)
        scaled[i] = (float) (x[i] / sqrt (sigma * sigma + 1));
      network.time = gs_sampler_timestep (sampler, k);
      both = evaluate (&network, scaled, image, prompt, FALSE);
      alone = evaluate (&network, scaled, image, negative, TRUE);
      none = evaluate (&network, scaled, NULL, negative, TRUE);
      for (gsize i = 0; i < n; i++)
        {
          const double e = guided (both[i], alone[i], none[i], image_guidance);

          worst = MAX (worst, fabs (x[i] + (to - sigma) * e - next[i]));
          largest = MAX (largest, fabs ((to - sigma) * e));
        }
      g_test_message ("%s step %u: %.2g of %.2g", is_sdxl ? "SDXL" : "SD", k, worst, largest);
      /* The guidance is of the order of ten evaluations. */
      g_assert_cmpfloat (worst, <=, (session->dtype == GS_DTYPE_F16 ? 2e-2 : 1e-4) * largest);
    }
}

static void
assert_edits (gboolean is_sdxl)
{
  g_autoptr (GsImage) picture = new_picture ();
  GsRequest request = edit_request (picture);
  g_autoptr (GsResult) result = NULL, closer = NULL, again = NULL;
  g_autoptr (GsSettings) settings = NULL;
  g_autoptr (GError) error = NULL;

  if (!load (is_sdxl))
    return;
  g_assert_true (gs_model_config_is_editing (&session->model->config));
  g_assert_cmpstr (gs_model_config_family_name (&session->model->config), ==,
                   is_sdxl ? "SDXL instruct-pix2pix" : "SD 1.x instruct-pix2pix");
  result = generate (&request);
  compare_steps (result->steps[0], picture, IMAGE_GUIDANCE);

  /* In two evaluations. */
  request.image_guidance = 1;
  closer = generate (&request);
  compare_steps (closer->steps[0], picture, 1);
  g_assert_cmpint (memcmp (result->images[0]->pixels, closer->images[0]->pixels, SIDE * SIDE * 3), !=, 0);

  /* The strength means nothing; the settings come back. */
  g_assert_nonnull (strstr (result->parameters[0], "Image CFG scale: 1.7"));
  settings = gs_settings_parse (result->parameters[0], &error);
  g_assert_no_error (error);
  settings->request.init_image = picture;
  settings->request.denoising_strength = 0.1f;
  again = generate (&settings->request);
  g_assert_cmpmem (result->images[0]->pixels, SIDE * SIDE * 3, again->images[0]->pixels, SIDE * SIDE * 3);
}

static void
test_edits (void)
{
  assert_edits (FALSE);
}

static void
test_edits_sdxl (void)
{
  assert_edits (TRUE);
}

/* A mask keeps the rest as it was. */
static void
test_mask (void)
{
  g_autoptr (GsImage) picture = new_picture ();
  g_autoptr (GsImage) mask = gs_image_new (SIDE, SIDE, 1);
  GsRequest request = edit_request (picture);
  g_autoptr (GsResult) result = NULL;

  if (!load (FALSE))
    return;
  memset (mask->pixels + SIDE * SIDE / 2, 255, SIDE * SIDE / 2);
  request.mask = mask;
  request.mask_feather = 0;
  result = generate (&request);
  g_assert_cmpmem (result->images[0]->pixels, SIDE * SIDE * 3 / 2, picture->pixels, SIDE * SIDE * 3 / 2);
  g_assert_cmpint (memcmp (result->images[0]->pixels + SIDE * SIDE * 3 / 2,
                           picture->pixels + SIDE * SIDE * 3 / 2, SIDE * SIDE * 3 / 2), !=, 0);
}

/* The plan knows of the third evaluation; the shortcuts go with it. */
static void
test_memory_and_speed (void)
{
  g_autoptr (GsImage) picture = new_picture ();
  GsRequest request = edit_request (picture);
  g_autoptr (GsResult) result = NULL, fast = NULL;
  g_autoptr (GError) error = NULL;
  guint64 needed, available;

  if (!load (FALSE))
    return;
  g_assert_true (gs_session_estimate_memory (session, &request, &needed, &available, &error));
  result = generate (&request);
  g_assert_cmpuint (result->peak_bytes, ==, needed);
  request.deep_cache = 2;
  request.gate = 2;
  fast = generate (&request);
  g_assert_cmpint (memcmp (result->images[0]->pixels, fast->images[0]->pixels, SIDE * SIDE * 3), !=, 0);
}

static void
test_refused (void)
{
  GsRequest request = edit_request (NULL);
  g_autoptr (GError) error = NULL;

  if (!load (FALSE))
    return;
  request.width = request.height = SIDE;
  g_assert_null (gs_session_generate (session, &request, NULL, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "edits pictures"));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  session = gs_session_new (NULL, NULL);
  folder = miniature_folder_new ();
  g_test_add_func ("/editing-model/edits", test_edits);
  g_test_add_func ("/editing-model/edits-sdxl", test_edits_sdxl);
  g_test_add_func ("/editing-model/mask", test_mask);
  g_test_add_func ("/editing-model/memory-and-speed", test_memory_and_speed);
  g_test_add_func ("/editing-model/refused", test_refused);
  status = g_test_run ();
  gs_session_free (session);
  miniature_folder_remove (folder);
  return status;
}
