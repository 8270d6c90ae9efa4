/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small look at a layer, for its row in the list. */
#pragma once

#include "document/gesso-layer.h"

G_BEGIN_DECLS

/* The picture's area of a layer, at most size to its longer side: some of its pixels, so that it costs
 * the same for any size. A mask is shown in grey. */
GdkTexture *gesso_layer_look (GessoLayer *layer, guint width, guint height, int size);

G_END_DECLS
