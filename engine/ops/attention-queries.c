/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Attention that makes its queries: each workgroup multiplies its rows of x with its head's columns of the
 * weights, so that no product is made twice, and a dispatch and a tensor are spared. It reads rows of x once
 * for each head, and finds the moments of a layer norm as often, so it may be slower: GPUs are asked once for
 * a class of shapes. Kernels without matrix units have no registers to spare for it.
 */
#include "ops/attention-private.h"
#include "ops/layer-norm-private.h"
#include "ops/tune.h"

#include <math.h>

/* q, by a linear layer, whose weights are halfs and that does nothing else but, maybe, a layer norm. */
static gboolean
is_plain_layer (const GsNode *layer, const GsTensor *q)
{
  const GsMatmulParameters *parameters;
  GsTensor *const *inputs = layer->inputs;

  if (layer->klass->record != gs_matmul_record || layer->second != NULL)
    return FALSE;
  parameters = GS_OP_PARAMETERS (layer, const GsMatmulParameters);
  return gs_matmul_is_pointwise (parameters) && parameters->activation == 0
         && parameters->norm_moments.groups == 0 && inputs[GS_MATMUL_BIAS] == NULL
         && inputs[GS_MATMUL_ADD] == NULL && inputs[GS_MATMUL_X2] == NULL
         && inputs[GS_MATMUL_SHORTCUT_X] == NULL && inputs[GS_MATMUL_X]->shape.c == q->shape.c
         && layer->output->shape.c == q->shape.c && q->pitch == 0
         && inputs[GS_MATMUL_WEIGHT]->dtype == GS_DTYPE_F16;
}

/* The attention with the layer in it. */
static GsAttention
joined (const GsNode *node, const GsNode *layer)
{
  const GsAttentionParameters *parameters = GS_OP_PARAMETERS (node, const GsAttentionParameters);

  return (GsAttention) {
    .q = layer->inputs[GS_MATMUL_X],
    .k = node->inputs[GS_ATTENTION_K],
    .v = node->inputs[GS_ATTENTION_V],
    .y = node->output,
    .heads = parameters->heads,
    .causal = parameters->causal,
    .weight = layer->inputs[GS_MATMUL_WEIGHT],
    .norm_weight = layer->inputs[GS_MATMUL_NORM_WEIGHT],
    .norm_bias = layer->inputs[GS_MATMUL_NORM_BIAS],
    .norm_epsilon = GS_OP_PARAMETERS (layer, const GsMatmulParameters)->norm_epsilon,
  };
}

typedef struct
{
  GsAttentionTrial apart, together;
  GsAttentionTile  apart_tile, together_tile;
  GsMatmulTrial    layer;
  GsMatmulTile     layer_tile;
  GsTensor         norm;
  float            epsilon;
} Trial;

static void
record_layer (GsCommands *commands, gpointer data)
{
  Trial *trial = data;
  GsTensor *norm = trial->epsilon > 0 ? &trial->norm : NULL;
  GsTensor *const operands[GS_MATMUL_N_OPERANDS] = {
    [GS_MATMUL_X] = &trial->layer.x,
    [GS_MATMUL_WEIGHT] = &trial->layer.w,
    [GS_MATMUL_NORM_WEIGHT] = norm,
    [GS_MATMUL_NORM_BIAS] = norm,
  };

  trial->layer.parameters.norm_epsilon = trial->epsilon;
  gs_matmul_dispatch (commands, trial->layer_tile.variant, &trial->layer_tile, NULL, operands,
                      &trial->layer.y, NULL, &trial->layer.parameters);
}

static double
time_layer (GsDevice *device, Trial *trial)
{
  const guint64 at = (trial->layer.n_bytes + 255) / 256 * 256;
  const guint64 n_bytes = trial->layer.x.shape.c * sizeof (float);
  g_autoptr (GsBuffer) buffer = gs_buffer_new (device, GS_MEMORY_DEVICE, at + n_bytes, "tuning", NULL);

  if (buffer == NULL)
    return INFINITY;
  trial->norm = (GsTensor) { .kind = GS_TENSOR_INPUT, .dtype = GS_DTYPE_F32, .offset = at,
                             .n_bytes = n_bytes, .buffer = buffer };
  trial->layer.x.buffer = trial->layer.w.buffer = trial->layer.y.buffer = buffer;
  return gs_tune_time (device, record_layer, trial);
}

/* Seconds for one row: long ones are tried with fewer of them, not all with as many. */
static double
time_both (GsDevice *device, guint candidate, gpointer data)
{
  Trial *trial = data;
  const double rows = gs_shape_pixels (trial->apart.q.shape);

  if (candidate == 1)
    return gs_attention_trial_time (&trial->together, device)
           / gs_shape_pixels (trial->together.q.shape);
  return gs_attention_trial_time (&trial->apart, device) / rows
         + time_layer (device, trial) / gs_shape_pixels (trial->layer.x.shape);
}

static gboolean
is_faster (GsDevice *device, GsNode *node, GsNode *layer, const GsAttention *together,
           const GsAttentionTile *tile)
{
  static const char *const names[] = { "apart", "together" };
  const GsMatmulParameters *parameters = GS_OP_PARAMETERS (layer, const GsMatmulParameters);
  GsAttention apart = *together;
  Trial trial = { .together_tile = *tile, .epsilon = parameters->norm_epsilon };
  g_autofree char *klass = NULL, *key = NULL;

  apart.q = node->inputs[GS_ATTENTION_Q];
  apart.weight = NULL;
  gs_attention_choose (device, &apart, &trial.apart_tile);
  gs_attention_trial_init (&trial.apart, device, &apart);
  gs_attention_trial_init (&trial.together, device, together);
  trial.apart.tile = &trial.apart_tile;
  trial.together.tile = &trial.together_tile;
  gs_matmul_choose_tile (device, GS_MATMUL_TUNED, layer->inputs, layer->output, parameters,
                         &trial.layer_tile);
  gs_matmul_trial_init (&trial.layer, device, layer->inputs, layer->output, parameters);
  klass = gs_attention_trial_class (&trial.together);
  key = g_strconcat ("attention-queries-", klass, NULL);
  return gs_tune_choose (device, key, names, G_N_ELEMENTS (names), time_both, &trial) == 1;
}

gboolean
gs_attention_absorb_queries (GsNode *node, guint k, GsDevice *device)
{
  const GsMatmulVariant variant = gs_matmul_choose (device);
  GsNode *layer = gs_tensor_root (node->inputs[k])->producer;
  GsAttention together;
  GsAttentionTile tile;

  if (k != GS_ATTENTION_Q
      || (variant != GS_MATMUL_COOPMAT && variant != GS_MATMUL_COOPMAT2 && variant != GS_MATMUL_TUNED)
      || node->inputs[GS_ATTENTION_WEIGHT] != NULL || !is_plain_layer (layer, node->inputs[k]))
    return FALSE;
  together = joined (node, layer);
  if (!gs_attention_choose (device, &together, &tile)
      || (variant == GS_MATMUL_TUNED && !is_faster (device, node, layer, &together, &tile)))
    return FALSE;
  node->inputs[GS_ATTENTION_Q] = together.q;
  node->inputs[GS_ATTENTION_WEIGHT] = together.weight;
  node->inputs[GS_ATTENTION_NORM_WEIGHT] = together.norm_weight;
  node->inputs[GS_ATTENTION_NORM_BIAS] = together.norm_bias;
  GS_OP_PARAMETERS (node, GsAttentionParameters)->norm_epsilon = together.norm_epsilon;
  return TRUE;
}
