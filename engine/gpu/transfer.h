/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Copies that run beside the compute queue's work: on a queue for copies alone where the device has
 * one, so that what comes next is brought while kernels run.
 */
#pragma once

#include "gpu/buffer.h"

G_BEGIN_DECLS

typedef struct _GsTransfer GsTransfer;

GsTransfer *gs_transfer_new  (GsDevice *device, GError **error);
void        gs_transfer_free (GsTransfer *transfer); /* waits for it; NULL is allowed */

/* Begins a copy; what is submitted to the device afterwards waits for it. The copy before it must
 * have been waited for. */
gboolean gs_transfer_start (GsTransfer *transfer, GsBuffer *from, guint64 from_offset, GsBuffer *to,
                            guint64 to_offset, guint64 n_bytes, GError **error);

/* Until the newest copy has been made: then its source may be written again. */
gboolean gs_transfer_wait  (GsTransfer *transfer, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsTransfer, gs_transfer_free)

G_END_DECLS
