/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For ops that take over an activation that follows them. */
#pragma once

#include "tensor/graph.h"

G_BEGIN_DECLS

gboolean gs_unary_is_silu (const GsNode *node);

/* GS_UNARY_... of shaders/unary.h; -1 if the node is no unary op. */
int gs_unary_get_function (const GsNode *node);

G_END_DECLS
