/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoTiles: a plane of pixels without edges, in shared tiles of 64 x 64.
 *
 * Coordinates are signed; where nothing was written there is no tile and every byte reads as 0.
 * A pixel is 4 bytes (R, G, B, A: premultiplied, sRGB values) or 1 byte (masks, selections).
 * Tile (i, j) holds the pixels from (64 i, 64 j).
 *
 * A plane is reference counted and, while more than one holds it, not to be written; a copy shares
 * all tiles, and a written tile becomes the writer's own. So a copy costs next to nothing, an old
 * state costs what was changed since, and another thread may read a plane that it holds.
 *
 *   tiles = gesso_tiles_make_writable (tiles);
 *   pixels = gesso_tiles_edit (tiles, gesso_tile_of (x), gesso_tile_of (y));
 */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define GESSO_TILE_SIZE 64
/* Pixels beyond this far from the origin are neither read nor written. */
#define GESSO_TILES_REACH (1 << 18)

typedef struct _GessoTiles GessoTiles;

/* The tile that holds a column or row: floor (position / 64), for negative ones too. */
static inline int
gesso_tile_of (int position)
{
  return position >> 6;
}

GessoTiles   *gesso_tiles_new           (guint n_channels);
GessoTiles   *gesso_tiles_copy          (const GessoTiles *self);
GessoTiles   *gesso_tiles_ref           (GessoTiles *self);
void          gesso_tiles_unref         (GessoTiles *self);
/* Takes the reference and gives one that nobody else holds. */
GessoTiles   *gesso_tiles_make_writable (GessoTiles *self);

guint         gesso_tiles_get_n_channels (const GessoTiles *self);
/* How many tiles there are, and how many of them are different ones in memory. */
guint         gesso_tiles_count          (const GessoTiles *self);
guint         gesso_tiles_count_distinct (const GessoTiles *self);

/* ---- Single tiles --------------------------------------------------------------------------- */

/* The 64 rows of a tile, each 64 * n_channels bytes; NULL where there is none. The same address
 * means the same pixels as long as the plane (or a copy of it) is held. */
const guint8 *gesso_tiles_peek     (const GessoTiles *self, int i, int j);
/* The tile to write to: made if there is none, copied if it is shared. NULL beyond the reach. */
guint8       *gesso_tiles_edit     (GessoTiles *self, int i, int j);
/* The tile without copying, for a texture: it outlives the plane and later writes do not show in
 * it. NULL where there is none. */
GBytes       *gesso_tiles_dup_tile (const GessoTiles *self, int i, int j);
/* Lets (i, j) share other's tile (k, l), or removes it where other (or NULL) has none. */
void          gesso_tiles_share    (GessoTiles *self, int i, int j,
                                    const GessoTiles *other, int k, int l);

typedef void (*GessoTileFunc) (int i, int j, const guint8 *pixels, gpointer data);

/* Calls back for every tile, in an order that is always the same; the plane must not be written
 * meanwhile. */
void          gesso_tiles_foreach  (const GessoTiles *self, GessoTileFunc func, gpointer data);

/* ---- Rectangles ----------------------------------------------------------------------------- */

/* Buffers are rows of width * n_channels bytes, stride apart. */
void          gesso_tiles_read     (const GessoTiles   *self,
                                    const GdkRectangle *area,
                                    guint8             *pixels,
                                    gsize               stride);
void          gesso_tiles_write    (GessoTiles         *self,
                                    const GdkRectangle *area,
                                    const guint8       *pixels,
                                    gsize               stride);
/* One pixel everywhere: whole tiles share one. An all-zero pixel removes them. */
void          gesso_tiles_fill     (GessoTiles         *self,
                                    const GdkRectangle *area,
                                    const guint8       *pixel);

/* The smallest rectangle that holds every pixel that is not 0; FALSE (and 0 x 0) if there is none. */
gboolean      gesso_tiles_get_bounds (const GessoTiles *self, GdkRectangle *bounds);
/* By bytes; tiles of zeros equal no tiles. */
gboolean      gesso_tiles_equal      (const GessoTiles *a, const GessoTiles *b);

/* ---- Changes -------------------------------------------------------------------------------- */

/* Calls back for every place whose tile is not the same one, with each side's pixels or NULL.
 * Either plane may be NULL: empty. Shared parts are skipped without looking. */
typedef void (*GessoTileDiffFunc) (int i, int j, const guint8 *a, const guint8 *b, gpointer data);
void          gesso_tiles_diff     (const GessoTiles *a,
                                    const GessoTiles *b,
                                    GessoTileDiffFunc func,
                                    gpointer          data);
/* The places that differ, as whole tiles; FALSE if there are none. */
gboolean      gesso_tiles_diff_area (const GessoTiles *a, const GessoTiles *b, GdkRectangle *area);
/* Bytes that keeping a beside b costs: tiles and tables that b does not share. */
gsize         gesso_tiles_diff_bytes (const GessoTiles *a, const GessoTiles *b);
/* After writing: tiles of zeros are removed, and those that became what they were are shared with
 * before again. */
void          gesso_tiles_tidy     (GessoTiles *self, const GessoTiles *before);

/* ---- Whole planes --------------------------------------------------------------------------- */

/* New planes. Mirroring maps column x to -1 - x, a turn clockwise (x, y) to (-1 - y, x): tiles
 * stay tiles, the holder's offset does the rest. */
GessoTiles   *gesso_tiles_translate  (const GessoTiles *self, int dx, int dy);
GessoTiles   *gesso_tiles_mirror     (const GessoTiles *self, gboolean across, gboolean down);
GessoTiles   *gesso_tiles_turn_right (const GessoTiles *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoTiles, gesso_tiles_unref)

G_END_DECLS
