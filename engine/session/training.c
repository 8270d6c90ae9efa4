/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A training from its beginning to its end: gs-training.h.
 */
#include "gs-training.h"

#include "gpu/buffer.h"
#include "session/autoencoder.h"
#include "session/inversions.h"
#include "session/library.h"
#include "session/loras.h"
#include "session/memory-stages.h"
#include "session/prompt-encoder.h"
#include "session/training-private.h"
#include "session/vocabulary.h"

#include <math.h>

#define MEAN_OF 100 /* steps in the mean loss */

static void
pictures_clear (GsTrainingPictures *pictures)
{
  for (guint i = 0; pictures->latents != NULL && pictures->dataset != NULL
                    && i < 2 * pictures->dataset->items->len; i++)
    g_free (pictures->latents[i]);
  g_free (pictures->latents);
  g_free (pictures->order);
  g_clear_pointer (&pictures->dataset, gs_dataset_free);
}

void
gs_training_free (GsTraining *training)
{
  if (training == NULL)
    return;
  if (training->klass != NULL)
    training->klass->end (training);
  pictures_clear (&training->pictures);
  pictures_clear (&training->prior);
  g_free (training->vae_hash);
  g_free (training->text_hash);
  g_hash_table_unref (training->texts);
  g_hash_table_unref (training->facts);
  g_ptr_array_unref (training->notes);
  g_array_unref (training->losses);
  g_clear_pointer (&training->modules, g_array_unref);
  g_clear_pointer (&training->outputs, g_array_unref);
  g_clear_pointer (&training->places, g_array_unref);
  g_clear_pointer (&training->names, g_hash_table_unref);
  g_clear_pointer (&training->low_rank, gs_low_rank_free);
  g_clear_pointer (&training->trained, gs_trained_free);
  gs_training_options_clear (&training->options);
  g_free (training);
}

/* What the model has to be for it. */
static gboolean
check_model (GsTraining *training, GError **error)
{
  const GsModelConfig *config = &training->session->model->config;

  if (config->family == GS_FAMILY_SDXL || config->unet.label_width > 0
      || !config->has[GS_COMPONENT_TEXT_ENCODER])
    g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                 "%s models are not taught yet; choose one of the SD 1.x or 2.x family",
                 gs_model_config_family_name (config));
  else if (gs_model_config_is_inpainting (config) || gs_model_config_is_editing (config))
    g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                 "Models for inpainting or editing are not taught; choose the ordinary one of its family");
  else if (!config->vae.has_encoder)
    g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                 "The model's autoencoder has no encoder, so it cannot read pictures to learn from");
  else
    return gs_session_get_tokenizer (training->session, error) != NULL;
  return FALSE;
}

/* Wherever it is continued from. */
static void
make_absolute (const char **path)
{
  char *absolute = *path != NULL ? g_canonicalize_filename (*path, NULL) : NULL;

  g_free ((char *) *path);
  *path = absolute;
}

/* What suits the kind and the optimizer. */
static double
usual_rate (const GsTrainingOptions *o)
{
  static const struct { double usual, from_scratch; } rates[] = {
    [GS_TRAINING_INVERSION] = { 5e-3, 5e-3 }, [GS_TRAINING_LORA] = { 1e-4, 1e-4 },
    [GS_TRAINING_MODEL] = { 1e-5, 1e-3 }, [GS_TRAINING_AUTOENCODER] = { 1e-5, 2e-3 },
  };

  if (o->optimizer == GS_OPTIMIZER_PRODIGY)
    return 1;
  return o->from_scratch ? rates[o->kind].from_scratch : rates[o->kind].usual;
}

