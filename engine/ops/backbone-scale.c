/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first half of the channels made stronger where a U-Net has most to say: by 1 + (factor - 1) m, m a
 * pixel's mean over all channels, stretched to 0..1 within its sample (Si et al., "FreeU: Free Lunch in
 * Diffusion U-Net", 2023, as the second version of its code has it). Where all means are the same, the
 * code divides by zero; here m is 0.
 */
#include "ops/op.h"
#include "ops/ops.h"

#include "backbone-scale.h"

/* Workgroups for a sample: each reads all of its means. */
#define BLOCKS 64

typedef struct
{
  float factor;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  const GsShape x = node->inputs[0]->shape;

  if (x.c % 8 != 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "%u channels are not two halves of whole fours, which FreeU takes", x.c);
      return FALSE;
    }
  node->output->shape = x;
  return TRUE;
}

static guint64
scratch_bytes (const GsNode *node, GsDevice *device)
{
  return gs_shape_pixels (node->inputs[0]->shape) * sizeof (float);
}

static void
record (GsNode *node, GsCommands *commands)
{
  const GsShape x = node->inputs[0]->shape;
  const GsDtype dtype = node->output->dtype;
  const double elements = gs_shape_elements (x);
  const guint32 pixels = x.h * x.w;
  const struct GsBackboneScalePush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .y = gs_buffer_get_address (node->output->buffer) + node->output->offset,
    .means = gs_op_scratch_write (commands, node),
    .samples = x.n,
    .pixels = pixels,
    .channels = x.c,
    .block_pixels = gs_groups (pixels, BLOCKS),
    .factor = GS_OP_PARAMETERS (node, Parameters)->factor,
  };

  gs_op_dispatch_line (commands, gs_op_kernel (commands, "channel-mean", dtype, NULL, 0), &push,
                       sizeof push, gs_groups ((guint64) x.n * pixels, GS_BACKBONE_SCALE_LANES),
                       elements * 4);

  gs_op_scratch_read (commands, node);
  gs_op_read (commands, node->inputs[0]);
  gs_op_write (commands, node->output);
  gs_op_dispatch_line (commands, gs_op_kernel (commands, "backbone-scale", dtype, NULL, 0), &push,
                       sizeof push, (guint64) x.n * gs_groups (pixels, push.block_pixels),
                       elements * 8);
}

const GsOpClass gs_op_backbone_scale = {
  "backbone-scale",
  .infer = infer,
  .scratch_bytes = scratch_bytes,
  .record = record,
};

GsTensor *
gs_backbone_scale (GsGraph *g, GsTensor *x, float factor)
{
  const Parameters parameters = { factor };

  return gs_graph_add (g, &gs_op_backbone_scale, NULL, &x, 1, &parameters, sizeof parameters);
}
