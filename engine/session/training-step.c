/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One step: some samples one after the other, each with its picture, caption, timestep and noise, whose
 * gradients add up; then the optimizer.
 */
#include "session/training-private.h"

#include "models/unet.h"
#include "session/autoencoder.h"
#include "tensor/grad.h"
#include "train/diffusion-loss.h"
#include "train/draws.h"
#include "train/loss-weight.h"

#include <math.h>
#include <string.h>

/* Marks an output, whose number must be n. */
static void
output (GsGraph *g, GsTensor *tensor, guint n)
{
  gs_graph_output (g, tensor);
  g_assert (g->error != NULL || (g->outputs->len == n + 1 && g->outputs->pdata[n] == tensor));
}

static GsGraph *
build (GsTraining *training, guint32 width, guint32 height)
{
  GsModel *model = training->session->model;
  GsGraph *g = gs_graph_new ("", training->session->dtype, gs_model_get_weights (model));
  g_autoptr (GPtrArray) asked = g_ptr_array_new ();
  g_autofree GsTensor **gradients = NULL;
  static const char *const blocks[] = { "resnets", "attentions", "layers", NULL };
  GsTensor *loss, *one;

  if (training->low_rank != NULL)
    gs_low_rank_attach (training->low_rank, g);
  if (training->klass->loss != NULL)
    loss = training->klass->loss (training, g, width, height);
  else
    loss = gs_diffusion_loss (g, &model->config.unet, width, height,
                              training->klass->context (training, g));
  one = gs_graph_input (g, "loss gradient", (GsShape) { 1, 1, 1, 1 }, GS_DTYPE_F32);
  output (g, loss, 0);
  training->klass->ask (training, g, asked);
  gradients = g_new0 (GsTensor *, asked->len + 1);
  gs_graph_gradients_recomputed (g, loss, one, (GsTensor *const *) asked->pdata, asked->len,
                                 gradients,
                                 training->options.recompute == GS_RECOMPUTE_ALWAYS ? blocks : NULL);
  for (guint i = 0; i < asked->len; i++)
    output (g, gradients[i], 1 + i);
  return g;
}

GsProgram *
gs_training_program (GsTraining *training, guint32 width, guint32 height, GError **error)
{
  GsSession *session = training->session;
  g_autofree char *key = g_strdup_printf ("train %u %ux%u", training->serial, width, height);
  GsProgram *program = gs_model_find_program (session->model, key);

  if (program != NULL)
    return program;
  return gs_model_add_program (session->model, session->arena, key,
                               build (training, width, height), error);
}

/* What a sample is made of. */
typedef struct
{
  const GsDatasetItem *item;
  guint32  width, height;  /* latent */
  gsize    n;              /* elements of it */
  guint    timestep;
  double   weight;         /* of its loss */
  char    *caption;
  float   *x, *target;
} Sample;

static void
sample_clear (Sample *sample)
{
  g_free (sample->caption);
  g_free (sample->x);
  g_free (sample->target);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sample, sample_clear)

/* The latent becomes the noisy one and what is to be said of it. */
static void
add_noise (GsTraining *training, GsRandom *random, const float *latent, Sample *sample)
{
  const GsTrainingOptions *o = &training->options;
  const GsModelConfig *config = &training->session->model->config;
  const GsLossWeighting weighting = {
    .target = config->schedule.prediction == GS_PREDICTION_V ? GS_TARGET_VELOCITY : GS_TARGET_EPSILON,
    .snr_gamma = o->snr_gamma,
    .noisy_gain = o->noisy_gain,
    .prior_weight = o->prior_weight,
  };
  const guint channels = config->vae.latent_channels;
  const double alpha = gs_schedule_alpha_cumprod (training->session->model->schedule,
                                                  (gint) sample->timestep, 1);
  g_autofree float *noise = g_new (float, sample->n);

  gs_random_normal (random, noise, sample->n);
  gs_noise_offset (random, noise, channels, sample->n / channels, o->noise_offset);
  sample->x = g_new (float, sample->n);
  sample->target = g_new (float, sample->n);
  gs_add_noise (sample->x, latent, noise, sample->n, sqrt (alpha), sqrt (1 - alpha));
  gs_loss_target (weighting.target, sample->target, latent, noise, sample->n, alpha);
  sample->weight = gs_loss_weight (&weighting, alpha, sample->item->is_prior);
}

