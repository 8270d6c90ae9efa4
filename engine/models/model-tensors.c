/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tensors that a network of a given config asks for. */
#include "models/model-tensors.h"

static void
spec_clear (gpointer data)
{
  g_free (((GsTensorSpec *) data)->name);
}

/* Adds "prefix" + "name" of shape (a, b, c, d); zeros at the end are no dimensions. */
static void
add (GArray *specs, const char *prefix, const char *name, guint64 a, guint64 b, guint64 c,
     guint64 d)
{
  GsTensorSpec spec = { .name = g_strconcat (prefix, name, NULL), .shape = { a, b, c, d } };

  while (spec.n_dims < 4 && spec.shape[spec.n_dims] > 0)
    spec.n_dims++;
  g_array_append_val (specs, spec);
}

static void
add_pair (GArray *specs, const char *prefix, const char *name, guint64 a, guint64 b, guint64 c,
          guint64 d)
{
  g_autofree char *weight = g_strconcat (name, ".weight", NULL);
  g_autofree char *bias = g_strconcat (name, ".bias", NULL);

  add (specs, prefix, weight, a, b, c, d);
  add (specs, prefix, bias, a, 0, 0, 0);
}

static void
add_norm (GArray *specs, const char *prefix, const char *name, guint channels)
{
  add_pair (specs, prefix, name, channels, 0, 0, 0);
}

static void
add_linear (GArray *specs, const char *prefix, const char *name, guint out, guint in)
{
  add_pair (specs, prefix, name, out, in, 0, 0);
}

static void
add_conv (GArray *specs, const char *prefix, const char *name, guint out, guint in, guint size)
{
  add_pair (specs, prefix, name, out, in, size, size);
}

/* `time_width` 0: one of the VAE's. */
static void
add_resnet (GArray *specs, const char *prefix, guint in, guint out, guint time_width)
{
  add_norm (specs, prefix, "norm1", in);
  add_conv (specs, prefix, "conv1", out, in, 3);
  if (time_width > 0)
    add_linear (specs, prefix, "time_emb_proj", out, time_width);
  add_norm (specs, prefix, "norm2", out);
  add_conv (specs, prefix, "conv2", out, out, 3);
  if (in != out)
    add_conv (specs, prefix, "conv_shortcut", out, in, 1);
}

static void
add_cross_attention (GArray *specs, const char *prefix, guint channels, guint context)
{
  add (specs, prefix, "to_q.weight", channels, channels, 0, 0);
  add (specs, prefix, "to_k.weight", channels, context, 0, 0);
  add (specs, prefix, "to_v.weight", channels, context, 0, 0);
  add_linear (specs, prefix, "to_out.0", channels, channels);
}

/* The projections around it are convolutions in SD 1.x and linear layers later. */
static void
add_projection (GArray *specs, const char *prefix, const char *name, guint channels,
                gboolean is_linear)
{
  if (is_linear)
    add_linear (specs, prefix, name, channels, channels);
  else
    add_conv (specs, prefix, name, channels, channels, 1);
}

static void
add_transformer (GArray *specs, const GsUnetConfig *config, const char *prefix, guint level,
                 guint depth)
{
  guint c = config->channels[level];

  add_norm (specs, prefix, "norm", c);
  add_projection (specs, prefix, "proj_in", c, config->linear_projection);
  for (guint i = 0; i < depth; i++)
    {
      g_autofree char *block = g_strdup_printf ("%stransformer_blocks.%u.", prefix, i);
      g_autofree char *attn1 = g_strconcat (block, "attn1.", NULL);
      g_autofree char *attn2 = g_strconcat (block, "attn2.", NULL);

      add_norm (specs, block, "norm1", c);
      add_cross_attention (specs, attn1, c, c);
      add_norm (specs, block, "norm2", c);
      add_cross_attention (specs, attn2, c, config->context_width);
      add_norm (specs, block, "norm3", c);
      add_linear (specs, block, "ff.net.0.proj", 8 * c, c);
      add_linear (specs, block, "ff.net.2", c, 4 * c);
    }
  add_projection (specs, prefix, "proj_out", c, config->linear_projection);
}

