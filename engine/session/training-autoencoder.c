/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Training of the autoencoder, from the pictures themselves: train/autoencoder-loss.h.
 *
 * One that is made from scratch has latents of any size and place. So that the U-Net sees zero mean and
 * unit deviation in each channel after the usual scaling factor (Rombach et al., section 3.3 and appendix
 * G, who choose the factor for that), what its pictures' latents have is put into the convolutions around
 * them when it is written.
 */
#include "session/training-private.h"

#include "session/autoencoder.h"
#include "train/autoencoder-loss.h"
#include "train/draws.h"

#include <math.h>
#include <string.h>

#define MEASURED_PICTURES 64

static gboolean
begin (GsTraining *training, GError **error)
{
  if (training->prior.dataset != NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "An autoencoder is trained without prior preservation; leave those pictures out");
      return FALSE;
    }
  training->trained = gs_trained_new ();
  if (!gs_training_weights_add (training, GS_COMPONENT_VAE, 1, error))
    return FALSE;
  gs_training_weights_begin (training);
  return TRUE;
}

static GsTensor *
loss (GsTraining *training, GsGraph *g, guint32 width, guint32 height)
{
  const GsVaeConfig *config = &training->session->model->config.vae;
  const guint32 factor = gs_latent_factor (training->session);
  const GsAutoencoderWeights weights = { .divergence = training->options.divergence,
                                         .gradient = training->options.edges };
  GsTensor *pictures = gs_graph_input (g, "pictures", (GsShape) { 1, factor * height, factor * width, 3 },
                                       g->dtype);
  GsTensor *noise = gs_graph_input (g, "noise", (GsShape) { 1, height, width, config->latent_channels },
                                    g->dtype);

  GS_SCOPE (g, "vae");
  return gs_autoencoder_loss (g, config, pictures, noise, &weights).total;
}

/* One picture with its draws, in an order that never changes. */
static gboolean
learn (GsTraining *training, guint64 step, guint number, guint n, double *sum, GError **error)
{
  const GsTrainingOptions *o = &training->options;
  GsTrainingPictures *pictures = &training->pictures;
  g_autoptr (GsRandom) random = gs_draws_random (o->seed, step, number);
  const gboolean flip = (gs_random_uint32 (random) & 1) != 0 && o->flip;
  const guint draw = gs_draws_pick (o->seed, step * n + number, pictures->dataset->n_draws,
                                    pictures->order, &pictures->epoch);
  const GsDatasetItem *item
    = pictures->dataset->items->pdata[gs_dataset_item_of (pictures->dataset, draw)];
  const guint factor = gs_latent_factor (training->session);
  const guint32 width = item->bucket.width / factor, height = item->bucket.height / factor;
  const guint channels = training->session->model->config.vae.latent_channels;
  const float scale = (float) (training->trained->scale.factor / n);
  g_autofree float *noise = g_new (float, (gsize) channels * width * height);
  g_autofree float *picture = gs_dataset_read (item, flip, error);
  GsProgram *program;
  float own;

  if (picture == NULL)
    return FALSE;
  gs_random_normal (random, noise, (gsize) channels * width * height);
  program = gs_training_program (training, width, height, error);
  if (program == NULL
      || !gs_program_set_nchw (program, "pictures", picture, 1, 3, item->bucket.height,
                               item->bucket.width, error)
      || !gs_program_set_nchw (program, "noise", noise, 1, channels, height, width, error)
      || !gs_program_set_floats (program, "loss gradient", &scale, 1, error)
      || !gs_program_run (program, error) || !gs_program_get_floats (program, 0, &own, 1, error)
      || !gs_training_weights_collect (training, program, NULL, error))
    return FALSE;
  *sum += own / n;
  return TRUE;
}

/* ---- What is written ---- */

