/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The vocabulary of models: every op, one line each. x: (N, H, W, C); tokens are (N, 1, T, C).
 * name: the weight's scope ("conv1" reads conv1.weight and, where it exists, conv1.bias).
 * All return tensors owned by the graph; errors are sticky in the graph.
 */
#pragma once

#include "tensor/graph.h"

G_BEGIN_DECLS

typedef struct
{
  guint stride;          /* 1 (also if 0) or 2                                                      */
  gboolean pad_end_only; /* stride 2 of the VAE encoder: zeros only at the right and bottom         */
} GsConvOptions;

/* Convolution with padding k / 2; k = 1 or 3. Weight (channels, C, k, k).
 * Options by name: gs_conv2d (g, "op", h, c, 3, .stride = 2) */
#define gs_conv2d(g, name, x, channels, k, ...)                                                    \
  gs_conv2d_with ((g), (name), (x), (channels), (k), &(GsConvOptions) { __VA_ARGS__ })
GsTensor *gs_conv2d_with (GsGraph *g, const char *name, GsTensor *x, guint32 channels, guint32 k,
                          const GsConvOptions *options);

/* y = x W^T + b over the channels. Weight (channels, C), or a 1x1 convolution's (channels, C, 1, 1). */
GsTensor *gs_linear (GsGraph *g, const char *name, GsTensor *x, guint32 channels);

/* softmax (q k^T / sqrt (D)) v per head, D = C / heads. q: (N, 1, Tq, C), k, v: (N, 1, Tk, C). */
GsTensor *gs_attention (GsGraph *g, GsTensor *q, GsTensor *k, GsTensor *v, guint32 heads,
                        gboolean causal);

/* (x - mean) / sqrt (var + eps) * weight + bias, statistics per sample and group of channels. */
GsTensor *gs_group_norm (GsGraph *g, const char *name, GsTensor *x, guint32 groups, float epsilon);

/* The same with statistics over the channels of each token. */
GsTensor *gs_layer_norm (GsGraph *g, const char *name, GsTensor *x, float epsilon);

GsTensor *gs_silu       (GsGraph *g, GsTensor *x); /* x sigmoid (x)                       */
GsTensor *gs_gelu       (GsGraph *g, GsTensor *x); /* x Phi (x), the exact one            */
GsTensor *gs_quick_gelu (GsGraph *g, GsTensor *x); /* x sigmoid (1.702 x)                 */
GsTensor *gs_relu       (GsGraph *g, GsTensor *x);
GsTensor *gs_soft_clamp (GsGraph *g, GsTensor *x, float limit); /* limit tanh (x / limit) */
GsTensor *gs_leaky_relu (GsGraph *g, GsTensor *x, float slope); /* x, slope x where x < 0 */
GsTensor *gs_scale      (GsGraph *g, GsTensor *x, float factor);

/* x, and weight x where x < 0, with a weight for each channel. Weight (C). */
GsTensor *gs_prelu (GsGraph *g, const char *name, GsTensor *x);

/* a + b; b may be (N, 1, 1, C) or (1, H, W, C) and is repeated. */
GsTensor *gs_add (GsGraph *g, GsTensor *a, GsTensor *b);

/* a gelu (b), where x = [a | b] along the channels: (N, H, W, 2 C) -> (N, H, W, C). */
GsTensor *gs_geglu (GsGraph *g, GsTensor *x);

/* [a | b] along the channels. */
GsTensor *gs_concat (GsGraph *g, GsTensor *a, GsTensor *b);

/* Nearest-neighbour enlargement to (h, w): y[i][j] = x[i H / h][j W / w]. */
GsTensor *gs_upsample (GsGraph *g, GsTensor *x, guint32 h, guint32 w);

/* Each r r channels become a square of pixels: y[r h + i][r w + j][c] = x[h][w][c r r + r i + j],
 * (N, H, W, C) -> (N, r H, r W, C / r / r); and back, where H and W are multiples of r. */
GsTensor *gs_pixel_shuffle   (GsGraph *g, GsTensor *x, guint32 r);
GsTensor *gs_pixel_unshuffle (GsGraph *g, GsTensor *x, guint32 r);
/* The mean of each 2 x 2 pixels, of those that there are at odd edges:
 * (N, H, W, C) -> (N, (H + 1) / 2, (W + 1) / 2, C). */
GsTensor *gs_average_pool (GsGraph *g, GsTensor *x);

/* Zeros appended until C is a multiple of 4; x itself if it is one. */
GsTensor *gs_pad_channels (GsGraph *g, GsTensor *x);

/* x W^T times scale, of a weight that is no checkpoint's but an input or a result: x (N, H, W, C),
 * weight (1, 1, channels, C) -> (N, H, W, channels). The weight may be float in a graph of halfs; so
 * is its gradient then. */
GsTensor *gs_product (GsGraph *g, GsTensor *x, GsTensor *weight, float scale);

/* Convolution of k x k with padding k / 2 by such a weight: (1, 1, channels, C k k), in the order of a
 * checkpoint's (channels, C, k, k). For few channels. */
GsTensor *gs_conv_product (GsGraph *g, GsTensor *x, GsTensor *weight, guint32 kernel,
                           guint32 stride);

/* Rows and columns exchanged: (N, H, W, C) -> (N, H, C, W). */
GsTensor *gs_transpose (GsGraph *g, GsTensor *x);

/* The mean of (a - b)^2 over all elements: one number, (1, 1, 1, 1) in float. */
GsTensor *gs_mse (GsGraph *g, GsTensor *a, GsTensor *b);

/* The same with each sample's squares times its weight: weights (N, 1, 1, 1) in float, or NULL. */
GsTensor *gs_weighted_mse (GsGraph *g, GsTensor *a, GsTensor *b, GsTensor *weights);

/* A latent out of its distribution: moments [mean | log variance] of (N, H, W, 2 C), noise and the result
 * (N, H, W, C). */
GsTensor *gs_gaussian (GsGraph *g, GsTensor *moments, GsTensor *noise);

/* How far such distributions are from the standard one, all together times factor: a float. */
GsTensor *gs_gaussian_divergence (GsGraph *g, GsTensor *moments, float factor);

/* Differences to the pixels on the right and below, times scale: (N, H, W, C) -> (N, H, W, 2 C). */
GsTensor *gs_difference (GsGraph *g, GsTensor *x, float scale);

/* x with the frequencies 0 and -1 of each axis times scale, C a multiple of 4. No gradient. */
GsTensor *gs_fourier_filter (GsGraph *g, GsTensor *x, float scale);

/* The first half of the channels times 1 + (factor - 1) m, m the pixel's mean over all of them, stretched
 * to 0..1 within its sample; C a multiple of 8. No gradient. */
GsTensor *gs_backbone_scale (GsGraph *g, GsTensor *x, float factor);

/* Rows of a table: ids (N, 1, T, 1) of U32, all below rows (the host checks). Weight (rows, channels). */
GsTensor *gs_embedding (GsGraph *g, const char *name, GsTensor *ids, guint32 rows, guint32 channels);

/* A weight of (T, channels) used as it is: (1, 1, T, channels). */
GsTensor *gs_parameter_rows (GsGraph *g, const char *name, guint32 rows, guint32 channels);

G_END_DECLS