/* A residual block and its transformer: <way>.<block>.resnets.<i>, .attentions.<i>. */
static void
add_unet_layer (GArray *specs, const GsUnetConfig *config, const char *way, guint block, guint i,
                guint level, guint depth, guint in)
{
  g_autofree char *resnet = g_strdup_printf ("unet.%s.%u.resnets.%u.", way, block, i);
  g_autofree char *attention = g_strdup_printf ("unet.%s.%u.attentions.%u.", way, block, i);

  add_resnet (specs, resnet, in, config->channels[level], config->time_width);
  if (depth > 0)
    add_transformer (specs, config, attention, level, depth);
}

static void
add_unet_way_down (GArray *specs, const GsUnetConfig *config, guint *skips, guint *n_skips)
{
  guint x = config->channels[0];

  skips[(*n_skips)++] = x;
  for (guint level = 0; level < config->n_levels; level++)
    {
      for (guint i = 0; i < config->layers; i++)
        {
          add_unet_layer (specs, config, "down_blocks", level, i, level,
                          config->down_depth[level][i], x);
          skips[(*n_skips)++] = x = config->channels[level];
        }
      if (level + 1 < config->n_levels)
        {
          g_autofree char *prefix = g_strdup_printf ("unet.down_blocks.%u.", level);

          add_conv (specs, prefix, "downsamplers.0.conv", x, x, 3);
          skips[(*n_skips)++] = x;
        }
    }
}

static void
add_unet_way_up (GArray *specs, const GsUnetConfig *config, const guint *skips, guint n_skips)
{
  guint x = config->channels[config->n_levels - 1];

  for (guint block = 0; block < config->n_levels; block++)
    {
      guint level = config->n_levels - 1 - block;
      g_autofree char *prefix = g_strdup_printf ("unet.up_blocks.%u.", block);

      for (guint i = 0; i <= config->layers; i++)
        {
          add_unet_layer (specs, config, "up_blocks", block, i, level,
                          config->up_depth[level][i], x + skips[--n_skips]);
          x = config->channels[level];
        }
      if (level > 0)
        add_conv (specs, prefix, "upsamplers.0.conv", x, x, 3);
    }
}

static void
add_unet (GArray *specs, const GsUnetConfig *config)
{
  guint skips[GS_MAX_LEVELS * (GS_MAX_LAYERS_PER_LEVEL + 1) + 1];
  guint n_skips = 0;
  guint first = config->channels[0], last = config->channels[config->n_levels - 1];

  add_conv (specs, "unet.", "conv_in", first, config->in_channels, 3);
  add_linear (specs, "unet.", "time_embedding.linear_1", config->time_width, first);
  add_linear (specs, "unet.", "time_embedding.linear_2", config->time_width, config->time_width);
  if (config->label_width > 0)
    {
      add_linear (specs, "unet.", "add_embedding.linear_1", config->time_width,
                  config->label_width);
      add_linear (specs, "unet.", "add_embedding.linear_2", config->time_width, config->time_width);
    }
  add_unet_way_down (specs, config, skips, &n_skips);
  add_resnet (specs, "unet.mid_block.resnets.0.", last, last, config->time_width);
  if (config->middle_depth > 0)
    add_transformer (specs, config, "unet.mid_block.attentions.0.", config->n_levels - 1,
                     config->middle_depth);
  if (config->middle_layers > 1)
    add_resnet (specs, "unet.mid_block.resnets.1.", last, last, config->time_width);
  add_unet_way_up (specs, config, skips, n_skips);
  add_norm (specs, "unet.", "conv_norm_out", first);
  add_conv (specs, "unet.", "conv_out", config->out_channels, first, 3);
}

