/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pass over a finished graph that decides how what the models say is computed. */
#pragma once

#include "tensor/graph.h"

G_BEGIN_DECLS

/* Marks nodes as dead that no output depends on, or whose work others took over. */
void gs_graph_fuse (GsGraph *graph);

/* What only pays on some devices, of a finished graph. */
void gs_graph_fuse_on (GsGraph *graph, GsDevice *device);

G_END_DECLS
