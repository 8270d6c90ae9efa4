/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mou et al., "T2I-Adapter", section 3.3: pixels folded into channels, then four levels of residual
 * blocks, h + block2 (relu (block1 (h))), the end of each of which is a feature. The light kind has
 * narrow blocks between two 1x1 convolutions. Names are diffusers' (models/adapter.py).
 */
#include "models/t2i-adapter.h"

static GsTensor *
level (GsGraph *g, const GsT2iAdapterConfig *config, guint i, GsTensor *x)
{
  GS_SCOPE (g, "body.%u", i);
  if (config->halves[i])
    x = gs_average_pool (g, x);
  if (config->has_in[i])
    x = gs_conv2d (g, "in_conv", x, config->inner[i], 1);
  for (guint k = 0; k < config->n_blocks[i]; k++)
    {
      GsTensor *h;

      GS_SCOPE (g, "resnets.%u", k);
      h = gs_relu (g, gs_conv2d (g, "block1", x, config->inner[i], 3));
      x = gs_add (g, gs_conv2d (g, "block2", h, config->inner[i], config->kernel), x);
    }
  return config->is_light ? gs_conv2d (g, "out_conv", x, config->channels[i], 1) : x;
}

void
gs_t2i_adapter (GsGraph *g, const GsT2iAdapterConfig *config, guint n_levels, GsTensor *hint,
                GsTensor **features)
{
  GsTensor *x = hint;

  if (!config->is_light)
    x = gs_conv2d (g, "conv_in", x, config->inner[0], 3);
  for (guint i = 0; i < GS_T2I_LEVELS; i++)
    {
      /* Of three levels the fourth feature is the middle's. */
      GsTensor **feature = &features[MIN (i, n_levels)];

      x = level (g, config, i, x);
      *feature = *feature != NULL ? gs_add (g, *feature, x) : x;
    }
}

void
gs_t2i_fold (const float *in, guint32 width, guint32 height, guint32 channels, guint fold, float *out)
{
  const guint32 squares = fold * fold;

  for (guint32 y = 0; y < height; y++)
    for (guint32 x = 0; x < width; x++)
      for (guint32 c = 0; c < channels; c++)
        out[((gsize) (y / fold) * (width / fold) + x / fold) * channels * squares + c * squares
            + y % fold * fold + x % fold]
          = in[((gsize) y * width + x) * channels + c];
}
