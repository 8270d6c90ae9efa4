/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flood fill: the pixels that hang together with one and look like it. */
#pragma once

#include "document/gesso-painting.h"

G_BEGIN_DECLS

/* As a selection: 255 where a way of such pixels, side by side, leads from (x, y) within the
 * picture. Alike is a pixel of which no channel (premultiplied RGBA) is more than tolerance away.
 * Only what is looked at is flattened. NULL outside the picture. */
GessoTiles *gesso_flood (GessoPainting *painting, int x, int y, guint tolerance);

/* Lays a straight RGBA colour (a mask takes its alpha) over a layer where coverage (in the
 * picture's coordinates) and the selection say so, as one entry. */
gboolean    gesso_flood_lay (GessoPainting    *painting,
                             GessoLayer       *layer,
                             const char       *name,
                             const GessoTiles *coverage,
                             const guint8     *rgba,
                             GError          **error);

G_END_DECLS
