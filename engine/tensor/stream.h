/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two places in device memory through which weights pass that are not to stay there: kernels read
 * one while the other is filled. Programs that never run at the same time share a stream.
 *
 * Where the host does not reach device memory there are two more places of the same size in the
 * host's, from which they are copied (gpu/transfer.h).
 */
#pragma once

#include "tensor/program.h"

G_BEGIN_DECLS

/* place_bytes: of one place, at least gs_program_get_largest_weight_bytes() of each of the programs.
 * Allocates nothing yet. */
GsStream *gs_stream_new  (GsDevice *device, guint64 place_bytes);
void      gs_stream_free (GsStream *stream); /* after its programs; NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsStream, gs_stream_free)

/* Device memory that it takes. */
guint64   gs_stream_get_bytes (GsStream *stream);

/* ---- For tensor/segments.c ---- */

#define GS_STREAM_PLACES 2

GsDevice *gs_stream_get_device (GsStream *stream);
guint64   gs_stream_get_place_bytes (GsStream *stream);
gboolean  gs_stream_reserve (GsStream *stream, GError **error);
GsBuffer *gs_stream_get_place (GsStream *stream, guint place); /* after gs_stream_reserve() */

/* Writes some weights, one after the other, into destination memory on the host. */
typedef gboolean (*GsStreamFill) (gpointer data, guint8 *destination, GError **error);

/* Brings n_bytes by fill to an offset of a place, or of another buffer (then place says whose host
 * memory is used on the way). What was started before may read other places meanwhile. What is
 * submitted afterwards finds them there. */
gboolean  gs_stream_bring (GsStream *stream, guint place, GsBuffer *to, guint64 offset,
                           guint64 n_bytes, GsStreamFill fill, gpointer data, GError **error);

/* What lies in a place: whatever its user says, NULL at first. */
gconstpointer gs_stream_get_holder (GsStream *stream, guint place);
void          gs_stream_set_holder (GsStream *stream, guint place, gconstpointer holder);

G_END_DECLS
