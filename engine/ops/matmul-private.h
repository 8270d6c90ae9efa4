/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The matrix product below convolution and linear layers, as an implicit convolution:
 *   y[m][n] = act (sum_k x[m][k] w[k][n] + bias[n] + add[m][n])
 *
 * Their nodes share operands { x, weight, bias, add, x2 }, NULL where there is none, and GsMatmulParameters, and so
 * recording, counting and fusing. They differ in shapes.
 */
#pragma once

#include "ops/op.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 channels;   /* of y                                      */
  guint32 kernel;     /* taps along an axis; 1 for a linear layer  */
  guint32 stride;
  guint32 pad, pad_end; /* zeros left of and above x; on the right and below */
  guint32 upsample;   /* x is enlarged by 1 << upsample first      */
  guint32 activation; /* GS_UNARY_... of unary.h plus 1, or 0      */
} GsMatmulParameters;

/* Rows of x are rows of y; their heights and widths may differ. */
static inline gboolean
gs_matmul_is_pointwise (const GsMatmulParameters *parameters)
{
  return parameters->kernel == 1 && parameters->stride == 1 && parameters->pad_end == 0;
}

/* Operands of such a node. */
enum
{
  GS_MATMUL_X,
  GS_MATMUL_WEIGHT,
  GS_MATMUL_BIAS,
  GS_MATMUL_ADD,
  GS_MATMUL_X2, /* more channels of x, or NULL */
  GS_MATMUL_N_OPERANDS,
};

/* Weights (columns, channels) or (columns, channels, k, k) in the panels that the kernels read (see
 * shaders/matmul.h). Channels are padded with zeros to a multiple of 4. */
extern const GsLayout gs_layout_matmul;

/* Adds a node of a class that records by gs_matmul_record(). Opens the scope name for its weights;
 * the bias is there if the checkpoint has one. */
GsTensor *gs_matmul_add_node (GsGraph *g, const GsOpClass *klass, const char *name, GsTensor *x,
                              const guint64 *dims, guint n_dims,
                              const GsMatmulParameters *parameters);

/* Takes over an enlargement of its input, or the joining of two. */
gboolean gs_matmul_absorb_input (GsNode *node, guint k);

/* Channels of x and x2. */
guint32  gs_matmul_depth  (GsTensor *const *operands);
void     gs_matmul_record (GsNode *node, GsCommands *commands);
double   gs_matmul_flop   (const GsNode *node);
/* Takes over an addition, then an activation. A pointwise product's output may become a tensor of
 * another height and width than its input then. */
gboolean gs_matmul_absorb (GsNode *node, GsNode *user);

/* Kernels of one interface, made for different devices. */
typedef enum
{
  GS_MATMUL_TILE,   /* GPUs                 */
  GS_MATMUL_TEXEL,  /* Mesa 22's CPU driver */
  GS_MATMUL_GATHER, /* Mesa 25's CPU driver */
  GS_MATMUL_UNIFORM,      /* Mesa 26's, on processors with 16 vector registers */
  GS_MATMUL_UNIFORM_TALL, /* ... with 32                                       */
  GS_MATMUL_N_VARIANTS,
} GsMatmulVariant;

/* The fastest on this device: by kind, and on CPU drivers by a trial of some milliseconds plus
 * compilation, once per driver version and remembered in the device's cache folder. The variable
 * GESSO_KERNELS (tile, texel, gather, uniform, uniform-tall) overrules it. */
GsMatmulVariant gs_matmul_choose (GsDevice *device);

/* Dispatches one product; tensors need only shape, dtype and place. For gs_matmul_choose(). */
void gs_matmul_dispatch (GsCommands *commands, GsMatmulVariant variant, GsTensor *const *operands,
                         GsTensor *y, const GsMatmulParameters *parameters);

G_END_DECLS
