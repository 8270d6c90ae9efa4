/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a checkpoint's networks look like: family, components, and whether all fits together. */
#include "models/model-config.h"

#include "base/error.h"
#include "models/config-source.h"
#include "models/model-tensors.h"

#include <math.h>
#include <string.h>

#define SDXL_SCALING_FACTOR 0.13025
#define SD2_V_SPREAD 0.09

const char *
gs_model_config_family_name (const GsModelConfig *config)
{
  static const char *const names[GS_N_FAMILIES][3] = {
    [GS_FAMILY_SD1] = { "SD 1.x", "SD 1.x inpainting", "SD 1.x instruct-pix2pix" },
    [GS_FAMILY_SD2] = { "SD 2.x", "SD 2.x inpainting", "SD 2.x instruct-pix2pix" },
    [GS_FAMILY_SDXL] = { "SDXL", "SDXL inpainting", "SDXL instruct-pix2pix" },
  };

  if (config->family == GS_FAMILY_SDXL && config->has[GS_COMPONENT_TEXT_ENCODER_2]
      && !config->has[GS_COMPONENT_TEXT_ENCODER] && gs_model_config_n_sizes (config) == 5)
    return "SDXL refiner";
  return names[config->family][gs_model_config_is_inpainting (config) ? 1
                               : gs_model_config_is_editing (config)  ? 2
                                                                      : 0];
}

gboolean
gs_model_config_is_inpainting (const GsModelConfig *config)
{
  return config->has[GS_COMPONENT_UNET] &&
         config->unet.in_channels == 2 * config->unet.out_channels + 1;
}

gboolean
gs_model_config_is_editing (const GsModelConfig *config)
{
  return config->has[GS_COMPONENT_UNET] &&
         config->unet.in_channels == 2 * config->unet.out_channels;
}

/* SDXL's U-Net takes a pooled vector, SD 2.x came with linear projections and OpenCLIP. The
 * width of the text vectors decides only where nothing else speaks: miniatures have any. */
/* transformers' SD 2.x encoder lacks the layer that is left out; others keep it. */
static void
settle_clip_skip (const GsCheckpoint *checkpoint, GsModelConfig *config)
{
  gboolean has_all_layers =
    gs_config_any_stored_as (checkpoint, GS_COMPONENT_TEXT_ENCODER, ".resblocks.") ||
    (config->clip.width == 1024 && config->clip.layers == 24);

  config->clip.clip_skip = config->clip_2.clip_skip = 1;
  if (config->family == GS_FAMILY_SDXL)
    config->clip.clip_skip = config->clip_2.clip_skip = 2;
  else if (config->family == GS_FAMILY_SD2 && has_all_layers)
    config->clip.clip_skip = 2;
}

guint
gs_model_config_clip_skip (const GsModelConfig *config, guint asked)
{
  return MAX (asked, config->has[GS_COMPONENT_TEXT_ENCODER] ? config->clip.clip_skip
                                                            : config->clip_2.clip_skip);
}

guint
gs_model_config_n_sizes (const GsModelConfig *config)
{
  return config->unet.label_width == 0 || config->unet.size_width == 0
             || config->unet.label_width < config->clip_2.projection_width
           ? 0
           : (config->unet.label_width - config->clip_2.projection_width) / config->unet.size_width;
}

static GsFamily
find_family (const GsModelConfig *config)
{
  gboolean has_text = config->has[GS_COMPONENT_TEXT_ENCODER];

  if (config->has[GS_COMPONENT_TEXT_ENCODER_2])
    return GS_FAMILY_SDXL;
  if (config->has[GS_COMPONENT_UNET])
    {
      if (config->unet.label_width > 0)
        return GS_FAMILY_SDXL;
      if (config->unet.context_width == 1024)
        return GS_FAMILY_SD2;
    }
  if (has_text)
    return config->clip.open_clip || !config->clip.quick_gelu ? GS_FAMILY_SD2 : GS_FAMILY_SD1;
  return config->has[GS_COMPONENT_UNET] && config->unet.linear_projection ? GS_FAMILY_SD2
                                                                          : GS_FAMILY_SD1;
}

