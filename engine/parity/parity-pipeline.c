/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole runs with recorded noise, through the session's own text encoder, denoiser and autoencoder. */
#include "parity/parity-pipeline.h"

#include "parity/networks.h"
#include "sample/sampler-config.h"
#include "session/autoencoder.h"
#include "session/denoise.h"
#include "session/model.h"
#include "session/prompt-encoder.h"

#include <math.h>
#include <string.h>

/* One run under way. */
typedef struct
{
  GsParityRun   *parity;
  GsTensorFile *file;
  GsSession     *session;
  guint32        width, height; /* of the latent */
  gsize          n;             /* of its elements */
  gboolean       in_steps;      /* compare what happens on the way, too */
  guint          n_evaluated, n_noises;
  float         *last_x0;
  GsParityTensor cond, uncond, noise, init, mask, extra;
  GError        *error;
} Pipeline;

static void
pipeline_clear (Pipeline *p)
{
  gs_parity_clear (&p->cond);
  gs_parity_clear (&p->uncond);
  gs_parity_clear (&p->noise);
  gs_parity_clear (&p->init);
  gs_parity_clear (&p->mask);
  gs_parity_clear (&p->extra);
  g_free (p->last_x0);
  g_clear_error (&p->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pipeline, pipeline_clear)

/* Compares values with row i of a recorded tensor, if there is one. */
static void
compare_row (Pipeline *p, const char *name, guint i, const float *got)
{
  g_auto (GsParityTensor) want = { 0 };
  g_autofree char *label = g_strdup_printf ("%s[%u]", name, i);

  if (!p->in_steps || !gs_parity_has (p->file, "%s", name)
      || !gs_parity_read (p->file, &want, NULL, "%s", name))
    return;
  if ((i + 1) * p->n > want.n)
    gs_parity_expect (p->parity, FALSE, "there are more steps than rows of %s", name);
  else
    gs_parity_compare (p->parity, label, got, want.values + i * p->n, p->n,
                       gs_parity_tolerance (p->parity, name));
}

static void
draw (float *out, gsize n, gpointer user_data)
{
  Pipeline *p = user_data;
  g_auto (GsParityTensor) noise = { 0 };

  memset (out, 0, n * sizeof *out);
  if (gs_parity_read (p->file, &noise, NULL, "in.step_noise.%u", p->n_noises) && noise.n == n)
    memcpy (out, noise.values, n * sizeof *out);
  else
    gs_parity_expect (p->parity, FALSE, "more noise was drawn than was recorded");
  p->n_noises++;
}

static void
evaluated (const float *guided, gpointer user_data)
{
  Pipeline *p = user_data;

  compare_row (p, "out.guided_eps", p->n_evaluated++, guided);
}

static void
denoised (const float *x, const float *x0, gpointer user_data)
{
  Pipeline *p = user_data;

  compare_row (p, "out.step_start", p->n_evaluated - 1, x);
  compare_row (p, "out.denoised", p->n_evaluated - 1, x0);
}

static gboolean
stepped (const GsSamplerStep *step, gpointer user_data, GError **error)
{
  Pipeline *p = user_data;

  compare_row (p, "out.latents", step->index, step->x);
  compare_row (p, "out.x0", step->index, step->x0);
  return TRUE;
}

/* ---- What a run starts from ---- */

static gboolean
encode_ids (Pipeline *p, const char *in, const char *mid, GsParityTensor *vectors, GError **error)
{
  g_auto (GsParityTensor) ids = { 0 }, want = { 0 };
  const guint length = p->session->model->config.clip.length;
  const guint width = p->session->model->config.clip.width;
  g_autofree gint32 *numbers = NULL;

  if (!gs_parity_read (p->file, &ids, error, "%s", in))
    return FALSE;
  if (ids.n == 0 || ids.n % length != 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s is no whole number of chunks", in);
      return FALSE;
    }
  numbers = g_new (gint32, ids.n);
  for (gsize i = 0; i < ids.n; i++)
    numbers[i] = ids.values[i];
  vectors->n = ids.n * width;
  vectors->dims[0] = ids.n;
  vectors->values = g_new (float, vectors->n);
  if (!gs_encode_ids (p->session, numbers, ids.n / length, 1, vectors->values, NULL,
                      error))
    return FALSE;
  if (p->in_steps && gs_parity_has (p->file, "%s", mid))
    {
      if (!gs_parity_read (p->file, &want, error, "%s", mid))
        return FALSE;
      gs_parity_compare (p->parity, mid, vectors->values, want.values, want.n,
                         gs_parity_tolerance (p->parity, "mid.cond"));
    }
  return TRUE;
}

/* The picture's latent, sampled with recorded noise; masked: with grey where it is repainted. */
static gboolean
encode_picture (Pipeline *p, guint noise_number, const float *mask, float *latent, GError **error)
{
  g_auto (GsParityTensor) image = { 0 }, noise = { 0 };

  if (!gs_parity_read (p->file, &image, error, "in.image_01")
      || !gs_parity_read (p->file, &noise, error, "in.vae_noise.%u", noise_number))
    return FALSE;
  for (gsize i = 0; i < image.n; i++)
    {
      image.values[i] = image.values[i] * 2 - 1;
      if (mask != NULL && mask[i % (image.n / 3)] >= 0.5f)
        image.values[i] = 0;
    }
  return gs_vae_encode (p->session, image.values, image.dims[3], image.dims[2], noise.values, 0,
                        latent, error);
}

/* Every factor-th pixel, as the references resize masks. */
static void
shrink_mask (Pipeline *p, const GsParityTensor *mask)
{
  const guint32 factor = gs_latent_factor (p->session);

  p->mask.n = (gsize) p->width * p->height;
  p->mask.values = g_new (float, p->mask.n);
  for (guint32 y = 0; y < p->height; y++)
    for (guint32 x = 0; x < p->width; x++)
      p->mask.values[y * p->width + x]
        = mask->values[(gsize) y * factor * mask->dims[3] + x * factor] >= 0.5f;
}

static gboolean
prepare_mask (Pipeline *p, GsDenoiseJob *job, GError **error)
{
  const guint n_channels = p->session->model->config.unet.in_channels;
  g_auto (GsParityTensor) mask = { 0 };

  if (!gs_parity_has (p->file, "in.mask"))
    return TRUE;
  if (!gs_parity_read (p->file, &mask, error, "in.mask"))
    return FALSE;
  shrink_mask (p, &mask);
  if (n_channels == p->session->model->config.unet.out_channels)
    {
      job->mask = p->mask.values;
      job->kept = p->init.values;
      job->blend = GS_BLEND_STEP;
      return TRUE;
    }
  p->extra.n = p->mask.n + p->n;
  p->extra.values = g_new (float, p->extra.n);
  memcpy (p->extra.values, p->mask.values, p->mask.n * sizeof (float));
  job->extra = p->extra.values;
  return encode_picture (p, job->init != NULL ? 1 : 0, mask.values, p->extra.values + p->mask.n,
                         error);
}

static gboolean
prepare_start (Pipeline *p, GsDenoiseJob *job, GError **error)
{
  const gboolean is_inpainting = gs_model_config_is_inpainting (&p->session->model->config);

  if (!gs_parity_read (p->file, &p->noise, error,
                       gs_parity_has (p->file, "in.latents") ? "in.latents" : "in.noise.0"))
    return FALSE;
  job->noise = p->noise.values;
  if (gs_parity_has (p->file, "in.image_01") && !(is_inpainting && job->strength >= 1))
    {
      p->init.values = g_new (float, p->n);
      p->init.n = p->n;
      if (!encode_picture (p, 0, NULL, p->init.values, error))
        return FALSE;
      job->init = job->strength < 1 ? p->init.values : NULL;
    }
  return prepare_mask (p, job, error);
}

/* The variant that is given latents and sigmas ready-made: A1111's way to keep what is masked. */
static gboolean
prepare_given (Pipeline *p, GsDenoiseJob *job, GsSamplerOptions *options, GsParityTensor *sigmas,
               double *own_sigmas, GError **error)
{
  if (!gs_parity_read (p->file, &p->noise, error, "in.noise")
      || !gs_parity_read (p->file, &p->init, error, "in.init_latent")
      || !gs_parity_read (p->file, &p->mask, error, "in.mask_latent"))
    return FALSE;
  for (gsize i = 0; i < sigmas->n; i++)
    own_sigmas[i] = sigmas->values[i];
  if (!gs_sampler_options_init (options, "euler", "normal", GS_PREDICT_EPSILON, error))
    return FALSE;
  options->own_sigmas = own_sigmas;
  job->n_steps = sigmas->n - 1;
  job->strength = 1;
  job->noise = p->noise.values;
  job->init = job->kept = p->init.values;
  job->mask = p->mask.values;
  job->blend = GS_BLEND_X0;
  return TRUE;
}

/* ---- What comes out ---- */

/* "at most 1 level off on 99.9 % of values" */
static void
compare_levels (Pipeline *p, const float *image, const GsParityTensor *want)
{
  gsize far = 0;

  for (gsize i = 0; i < want->n; i++)
    {
      const double level = rint (CLAMP (image[i] / 2 + 0.5, 0, 1) * 255);

      far += fabs (level - want->values[i]) > 1;
    }
  gs_parity_expect (p->parity, far <= want->n / 1000, "%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                    " values of out.image_u8 are more than one level off", far, want->n);
}

static gboolean
compare_picture (Pipeline *p, const float *latent, double tolerance, GError **error)
{
  g_auto (GsParityTensor) want = { 0 };
  g_autofree float *image = NULL;

  if (!gs_parity_read (p->file, &want, error, "out.image_raw"))
    return FALSE;
  image = g_new (float, want.n);
  if (!gs_vae_decode (p->session, latent, p->width, p->height, 0, image, error))
    return FALSE;
  gs_parity_compare (p->parity, "out.image_raw", image, want.values, want.n, tolerance);
  if (p->in_steps && p->session->dtype == GS_DTYPE_F32 && gs_parity_has (p->file, "out.image_u8"))
    {
      if (!gs_parity_read (p->file, &want, error, "out.image_u8"))
        return FALSE;
      compare_levels (p, image, &want);
    }
  return TRUE;
}

static gboolean
compare_end (Pipeline *p, const float *x, double tolerance, GError **error)
{
  if (gs_parity_has (p->file, "out.latent"))
    compare_row (p, "out.latent", 0, x);
  return compare_picture (p, x, tolerance, error);
}

/* ---- The run ---- */

static gboolean
run_job (Pipeline *p, JsonObject *config, double tolerance, GError **error)
{
  g_auto (GsParityTensor) sigmas = { 0 };
  g_autofree double *own_sigmas = NULL;
  g_autofree float *x = g_new (float, p->n);
  GsSamplerOptions options;
  GsDenoiseJob job = {
    .width = p->width,
    .height = p->height,
    .context = p->cond.values,
    .negative = p->uncond.values,
    .n_tokens = p->cond.dims[0],
    .guidance_scale = json_object_get_double_member_with_default (config, "cfg", 7.5),
    .options = &options,
    .schedule = p->session->model->schedule,
    .n_steps = json_object_get_int_member_with_default (config, "steps", 10),
    .strength = json_object_get_double_member_with_default (config, "strength", 1),
    .draw = draw,
    .evaluated = evaluated,
    .denoised = denoised,
    .step = stepped,
    .user_data = p,
  };

  if (gs_parity_has (p->file, "in.sigmas"))
    {
      if (!gs_parity_read (p->file, &sigmas, error, "in.sigmas"))
        return FALSE;
      own_sigmas = g_new (double, sigmas.n);
      if (!prepare_given (p, &job, &options, &sigmas, own_sigmas, error))
        return FALSE;
    }
  else if (!gs_sampler_options_from_pipeline (
             &options, json_object_get_string_member_with_default (config, "scheduler", ""), error)
           || !prepare_start (p, &job, error))
    return FALSE;
  if (p->uncond.n != p->cond.n)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "The prompts differ in length");
      return FALSE;
    }
  return gs_denoise (p->session, &job, x, error) && compare_end (p, x, tolerance, error);
}

