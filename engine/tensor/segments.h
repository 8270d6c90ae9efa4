/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A graph cut into runs of nodes whose weights fit one place of a stream. While one segment runs, the
 * weights of the next that are not there yet are brought into the other place. The first segments'
 * weights may stay on the device: they are what hides the bringing of the first that pass.
 */
#pragma once

#include "tensor/stream.h"

G_BEGIN_DECLS

typedef struct _GsSegments GsSegments;

/* Device bytes of the weights of live nodes; largest, if not NULL: the most that one node reads. */
guint64 gs_segments_count_weights (GsGraph *graph, guint64 *largest);

/* graph: finished, borrowed. kept_bytes: of weights that stay, at most. */
GsSegments *gs_segments_new  (GsGraph *graph, GsStream *stream, guint64 kept_bytes);
void        gs_segments_free (GsSegments *segments); /* NULL is allowed */

/* Device memory of the weights that stay, with the padding of their buffer; 0 if none do. */
guint64 gs_segments_get_kept_bytes   (GsSegments *segments);
guint   gs_segments_get_n_dispatches (GsSegments *segments);

/* Records them anew, once other tensors have their places, and brings the weights that stay, if they
 * are not there. end: called to record what comes after the last node. */
typedef void (*GsSegmentsEnd) (GsCommands *commands, gpointer data);

gboolean gs_segments_record       (GsSegments *segments, GsSegmentsEnd end, gpointer data,
                                   GError **error);
gboolean gs_segments_are_recorded (GsSegments *segments);

gboolean gs_segments_run (GsSegments *segments, GError **error);

G_END_DECLS
