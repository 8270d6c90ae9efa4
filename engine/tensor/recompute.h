/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values that gradients read, computed once more instead of kept: block by block, each right before
 * its gradients (Chen et al., "Training deep nets with sublinear memory cost", section 4). Of a
 * graph's values only those live through the run that go from block to block; it costs the forward
 * pass again. For tensor/grad.
 *
 * Blocks follow from the nodes' names: with "resnets" among the given words,
 * "unet.mid_block.resnets.0.conv1" is a node of the block "unet.mid_block.resnets.0". Nodes between
 * blocks belong to the one that follows. What comes after the last one is not repeated, nor is that
 * one itself, as its gradients come right behind it.
 */
#pragma once

#include "tensor/graph.h"

G_BEGIN_DECLS

typedef struct _GsRecompute GsRecompute;

/* Of the graph as it is now. words: borrowed, ended by NULL. */
GsRecompute *gs_recompute_new  (GsGraph *graph, const char *const *words);
void         gs_recompute_free (GsRecompute *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsRecompute, gs_recompute_free)

/* The node, or its repetition; the first one asked for in a block repeats the block, into the graph. */
GsNode *gs_recompute_node (GsRecompute *self, GsNode *node);

G_END_DECLS
