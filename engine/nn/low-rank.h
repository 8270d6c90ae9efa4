/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Low-rank factors beside the weights of a graph, to be trained: each layer that has a module gives
 *   y = W x + scale up (down x)
 * (Hu et al., "LoRA: Low-rank adaptation of large language models"). The factors are inputs of the
 * graph, so that W stays as it is and gradients are taken of them alone. For making pictures,
 * nn/adapted-weights adds the product to W instead.
 *
 * Modules have kohya's names: "lora_unet_mid_block_attentions_0_proj_in" is beside
 * unet.mid_block.attentions.0.proj_in.weight.
 */
#pragma once

#include "tensor/graph.h"

G_BEGIN_DECLS

typedef struct _GsLowRank GsLowRank;

GsLowRank *gs_low_rank_new  (void);
void       gs_low_rank_free (GsLowRank *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsLowRank, gs_low_rank_free)

/* scale: alpha / rank. Before the graph is built. */
void gs_low_rank_add (GsLowRank *self, const char *module, guint32 rank, double scale);

/* Whether the layer of this weight ("unet.mid_block.attentions.0.proj_in.weight") gets a module. */
typedef gboolean (*GsLowRankChoice) (const char *weight, const guint64 *dims, guint n_dims,
                                     gpointer data);

/* Modules of that rank beside all layers of which choice says so, and which have none by
 * gs_low_rank_add(). To be called once; before the graph is built. */
void gs_low_rank_add_chosen (GsLowRank *self, GsLowRankChoice choice, gpointer data, guint32 rank,
                             double scale);

/* Names of the modules, in the order in which layers were built; those that a graph got, or that
 * were added by name. Borrowed. */
GPtrArray *gs_low_rank_get_modules (GsLowRank *self);

/* From now on layers built in the graph get their modules; self must outlive the graph's building.
 * Factors become inputs "<module>.lora_down.weight", (1, 1, rank, in), and
 * "<module>.lora_up.weight", (1, 1, out, rank), of floats also in a graph of halfs. Those of a k x k
 * convolution are a k x k one, (1, 1, rank, in k k) in the order of the checkpoint, with the same
 * stride, and a 1x1 one (Yeh et al., "Navigating text-to-image customization: from LyCORIS
 * fine-tuning to model evaluation", section 3.1: LoCon). */
void gs_low_rank_attach (GsLowRank *self, GsGraph *graph);

G_END_DECLS
