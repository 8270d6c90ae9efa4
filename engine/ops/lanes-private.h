/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operands of the kernels made for Mesa's CPU driver (shaders/include/..-lanes.glsl). */
#pragma once

#include "ops/op.h"

G_BEGIN_DECLS

/* Whether a tensor's whole buffer can be shown as texels. */
gboolean gs_lanes_fits_texels (GsCommands *commands, GsTensor *tensor);

/* Shows the tensor's buffer to the next dispatch as fours of elements, binding 0 or 1, and returns
 * the number of the tensor's first. */
guint32 gs_lanes_bind_texels (GsCommands *commands, guint binding, GsTensor *tensor);

/* The number of the tensor's first four, in a view of its buffer that is bound already. */
guint32 gs_lanes_first_texel (GsTensor *tensor);

/* The address of zeros behind the tensor's buffer, or 0 if there are fewer than n elements. */
guint64 gs_lanes_zeros (GsTensor *tensor, guint64 n);

G_END_DECLS
