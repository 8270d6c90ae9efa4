/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Building and running single networks of a case. */
#pragma once

#include "io/checkpoint.h"
#include "models/model-config.h"
#include "nn/weights.h"
#include "parity/parity.h"

G_BEGIN_DECLS

/* The weights of a case: its "weights_file" or its own file, with "override_file" put on top. */
typedef struct
{
  GsCheckpoint  *checkpoint;
  GsModelConfig  config;
  GsWeightSource *source; /* the store's */
  GsWeightStore *store;
  GsArena       *arena;
} GsParityNetwork;

gboolean gs_parity_network_init  (GsParityNetwork *network, GsParityRun *run, GError **error);
void     gs_parity_network_clear (GsParityNetwork *network);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GsParityNetwork, gs_parity_network_clear)

GsGraph *gs_parity_graph (GsParityNetwork *network, GsParityRun *run, const char *name);

/* Finishes the graph (and takes it). */
GsProgram *gs_parity_program (GsParityNetwork *network, GsGraph *graph, GError **error);

/* Opens the checkpoint of a case; see GsParityNetwork. */
GsCheckpoint *gs_parity_checkpoint (GsParityRun *run, const char *weights, GError **error);

/* The canonical name of the tensor that the file calls name; NULL if there is none. */
const char *gs_parity_canonical (const GsCheckpoint *checkpoint, const char *name);

G_END_DECLS
