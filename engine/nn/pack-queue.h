/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weights of files that are to be packed: some together, so that threads need not wait for each other at the
 * end of each. Others are packed at once, as their data take memory until then.
 */
#pragma once

#include "nn/weight-source.h"

G_BEGIN_DECLS

typedef struct _GsPackQueue GsPackQueue;

/* Releases what was packed to the source, which must outlive it. */
GsPackQueue *gs_pack_queue_new  (GsWeightSource *source);
void         gs_pack_queue_free (GsPackQueue *queue); /* NULL is allowed */

/* Packs what was read under that name to a place that stays until it is settled: now, or with others. A
 * failure may be that of one that was added earlier. */
gboolean     gs_pack_queue_add    (GsPackQueue *queue, const char *name, const GsHostTensor *tensor,
                                   GsDtype dtype, const GsLayout *layout, gpointer to, GError **error);
gboolean     gs_pack_queue_settle (GsPackQueue *queue, GError **error); /* all is packed */
void         gs_pack_queue_drop   (GsPackQueue *queue); /* what is not packed yet never will be */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsPackQueue, gs_pack_queue_free)

G_END_DECLS
