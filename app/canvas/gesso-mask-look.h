/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How masks are seen over the picture: a striped tint, as strong as they are, soft edges included. */
#pragma once

#include "document/gesso-painting.h"

G_BEGIN_DECLS

/* Premultiplied RGBA of all visible masks of an area. period: of the stripes, in the picture's
 * pixels. plane: what to show instead of the layers (a feathered mask), or NULL. */
void gesso_mask_look_render (GessoPainting      *painting,
                             const GessoTiles   *plane,
                             const GdkRectangle *area,
                             int                 period,
                             gboolean            high_contrast,
                             guint8             *pixels,
                             gsize               stride);

/* Whether any visible mask has something in it. */
gboolean    gesso_mask_look_has_any (GessoPainting *painting);

/* All visible masks together, in the picture's coordinates: the greater value counts. */
GessoTiles *gesso_mask_look_unite   (GessoPainting *painting);

G_END_DECLS
