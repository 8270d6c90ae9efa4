/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RRDBNet: Wang et al., "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks", 2018,
 * figures 3 and 4; with the squares of pixels in front of Wang et al., "Real-ESRGAN", 2021.
 * SRVGGNetCompact is Real-ESRGAN's small one. Names of weights are Real-ESRGAN's.
 */
#include "models/upscaler.h"

#define SLOPE 0.2f    /* of all of RRDBNet's rectifiers, below 0 */
#define RESIDUAL 0.2f /* how much a block adds to what it was given */
#define N_DENSE 5

/* x + 0.2 conv5 (all before), each convolution seeing all those before it. */
static GsTensor *
dense_block (GsGraph *g, const char *name, const GsUpscalerConfig *config, GsTensor *x)
{
  GsTensor *seen = x, *h = NULL;

  GS_SCOPE (g, "%s", name);
  for (guint i = 1; i <= N_DENSE; i++)
    {
      char conv[16];

      g_snprintf (conv, sizeof conv, "conv%u", i);
      h = gs_conv2d (g, conv, seen, i < N_DENSE ? config->growth : config->channels, 3);
      if (i < N_DENSE)
        seen = gs_concat (g, seen, gs_leaky_relu (g, h, SLOPE));
    }
  return gs_add (g, gs_scale (g, h, RESIDUAL), x);
}

static GsTensor *
block (GsGraph *g, guint i, const GsUpscalerConfig *config, GsTensor *x)
{
  GsTensor *h = x;

  GS_SCOPE (g, "body.%u", i);
  h = dense_block (g, "rdb1", config, h);
  h = dense_block (g, "rdb2", config, h);
  h = dense_block (g, "rdb3", config, h);
  return gs_add (g, gs_scale (g, h, RESIDUAL), x);
}

static GsTensor *
rrdb (GsGraph *g, const GsUpscalerConfig *config, GsTensor *x)
{
  GsTensor *first, *h;

  x = gs_pixel_unshuffle (g, x, config->unshuffle);
  first = h = gs_conv2d (g, "conv_first", x, config->channels, 3);
  for (guint i = 0; i < config->n_blocks; i++)
    h = block (g, i, config, h);
  h = gs_add (g, gs_conv2d (g, "conv_body", h, config->channels, 3), first);
  for (guint i = 1; i <= config->n_doublings; i++)
    {
      char conv[16];

      g_snprintf (conv, sizeof conv, "conv_up%u", i);
      h = gs_upsample (g, h, 2 * h->shape.h, 2 * h->shape.w);
      h = gs_leaky_relu (g, gs_conv2d (g, conv, h, config->channels, 3), SLOPE);
    }
  h = gs_leaky_relu (g, gs_conv2d (g, "conv_hr", h, config->channels, 3), SLOPE);
  return gs_conv2d (g, "conv_last", h, 3, 3);
}

/* What the convolutions make is added to the picture itself, enlarged. */
static GsTensor *
compact (GsGraph *g, const GsUpscalerConfig *config, GsTensor *x)
{
  GsTensor *h = x;
  char name[16];

  for (guint i = 0; i <= config->n_blocks; i++)
    {
      g_snprintf (name, sizeof name, "body.%u", 2 * i);
      h = gs_conv2d (g, name, h, config->channels, 3);
      g_snprintf (name, sizeof name, "body.%u", 2 * i + 1);
      h = gs_prelu (g, name, h);
    }
  g_snprintf (name, sizeof name, "body.%u", 2 * config->n_blocks + 2);
  h = gs_conv2d (g, name, h, 3 * config->scale * config->scale, 3);
  return gs_add (g, gs_pixel_shuffle (g, h, config->scale),
                 gs_upsample (g, x, config->scale * x->shape.h, config->scale * x->shape.w));
}

GsTensor *
gs_upscaler (GsGraph *g, const GsUpscalerConfig *config, GsTensor *x)
{
  return config->kind == GS_UPSCALER_RRDB ? rrdb (g, config, x) : compact (g, config, x);
}

/* A convolution reaches one pixel of its size further; behind an enlargement less than one each, and
 * there are n_doublings + 2 of them, which together reach less than three. */
guint32
gs_upscaler_reach (const GsUpscalerConfig *config)
{
  if (config->kind == GS_UPSCALER_COMPACT)
    return config->n_blocks + 2;
  return config->unshuffle
         * (2 + 3 * N_DENSE * config->n_blocks + (config->n_doublings > 0 ? 3 : 2));
}
