/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures from outside as tiles, and tiles as pictures for outside. */
#pragma once

#include "document/gesso-painting.h"

G_BEGIN_DECLS

/* From (0, 0), scaled to width x height if it is of another size. */
GessoTiles *gesso_texture_scale_to_tiles (GdkTexture *texture, int width, int height);
/* Of the first own_width x own_height pixels, scaled to width x height: what is light becomes 255,
 * transparent parts 0, a mask of 1 channel. Any thread. */
GessoTiles *gesso_tiles_to_mask (const GessoTiles *tiles,
                                 int               own_width,
                                 int               own_height,
                                 int               width,
                                 int               height);
/* A flattened part of the painting: transparent past its edge, even where layers reach out. */
GdkTexture *gesso_texture_from_painting (GessoPainting *painting, const GdkRectangle *area);

G_END_DECLS