/* Sizes of the latent: those of the noise. */
static gboolean
read_size (Pipeline *p, GError **error)
{
  static const char *const names[] = { "in.latents", "in.noise.0", "in.noise" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const GsStoredTensor *noise = gs_tensor_file_find (p->file, names[i]);

      if (noise == NULL || noise->n_dims != 4 || noise->shape[2] > 4096 || noise->shape[3] > 4096)
        continue;
      p->height = noise->shape[2];
      p->width = noise->shape[3];
      p->n = noise->shape[1] * noise->shape[2] * noise->shape[3];
      return TRUE;
    }
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "The case has no noise to start from");
  return FALSE;
}

static gboolean
run_pipeline (GsParityRun *run, JsonObject *entry, GsCheckpoint *checkpoint, gboolean in_steps,
              double tolerance, GError **error)
{
  g_auto (Pipeline) p = { .parity = run, .session = run->session, .in_steps = in_steps };
  GsParityRun of_entry = { .folder = run->folder, .entry = entry };
  g_autoptr (GsTensorFile) file = NULL;
  GsModel *model = gs_model_new (run->session->device, run->session->dtype, checkpoint, error);

  if (model == NULL)
    return FALSE;
  gs_session_set_model (run->session, model);
  file = p.file = gs_parity_open (&of_entry, error);
  return file != NULL && read_size (&p, error)
         && encode_ids (&p, "in.prompt_ids", "mid.cond", &p.cond, error)
         && encode_ids (&p, "in.negative_ids", "mid.uncond", &p.uncond, error)
         && run_job (&p, gs_parity_config (&of_entry), tolerance, error);
}