static gboolean
derive_components (const GsCheckpoint *checkpoint, JsonObject *extra, GsModelConfig *config,
                   GError **error)
{
  if (config->has[GS_COMPONENT_UNET] &&
      !gs_unet_config_derive (checkpoint, extra, &config->unet, error))
    return FALSE;
  if (config->has[GS_COMPONENT_TEXT_ENCODER] &&
      !gs_clip_config_derive (checkpoint, extra, GS_COMPONENT_TEXT_ENCODER, &config->clip, error))
    return FALSE;
  if (config->has[GS_COMPONENT_TEXT_ENCODER_2] &&
      !gs_clip_config_derive (checkpoint, extra, GS_COMPONENT_TEXT_ENCODER_2, &config->clip_2,
                              error))
    return FALSE;
  if (config->has[GS_COMPONENT_VAE] &&
      !gs_vae_config_derive (checkpoint, extra, &config->vae, error))
    return FALSE;
  if (config->has[GS_COMPONENT_TAESD])
    {
      /* Beside a U-Net it is no necessity. */
      gboolean needed = !config->has[GS_COMPONENT_UNET];

      config->has[GS_COMPONENT_TAESD] =
        gs_taesd_config_derive (checkpoint, &config->taesd, needed ? error : NULL);
      if (needed && !config->has[GS_COMPONENT_TAESD])
        return FALSE;
    }
  return gs_schedule_config_derive (checkpoint, extra, &config->schedule, error);
}

/* Files of SD 2.x do not say what it predicts. The scales' spread within one late norm tells, as in
 * ComfyUI (comfy/supported_models.py, SD20.model_type): above 0.09 it was trained on v. */
static void
settle_prediction (const GsCheckpoint *checkpoint, GsModelConfig *config)
{
  const GsStoredTensor *bias = gs_checkpoint_find (
    checkpoint, "unet.up_blocks.3.attentions.2.transformer_blocks.0.norm1.bias");
  double sum = 0, squares = 0;
  guint64 n;

  if (config->family != GS_FAMILY_SD2 || config->schedule.is_said || bias == NULL
      || config->unet.in_channels != 4)
    return;
  n = gs_stored_tensor_n_elements (bias);
  for (guint64 i = 0; i < n; i++)
    {
      double value = gs_stored_tensor_get_float (bias, i);

      sum += value;
      squares += value * value;
    }
  if (n > 0 && sqrt (MAX (squares / n - sum / n * (sum / n), 0)) > SD2_V_SPREAD)
    config->schedule.prediction = GS_PREDICTION_V;
}

/* SDXL's autoencoder has SD 1.x's shapes and another scale, so only the company it is in can
 * tell. */
static gboolean
settle_scaling (const GsCheckpoint *checkpoint, JsonObject *extra, GsModelConfig *config,
                GError **error)
{
  GsConfigSource source;
  double said;

  if (config->family != GS_FAMILY_SDXL || !config->has[GS_COMPONENT_VAE])
    return TRUE;
  if (!gs_config_source_init (&source, checkpoint, extra, GS_COMPONENT_VAE, error))
    return FALSE;
  if (!gs_config_get_double (&source, &said, "scaling_factor", "scale_factor", NULL))
    config->vae.scaling_factor = SDXL_SCALING_FACTOR;
  gs_config_source_clear (&source);
  return TRUE;
}

/* What one component hands to the next must be of one size. */
static gboolean
check_joints (const GsCheckpoint *checkpoint, const GsModelConfig *config, GError **error)
{
  const GsUnetConfig *unet = &config->unet;
  guint text_width = config->has[GS_COMPONENT_TEXT_ENCODER] ? config->clip.width : 0;

  if (config->has[GS_COMPONENT_TEXT_ENCODER_2])
    text_width += config->clip_2.width;
  if (!config->has[GS_COMPONENT_UNET])
    return TRUE;
  if (text_width > 0 && unet->context_width > 0 && text_width != unet->context_width &&
      (config->family != GS_FAMILY_SDXL || config->has[GS_COMPONENT_TEXT_ENCODER_2]))
    return gs_config_fail (
      checkpoint, error,
      "its text encoder gives vectors of %u numbers and its U-Net takes %u; they are of "
      "different models",
      text_width, unet->context_width);
  if (config->has[GS_COMPONENT_VAE] && config->vae.latent_channels != unet->out_channels)
    return gs_config_fail (
      checkpoint, error,
      "its VAE has %u latent channels and its U-Net %u; they are of different models",
      config->vae.latent_channels, unet->out_channels);
  return TRUE;
}

/* SDXL's U-Net: the pooled text and the sinusoids of sizes make its label. A refiner has a score in
 * place of the target's two (stabilityai/generative-models, configs/inference/sd_xl_*.yaml). */
