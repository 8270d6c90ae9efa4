/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The weights of one model in device memory: name -> tensor. It is the one place between a
 * checkpoint and the ops, so whatever changes weights at load time belongs here.
 *
 * Weights are packed into chunks of device memory per component (the part of the name before the
 * first dot), in the order in which graphs ask for them; a chunk has exactly the size of what is in
 * it. Nothing is allocated before a program is prepared.
 */
#pragma once

#include "gpu/device.h"
#include "nn/weight-source.h"

G_BEGIN_DECLS

typedef struct _GsWeightStore GsWeightStore;

/* precision: F16 stores matrices as half on the device unless a value exceeds its range; F32 keeps
 * those that the source has as F32 or BF16 exact. Takes the source. */
GsWeightStore *gs_weight_store_new  (GsDevice *device, GsDtype precision, GsWeightSource *source);
void           gs_weight_store_free (GsWeightStore *store);

/* Whether matrices that the source has in blocks stay in them on the device where their layout takes them
 * (at first they do not); before graphs ask for any. */
void           gs_weight_store_keep_blocks (GsWeightStore *store, gboolean keeps);

/* What graphs are built over; borrowed. */
GsWeights *gs_weight_store_get_weights (GsWeightStore *store);

/* Device memory of all weights that graphs built so far ask for: of a component ("unet"), or of all
 * (NULL), with the padding of its buffers. They need not be resident yet. */
guint64 gs_weight_store_get_declared_bytes (GsWeightStore *store, const char *component);

/* Gives the device memory of a component's weights back. Programs over them must be freed before:
 * they have recorded the addresses. */
void gs_weight_store_evict (GsWeightStore *store, const char *component);

/* Forgets all weights, declared or resident, as if no graph had asked for any. Programs over them
 * must be freed before. */
void gs_weight_store_reset (GsWeightStore *store);

/* Whether the source has another weight of that name than before. */
typedef gboolean (*GsWeightChanged) (gpointer data, const char *name);

/* Reads the resident weights among those anew, each into its place, so that programs stay as they are
 * (the device must be idle). *stay: FALSE where the source's weights need other sizes than before;
 * then nothing was read, and the store has to be reset. */
gboolean gs_weight_store_refresh (GsWeightStore *store, GsWeightChanged changed, gpointer data,
                                  gboolean *stay, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsWeightStore, gs_weight_store_free)

G_END_DECLS