/* Fills in what was left to us. */
static void
complete_options (GsTraining *training)
{
  GsTrainingOptions *o = &training->options;

  make_absolute (&o->data);
  make_absolute (&o->prior);
  make_absolute (&o->state);
  if (o->resolution == 0)
    o->resolution = training->session->model->info->native_size;
  if (o->rate == 0)
    o->rate = usual_rate (o);
  if (o->text_rate == 0)
    o->text_rate = o->rate;
  if (o->alpha == 0)
    o->alpha = o->rank;
  if (o->conv_alpha == 0)
    o->conv_alpha = o->conv_rank;
}

/* What else must be the same when it is continued. */
static void
find_facts (GsTraining *training)
{
  GsModel *model = training->session->model;
  g_autofree char *unet = gs_training_hash_component (model, GS_COMPONENT_UNET);

  training->vae_hash = gs_training_hash_component (model, GS_COMPONENT_VAE);
  training->text_hash = gs_training_hash_component (model, GS_COMPONENT_TEXT_ENCODER);
  g_hash_table_insert (training->facts, (gpointer) "pictures",
                       gs_dataset_hash (training->pictures.dataset));
  if (training->prior.dataset != NULL)
    g_hash_table_insert (training->facts, (gpointer) "prior pictures",
                         gs_dataset_hash (training->prior.dataset));
  g_hash_table_insert (training->facts, (gpointer) "weights",
                       g_strconcat (unet, training->text_hash, training->vae_hash, NULL));
  g_hash_table_insert (training->facts, (gpointer) "precision",
                       g_strdup (gs_dtype_name (training->session->dtype)));
}

static gboolean
open_pictures (GsTraining *training, GsTrainingPictures *pictures, const char *folder,
               GError **error)
{
  pictures->dataset = gs_dataset_open (folder, training->options.resolution,
                                       training->options.buckets, error);
  if (pictures->dataset == NULL)
    return FALSE;
  for (guint i = 0; i < pictures->dataset->broken->len; i++)
    g_ptr_array_add (training->notes, g_strdup (pictures->dataset->broken->pdata[i]));
  pictures->order = g_new (guint32, pictures->dataset->n_draws);
  pictures->epoch = G_MAXUINT64;
  return TRUE;
}

static void
set_rule (GsTraining *training)
{
  static const GsRateKind kinds[] = { [GS_SCHEDULE_CONSTANT] = GS_RATE_CONSTANT,
                                      [GS_SCHEDULE_LINEAR] = GS_RATE_LINEAR,
                                      [GS_SCHEDULE_COSINE] = GS_RATE_COSINE };
  const GsTrainingOptions *o = &training->options;

  training->rule = (GsTrainedRule) {
    .is_prodigy = o->optimizer == GS_OPTIMIZER_PRODIGY,
    .rate = o->rate, .weight_decay = o->weight_decay, .clip = o->clip, .average = o->average,
    .schedule = { .kind = kinds[o->schedule], .warm_up = o->warm_up, .steps = o->steps },
  };
}

/* Rounding may differ, so a training stays with what it began with. */
static gboolean
choose_recompute (GsTraining *training, GError **error)
{
  g_autofree char *path = g_build_filename (training->options.state, "settings.ini", NULL);
  GsTrainingOptions *o = &training->options, stored;
  guint64 needed, available;

  if (o->recompute != GS_RECOMPUTE_AUTO)
    return TRUE;
  if (gs_training_options_load (&stored, path, NULL))
    {
      o->recompute = stored.recompute;
      gs_training_options_clear (&stored);
      return TRUE;
    }
  o->recompute = GS_RECOMPUTE_NEVER;
  if (!gs_training_plan (training, &needed, &available, error))
    return FALSE;
  if (needed > available)
    o->recompute = GS_RECOMPUTE_ALWAYS;
  training->serial++; /* another program */
  return TRUE;
}

