/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's pixels as a layer's and back, band by band, and a small look at them. Any thread. */
#pragma once

#include "document/gesso-tiles.h"

#include "gs.h"

G_BEGIN_DECLS

/* With the transparency that it has. Any channel count. */
GessoTiles *gesso_tiles_from_image (const GsImage *image);

/* RGB, of what lies within width x height; what is transparent is laid over white. */
GsImage    *gesso_tiles_to_image   (const GessoTiles *tiles, guint width, guint height);

/* At most size to its longer side: of averages of a few pixels, so that it costs the same for any
 * size. Of RGB. */
GdkTexture *gesso_image_look       (const GsImage *image, guint size);

G_END_DECLS