/* Sums of each channel's means and squares: sums[2 c], sums[2 c + 1]. Returns how many elements. */
static gsize
add_moments (GsTraining *training, const GsDatasetItem *item, double *sums, GError **error)
{
  const guint factor = gs_latent_factor (training->session);
  const guint channels = training->session->model->config.vae.latent_channels;
  const gsize n = (gsize) (item->bucket.width / factor) * (item->bucket.height / factor);
  g_autofree float *moments = g_new (float, 2 * channels * n);
  g_autofree float *picture = gs_dataset_read (item, FALSE, error);

  if (picture == NULL
      || !gs_vae_encode_moments (training->session, picture, item->bucket.width, item->bucket.height,
                                 0, moments, error))
    return 0;
  for (guint c = 0; c < channels; c++)
    for (gsize i = 0; i < n; i++)
      {
        const double value = moments[c * n + i];

        sums[2 * c] += value;
        sums[2 * c + 1] += value * value;
      }
  return n;
}

/* Of the pictures' latents, channel by channel. */
static gboolean
measure (GsTraining *training, double *means, double *deviations, GError **error)
{
  const GPtrArray *items = training->pictures.dataset->items;
  const guint channels = training->session->model->config.vae.latent_channels;
  double sums[2 * GS_MAX_LATENT_CHANNELS] = { 0 };
  gsize n = 0;

  for (guint i = 0; i < MIN (items->len, MEASURED_PICTURES); i++)
    {
      const gsize more = add_moments (training, items->pdata[i], sums, error);

      if (more == 0)
        return FALSE;
      n += more;
    }
  for (guint c = 0; c < channels; c++)
    {
      means[c] = sums[2 * c] / n;
      deviations[c] = sqrt (MAX (sums[2 * c + 1] / n - means[c] * means[c], 1e-12));
    }
  return TRUE;
}

static float *
find (GsTraining *training, float *values, const char *name)
{
  const guint number = GPOINTER_TO_UINT (g_hash_table_lookup (training->names, name));

  return number > 0 ? values + gs_trained_tensor (training->trained, number - 1)->first : NULL;
}

/* Makes latents of zero mean and a deviation of 1 / scaling factor, and pictures of those. */
static gboolean
normalize (GsTraining *training, float *values, GError **error)
{
  const GsVaeConfig *config = &training->session->model->config.vae;
  const guint z = config->latent_channels;
  double means[GS_MAX_LATENT_CHANNELS], deviations[GS_MAX_LATENT_CHANNELS];
  float *weight = find (training, values, "vae.quant_conv.weight");
  float *bias = find (training, values, "vae.quant_conv.bias");
  float *post_weight = find (training, values, "vae.post_quant_conv.weight");
  float *post_bias = find (training, values, "vae.post_quant_conv.bias");

  if (weight == NULL || bias == NULL || post_weight == NULL || post_bias == NULL)
    return TRUE; /* one without them keeps the latents that it has */
  if (!measure (training, means, deviations, error))
    return FALSE;
  for (guint c = 0; c < z; c++)
    {
      const double k = deviations[c] * config->scaling_factor;

      for (guint i = 0; i < 2 * z; i++)
        weight[c * 2 * z + i] /= (float) k;
      bias[c] = (float) ((bias[c] - means[c]) / k + config->shift_factor);
      bias[z + c] -= (float) (2 * log (k));
      for (guint i = 0; i < z; i++)
        {
          post_bias[i] += (float) (post_weight[i * z + c] * (means[c] - k * config->shift_factor));
          post_weight[i * z + c] *= (float) k;
        }
    }
  return TRUE;
}

/* With the values that are to be written. */
static gboolean
normalize_values (GsTraining *training, float *values, GError **error)
{
  gboolean done;

  gs_training_forget (training);
  done = gs_training_weights_put (training, values, error) && normalize (training, values, error);
  gs_training_weights_leave (training);
  gs_training_forget (training);
  return done;
}

static gboolean
save (GsTraining *training, const char *path, GError **error)
{
  const GsTrained *trained = training->trained;
  g_autofree float *values = g_memdup2 (gs_trained_result (trained), trained->n * sizeof (float));

  return (!training->options.from_scratch || normalize_values (training, values, error))
         && gs_training_weights_save_values (training, values, path, error);
}

const GsTrainingClass gs_training_autoencoder = {
  .begin = begin,
  .loss = loss,
  .learn = learn,
  .ask = gs_training_weights_ask,
  .show = gs_training_weights_show,
  .hide = gs_training_weights_end,
  .enter = gs_training_weights_renew,
  .stepped = gs_training_weights_renew,
  .leave = gs_training_weights_leave,
  .end = gs_training_weights_end,
  .save = save,
};
