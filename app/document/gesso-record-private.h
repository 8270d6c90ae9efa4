/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records' types, which the encoder writes and the decoder reads. */
#pragma once

#include "gesso-record.h"

G_BEGIN_DECLS

/* Channels, and the tiles' pixels. */
#define GESSO_RECORD_TILES_TYPE "(yaay)"

/* How far the picture grew to the left and to the top; (0, 0) without such a record. */
#define GESSO_RECORD_ORIGIN_TYPE "(ii)"

/* id, kind, name, opacity, visible, locked, blend's id, x, y, recipe; a layer that guides has a
 * GESSO_RECORD_CONTROL and its control behind that, so that journals from before there were such
 * layers are read as well */
#define GESSO_RECORD_LAYER_TYPE "(tysdbbsiims)"
#define GESSO_RECORD_CONTROL '\036'
/* number, place, recipe */
#define GESSO_RECORD_CANDIDATE_TYPE "(t(iiii)ms)"
/* Size, frame, active layer, whether there is a selection, settings, layers, candidates */
#define GESSO_RECORD_STATE_TYPE                                                                   \
  "(uu(iiii)tbmva" GESSO_RECORD_LAYER_TYPE "a" GESSO_RECORD_CANDIDATE_TYPE ")"
/* Key, the key that it starts from (0: nothing), channels, and each tile's place and number: 0
 * removes it, others count from 1 through the tiles since the last commit */
#define GESSO_RECORD_PLANE_TYPE "(ttya(iiu))"
/* The state, the planes that changed, and members if they changed */
#define GESSO_RECORD_COMMIT_TYPE                                                                  \
  "(" GESSO_RECORD_STATE_TYPE "a" GESSO_RECORD_PLANE_TYPE "ma(say))"

typedef struct
{
  gint32  i, j;
  guint32 number;
} GessoRecordChange;

G_STATIC_ASSERT (sizeof (GessoRecordChange) == 12);

/* Planes are known by what they belong to. */
#define GESSO_RECORD_LAYER_KEY(id) ((guint64) 1 << 62 | (id))
#define GESSO_RECORD_CANDIDATE_KEY(number) ((guint64) 1 << 63 | (number))
#define GESSO_RECORD_SELECTION_KEY ((guint64) 1)
#define GESSO_RECORD_MAX_NUMBER ((guint64) 1 << 61)

G_END_DECLS
