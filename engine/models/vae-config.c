/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers of the autoencoders: the KL-regularised one and the tiny one. */
#include "models/config-source.h"

#include "base/error.h"

/* Of SD 1.x and 2.x; SDXL's is filled in where the family is known. */
#define SD1_SCALING_FACTOR 0.18215

static gboolean
derive_channels (const GsCheckpoint *checkpoint, guint level, guint n_levels, guint *channels)
{
  static const char *const tensors[] = { "conv1.weight", "conv1.bias", "conv2.weight",
                                         "conv2.bias" };

  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    if (gs_config_dim (checkpoint, channels, 0, "vae.encoder.down_blocks.%u.resnets.0.%s", level,
                       tensors[i]) ||
        gs_config_dim (checkpoint, channels, 0, "vae.decoder.up_blocks.%u.resnets.0.%s",
                       n_levels - 1 - level, tensors[i]))
      return TRUE;
  return FALSE;
}

static gboolean
derive_levels (const GsCheckpoint *checkpoint, GsVaeConfig *config, GError **error)
{
  guint downs = gs_config_count (checkpoint, "vae.encoder.down_blocks.");
  guint ups = gs_config_count (checkpoint, "vae.decoder.up_blocks.");

  config->n_levels = MAX (downs, ups);
  if (config->n_levels == 0 || config->n_levels > GS_MAX_LEVELS)
    return gs_config_fail (checkpoint, error, "its VAE has %u levels; 1 to %u can be",
                           config->n_levels, GS_MAX_LEVELS);
  for (guint level = 0; level < config->n_levels; level++)
    {
      guint on_the_way_up =
        gs_config_count (checkpoint, "vae.decoder.up_blocks.%u.resnets.", level);

      config->layers = MAX (
        config->layers, gs_config_count (checkpoint, "vae.encoder.down_blocks.%u.resnets.", level));
      if (on_the_way_up > 0)
        config->layers = MAX (config->layers, on_the_way_up - 1);
      if (!derive_channels (checkpoint, level, config->n_levels, &config->channels[level]))
        return gs_config_fail (
          checkpoint, error,
          "its VAE is incomplete: vae.%s.resnets.0.conv1.weight of level %u is missing",
          config->has_encoder ? "encoder.down_blocks" : "decoder.up_blocks", level);
    }
  if (config->layers == 0 || config->layers > GS_MAX_LAYERS_PER_LEVEL)
    return gs_config_fail (checkpoint, error, "its VAE has %u blocks per level; 1 to %u can be",
                           config->layers, GS_MAX_LAYERS_PER_LEVEL);
  return TRUE;
}

static gboolean
derive_latent (const GsCheckpoint *checkpoint, GsVaeConfig *config, GError **error)
{
  guint moments;

  if (!gs_config_dim (checkpoint, &config->latent_channels, 1, "vae.decoder.conv_in.weight"))
    {
      if (!gs_config_dim (checkpoint, &moments, 0, "vae.encoder.conv_out.weight"))
        return gs_config_fail (checkpoint, error, "its VAE is incomplete: %s is missing",
                               config->has_decoder ? "vae.decoder.conv_in.weight"
                                                   : "vae.encoder.conv_out.weight");
      config->latent_channels = moments / 2;
    }
  if (config->latent_channels == 0 || config->latent_channels > GS_MAX_LATENT_CHANNELS)
    return gs_config_fail (checkpoint, error, "its VAE has %u latent channels; 1 to %u can be",
                           config->latent_channels, GS_MAX_LATENT_CHANNELS);
  return TRUE;
}

gboolean
gs_vae_config_derive (const GsCheckpoint *checkpoint, JsonObject *extra, GsVaeConfig *config,
                      GError **error)
{
  GsConfigSource source;

  *config = (GsVaeConfig){
    .has_encoder = gs_config_any (checkpoint, "vae.encoder."),
    .has_decoder = gs_config_any (checkpoint, "vae.decoder."),
    .has_quant_conv = gs_config_any (checkpoint, "vae.quant_conv.") ||
                      gs_config_any (checkpoint, "vae.post_quant_conv."),
    .groups = 32,
    .scaling_factor = SD1_SCALING_FACTOR,
  };
  if (!derive_levels (checkpoint, config, error) || !derive_latent (checkpoint, config, error) ||
      !gs_config_source_init (&source, checkpoint, extra, GS_COMPONENT_VAE, error))
    return FALSE;
  gs_config_get_uint (&source, &config->groups, "norm_num_groups", "groups", "norm_groups", NULL);
  gs_config_get_double (&source, &config->scaling_factor, "scaling_factor", "scale_factor", NULL);
  gs_config_get_double (&source, &config->shift_factor, "shift_factor", NULL);
  gs_config_source_clear (&source);
  if (!(config->scaling_factor > 1e-6 && config->scaling_factor < 1e6))
    return gs_config_fail (checkpoint, error, "its VAE's scaling factor is %g",
                           config->scaling_factor);
  for (guint level = 0; level < config->n_levels; level++)
    if (!gs_config_check_divides (checkpoint, "norm groups of the VAE", config->groups,
                                  config->channels[level], error))
      return FALSE;
  return TRUE;
}

gboolean
gs_taesd_config_derive (const GsCheckpoint *checkpoint, GsTaesdConfig *config, GError **error)
{
  guint encoder_end = gs_config_count (checkpoint, "taesd.encoder.layers.");

  *config = (GsTaesdConfig){
    .has_encoder = gs_config_any (checkpoint, "taesd.encoder."),
    .has_decoder = gs_config_any (checkpoint, "taesd.decoder."),
  };
  if (!gs_config_dim (checkpoint, &config->channels, 0, "taesd.decoder.layers.0.weight") &&
      !gs_config_dim (checkpoint, &config->channels, 0, "taesd.encoder.layers.0.weight"))
    return gs_config_fail (checkpoint, error,
                           "its TAESD is incomplete: taesd.decoder.layers.0.weight is missing");
  if (!gs_config_dim (checkpoint, &config->latent_channels, 1, "taesd.decoder.layers.0.weight") &&
      (encoder_end == 0 || !gs_config_dim (checkpoint, &config->latent_channels, 0,
                                           "taesd.encoder.layers.%u.weight", encoder_end - 1)))
    return gs_config_fail (checkpoint, error,
                           "its TAESD is incomplete: the encoder's last layer is missing");
  if (config->latent_channels > GS_MAX_LATENT_CHANNELS)
    return gs_config_fail (checkpoint, error, "its TAESD has %u latent channels; 1 to %u can be",
                           config->latent_channels, GS_MAX_LATENT_CHANNELS);
  return TRUE;
}
