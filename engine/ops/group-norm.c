/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = (x - mean_g) / sqrt (var_g + eps) * weight + bias,  x: (N, H, W, C); SiLU follows if fused.
 * Wu and He, "Group normalization". */
#include "ops/op.h"
#include "ops/ops.h"
#include "ops/unary-private.h"

#include "group-norm.h"

/* At most so many slices of pixels: more would make the merge long, fewer the partial sums. */
#define MAX_SLICES 256
#define MIN_SLICE_PIXELS 64

typedef struct
{
  guint32  groups;
  float    epsilon;
  gboolean silu;
} Parameters;

static guint32
slice_pixels (GsShape x)
{
  return MAX (MIN_SLICE_PIXELS, gs_groups ((guint64) x.h * x.w, MAX_SLICES));
}

static guint32
n_slices (GsShape x)
{
  return gs_groups ((guint64) x.h * x.w, slice_pixels (x));
}

/* Floats of the partial moments, and of the merged numbers of each channel behind them. */
static guint64
partial_floats (GsShape x)
{
  return (guint64) x.n * n_slices (x) * x.c;
}

static guint64
merged_floats (GsShape x)
{
  return (guint64) x.n * x.c;
}

static gboolean
infer (GsNode *node, GError **error)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  const GsShape x = node->inputs[0]->shape;

  if (parameters->groups == 0 || x.c % parameters->groups != 0 || x.c % 4 != 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "%u channels do not make %u groups of whole fours", x.c, parameters->groups);
      return FALSE;
    }
  node->output->shape = x;
  node->scratch_bytes = 2 * (partial_floats (x) + merged_floats (x)) * sizeof (float);
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  const GsShape x = node->inputs[0]->shape;
  const GsDtype dtype = node->output->dtype;
  const guint64 elements = gs_shape_elements (x), fours = elements / 4;
  const guint64 scratch = gs_op_scratch_write (commands, node);
  const guint64 merged = scratch + 2 * partial_floats (x) * sizeof (float);
  const struct GsGroupNormPush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .y = gs_buffer_get_address (node->output->buffer) + node->output->offset,
    .weight = gs_op_read (commands, node->inputs[1]),
    .bias = gs_op_read (commands, node->inputs[2]),
    .means = scratch,
    .squares = scratch + partial_floats (x) * sizeof (float),
    .mean = merged,
    .scale = merged + merged_floats (x) * sizeof (float),
    .samples = x.n,
    .pixels = x.h * x.w,
    .channels = x.c,
    .groups = parameters->groups,
    .slices = n_slices (x),
    .slice_pixels = slice_pixels (x),
    .epsilon = parameters->epsilon,
    .silu = parameters->silu,
  };

  gs_op_dispatch_line (commands, gs_op_kernel (commands, "group-norm-partial", dtype, NULL, 0),
                       &push, sizeof push, gs_groups (partial_floats (x) / 4, 64), elements * 8.0);

  gs_op_scratch_read (commands, node);
  gs_op_scratch_write (commands, node);
  gs_commands_dispatch (commands, gs_op_kernel (commands, "group-norm-merge", dtype, NULL, 0),
                        &push, sizeof push, gs_groups ((guint64) x.n * parameters->groups, 64), 1,
                        1, partial_floats (x) * 8.0);

  gs_op_scratch_read (commands, node);
  gs_op_read (commands, node->inputs[0]);
  gs_op_write (commands, node->output);
  gs_op_dispatch_line (commands, gs_op_kernel (commands, "group-norm", dtype, NULL, 0), &push,
                       sizeof push,
                       x.n * gs_groups (fours / x.n, 64 * GS_GROUP_NORM_ROUNDS), elements * 8.0);
}

static gboolean
absorb (GsNode *node, GsNode *user)
{
  Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);

  if (parameters->silu || !gs_unary_is_silu (user))
    return FALSE;
  parameters->silu = TRUE;
  return TRUE;
}

const GsOpClass gs_op_group_norm = {
  "group-norm",
  .infer = infer,
  .record = record,
  .absorb = absorb,
};

GsTensor *
gs_group_norm (GsGraph *g, const char *name, GsTensor *x, guint32 groups, float epsilon)
{
  const Parameters parameters = { .groups = groups, .epsilon = epsilon };
  const guint64 dims[] = { x->shape.c };
  GS_SCOPE (g, "%s", name);
  GsTensor *weight = gs_graph_weight (g, "weight", dims, 1, &gs_layout_vector);
  GsTensor *bias = gs_graph_weight (g, "bias", dims, 1, &gs_layout_vector);

  return gs_graph_add (g, &gs_op_group_norm, NULL, (GsTensor *[]) { x, weight, bias }, 3,
                       &parameters, sizeof parameters);
}