static gboolean
open_training (GsTraining *training, GError **error)
{
  static int serial; /* of all sessions */
  static const GsTrainingClass *const classes[] = { [GS_TRAINING_INVERSION] = &gs_training_inversion,
                                                    [GS_TRAINING_LORA] = &gs_training_lora,
                                                    [GS_TRAINING_MODEL] = &gs_training_model,
                                                    [GS_TRAINING_AUTOENCODER]
                                                    = &gs_training_autoencoder };
  GsTrainingOptions *o = &training->options;

  if (!gs_session_require_model (training->session, error)
      || !gs_training_options_check (o, error) || !check_model (training, error))
    return FALSE;
  complete_options (training);
  training->serial = (guint) g_atomic_int_add (&serial, 2);
  if (!open_pictures (training, &training->pictures, o->data, error)
      || (o->prior != NULL && !open_pictures (training, &training->prior, o->prior, error)))
    return FALSE;
  for (guint i = 0; training->prior.dataset != NULL && i < training->prior.dataset->items->len; i++)
    ((GsDatasetItem *) training->prior.dataset->items->pdata[i])->is_prior = TRUE;
  g_ptr_array_add (training->notes, NULL);
  set_rule (training);
  gs_inversions_find (training->session->model, gs_session_library (training->session));
  find_facts (training);
  training->klass = classes[o->kind];
  return training->klass->begin (training, error) && choose_recompute (training, error)
         && gs_training_open_state (training, error);
}

GsTraining *
gs_training_new (GsSession *session, const GsTrainingOptions *options, GError **error)
{
  g_autoptr (GsTraining) training = g_new0 (GsTraining, 1);

  training->session = session;
  training->texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, gs_training_text_free);
  training->facts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  training->notes = g_ptr_array_new_with_free_func (g_free);
  training->losses = g_array_new (FALSE, FALSE, sizeof (float));
  gs_training_options_copy (&training->options, options);
  return open_training (training, error) ? g_steal_pointer (&training) : NULL;
}

GsTraining *
gs_training_resume (GsSession *session, const char *state, GError **error)
{
  g_autofree char *path = g_build_filename (state, "settings.ini", NULL);
  GsTrainingOptions options;
  GsTraining *training;

  if (!gs_training_options_load (&options, path, error))
    return NULL;
  options.state = g_strdup (state);
  training = gs_training_new (session, &options, error);
  gs_training_options_clear (&options);
  return training;
}

/* ---- Progress ---- */

static void
estimate (GsTraining *training)
{
  GsTrainingProgress *p = &training->progress;
  const double seconds = (g_get_monotonic_time () - training->began) * 1e-6 - training->away;

  p->step = training->losses->len;
  p->n_steps = training->options.steps;
  p->peak_bytes = gs_device_get_peak_bytes (training->session->device);
  p->seconds_left = -1;
  if (p->phase == GS_TRAINING_LEARN && p->is_step && p->step > training->began_at)
    p->seconds_per_step = seconds / (p->step - training->began_at);
  if (p->seconds_per_step > 0 && p->n_steps >= p->step)
    p->seconds_left = p->seconds_per_step * (p->n_steps - p->step);
}

static gboolean
poll_caller (gpointer user_data)
{
  GsTraining *training = user_data;

  return training->func == NULL || training->func (&training->progress, training->user_data);
}

gboolean
gs_training_tell (GsTraining *training, GError **error)
{
  estimate (training);
  if (poll_caller (training))
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_CANCELLED, "The training pauses");
  return FALSE;
}

gboolean
gs_training_phase (GsTraining *training, GsTrainingPhase phase, guint n_parts, GError **error)
{
  training->progress.phase = phase;
  training->progress.part = 0;
  training->progress.n_parts = n_parts;
  /* Making pictures sets the device's poll to its own. */
  gs_device_set_poll (training->session->device, poll_caller, training);
  return gs_training_tell (training, error);
}

/* ---- Learning ---- */

void
gs_training_forget (GsTraining *training)
{
  gs_memory_forget (training->session);
  gs_weight_store_reset (training->session->model->weights);
}