gboolean
gs_parity_pipeline_picture (GsParityRun *run, JsonObject *pipeline, GsCheckpoint *checkpoint,
                            double tolerance, GError **error)
{
  return run_pipeline (run, pipeline, checkpoint, FALSE, tolerance, error);
}

/* The file with the weights: named by the case, else the group's case that is a checkpoint. */
static const char *
find_weights (GsParityRun *run)
{
  const char *weights = gs_parity_string (run, "checkpoint");

  if (weights == NULL)
    weights = gs_parity_string (run, "weights_file");
  for (guint i = 0; weights == NULL && i < json_array_get_length (run->cases); i++)
    {
      GsParityRun other = { .entry = json_array_get_object_element (run->cases, i) };

      if (g_strcmp0 (gs_parity_string (&other, "group"), "pipeline") == 0
          && gs_parity_string (&other, "architecture") != NULL)
        weights = gs_parity_string (&other, "file");
    }
  return weights;
}

/* Masked pictures are shown to inpainting models only: their first convolution stands beside. */
static gboolean
override_first_convolution (GsParityRun *run, GsCheckpoint *checkpoint, GError **error)
{
  g_autofree char *path = gs_parity_path (run, gs_parity_string (run, "file"), error);
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;
  g_autofree char *other_path = NULL;
  g_autoptr (GsCheckpoint) other = NULL;

  if (folder == NULL)
    return FALSE;
  other_path = g_build_filename (folder, "inpaint9_conv_in.safetensors", NULL);
  other = gs_checkpoint_open (other_path, error);
  if (other == NULL)
    return FALSE;
  gs_checkpoint_override (checkpoint, other);
  return TRUE;
}

