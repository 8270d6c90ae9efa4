/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Compositing: a rectangle of a stack of layers flattened into one buffer, isolated and without a
 * ground, so that what no layer covers stays transparent. Masks and hidden layers do not count, nor
 * do layers that guide (gesso-guide.h), but where the painting is shown.
 */
#pragma once

#include "gesso-snapshot.h"

G_BEGIN_DECLS

/* layers are top first; area is in the picture's coordinates and may reach outside; pixels receive
 * premultiplied RGBA. Any thread, if the layers stand still. */
void gesso_composite       (GessoLayerState *const *layers,
                            guint                   n_layers,
                            const GdkRectangle     *area,
                            guint8                 *pixels,
                            gsize                   stride);

/* The same with layers that guide. */
void gesso_composite_shown (GessoLayerState *const *layers,
                            guint                   n_layers,
                            const GdkRectangle     *area,
                            guint8                 *pixels,
                            gsize                   stride);

/* The same as tiles from (0, 0), for pictures that need not lie in memory as a whole. Tiles that
 * a single plain layer covers alone are shared with it where they fall onto the grid. */
GessoTiles *gesso_composite_tiles (const GessoSnapshot *snapshot, const GdkRectangle *area);

/* A straight-alpha pixel as a picker wants it, of what is shown: 4 bytes RGBA. */
void gesso_composite_pick  (GessoLayerState *const *layers,
                            guint                   n_layers,
                            int                     x,
                            int                     y,
                            guint8                 *rgba);

G_END_DECLS
