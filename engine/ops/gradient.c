/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reverse mode needs of the ops; see tensor/grad.h. */
#include "tensor/grad.h"

#include "ops/gradient-private.h"
#include "ops/ops.h"

static GsTensor *
place (GsGraph *g, GsTensor *x, guint32 first, guint32 channels)
{
  return gs_channels (g, x, -first, channels);
}

const GsGradientOps gs_gradient_ops = { .add = gs_add, .place = place };
