/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Down through the levels, keeping what each block makes; through the middle; and up again, each
 * block getting what its counterpart kept (Ronneberger et al., "U-Net"; Rombach et al.,
 * "High-Resolution Image Synthesis with Latent Diffusion Models", section 3.3).
 */
#include "models/unet.h"

#include <math.h>
#include <string.h>

#include "nn/resnet-block.h"
#include "nn/transformer-block.h"

typedef struct
{
  const GsUnetConfig *config;
  GsTensor    *context;
  GsUnetState *state;
} Unet;

void
gs_timestep_embedding (double timestep, guint n, float *out)
{
  guint half = n / 2;

  for (guint i = 0; i < half; i++)
    {
      double frequency = exp (-log (10000.0) * i / half);

      out[i] = (float) cos (timestep * frequency);
      out[half + i] = (float) sin (timestep * frequency);
    }
}

void
gs_unet_label (const GsUnetConfig *config, const float *pooled, const float *sizes, guint n_sizes,
               float *label)
{
  const guint n_pooled = config->label_width - n_sizes * config->size_width;

  memcpy (label, pooled, n_pooled * sizeof *label);
  for (guint i = 0; i < n_sizes; i++)
    gs_timestep_embedding (sizes[i], config->size_width, label + n_pooled + i * config->size_width);
}

/* Two linear layers, in a scope of their own. */
static GsTensor *
embed (GsGraph *g, const GsUnetConfig *config, const char *name, GsTensor *x)
{
  GS_SCOPE (g, "%s", name);
  x = gs_silu (g, gs_linear (g, "linear_1", x, config->time_width));
  return gs_linear (g, "linear_2", x, config->time_width);
}

static GsTensor *
embed_time (GsGraph *g, const GsUnetConfig *config, GsTensor *time, GsTensor *label)
{
  GsTensor *h = embed (g, config, "time_embedding", time);

  if (label != NULL)
    h = gs_add (g, h, embed (g, config, "add_embedding", label));
  return gs_silu (g, h);
}

/* A residual block and, where the level has them, transformers: resnets.i, attentions.i. */
static GsTensor *
layer (GsGraph *g, Unet *u, guint level, guint i, guint depth, GsTensor *x)
{
  const GsUnetConfig *config = u->config;
  char name[32];

  g_snprintf (name, sizeof name, "resnets.%u", i);
  x = gs_resnet_block (g, name, x, u->state->time, config->channels[level], config->groups,
                       (float) config->epsilon);
  if (depth == 0)
    return x;
  g_snprintf (name, sizeof name, "attentions.%u", i);
  return gs_transformer (g, name, x, u->context,
                         &(GsTransformerOptions) { .heads = config->heads[level],
                                                   .depth = depth,
                                                   .groups = config->groups });
}

static void
keep (Unet *u, GsTensor *x)
{
  u->state->skips[u->state->n_skips++] = x;
}

/* An adapter's feature is added behind a level's last transformer; where it has none, behind all of the
 * level, its downsampler included (huggingface/diffusers, UNet2DConditionModel.forward). */
static GsTensor *
down (GsGraph *g, Unet *u, GsTensor *x, GsTensor *const *features)
{
  const GsUnetConfig *config = u->config;

  for (guint level = 0; level < config->n_levels; level++)
    {
      GsTensor *feature = features != NULL ? features[level] : NULL;
      const gboolean is_last = level + 1 == config->n_levels;
      const gboolean attends = config->down_depth[level][config->layers - 1] > 0;

      GS_SCOPE (g, "down_blocks.%u", level);
      for (guint i = 0; i < config->layers; i++)
        {
          x = layer (g, u, level, i, config->down_depth[level][i], x);
          if (feature != NULL && i + 1 == config->layers && (attends || is_last))
            x = gs_add (g, x, feature);
          keep (u, x);
        }
      if (is_last)
        break;
      x = gs_conv2d (g, "downsamplers.0.conv", x, x->shape.c, 3, .stride = 2);
      if (feature != NULL && !attends)
        x = gs_add (g, x, feature);
      keep (u, x);
    }
  return x;
}

static GsTensor *
middle (GsGraph *g, Unet *u, GsTensor *x)
{
  const GsUnetConfig *config = u->config;
  GsTensor *time = u->state->time;
  guint32 last = config->n_levels - 1;
  float epsilon = (float) config->epsilon;

  GS_SCOPE (g, "mid_block");
  x = gs_resnet_block (g, "resnets.0", x, time, x->shape.c, config->groups, epsilon);
  if (config->middle_depth > 0)
    x = gs_transformer (g, "attentions.0", x, u->context,
                        &(GsTransformerOptions) { .heads = config->heads[last],
                                                  .depth = config->middle_depth,
                                                  .groups = config->groups });
  if (config->middle_layers < 2)
    return x;
  return gs_resnet_block (g, "resnets.1", x, time, x->shape.c, config->groups, epsilon);
}

static GsTensor *
up (GsGraph *g, Unet *u, GsTensor *x)
{
  const GsUnetConfig *config = u->config;
  GsUnetState *state = u->state;

  for (guint block = 0; block < config->n_levels; block++)
    {
      guint level = config->n_levels - 1 - block;

      GS_SCOPE (g, "up_blocks.%u", block);
      for (guint i = 0; i <= config->layers; i++)
        {
          GsTensor *skip = state->skips[--state->n_skips];

          if (state->free_u != NULL)
            gs_free_u_join (g, state->free_u, config->channels[config->n_levels - 1], &x, &skip);
          x = layer (g, u, level, i, config->up_depth[level][i], gs_concat (g, x, skip));
        }
      if (level > 0)
        {
          /* To the size of what is joined next: twice as large, or one less at odd sizes. */
          GsShape size = state->skips[state->n_skips - 1]->shape;

          x = gs_upsample (g, x, size.h, size.w);
          x = gs_conv2d (g, "upsamplers.0.conv", x, x->shape.c, 3);
        }
    }
  return x;
}

void
gs_unet_go_down (GsGraph *g, const GsUnetConfig *config, GsTensor *x, GsTensor *time,
                 GsTensor *context, GsTensor *label, GsTensor *hint, GsTensor *const *features,
                 GsUnetState *state)
{
  Unet u = { .config = config, .context = context, .state = state };

  state->time = embed_time (g, config, time, label);
  x = gs_conv2d (g, "conv_in", x, config->channels[0], 3);
  if (hint != NULL)
    x = gs_add (g, x, hint);
  keep (&u, x);
  x = down (g, &u, x, features);
  x = middle (g, &u, x);
  if (features != NULL && features[config->n_levels] != NULL)
    x = gs_add (g, x, features[config->n_levels]);
  state->x = x;
}

GsTensor *
gs_unet_go_up (GsGraph *g, const GsUnetConfig *config, GsTensor *context, GsUnetState *state)
{
  Unet u = { .config = config, .context = context, .state = state };
  GsTensor *x = up (g, &u, state->x);

  x = gs_group_norm (g, "conv_norm_out", x, config->groups, (float) config->epsilon);
  x = gs_silu (g, x);
  return gs_conv2d (g, "conv_out", x, config->out_channels, 3);
}

GsTensor *
gs_unet (GsGraph *g, const GsUnetConfig *config, GsTensor *x, GsTensor *time, GsTensor *context,
         GsTensor *label)
{
  GsUnetState state = { 0 };

  gs_unet_go_down (g, config, x, time, context, label, NULL, NULL, &state);
  return gs_unet_go_up (g, config, context, &state);
}
