/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linear layers that normalise what they read. Every workgroup finds its rows' moments anew, so what a
 * dispatch and a tensor less are worth has to be more than that: GPUs are asked once for a class of
 * products. (Mesa's CPU driver, which gets such kernels for tests alone, answers no: 1.03 to 1.08 of the
 * time apart with tiles of 32 x 32, 1.11 to 1.14 with matrices.) The kernels for CPU drivers feed x to
 * multiply-adds straight from memory and have no place for it, nor have those for bytes and for matrices
 * of a workgroup.
 */
#include "ops/group-norm-private.h"
#include "ops/layer-norm-private.h"
#include "ops/matmul-private.h"
#include "ops/tune.h"

#include <math.h>

typedef struct
{
  GsMatmulTrial base;
  GsMatmulTile  apart_tile, together_tile; /* kernels that are faster may have no place for norms */
  GsTensor      h;      /* x, normalised by a dispatch of its own */
  GsTensor      weight; /* of the norm, and its bias              */
  float         epsilon;
  gboolean      apart;
} Trial;

static void
record_trial (GsCommands *commands, gpointer data)
{
  Trial *trial = data;
  GsMatmulTrial *base = &trial->base;
  const GsMatmulTile *tile = trial->apart ? &trial->apart_tile : &trial->together_tile;
  GsTensor *const operands[GS_MATMUL_N_OPERANDS] = {
    [GS_MATMUL_X] = trial->apart ? &trial->h : &base->x,
    [GS_MATMUL_WEIGHT] = &base->w,
    [GS_MATMUL_NORM_WEIGHT] = trial->apart ? NULL : &trial->weight,
    [GS_MATMUL_NORM_BIAS] = trial->apart ? NULL : &trial->weight,
  };

  base->parameters.norm_epsilon = trial->apart ? 0 : trial->epsilon;
  if (trial->apart)
    gs_layer_norm_dispatch (commands, &base->x, &trial->weight, &trial->weight, trial->epsilon,
                            &trial->h);
  gs_matmul_dispatch (commands, tile->variant, tile, NULL, operands, &base->y, NULL,
                      &base->parameters);
}

static double
time_one (GsDevice *device, guint candidate, gpointer data)
{
  Trial *trial = data;
  g_autoptr (GsBuffer) buffer = gs_buffer_new (device, GS_MEMORY_DEVICE,
                                               trial->weight.offset + trial->weight.n_bytes,
                                               "tuning", NULL);

  if (buffer == NULL)
    return INFINITY;
  trial->base.x.buffer = trial->base.w.buffer = trial->base.y.buffer = buffer;
  trial->h.buffer = trial->weight.buffer = buffer;
  trial->apart = candidate == 0;
  return gs_tune_time (device, record_trial, trial);
}

gboolean
gs_matmul_takes_norms (GsMatmulVariant variant)
{
  return variant <= GS_MATMUL_TUNED && variant != GS_MATMUL_DOT && variant != GS_MATMUL_COOPMAT2;
}

/* together: the tile that would. */
static gboolean
is_faster (GsDevice *device, GsNode *node, float epsilon, const GsMatmulTile *together)
{
  static const char *const names[] = { "apart", "together" };
  const GsMatmulParameters *parameters = GS_OP_PARAMETERS (node, const GsMatmulParameters);
  Trial trial = { .together_tile = *together, .epsilon = epsilon };
  g_autofree char *klass = NULL, *key = NULL;

  gs_matmul_trial_init (&trial.base, device, node->inputs, node->output, parameters);
  gs_matmul_choose_tile (device, GS_MATMUL_TUNED, node->inputs, node->output, parameters,
                         &trial.apart_tile);
  trial.h = trial.base.x;
  trial.h.offset = (trial.base.n_bytes + 255) / 256 * 256;
  trial.weight = (GsTensor) { .kind = GS_TENSOR_INPUT, .dtype = GS_DTYPE_F32,
                              .shape = { 1, 1, 1, trial.h.shape.c },
                              .n_bytes = trial.h.shape.c * sizeof (float) };
  trial.weight.offset = (trial.h.offset + trial.h.n_bytes + 255) / 256 * 256;
  klass = gs_matmul_trial_class (&trial.base);
  key = g_strconcat ("matmul-norm-", klass, NULL);
  return gs_tune_choose (device, key, names, G_N_ELEMENTS (names), time_one, &trial) == 1;
}

/* Whether it can be, and is not known to be slower. */
static gboolean
is_worth_it (GsDevice *device, GsMatmulVariant variant, GsNode *node, float epsilon)
{
  GsMatmulParameters normed = *GS_OP_PARAMETERS (node, const GsMatmulParameters);
  GsMatmulTile tile;

  normed.norm_epsilon = epsilon;
  return gs_matmul_choose_tile (device, variant, node->inputs, node->output, &normed, &tile)
         && (variant != GS_MATMUL_TUNED || is_faster (device, node, epsilon, &tile));
}

gboolean
gs_matmul_absorb_norm (GsNode *node, guint k, GsDevice *device)
{
  GsMatmulParameters *parameters = GS_OP_PARAMETERS (node, GsMatmulParameters);
  GsNode *before = gs_tensor_root (node->inputs[k])->producer;
  const GsNode *norm = node->inputs[k]->producer; /* NULL behind a view */
  const GsMatmulVariant variant = gs_matmul_choose (device);
  const float epsilon = norm != NULL ? gs_layer_norm_get_epsilon (norm) : 0;

  if (k == GS_MATMUL_X && gs_group_norm_get (before) != NULL)
    return gs_matmul_absorb_group_norm (node, before, device);
  if (k != GS_MATMUL_X || epsilon <= 0 || !gs_matmul_takes_norms (variant)
      || node->inputs[GS_MATMUL_X2] != NULL || norm->inputs[0]->shape.c % 4 != 0
      || !is_worth_it (device, variant, node, epsilon))
    return FALSE;
  parameters->norm_epsilon = epsilon;
  node->inputs[GS_MATMUL_X] = norm->inputs[0];
  node->inputs[GS_MATMUL_NORM_WEIGHT] = norm->inputs[1];
  node->inputs[GS_MATMUL_NORM_BIAS] = norm->inputs[2];
  return TRUE;
}
