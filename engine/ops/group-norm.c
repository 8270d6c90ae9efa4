/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = (x - mean_g) / sqrt (var_g + eps) * weight + bias,  x: (N, H, W, C); SiLU follows if fused.
 * Wu and He, "Group normalization". */
#include "ops/group-norm-private.h"

#include "ops/concat-private.h"
#include "ops/gradient-private.h"
#include "ops/matmul-private.h"
#include "ops/ops.h"
#include "ops/unary-private.h"

#include "group-norm.h"

/* At most so many slices of pixels: more would make the merge long, fewer the partial sums. */
#define MAX_SLICES 256
#define MIN_SLICE_PIXELS 64

/* Of group-norm-whole on GPUs: invocations of a workgroup, and the most elements for one. */
#define WHOLE_LANES 256
#define WHOLE_ELEMENTS (20 * 1024)
/* On CPUs: so few pixels cost less than a dispatch, whatever the number of cores. */
#define WHOLE_PIXELS 256

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

/* Elements of the partial moments, one for each channel of a slice. */
static guint64
n_moments (GsShape x)
{
  return (guint64) x.n * n_slices (x) * x.c;
}

/* The fewest fours of channels that are whole groups. */
static guint32
unit_fours (GsShape x, guint32 groups)
{
  const guint32 width = x.c / groups;
  guint32 unit = width;

  while (unit % 4 != 0)
    unit += width;
  return unit / 4;
}

/* Fours of channels for a workgroup of the second kernel: whole groups that divide all channels, so
 * that the fewest invocations are idle, and among these the most. */
static guint32
block_fours (GsShape x, guint32 groups)
{
  const guint32 width = x.c / groups, unit = unit_fours (x, groups);
  guint32 best = unit;

  for (guint32 fours = unit; fours <= GS_GROUP_NORM_LANES; fours += unit)
    if (x.c / 4 % fours == 0 && fours * 4 / width <= GS_GROUP_NORM_LANES
        && GS_GROUP_NORM_LANES % fours <= GS_GROUP_NORM_LANES % best)
      best = fours;
  return best;
}

/* Pixels for a workgroup of the second kernel: it reads the moments of all slices before. GPUs do so
 * in parallel, and need more workgroups to be busy. */
static guint32
block_pixels (GsDevice *device, guint32 slices)
{
  const guint32 factor = gs_device_get_info (device)->kind == GS_GPU_CPU ? 8 : 2;

  return MAX (MIN_SLICE_PIXELS, slices * factor);
}

/* How group-norm-whole would do it. */
typedef struct
{
  guint32 lanes, fours; /* of a workgroup: invocations, fours of channels */
  guint64 n_groups;     /* of invocations */
} Whole;

/* Whether one dispatch is better than two: if it has work for all of the device. A workgroup of a GPU
 * should have only as much as it reads within a dispatch's cost; a processor that reads channels
 * next to each other, and has a workgroup for each core, loses nothing. GESSO_KERNELS decides here,
 * too, which of these it is. */
static gboolean
takes_whole (GsDevice *device, GsShape x, guint32 groups, Whole *whole)
{
  const gboolean is_cpu = gs_matmul_choose (device) > GS_MATMUL_TUNED;
  const guint32 unit = unit_fours (x, groups), pixels = x.h * x.w;

  whole->lanes = is_cpu ? GS_GROUP_NORM_LANES : WHOLE_LANES;
  whole->fours = is_cpu ? block_fours (x, groups) : unit;
  if (whole->fours > whole->lanes || x.c / 4 % whole->fours != 0
      || whole->fours * 4 * groups / x.c > whole->lanes)
    return FALSE;
  whole->n_groups = (guint64) x.n * (x.c / 4 / whole->fours);
  return is_cpu ? whole->n_groups >= g_get_num_processors () || pixels <= WHOLE_PIXELS
                : (guint64) pixels * whole->fours * 4 <= WHOLE_ELEMENTS;
}

static gboolean
infer (GsNode *node, GError **error)
{
  const GsGroupNorm *parameters = GS_OP_PARAMETERS (node, GsGroupNorm);
  const GsShape x = node->inputs[GS_GROUP_NORM_X]->shape;

  if (parameters->groups == 0 || x.c % parameters->groups != 0 || x.c % 4 != 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "%u channels do not make %u groups of whole fours", x.c, parameters->groups);
      return FALSE;
    }
  node->output->shape = x;
  return TRUE;
}

/* Of both operands together. */
static GsShape
x_shape (GsTensor *const *operands)
{
  GsShape x = operands[GS_GROUP_NORM_X]->shape;

  x.c += operands[GS_GROUP_NORM_X2] != NULL ? operands[GS_GROUP_NORM_X2]->shape.c : 0;
  return x;
}

guint64
gs_group_norm_scratch_bytes (GsDevice *device, GsTensor *const *operands, const GsGroupNorm *norm)
{
  Whole whole;

  if (norm->moments.groups > 0 || takes_whole (device, x_shape (operands), norm->groups, &whole))
    return 0;
  return 2 * n_moments (x_shape (operands)) * sizeof (float);
}

static guint64
scratch_bytes (const GsNode *node, GsDevice *device)
{
  return gs_group_norm_scratch_bytes (device, node->inputs, gs_group_norm_get (node));
}

