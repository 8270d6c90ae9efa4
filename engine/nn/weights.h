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

/* What graphs are built over; borrowed. */
GsWeights *gs_weight_store_get_weights (GsWeightStore *store);

/* Device memory of all weights that graphs built so far ask for: of a component ("unet"), or of all
 * (NULL), with the padding of its buffers. They need not be resident yet. */
guint64 gs_weight_store_get_declared_bytes (GsWeightStore *store, const char *component);

/* Gives the device memory of a component's weights back. Programs over them must be freed before:
 * they have recorded the addresses. */
void gs_weight_store_evict (GsWeightStore *store, const char *component);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsWeightStore, gs_weight_store_free)

G_END_DECLS
