/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of GDK (results, drops, the clipboard) as tiles, and the painting as one of them. */
#pragma once

#include "gesso-snapshot.h"

G_BEGIN_DECLS

/* Any thread. From (0, 0); what goes beyond GESSO_MAX_SIZE is left out. */
GessoTiles *gesso_texture_to_tiles   (GdkTexture *texture);

/* One tile, sharing its memory; NULL where there is none. RGBA planes only. */
GdkTexture *gesso_texture_from_tile  (const GessoTiles *tiles, int i, int j);

/* The flattened area of a snapshot, which may reach outside of the picture: for export, the
 * clipboard and as a picture to start from. */
GdkTexture *gesso_texture_from_snapshot (GessoSnapshot *snapshot, const GdkRectangle *area);

G_END_DECLS
