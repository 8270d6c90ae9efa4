/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory planning: where each activation lies in the arena, from when to when it is alive. */
#pragma once

#include "tensor/graph.h"

G_BEGIN_DECLS

/* Alignment of every tensor, in bytes. */
#define GS_PLAN_ALIGNMENT 256

/* Sets the offsets of a finished graph's activations and scratch memory; returns the arena's size.
 * Tensors that are alive at the same time never overlap and lie at least guard_bytes apart. */
guint64 gs_plan_arena (GsGraph *graph, guint64 guard_bytes);

/* Sets the offsets of the graph's inputs and of nodes' blocks of constants, all of which the host
 * writes; returns their size together. */
guint64 gs_plan_inputs (GsGraph *graph);

G_END_DECLS
