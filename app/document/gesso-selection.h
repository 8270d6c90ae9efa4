/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Selections and masks: planes of 1 byte a pixel, 0 not selected, 255 wholly. Each function gives
 * a new plane; gesso_painting_set_selection() or gesso_selection_to_layer() puts it to use.
 *
 * "bounds" is the picture where an operation needs an end.
 */
#pragma once

#include "gesso-painting.h"

#include <graphene.h>

G_BEGIN_DECLS

/* How a new shape joins a selection; NULL selections count as empty but for GESSO_COMBINE_SUBTRACT
 * and GESSO_COMBINE_INTERSECT, where they are all of bounds. */
typedef enum
{
  GESSO_COMBINE_REPLACE,
  GESSO_COMBINE_ADD,       /* the greater of both           */
  GESSO_COMBINE_SUBTRACT,  /* old * (1 - new)               */
  GESSO_COMBINE_INTERSECT  /* the smaller of both           */
} GessoCombine;

GessoTiles *gesso_selection_new_rectangle (const GdkRectangle *area);
/* A lasso: closed from the last point to the first, even-odd where it crosses itself, antialiased,
 * clipped to bounds. */
GessoTiles *gesso_selection_new_polygon   (const graphene_point_t *points,
                                           guint                   n_points,
                                           const GdkRectangle     *bounds);
GessoTiles *gesso_selection_combine       (const GessoTiles   *old,
                                           const GessoTiles   *shape,
                                           GessoCombine        how,
                                           const GdkRectangle *bounds);

/* 255 minus it, inside bounds. */
GessoTiles *gesso_selection_invert  (const GessoTiles *self, const GdkRectangle *bounds);
/* By a disc of that many pixels: the greatest (smallest) value within it. Shrinking takes what
 * lies beyond bounds as selected, so that the picture's edge does not shrink. */
GessoTiles *gesso_selection_grow    (const GessoTiles *self, guint radius,
                                     const GdkRectangle *bounds);
GessoTiles *gesso_selection_shrink  (const GessoTiles *self, guint radius,
                                     const GdkRectangle *bounds);
/* Softens the edge over about radius pixels to both sides; the picture's edge stays hard. */
GessoTiles *gesso_selection_feather (const GessoTiles *self, guint radius,
                                     const GdkRectangle *bounds);

/* From a layer: a mask's values, or a raster layer's alpha, in the picture's coordinates. */
GessoTiles *gesso_selection_from_layer (GessoLayer *layer);
/* Makes it (or everything, for NULL) what a mask layer holds, as one entry. */
gboolean    gesso_selection_to_layer   (GessoPainting    *painting,
                                        const GessoTiles *selection,
                                        GessoLayer       *mask,
                                        const char       *name,
                                        GError          **error);

G_END_DECLS
