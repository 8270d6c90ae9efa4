/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A texture that is seen only where a mask says so. */
#pragma once

#include "document/gesso-tiles.h"

G_BEGIN_DECLS

/* The texture as it is stretched over area of the picture, times the mask there (1 channel, the
 * picture's coordinates). Of the texture's own size. */
GdkTexture *gesso_masked_texture_new (GdkTexture         *texture,
                                      const GdkRectangle *area,
                                      const GessoTiles   *mask);

G_END_DECLS
