/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For ops that read two tensors as one instead of having them joined. */
#pragma once

#include "ops/op.h"

G_BEGIN_DECLS

/* Whether a node joins two tensors, and each has a multiple of 4 channels. */
gboolean gs_concat_is_of_fours (const GsNode *node);

G_END_DECLS
