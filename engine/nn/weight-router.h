/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weights of several stores under one roof, so that one graph can be built of several networks: names
 * below a scope ("unet.control3.") are those of another store.
 */
#pragma once

#include "tensor/weights.h"

G_BEGIN_DECLS

typedef struct _GsWeightRouter GsWeightRouter;

/* otherwise: for all names that no scope claims; borrowed. */
GsWeightRouter *gs_weight_router_new  (GsWeights *otherwise);
void            gs_weight_router_free (GsWeightRouter *router);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsWeightRouter, gs_weight_router_free)

/* Names that begin with scope begin with prefix in weights, which is borrowed. */
void gs_weight_router_add    (GsWeightRouter *router, const char *scope, const char *prefix,
                              GsWeights *weights);
void gs_weight_router_remove (GsWeightRouter *router, const char *scope);

GsWeights *gs_weight_router_get_weights (GsWeightRouter *router);

G_END_DECLS
