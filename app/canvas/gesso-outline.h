/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The edge of a selection, as straight runs along the edges of pixels. */
#pragma once

#include "document/gesso-tiles.h"

G_BEGIN_DECLS

typedef struct
{
  int x1, y1, x2, y2; /* in the plane's pixels; horizontal or vertical */
} GessoEdge;

/* The edges between less than half and at least half selected, within area (which counts as
 * surrounded by nothing): looked at in steps of stride pixels. At most max_edges of them. */
GArray *gesso_outline_new (const GessoTiles *plane, const GdkRectangle *area, int stride,
                           guint max_edges);

G_END_DECLS
