/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoTileCache: textures of a plane that is too large to draw anew in every frame, such as the
 * flattened picture. A texture is 256 x 256; at level 0 it shows as many pixels of the plane, at
 * level n > 0 it shows 2^n as many to each side (averaged), at level n < 0 each pixel is a square of
 * 2^-n (so that pixels stay sharp where they are enlarged).
 *
 * Only what is seen is rendered, and only what was damaged is rendered again. update() stops when
 * its time is over; what is old or missing is shown old or coarse until the next call.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_CACHE_TILE 256

typedef struct _GessoTileCache GessoTileCache;

/* Premultiplied RGBA of an area inside the plane. */
typedef void (*GessoRenderFunc) (const GdkRectangle *area,
                                 guint8             *pixels,
                                 gsize               stride,
                                 gpointer            data);

GessoTileCache *gesso_tile_cache_new      (GessoRenderFunc func, gpointer data);
void            gesso_tile_cache_free     (GessoTileCache *self);

/* Nothing is kept if the size changes. */
void            gesso_tile_cache_set_size (GessoTileCache *self, guint width, guint height);
void            gesso_tile_cache_damage   (GessoTileCache *self, const GdkRectangle *area);
void            gesso_tile_cache_clear    (GessoTileCache *self);

/* The level that suits a scale, in widget pixels a pixel of the plane. */
int             gesso_tile_cache_choose_level (double scale);

/* Renders what is not up to date within visible, for at most budget_us of this thread's time and
 * at least one step. TRUE once all is up to date. */
gboolean        gesso_tile_cache_update   (GessoTileCache     *self,
                                           int                 level,
                                           const GdkRectangle *visible,
                                           gint64              budget_us);
/* Draws visible, in the plane's pixels. grid: how many pixels of the screen such a pixel has where
 * they lie straight, so that tiles meet at whole ones and no seams are seen; 0 where they are
 * turned. */
void            gesso_tile_cache_snapshot (GessoTileCache     *self,
                                           int                 level,
                                           const GdkRectangle *visible,
                                           double              grid,
                                           GtkSnapshot        *snapshot);
/* Bytes of all textures. */
gsize           gesso_tile_cache_get_bytes (GessoTileCache *self);

/* Processor time of this thread, in microseconds. */
gint64          gesso_thread_time (void);

G_END_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoTileCache, gesso_tile_cache_free)
