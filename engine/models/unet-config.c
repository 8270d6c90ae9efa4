/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The U-Net's numbers. SD 1.x, 2.x, XL and their inpainting kin differ in nothing else. */
#include "models/config-source.h"

#include "base/error.h"

#include <string.h>

static gboolean
unsupported (const GsCheckpoint *checkpoint, GError **error, const char *reason)
{
  g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
               "%s: its U-Net has %s; Gesso does not know this kind of model",
               gs_checkpoint_shown_path (checkpoint), reason);
  return FALSE;
}

/* Latent in, latent out; a 9-channel one takes a mask and a masked image's latent too, an 8-channel one
 * an image's latent. */
static gboolean
derive_ends (const GsCheckpoint *checkpoint, GsUnetConfig *config, GError **error)
{
  if (!gs_config_dim (checkpoint, &config->channels[0], 0, "unet.conv_in.weight") ||
      !gs_config_dim (checkpoint, &config->in_channels, 1, "unet.conv_in.weight"))
    return gs_config_fail (
      checkpoint, error,
      "its U-Net is incomplete: the first convolution (unet.conv_in.weight) is missing");
  /* A file cut short lacks the end: what it would be is then named among the missing tensors. */
  if (!gs_config_dim (checkpoint, &config->out_channels, 0, "unet.conv_out.weight"))
    config->out_channels = config->in_channels == 9 || config->in_channels == 8
                             ? 4 : config->in_channels;
  if (config->in_channels != config->out_channels &&
      config->in_channels != 2 * config->out_channels &&
      config->in_channels != 2 * config->out_channels + 1)
    {
      g_autofree char *reason = g_strdup_printf ("%u input channels for %u output channels",
                                                 config->in_channels, config->out_channels);

      return unsupported (checkpoint, error, reason);
    }
  if (config->out_channels > GS_MAX_LATENT_CHANNELS)
    return unsupported (checkpoint, error, "more latent channels than any known one");
  return TRUE;
}

static gboolean
derive_channels (const GsCheckpoint *checkpoint, guint level, guint n_levels, guint *channels)
{
  static const char *const tensors[] = { "conv1.weight", "conv1.bias", "conv2.weight",
                                         "conv2.bias" };

  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    if (gs_config_dim (checkpoint, channels, 0, "unet.down_blocks.%u.resnets.0.%s", level,
                       tensors[i]) ||
        gs_config_dim (checkpoint, channels, 0, "unet.up_blocks.%u.resnets.0.%s",
                       n_levels - 1 - level, tensors[i]))
      return TRUE;
  return FALSE;
}

/* Transformer blocks behind each residual block of one level. What a file cut short lacks on one
 * way is taken for what the other has, so that it is named among the missing tensors. */
static gboolean
derive_depth (const GsCheckpoint *checkpoint, GsUnetConfig *config, guint level, GError **error)
{
  const guint block = config->n_levels - 1 - level;
  guint largest = 0;

  for (guint i = 0; i <= config->layers; i++)
    {
      guint up = gs_config_count (checkpoint, "unet.up_blocks.%u.attentions.%u.transformer_blocks.",
                                  block, i);
      guint down = gs_config_count (
        checkpoint, "unet.down_blocks.%u.attentions.%u.transformer_blocks.", level, i);

      if (i < config->layers)
        config->down_depth[level][i] = MIN (down, GS_MAX_DEPTH);
      config->up_depth[level][i] = MIN (up, GS_MAX_DEPTH);
      largest = MAX (largest, MAX (down, up));
    }
  if (largest > GS_MAX_DEPTH)
    return unsupported (checkpoint, error, "deeper transformers than any known one");
  for (guint i = 0; i <= config->layers; i++)
    {
      if (i < config->layers &&
          gs_config_count (checkpoint, "unet.down_blocks.%u.resnets.", level) <= i)
        config->down_depth[level][i] = largest;
      if (gs_config_count (checkpoint, "unet.up_blocks.%u.resnets.", block) <= i)
        config->up_depth[level][i] = largest;
    }
  return TRUE;
}