void
gs_group_norm_dispatch (GsCommands *commands, GsTensor *const *operands, const GsGroupNorm *norm,
                        GsTensor *scratch, GsTensor *y)
{
  const GsShape x = x_shape (operands);
  const guint64 elements = gs_shape_elements (x);
  GsDevice *device = gs_commands_get_device (commands);
  Whole whole;
  const gboolean is_left = norm->moments.groups > 0;
  const gboolean is_whole = !is_left && takes_whole (device, x, norm->groups, &whole);
  const guint32 columns = norm->moments.columns;
  struct GsGroupNormPush push = {
    .x = gs_op_read (commands, operands[GS_GROUP_NORM_X]),
    .x2 = gs_op_read (commands, operands[GS_GROUP_NORM_X2]),
    .y = gs_buffer_get_address (y->buffer) + y->offset,
    .weight = gs_op_read (commands, operands[GS_GROUP_NORM_WEIGHT]),
    .bias = gs_op_read (commands, operands[GS_GROUP_NORM_BIAS]),
    .moments = is_left    ? gs_op_read (commands, operands[GS_GROUP_NORM_MOMENTS])
               : is_whole ? 0
                          : gs_op_write (commands, scratch),
    .samples = x.n,
    .pixels = x.h * x.w,
    .channels = x.c,
    .x_channels = operands[GS_GROUP_NORM_X]->shape.c,
    .groups = norm->groups,
    .slice_pixels = is_left ? norm->moments.rows : slice_pixels (x),
    .epsilon = norm->epsilon,
    .silu = norm->silu,
    .block_fours = is_whole ? whole.fours : block_fours (x, norm->groups),
  };

  push.slices = gs_groups (push.pixels, push.slice_pixels);
  push.block_pixels = block_pixels (device, push.slices);
  if (is_whole)
    {
      gs_op_write (commands, y);
      gs_op_dispatch_line (commands,
                           gs_op_kernel (commands, "group-norm-whole", y->dtype, &whole.lanes, 1),
                           &push, sizeof push, whole.n_groups, elements * 16.0);
      return;
    }
  if (!is_left)
    {
      gs_op_dispatch_line (commands,
                           gs_op_kernel (commands, "group-norm-partial", y->dtype, NULL, 0), &push,
                           sizeof push, gs_groups (n_moments (x) / 4, GS_GROUP_NORM_LANES),
                           elements * 8.0);
      gs_op_read (commands, scratch);
      gs_op_read (commands, operands[GS_GROUP_NORM_X]);
      gs_op_read (commands, operands[GS_GROUP_NORM_X2]);
    }
  gs_op_write (commands, y);
  gs_op_dispatch_line (commands, gs_op_kernel (commands, "group-norm", y->dtype, &columns, 1), &push,
                       sizeof push,
                       (guint64) x.n * gs_groups (push.pixels, push.block_pixels)
                         * (x.c / 4 / push.block_fours),
                       elements * 8.0);
}

static void
record (GsNode *node, GsCommands *commands)
{
  GsTensor scratch = { .kind = GS_TENSOR_ACTIVATION, .dtype = GS_DTYPE_F32,
                       .buffer = node->scratch, .offset = node->scratch_offset,
                       .n_bytes = node->scratch_bytes };

  gs_group_norm_dispatch (commands, node->inputs, gs_group_norm_get (node), &scratch,
                          node->output);
}

static gboolean
absorb (GsNode *node, GsNode *user)
{
  GsGroupNorm *parameters = GS_OP_PARAMETERS (node, GsGroupNorm);

  if (parameters->silu || !gs_unary_is_silu (user))
    return FALSE;
  parameters->silu = TRUE;
  return TRUE;
}

static gboolean
absorb_input (GsNode *node, guint k)
{
  const GsNode *producer = node->inputs[k]->producer;

  if (k != GS_GROUP_NORM_X || node->inputs[GS_GROUP_NORM_X2] != NULL
      || !gs_concat_is_of_fours (producer))
    return FALSE;
  node->inputs[GS_GROUP_NORM_X] = producer->inputs[0];
  node->inputs[GS_GROUP_NORM_X2] = producer->inputs[1];
  return TRUE;
}

/* One dispatch instead of two, of which the first reads x as well. */
static void
ask_producers_on (GsNode *node, GsDevice *device)
{
  GsGroupNorm *norm = GS_OP_PARAMETERS (node, GsGroupNorm);
  Whole whole;

  if (!takes_whole (device, x_shape (node->inputs), norm->groups, &whole))
    gs_matmul_leave_moments (node, device);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  const GsGroupNorm *parameters = GS_OP_PARAMETERS (node, GsGroupNorm);
  const GsNormSizes sizes = {
    .samples = dy->shape.n,
    .pixels = dy->shape.h * dy->shape.w,
    .groups = parameters->groups,
    .epsilon = parameters->epsilon,
  };

  gs_norm_backward (g, node, dy, wanted, dx, &sizes);
}

const GsOpClass gs_op_group_norm = {
  "group-norm",
  .infer = infer,
  .scratch_bytes = scratch_bytes,
  .record = record,
  .backward = backward,
  .absorb = absorb,
  .absorb_input = absorb_input,
  .ask_producers_on = ask_producers_on,
};

const GsGroupNorm *
gs_group_norm_get (const GsNode *node)
{
  return node->klass == &gs_op_group_norm ? GS_OP_PARAMETERS (node, const GsGroupNorm) : NULL;
}

GsTensor *
gs_group_norm (GsGraph *g, const char *name, GsTensor *x, guint32 groups, float epsilon)
{
  const GsGroupNorm parameters = { .groups = groups, .epsilon = epsilon };
  const guint64 dims[] = { x->shape.c };
  GS_SCOPE (g, "%s", name);
  GsTensor *weight = gs_graph_weight (g, "weight", dims, 1, &gs_layout_vector);
  GsTensor *bias = gs_graph_weight (g, "bias", dims, 1, &gs_layout_vector);
  GsTensor *const operands[GS_GROUP_NORM_N_OPERANDS] = { x, weight, bias };

  return gs_graph_add (g, &gs_op_group_norm, NULL, operands, GS_GROUP_NORM_N_OPERANDS, &parameters,
                       sizeof parameters);
}