static void
add_clip (GArray *specs, const GsClipConfig *config, const char *prefix)
{
  guint c = config->width;
  g_autofree char *model = g_strconcat (prefix, "text_model.", NULL);

  add (specs, model, "embeddings.token_embedding.weight", config->vocabulary, c, 0, 0);
  add (specs, model, "embeddings.position_embedding.weight", config->length, c, 0, 0);
  for (guint i = 0; i < config->layers; i++)
    {
      g_autofree char *layer = g_strdup_printf ("%sencoder.layers.%u.", model, i);

      add_norm (specs, layer, "layer_norm1", c);
      add_linear (specs, layer, "self_attn.q_proj", c, c);
      add_linear (specs, layer, "self_attn.k_proj", c, c);
      add_linear (specs, layer, "self_attn.v_proj", c, c);
      add_linear (specs, layer, "self_attn.out_proj", c, c);
      add_norm (specs, layer, "layer_norm2", c);
      add_linear (specs, layer, "mlp.fc1", config->mlp_width, c);
      add_linear (specs, layer, "mlp.fc2", c, config->mlp_width);
    }
  add_norm (specs, model, "final_layer_norm", c);
}

static void
add_optional (GArray *specs, const char *prefix, const char *name, guint64 a, guint64 b)
{
  add (specs, prefix, name, a, b, 0, 0);
  g_array_index (specs, GsTensorSpec, specs->len - 1).optional = TRUE;
}

static void
add_text_encoder (GArray *specs, const GsClipConfig *config, GsComponent component)
{
  const char *prefix = gs_component_prefix (component);

  add_clip (specs, config, prefix);
  if (config->projection_width > 0)
    add_optional (specs, prefix, "text_projection.weight", config->projection_width, config->width);
}

static void
add_vae_middle (GArray *specs, const char *prefix, guint c)
{
  static const char *const parts[] = { "to_q", "to_k", "to_v", "to_out.0" };
  g_autofree char *first = g_strconcat (prefix, "mid_block.resnets.0.", NULL);
  g_autofree char *attention = g_strconcat (prefix, "mid_block.attentions.0.", NULL);
  g_autofree char *second = g_strconcat (prefix, "mid_block.resnets.1.", NULL);

  add_resnet (specs, first, c, c, 0);
  add_norm (specs, attention, "group_norm", c);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    add_linear (specs, attention, parts[i], c, c);
  add_resnet (specs, second, c, c, 0);
}

static void
add_vae_encoder (GArray *specs, const GsVaeConfig *config)
{
  guint x = config->channels[0];

  add_conv (specs, "vae.encoder.", "conv_in", x, 3, 3);
  for (guint level = 0; level < config->n_levels; level++)
    {
      g_autofree char *block = g_strdup_printf ("vae.encoder.down_blocks.%u.", level);

      for (guint i = 0; i < config->layers; i++)
        {
          g_autofree char *resnet = g_strdup_printf ("%sresnets.%u.", block, i);

          add_resnet (specs, resnet, x, config->channels[level], 0);
          x = config->channels[level];
        }
      if (level + 1 < config->n_levels)
        add_conv (specs, block, "downsamplers.0.conv", x, x, 3);
    }
  add_vae_middle (specs, "vae.encoder.", x);
  add_norm (specs, "vae.encoder.", "conv_norm_out", x);
  add_conv (specs, "vae.encoder.", "conv_out", 2 * config->latent_channels, x, 3);
  if (config->has_quant_conv)
    add_conv (specs, "vae.", "quant_conv", 2 * config->latent_channels, 2 * config->latent_channels,
              1);
}

static void
add_vae_decoder (GArray *specs, const GsVaeConfig *config)
{
  guint x = config->channels[config->n_levels - 1];

  if (config->has_quant_conv)
    add_conv (specs, "vae.", "post_quant_conv", config->latent_channels, config->latent_channels,
              1);
  add_conv (specs, "vae.decoder.", "conv_in", x, config->latent_channels, 3);
  add_vae_middle (specs, "vae.decoder.", x);
  for (guint block_index = 0; block_index < config->n_levels; block_index++)
    {
      guint level = config->n_levels - 1 - block_index;
      g_autofree char *block = g_strdup_printf ("vae.decoder.up_blocks.%u.", block_index);

      for (guint i = 0; i <= config->layers; i++)
        {
          g_autofree char *resnet = g_strdup_printf ("%sresnets.%u.", block, i);

          add_resnet (specs, resnet, x, config->channels[level], 0);
          x = config->channels[level];
        }
      if (level > 0)
        add_conv (specs, block, "upsamplers.0.conv", x, x, 3);
    }
  add_norm (specs, "vae.decoder.", "conv_norm_out", x);
  add_conv (specs, "vae.decoder.", "conv_out", 3, x, 3);
}

