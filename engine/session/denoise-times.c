/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows from timesteps, in a table by the bits of a number. */
#include "session/denoise-times.h"

#include "models/unet.h"

/* What follows from a timestep is kept for later runs; with SD 1.5 that is 20160 numbers each. */
#define MAX_TIMES 128

/* With labels each prompt has its own: a time's key with the negative one is negative, also that of time
 * 0, whose bits differ. */
static double
time_key (const GsDenoiseTimes *times, double timestep, guint sample)
{
  return times->n_labels > 1 && sample > 0 ? -timestep : timestep;
}

static gboolean
set_labels (const GsDenoiseTimes *times, GsProgram *program, GError **error)
{
  const gsize width = times->model->config.unet.label_width;
  g_autofree float *labels = NULL;

  if (times->n_labels == 0)
    return TRUE;
  labels = g_new (float, GS_UNET_TIMES * width);
  for (guint i = 0; i < GS_UNET_TIMES; i++)
    memcpy (labels + i * width,
            i % times->n_labels == 0 ? times->job->label : times->job->negative_label,
            width * sizeof *labels);
  return gs_program_set_floats (program, "label", labels, GS_UNET_TIMES * width, error);
}

/* What the times' program makes of timesteps, the first of which is wanted now. */
static gboolean
compute (const GsDenoiseTimes *times, GsProgram *program, GHashTable *kept, const double *timesteps,
         guint n, GError **error)
{
  const guint halves = MAX (times->n_labels, 1);
  const guint width = times->model->config.unet.channels[0];
  g_autofree float *sinusoids = g_new0 (float, GS_UNET_TIMES * width);

  for (guint i = 0; i < n * halves; i++)
    gs_timestep_embedding (timesteps[i / halves], width, sinusoids + i * width);
  if (!gs_program_set_floats (program, "time", sinusoids, GS_UNET_TIMES * width, error)
      || !set_labels (times, program, error)
      || !gs_program_run (program, error))
    return FALSE;
  for (guint i = 0; i < n * halves; i++)
    {
      g_autofree gpointer values = g_malloc (gs_program_get_sample_bytes (program));
      const double key = time_key (times, timesteps[i / halves], i % halves);

      if (!gs_program_get_sample (program, i, values, error))
        return FALSE;
      g_hash_table_insert (kept, g_memdup2 (&key, sizeof key), g_steal_pointer (&values));
    }
  return TRUE;
}

gboolean
gs_denoise_times_init (GsDenoiseTimes     *times,
                       GsModel            *model,
                       const GsDenoiseJob *job,
                       guint               batch,
                       GError            **error)
{
  const gsize n_bytes = model->config.unet.label_width * sizeof (float);
  g_autoptr (GByteArray) labels = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;

  *times = (GsDenoiseTimes) { .model = model, .job = job };
  if (g_hash_table_size (model->times) > MAX_TIMES)
    g_hash_table_remove_all (model->times);
  if (n_bytes == 0)
    return TRUE;
  if (job->label == NULL || (batch > 1 && job->negative_label == NULL))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "This model needs the sizes of the picture beside the prompt");
      return FALSE;
    }
  times->n_labels = batch;
  g_byte_array_append (labels, (const guint8 *) job->label, n_bytes);
  if (batch > 1)
    g_byte_array_append (labels, (const guint8 *) job->negative_label, n_bytes);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&labels));
  if (model->times_labels != NULL && g_bytes_equal (model->times_labels, bytes))
    return TRUE;
  g_hash_table_remove_all (model->times);
  g_clear_pointer (&model->times_labels, g_bytes_unref);
  model->times_labels = g_steal_pointer (&bytes);
  return TRUE;
}

gboolean
gs_denoise_times_give (const GsDenoiseTimes *times,
                       GsProgram            *program,
                       GHashTable           *kept,
                       GsProgram            *steps,
                       guint                 batch,
                       double                timestep,
                       GError              **error)
{
  gconstpointer values = g_hash_table_lookup (kept, &timestep);
  const guint most = GS_UNET_TIMES / MAX (times->n_labels, 1);
  double wanted[GS_UNET_TIMES] = { timestep };
  guint n = 1;

  /* Steps' timesteps are computed together; some samplers look in between, too. */
  for (guint i = 0; values == NULL && i < gs_sampler_n_steps (times->sampler); i++)
    {
      double t = gs_sampler_timestep (times->sampler, i);

      if (n < most && t != timestep && !g_hash_table_contains (kept, &t))
        wanted[n++] = t;
    }
  if (values == NULL && !compute (times, program, kept, wanted, n, error))
    return FALSE;
  for (guint b = 0; b < batch; b++)
    {
      const double key = time_key (times, timestep, b);

      values = g_hash_table_lookup (kept, &key);
      if (!gs_program_give_sample (program, values, steps, b, error))
        return FALSE;
    }
  return TRUE;
}