/* Whether anything in a level attends to the text. */
static gboolean
level_attends (const GsUnetConfig *config, guint level)
{
  gboolean attends = level + 1 == config->n_levels && config->middle_depth > 0;

  for (guint i = 0; i <= config->layers; i++)
    attends |= config->up_depth[level][i] > 0 ||
               (i < config->layers && config->down_depth[level][i] > 0);
  return attends;
}

static gboolean
derive_levels (const GsCheckpoint *checkpoint, GsUnetConfig *config, GError **error)
{
  guint downs = gs_config_count (checkpoint, "unet.down_blocks.");
  guint ups = gs_config_count (checkpoint, "unet.up_blocks.");

  config->n_levels = MAX (downs, ups);
  if (config->n_levels > GS_MAX_LEVELS)
    return unsupported (checkpoint, error, "more levels than any known one");
  if (config->n_levels == 0)
    return gs_config_fail (checkpoint, error,
                           "its U-Net is incomplete: it has no blocks (unet.down_blocks.*)");
  for (guint level = 0; level < config->n_levels; level++)
    {
      guint on_the_way_up = gs_config_count (checkpoint, "unet.up_blocks.%u.resnets.", level);

      config->layers =
        MAX (config->layers, gs_config_count (checkpoint, "unet.down_blocks.%u.resnets.", level));
      if (on_the_way_up > 0)
        config->layers = MAX (config->layers, on_the_way_up - 1);
    }
  if (config->layers == 0 || config->layers > GS_MAX_LAYERS_PER_LEVEL)
    return unsupported (checkpoint, error, "no known number of blocks per level");
  for (guint level = 0; level < config->n_levels; level++)
    {
      if (!derive_channels (checkpoint, level, config->n_levels, &config->channels[level]))
        return gs_config_fail (
          checkpoint, error,
          "its U-Net is incomplete: unet.down_blocks.%u.resnets.0.conv1.weight is missing", level);
      if (!derive_depth (checkpoint, config, level, error))
        return FALSE;
    }
  config->middle_depth =
    gs_config_count (checkpoint, "unet.mid_block.attentions.0.transformer_blocks.");
  /* segmind/SSD-1B's middle is a single residual block; one with attention has another behind it. */
  config->middle_layers = gs_config_count (checkpoint, "unet.mid_block.resnets.");
  if (config->middle_layers != 1 || config->middle_depth > 0)
    config->middle_layers = 2;
  return TRUE;
}

static void
derive_widths (const GsCheckpoint *checkpoint, GsUnetConfig *config)
{
  static const char tail[] = ".weight";

  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      const char *name;
      const GsStoredTensor *tensor = gs_checkpoint_tensor (checkpoint, i, &name);

      if (!g_str_has_prefix (name, "unet.") || !g_str_has_suffix (name, tail))
        continue;
      if (config->context_width == 0 && strstr (name, ".attn2.to_k.") != NULL)
        gs_config_dim (checkpoint, &config->context_width, 1, "%s", name);
      if (g_str_has_suffix (name, ".proj_in.weight") && tensor->n_dims == 2)
        config->linear_projection = TRUE;
    }
  if (!gs_config_dim (checkpoint, &config->time_width, 0, "unet.time_embedding.linear_1.weight"))
    config->time_width = 4 * config->channels[0];
  if (!gs_config_dim (checkpoint, &config->label_width, 1, "unet.add_embedding.linear_1.weight"))
    config->label_width = 0;
}

/* One number for all levels, or a list. diffusers calls it attention_head_dim, which it once was
 * meant to be. */
static gboolean
read_heads (const GsConfigSource *source, GsUnetConfig *config)
{
  static const char *const keys[] = { "num_attention_heads", "num_heads", "heads",
                                      "attention_head_dim" };

  for (guint i = 0; i < source->objects->len; i++)
    for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
      {
        JsonObject *object = g_ptr_array_index (source->objects, i);
        JsonArray *list = gs_json_get_array (object, keys[k]);
        gboolean complete = TRUE;
        guint heads;

        if (list == NULL && !gs_json_get_uint (object, keys[k], &heads))
          continue;
        for (guint level = 0; level < config->n_levels; level++)
          {
            if (list != NULL && !gs_json_element_uint (list, level, &heads))
              complete = FALSE;
            config->heads[level] = heads;
          }
        if (complete)
          return TRUE;
      }
  return FALSE;
}