gboolean
gs_parity_pipeline (GsParityRun *run, GError **error)
{
  g_autoptr (GsCheckpoint) checkpoint = NULL;
  g_autoptr (GsTensorFile) file = NULL;

  if (gs_parity_string (run, "architecture") != NULL) /* the checkpoint itself: it must load */
    {
      g_autoptr (GsModel) model = NULL;

      checkpoint = gs_parity_checkpoint (run, gs_parity_string (run, "file"), error);
      if (checkpoint == NULL)
        return FALSE;
      model = gs_model_new (run->session->device, run->session->dtype,
                            g_steal_pointer (&checkpoint), error);
      gs_parity_expect (run, model != NULL, "the checkpoint does not load");
      return model != NULL;
    }
  file = gs_parity_open (run, error);
  checkpoint = file != NULL ? gs_parity_checkpoint (run, find_weights (run), error) : NULL;
  if (checkpoint == NULL)
    return FALSE;
  if (gs_parity_has (file, "mid.masked_image") && gs_parity_string (run, "override_file") == NULL
      && !override_first_convolution (run, checkpoint, error))
    return FALSE;
  return run_pipeline (run, run->entry, g_steal_pointer (&checkpoint), TRUE,
                       gs_parity_tolerance (run, "out.image_raw"), error);
}