static gboolean
check_label (const GsCheckpoint *checkpoint, GsModelConfig *config, GError **error)
{
  GsUnetConfig *unet = &config->unet;
  const guint pooled = config->clip_2.projection_width;
  guint rest, n;

  if (!config->has[GS_COMPONENT_UNET] || unet->label_width == 0 ||
      !config->has[GS_COMPONENT_TEXT_ENCODER_2])
    return TRUE;
  rest = unet->label_width > pooled ? unet->label_width - pooled : 0;
  if (unet->size_width == 0)
    unet->size_width = rest == 5 * 256 || rest % 6 != 0 ? 256 : rest / 6;
  n = rest / unet->size_width;
  if (pooled > 0 && rest % unet->size_width == 0 && unet->size_width % 2 == 0 && (n == 5 || n == 6))
    return TRUE;
  return gs_config_fail (checkpoint, error,
                         "its U-Net takes a label of %u numbers, which its second text encoder's %u "
                         "and the sizes do not make; they are of different models",
                         unet->label_width, pooled);
}

/* Beside a U-Net a TAESD only makes previews sharper: one that does not fit is as good as none. */
static void
drop_unfit_taesd (const GsCheckpoint *checkpoint, GsModelConfig *config)
{
  GsModelConfig alone = *config;
  GsTensorComparison comparison;

  if (!config->has[GS_COMPONENT_TAESD] || !config->has[GS_COMPONENT_UNET])
    return;
  for (guint i = 0; i < GS_N_COMPONENTS; i++)
    alone.has[i] = i == GS_COMPONENT_TAESD;
  gs_tensor_comparison_init (&comparison, checkpoint, &alone);
  config->has[GS_COMPONENT_TAESD] =
    gs_tensor_comparison_check (&comparison, checkpoint, NULL) &&
    config->taesd.latent_channels == config->unet.out_channels;
  gs_tensor_comparison_clear (&comparison);
}

static gboolean
fail_foreign (const GsCheckpoint *checkpoint, GError **error)
{
  const char *kind = gs_checkpoint_describe_foreign (checkpoint);

  if (kind != NULL)
    g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                 "%s is %s, not a Stable Diffusion model; choose a checkpoint",
                 gs_checkpoint_shown_path (checkpoint), kind);
  else
    g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                 "%s holds no Stable Diffusion model; choose a checkpoint or a diffusers folder",
                 gs_checkpoint_shown_path (checkpoint));
  return FALSE;
}

gboolean
gs_model_config_derive (const GsCheckpoint *checkpoint, JsonObject *extra, GsModelConfig *config,
                        GError **error)
{
  *config = (GsModelConfig){ 0 };
  for (guint i = 0; i < GS_N_COMPONENTS; i++)
    config->has[i] = gs_checkpoint_has (checkpoint, i);
  config->has[GS_COMPONENT_CONTROLNET] = config->has[GS_COMPONENT_T2I_ADAPTER] = FALSE;
  if (gs_checkpoint_n_tensors (checkpoint)
      == gs_checkpoint_stats (checkpoint, GS_COMPONENT_CONTROLNET).n_tensors
           + gs_checkpoint_stats (checkpoint, GS_COMPONENT_T2I_ADAPTER).n_tensors)
    return fail_foreign (checkpoint, error);
  if (!derive_components (checkpoint, extra, config, error))
    return FALSE;
  config->family = find_family (config);
  settle_clip_skip (checkpoint, config);
  settle_prediction (checkpoint, config);
  return settle_scaling (checkpoint, extra, config, error);
}

gboolean
gs_model_config_read (const GsCheckpoint *checkpoint, JsonObject *extra, GsModelConfig *config,
                      GError **error)
{
  GsTensorComparison comparison;
  gboolean good;

  if (!gs_model_config_derive (checkpoint, extra, config, error))
    return FALSE;
  drop_unfit_taesd (checkpoint, config);
  gs_tensor_comparison_init (&comparison, checkpoint, config);
  good = gs_tensor_comparison_check (&comparison, checkpoint, error);
  gs_tensor_comparison_clear (&comparison);
  return good && check_joints (checkpoint, config, error)
         && check_label (checkpoint, config, error);
}

guint
gs_model_config_native_size (const GsModelConfig *config, const GsCheckpoint *checkpoint)
{
  const char *text =
    checkpoint != NULL ? gs_checkpoint_any_metadata (checkpoint, "gesso.image_size") : NULL;
  guint factor = config->has[GS_COMPONENT_VAE] ? 1u << (config->vae.n_levels - 1) : 8;
  guint64 said = text != NULL ? g_ascii_strtoull (text, NULL, 10) : 0;
  guint latent;

  if (said == 0 && checkpoint != NULL &&
      gs_json_get_uint (gs_checkpoint_config (checkpoint, "unet"), "sample_size", &latent))
    said = (guint64) latent * factor;
  if (said >= 16 && said <= 8192)
    return (guint) said;
  if (config->family == GS_FAMILY_SDXL)
    return 1024;
  return config->family == GS_FAMILY_SD2 && config->schedule.prediction == GS_PREDICTION_V ? 768
                                                                                           : 512;
}