static void
derive_heads (const GsConfigSource *source, GsUnetConfig *config)
{
  guint head_width = 64;
  gboolean has_width =
    gs_config_get_uint (source, &head_width, "num_head_channels", "head_ch", NULL);

  if (!has_width && read_heads (source, config))
    return;
  /* SD 1.x has 8 heads at all levels; later ones heads of 64 channels. */
  for (guint level = 0; level < config->n_levels; level++)
    config->heads[level] = !has_width && !config->linear_projection ? 8
                           : head_width > 0 ? config->channels[level] / head_width
                                            : 0;
}

/* Every norm's channels, those of joined inputs on the way up included. */
static gboolean
check_groups (const GsCheckpoint *checkpoint, const GsUnetConfig *config, GError **error)
{
  guint skips[GS_MAX_LEVELS * (GS_MAX_LAYERS_PER_LEVEL + 1) + 1];
  guint n_skips = 0, x = config->channels[0];

  skips[n_skips++] = x;
  for (guint level = 0; level < config->n_levels; level++)
    {
      x = config->channels[level];
      for (guint i = 0; i < config->layers; i++)
        skips[n_skips++] = x;
      if (level + 1 < config->n_levels)
        skips[n_skips++] = x;
      if (!gs_config_check_divides (checkpoint, "norm groups of the U-Net", config->groups, x,
                                    error))
        return FALSE;
    }
  for (guint level = config->n_levels; level-- > 0;)
    for (guint i = 0; i <= config->layers; i++)
      {
        if (!gs_config_check_divides (checkpoint, "norm groups of the U-Net", config->groups,
                                      x + skips[--n_skips], error))
          return FALSE;
        x = config->channels[level];
      }
  return TRUE;
}

static gboolean
check (const GsCheckpoint *checkpoint, const GsUnetConfig *config, GError **error)
{
  if (config->channels[0] % 2 != 0)
    return gs_config_fail (checkpoint, error,
                           "its U-Net's first level has an odd number of channels (%u)",
                           config->channels[0]);
  for (guint level = 0; level < config->n_levels; level++)
    {
      gboolean attends = level_attends (config, level);

      if (attends &&
          !gs_config_check_divides (checkpoint, "attention heads of the U-Net",
                                    config->heads[level], config->channels[level], error))
        return FALSE;
      if (attends && config->context_width == 0)
        return gs_config_fail (checkpoint, error,
                               "its U-Net is incomplete: cross-attention (attn2.to_k) is missing");
    }
  if (!(config->epsilon > 0 && config->epsilon < 1))
    return gs_config_fail (checkpoint, error, "its U-Net's norm_eps is %g", config->epsilon);
  return check_groups (checkpoint, config, error);
}

gboolean
gs_unet_config_derive (const GsCheckpoint *checkpoint, JsonObject *extra, GsUnetConfig *config,
                       GError **error)
{
  GsConfigSource source;
  guint first;

  *config = (GsUnetConfig){ .groups = 32, .epsilon = 1e-5 };
  if (!derive_ends (checkpoint, config, error))
    return FALSE;
  first = config->channels[0];
  if (!derive_levels (checkpoint, config, error) ||
      !gs_config_source_init (&source, checkpoint, extra, GS_COMPONENT_UNET, error))
    return FALSE;
  derive_widths (checkpoint, config);
  gs_config_get_uint (&source, &config->groups, "norm_num_groups", "groups", "norm_groups", NULL);
  gs_config_get_double (&source, &config->epsilon, "norm_eps", NULL);
  gs_config_get_uint (&source, &config->size_width, "addition_time_embed_dim", "tdim", NULL);
  derive_heads (&source, config);
  gs_config_source_clear (&source);
  if (config->channels[0] != first)
    return unsupported (checkpoint, error,
                        "a first level that is not as wide as its first convolution");
  return check (checkpoint, config, error);
}