/* All of its draws, in an order that never changes. number: of the sample in the step, of so many. */
static void
draw (GsTraining *training, GsTrainingPictures *pictures, guint64 step, guint number, guint n,
      Sample *sample)
{
  const GsTrainingOptions *o = &training->options;
  const GsModelConfig *config = &training->session->model->config;
  const guint factor = gs_latent_factor (training->session);
  const gboolean is_prior = pictures == &training->prior;
  g_autoptr (GsRandom) random = gs_draws_random (o->seed, step, is_prior ? n + number : number);
  g_autofree float *spread = NULL, *latent = NULL;
  guint picture;
  guint32 template;
  gboolean flip, drops;

  picture = gs_dataset_item_of (pictures->dataset,
                                gs_draws_pick (is_prior ? ~o->seed : o->seed, step * n + number,
                                               pictures->dataset->n_draws, pictures->order,
                                               &pictures->epoch));
  flip = (gs_random_uint32 (random) & 1) != 0 && o->flip;
  drops = gs_draws_uniform (random) < o->caption_dropout && o->kind != GS_TRAINING_INVERSION;
  template = gs_random_uint32 (random);
  sample->timestep = gs_random_below (random, config->schedule.train_steps);
  sample->item = pictures->dataset->items->pdata[picture];
  sample->width = sample->item->bucket.width / factor;
  sample->height = sample->item->bucket.height / factor;
  sample->n = (gsize) config->vae.latent_channels * sample->width * sample->height;
  sample->caption = drops ? g_strdup ("")
                          : gs_training_caption (training, sample->item, template);
  spread = g_new (float, sample->n);
  latent = g_new (float, sample->n);
  gs_random_normal (random, spread, sample->n);
  gs_vae_sample (&config->vae,
                 pictures->latents[picture + (flip ? pictures->dataset->items->len : 0)], spread,
                 sample->n, latent);
  add_noise (training, random, latent, sample);
}

/* share: of its loss in the step's. Adds to the gradients and to the loss. */
static gboolean
learn_from (GsTraining *training, const Sample *sample, double share, double *loss,
            GError **error)
{
  const GsUnetConfig *config = &training->session->model->config.unet;
  const guint width = config->channels[0];
  const double weight = share * sample->weight;
  const float scale = (float) (weight * training->trained->scale.factor);
  g_autofree float *time = g_new (float, width);
  GsTrainingText *text = gs_training_text (training, sample->caption, error);
  GsProgram *program;
  float own;

  if (text == NULL)
    return FALSE;
  program = gs_training_program (training, sample->width, sample->height, error);
  gs_timestep_embedding (sample->timestep, width, time);
  if (program == NULL
      || !gs_program_set_nchw (program, "x", sample->x, 1, config->out_channels, sample->height,
                               sample->width, error)
      || !gs_program_set_nchw (program, "target", sample->target, 1, config->out_channels,
                               sample->height, sample->width, error)
      || !gs_program_set_floats (program, "time", time, width, error)
      || !gs_program_set_floats (program, "loss gradient", &scale, 1, error)
      || !training->klass->set (training, program, text, error)
      || !gs_program_run (program, error)
      || !gs_program_get_floats (program, 0, &own, 1, error)
      || !training->klass->collect (training, program, text, error))
    return FALSE;
  *loss += weight * own;
  return TRUE;
}

/* Sample number i, and one of those that are to stay as they are. */
static gboolean
learn_one (GsTraining *training, guint64 step, guint i, guint n, double *loss, GError **error)
{
  GsTrainingPictures *const both[] = { &training->pictures, &training->prior };

  if (training->klass->learn != NULL)
    return training->klass->learn (training, step, i, n, loss, error);
  for (guint k = 0; k < G_N_ELEMENTS (both); k++)
    {
      g_auto (Sample) sample = { 0 };

      if (both[k]->dataset == NULL)
        continue;
      draw (training, both[k], step, i, n, &sample);
      if (!learn_from (training, &sample, 1.0 / n, loss, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
gs_training_step (GsTraining *training, GError **error)
{
  const guint64 step = training->losses->len;
  const guint n = training->options.batch * training->options.accumulate;
  double sum = 0;
  float loss;

  memset (training->trained->gradients, 0, training->trained->n * sizeof (float));
  for (guint i = 0; i < n; i++)
    if (!learn_one (training, step, i, n, &sum, error))
      return FALSE;
  loss = (float) sum;
  if (!isfinite (loss) || !gs_trained_step (training->trained, &training->rule, step + 1))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "The loss of step %u is not a number; begin anew with a lower learning rate, or with "
                   "the precision f32", training->losses->len + 1);
      return FALSE;
    }
  g_array_append_val (training->losses, loss);
  return TRUE;
}