static void
add_taesd_blocks (GArray *specs, const char *part, guint *layer, guint n, guint channels)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *prefix = g_strdup_printf ("taesd.%s.layers.%u.", part, (*layer)++);

      add_conv (specs, prefix, "conv.0", channels, channels, 3);
      add_conv (specs, prefix, "conv.2", channels, channels, 3);
      add_conv (specs, prefix, "conv.4", channels, channels, 3);
    }
}

static void
add_taesd_conv (GArray *specs, const char *part, guint layer, guint out, guint in, gboolean bias)
{
  g_autofree char *name = g_strdup_printf ("taesd.%s.layers.%u", part, layer);

  if (bias)
    add_conv (specs, name, "", out, in, 3);
  else
    add (specs, name, ".weight", out, in, 3, 3);
}

/* Three halvings with three blocks each; convolutions that change the size have no bias. */
static void
add_taesd_encoder (GArray *specs, const GsTaesdConfig *config)
{
  guint c = config->channels, layer = 1;

  add_taesd_conv (specs, "encoder", 0, c, 3, TRUE);
  add_taesd_blocks (specs, "encoder", &layer, 1, c);
  for (guint stage = 0; stage < 3; stage++)
    {
      add_taesd_conv (specs, "encoder", layer++, c, c, FALSE);
      add_taesd_blocks (specs, "encoder", &layer, 3, c);
    }
  add_taesd_conv (specs, "encoder", layer, config->latent_channels, c, TRUE);
}

/* Layer 1 is an activation, and an upsampling stands before each of the convolutions without
 * bias. */
static void
add_taesd_decoder (GArray *specs, const GsTaesdConfig *config)
{
  guint c = config->channels, layer = 2;

  add_taesd_conv (specs, "decoder", 0, c, config->latent_channels, TRUE);
  for (guint stage = 0; stage < 3; stage++)
    {
      add_taesd_blocks (specs, "decoder", &layer, 3, c);
      layer++;
      add_taesd_conv (specs, "decoder", layer++, c, c, FALSE);
    }
  add_taesd_blocks (specs, "decoder", &layer, 1, c);
  add_taesd_conv (specs, "decoder", layer, 3, c, TRUE);
}

GArray *
gs_model_tensors (const GsModelConfig *config, GsComponent component)
{
  GArray *specs = g_array_new (FALSE, FALSE, sizeof (GsTensorSpec));

  g_array_set_clear_func (specs, spec_clear);
  if (!config->has[component])
    return specs;
  switch (component)
    {
    case GS_COMPONENT_UNET:
      add_unet (specs, &config->unet);
      break;
    case GS_COMPONENT_TEXT_ENCODER:
      add_text_encoder (specs, &config->clip, component);
      break;
    case GS_COMPONENT_TEXT_ENCODER_2:
      add_text_encoder (specs, &config->clip_2, component);
      break;
    case GS_COMPONENT_VAE:
      if (config->vae.has_encoder)
        add_vae_encoder (specs, &config->vae);
      if (config->vae.has_decoder)
        add_vae_decoder (specs, &config->vae);
      break;
    case GS_COMPONENT_TAESD:
      if (config->taesd.has_encoder)
        add_taesd_encoder (specs, &config->taesd);
      if (config->taesd.has_decoder)
        add_taesd_decoder (specs, &config->taesd);
      break;
    default:
      g_assert_not_reached ();
    }
  return specs;
}
