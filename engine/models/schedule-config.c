/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the model was trained with noise. Files that do not say follow Stable Diffusion. */
#include "models/config-source.h"

static gboolean
read_betas (const GsCheckpoint *checkpoint, const GsConfigSource *source, GsScheduleConfig *config,
            GError **error)
{
  static const struct
  {
    const char *name;
    GsBetaSchedule schedule;
  } schedules[] = {
    { "scaled_linear", GS_BETA_SCALED_LINEAR },
    { "linear", GS_BETA_LINEAR },
    { "squaredcos_cap_v2", GS_BETA_SQUARED_COSINE },
  };
  const char *name = gs_config_get_string (source, "beta_schedule", NULL);
  g_autofree char *shown = name != NULL ? gs_text_for_message (name) : NULL;

  gs_config_get_double (source, &config->beta_start, "beta_start", NULL);
  gs_config_get_double (source, &config->beta_end, "beta_end", NULL);
  if (!(config->beta_start > 0 && config->beta_start <= config->beta_end && config->beta_end < 1))
    return gs_config_fail (checkpoint, error,
                           "its noise schedule runs from beta %g to %g; within 0 and 1 it could",
                           config->beta_start, config->beta_end);
  if (name == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (schedules); i++)
    if (g_str_equal (name, schedules[i].name))
      {
        config->beta_schedule = schedules[i].schedule;
        return TRUE;
      }
  return gs_config_fail (checkpoint, error, "its noise schedule “%s” is unknown to Gesso", shown);
}

static gboolean
read_prediction (const GsCheckpoint *checkpoint, const GsConfigSource *source,
                 GsScheduleConfig *config, GError **error)
{
  const char *name = gs_config_get_string (source, "prediction_type", "prediction", NULL);
  g_autofree char *shown = name != NULL ? gs_text_for_message (name) : NULL;

  if (name == NULL)
    return TRUE;
  config->is_said = TRUE;
  if (g_str_equal (name, "epsilon") || g_str_equal (name, "eps"))
    {
      config->prediction = GS_PREDICTION_EPSILON;
      return TRUE;
    }
  config->prediction = GS_PREDICTION_V;
  if (g_str_equal (name, "v_prediction") || g_str_equal (name, "v"))
    return TRUE;
  return gs_config_fail (checkpoint, error, "it predicts “%s”; Gesso knows epsilon and v", shown);
}

/* Empty tensors by which some trainers mark their files. */
static gboolean
has_mark (const GsCheckpoint *checkpoint, const char *name)
{
  const GPtrArray *files = gs_checkpoint_files (checkpoint);

  for (guint i = 0; i < files->len; i++)
    if (gs_tensor_file_find (g_ptr_array_index (files, i), name) != NULL)
      return TRUE;
  return FALSE;
}

gboolean
gs_schedule_config_derive (const GsCheckpoint *checkpoint, JsonObject *extra,
                           GsScheduleConfig *config, GError **error)
{
  GsConfigSource source;
  gboolean good;

  *config = (GsScheduleConfig){
    .beta_start = 0.00085,
    .beta_end = 0.012,
    .beta_schedule = GS_BETA_SCALED_LINEAR,
    .train_steps = 1000,
    .prediction = has_mark (checkpoint, "v_pred") ? GS_PREDICTION_V : GS_PREDICTION_EPSILON,
    .is_said = has_mark (checkpoint, "v_pred"),
    .zero_terminal_snr = has_mark (checkpoint, "ztsnr"),
    .steps_offset = 1,
  };
  if (!gs_config_source_init (&source, checkpoint, extra, GS_CONFIG_SCHEDULE, error))
    return FALSE;
  gs_config_get_uint (&source, &config->train_steps, "num_train_timesteps", "train_steps", "steps",
                      NULL);
  gs_config_get_uint (&source, &config->steps_offset, "steps_offset", NULL);
  gs_config_get_boolean (&source, &config->zero_terminal_snr, "rescale_betas_zero_snr",
                         "zero_terminal_snr", NULL);
  gs_config_get_boolean (&source, &config->set_alpha_to_one, "set_alpha_to_one", NULL);
  good = read_betas (checkpoint, &source, config, error) &&
         read_prediction (checkpoint, &source, config, error);
  gs_config_source_clear (&source);
  if (good && (config->train_steps < 2 || config->train_steps > 100000 ||
               config->steps_offset >= config->train_steps))
    good = gs_config_fail (checkpoint, error, "its noise schedule has %u steps and an offset of %u",
                           config->train_steps, config->steps_offset);
  return good;
}
