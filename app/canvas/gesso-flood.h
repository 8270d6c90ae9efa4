/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flood fill: the pixels that hang together with one and look like it. */
#pragma once

#include "document/gesso-painting.h"

G_BEGIN_DECLS

/* As a selection: 255 where a way of such pixels, side by side, leads from (x, y) within the
 * picture. Alike is a pixel of which no channel (premultiplied RGBA) is more than tolerance away.
 * Only what is looked at is flattened. NULL outside the picture. Any thread. */
GessoTiles *gesso_flood (const GessoSnapshot *snapshot, int x, int y, guint tolerance);

/* Lays a straight RGBA colour (a mask takes its alpha) over a plane whose origin lies at (x, y), where
 * coverage and selection (NULL: everywhere), which are in the picture's coordinates, say so. Any
 * thread. */
void        gesso_flood_paint (GessoTiles       *tiles,
                               int               x,
                               int               y,
                               const GessoTiles *coverage,
                               const GessoTiles *selection,
                               const guint8     *rgba);

/* The same on a layer, with the painting's selection, as one entry. */
gboolean    gesso_flood_lay (GessoPainting    *painting,
                             GessoLayer       *layer,
                             const char       *name,
                             const GessoTiles *coverage,
                             const guint8     *rgba,
                             GError          **error);

G_END_DECLS
