/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoStroke: one stroke of a brush on one layer, from press to release, as one entry of the
 * painting's history. The stroke's own coverage is kept in a plane and laid over what the layer was
 * before, so that opacity does not build up where the stroke crosses itself.
 *
 * Points are smoothed: the path goes through the middles between them, curving at each.
 */
#pragma once

#include "document/gesso-painting.h"

G_BEGIN_DECLS

typedef struct
{
  guint8   color[4]; /* straight RGBA; a mask takes its alpha     */
  gboolean erase;
  double   size;     /* diameter in pixels, at full pressure      */
  double   hardness; /* 0 .. 1                                    */
  double   opacity;  /* 0 .. 1, of the stroke as a whole          */
} GessoStrokeStyle;

typedef struct _GessoStroke GessoStroke;

/* NULL with a sentence for a layer that is locked or hidden. */
GessoStroke *gesso_stroke_begin  (GessoPainting          *painting,
                                  GessoLayer             *layer,
                                  const char             *name,
                                  const GessoStrokeStyle *style,
                                  GError                **error);
/* In the picture's coordinates; pressure 0 .. 1. It is on the layer after the next flush or end, so
 * that points which come together cost the layer one visit. */
void         gesso_stroke_add    (GessoStroke *self, double x, double y, double pressure);
void         gesso_stroke_flush  (GessoStroke *self);
/* Both free it. A cancelled stroke leaves no trace. */
void         gesso_stroke_end    (GessoStroke *self);
void         gesso_stroke_cancel (GessoStroke *self);

G_END_DECLS
