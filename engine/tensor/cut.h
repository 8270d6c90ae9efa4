/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of a diagram need not be computed each time.
 *
 * An input's prologue is all that follows from it and from weights alone: the keys and values of a
 * prompt, say, while the latent changes from step to step. The same diagram is built twice; one
 * graph keeps nothing but the prologue, whose results become its outputs, the other takes these
 * results as inputs of the same names. So models know nothing of it. Both are called before
 * gs_graph_finish(), on diagrams of the same config.
 */
#pragma once

#include "tensor/graph.h"

G_BEGIN_DECLS

/* inputs: names, ended by NULL; ones that the graph has not are passed over. The results are in the
 * order of their nodes, which they are named after; where a result's samples are independent of
 * each other, the two graphs may have different numbers of them.
 * on_host: whether the results are read back; else they are for gs_program_run_into() alone. */
void gs_graph_keep_prologue (GsGraph *graph, const char *const *inputs, gboolean on_host);
void gs_graph_drop_prologue (GsGraph *graph, const char *const *inputs);

/* Results in the middle, which one graph gives and another of the same config takes instead of making
 * them: "*" stands for anything in a pattern of nodes' names; of several nodes with one name it is the
 * last that is meant. Exported ones become further outputs, called like their nodes; imported ones
 * inputs, and inputs that are of no use then are not asked for: import before dropping prologues.
 * See gs_program_pass(). Fails the graph if there is no such node. */
void gs_graph_export (GsGraph *graph, const char *pattern);
void gs_graph_import (GsGraph *graph, const char *pattern);

G_END_DECLS