static double
mean_loss (const GArray *losses)
{
  const guint n = MIN (losses->len, MEAN_OF);
  double sum = 0;

  for (guint i = losses->len - n; i < losses->len; i++)
    sum += g_array_index (losses, float, i);
  return n > 0 ? sum / n : 0;
}

/* Of the last steps, of whichever run they were. */
static void
note_loss (GsTraining *training)
{
  const GArray *losses = training->losses;

  training->progress.loss = losses->len > 0 ? g_array_index (losses, float, losses->len - 1) : 0;
  training->progress.mean_loss = mean_loss (losses);
}

static gboolean
tell_step (GsTraining *training, GError **error)
{
  GsTrainingProgress *p = &training->progress;
  gboolean go_on;

  p->is_step = TRUE;
  note_loss (training);
  go_on = gs_training_tell (training, error);
  p->is_step = FALSE;
  return go_on;
}

static gboolean
is_time_to_write (GsTraining *training)
{
  const GsTrainingOptions *o = &training->options;
  const guint step = training->losses->len;

  return step >= o->steps || (o->state_every > 0 && step % o->state_every == 0)
         || g_get_monotonic_time () - training->written
              >= o->state_seconds * (gint64) G_USEC_PER_SEC;
}

/* What is no step: its time does not count as theirs. */
static gboolean
aside (GsTraining *training, gboolean (*work) (GsTraining *training, GError **error),
       GError **error)
{
  const gint64 start = g_get_monotonic_time ();
  const gboolean done = work (training, error);

  training->away += (g_get_monotonic_time () - start) * 1e-6;
  return done;
}

static gboolean
sample_is_due (GsTraining *training)
{
  const guint every = training->options.sample_every;

  return every > 0 && (training->losses->len % every == 0
                       || training->losses->len == training->options.steps);
}

static gboolean
prepare (GsTraining *training, GError **error)
{
  /* What a prompt asked for is not to be learnt upon. */
  if (!gs_session_use_loras (training->session, "", NULL, error)
      || !gs_inversions_apply (training->session->model, error)
      || (training->klass->enter != NULL && !training->klass->enter (training, error))
      || !gs_training_read_data (training, error))
    return FALSE;
  training->progress.phase = GS_TRAINING_LEARN;
  training->began = g_get_monotonic_time ();
  training->began_at = training->losses->len;
  training->away = 0;
  training->progress.seconds_per_step = 0;
  note_loss (training);
  return !sample_is_due (training) || aside (training, gs_training_sample, error);
}

static gboolean
learn (GsTraining *training, GError **error)
{
  if (!gs_training_phase (training, GS_TRAINING_LEARN, 0, error))
    return FALSE;
  while (training->losses->len < training->options.steps)
    {
      if (!gs_training_step (training, error)
          || (training->klass->stepped != NULL && !training->klass->stepped (training, error))
          || !tell_step (training, error))
        return FALSE;
      if (is_time_to_write (training) && !aside (training, gs_training_write_state, error))
        return FALSE;
      if (sample_is_due (training)
          && (!aside (training, gs_training_sample, error)
              || !gs_training_phase (training, GS_TRAINING_LEARN, 0, error)))
        return FALSE;
    }
  return TRUE;
}

/* The state once more, after a failure too; a failure to do that is told with the other one. */
static gboolean
wind_up (GsTraining *training, GError *failure, GError **error)
{
  const gboolean pauses = g_error_matches (failure, GS_ERROR, GS_ERROR_CANCELLED);
  g_autoptr (GError) unwritten = NULL;
  const gboolean written = gs_training_write_state (training, &unwritten);

  if (failure == NULL || pauses)
    {
      g_clear_error (&failure);
      if (!written)
        g_propagate_error (error, g_steal_pointer (&unwritten));
      return written;
    }
  if (written)
    g_propagate_prefixed_error (error, failure, "Step %u is kept and the training can be continued. ",
                                training->losses->len);
  else
    g_propagate_error (error, failure);
  return FALSE;
}

gboolean
gs_training_run (GsTraining *training, GsTrainingFunc progress, gpointer user_data,
                 gboolean *finished, GError **error)
{
  GsSession *session = training->session;
  GError *failure = NULL;
  gboolean done;

  training->func = progress;
  training->user_data = user_data;
  training->written = g_get_monotonic_time ();
  gs_device_reset_peak (session->device);
  gs_device_set_poll (session->device, poll_caller, training);
  if (prepare (training, &failure))
    learn (training, &failure);
  gs_device_set_poll (session->device, NULL, NULL);
  training->func = NULL;
  done = wind_up (training, failure, error);
  if (training->klass->leave != NULL)
    training->klass->leave (training);
  gs_training_forget (training);
  *finished = done && training->losses->len >= training->options.steps;
  return done;
}

/* ---- Planning ---- */

static guint64
declared (GsTraining *training, const char *component)
{
  return gs_weight_store_get_declared_bytes (training->session->model->weights, component);
}

/* Of a program alone, with all weights that it declared. */
static guint64
bytes_of (GsTraining *training, GsProgram *program)
{
  const guint64 bytes = gs_program_get_arena_bytes (program) + gs_program_get_io_bytes (program)
                        + declared (training, NULL) + GS_BUFFER_PADDING_BYTES;

  gs_training_forget (training);
  return bytes;
}

static GsBucket
largest_bucket (const GsDataset *dataset)
{
  GsBucket largest = { 0, 0 };

  for (guint i = 0; i < dataset->items->len; i++)
    {
      const GsBucket bucket = ((const GsDatasetItem *) dataset->items->pdata[i])->bucket;

      if ((guint64) bucket.width * bucket.height > (guint64) largest.width * largest.height)
        largest = bucket;
    }
  return largest;
}

static gboolean
plan (GsTraining *training, guint64 *needed_bytes, guint64 *available_bytes, GError **error)
{
  GsSession *session = training->session;
  const GsBucket bucket = largest_bucket (training->pictures.dataset);
  const guint factor = gs_latent_factor (session);
  GsProgram *program;
  guint64 reading, learning;

  program = gs_vae_encode_program (session, bucket.width / factor, bucket.height / factor, error);
  if (program == NULL)
    return FALSE;
  reading = bytes_of (training, program);
  program = gs_training_program (training, bucket.width / factor, bucket.height / factor, error);
  if (program == NULL)
    return FALSE;
  learning = bytes_of (training, program);
  *needed_bytes = MAX (reading, learning);
  *available_bytes = MIN (gs_device_get_free_bytes (session->device)
                            + gs_device_get_used_bytes (session->device), session->memory_limit);
  training->progress.planned_bytes = *needed_bytes;
  return TRUE;
}

gboolean
gs_training_plan (GsTraining *training, guint64 *needed_bytes, guint64 *available_bytes,
                  GError **error)
{
  gboolean done;

  gs_training_forget (training);
  if (training->klass->enter != NULL && !training->klass->enter (training, error))
    return FALSE;
  done = plan (training, needed_bytes, available_bytes, error);
  if (training->klass->leave != NULL)
    training->klass->leave (training);
  gs_training_forget (training);
  return done;
}

/* ---- What it is ---- */

gboolean
gs_training_save (GsTraining *training, const char *path, GError **error)
{
  return training->klass->save (training, path, error);
}

const char *const *
gs_training_get_notes (GsTraining *training)
{
  return (const char *const *) training->notes->pdata;
}

guint
gs_training_get_step (GsTraining *training)
{
  return training->losses->len;
}

guint
gs_training_n_pictures (GsTraining *training)
{
  return training->pictures.dataset->items->len;
}

const float *
gs_training_get_losses (GsTraining *training, guint *n)
{
  *n = training->losses->len;
  return (const float *) (gpointer) training->losses->data;
}

guint64
gs_training_n_parameters (GsTraining *training)
{
  return training->trained->n;
}
