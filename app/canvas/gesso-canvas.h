/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoCanvas: shows a painting through a view and lets tools work on it. Over the picture it draws
 * masks, the selection's edge, the frame, and a picture that is on its way.
 *
 * Properties: "painting" (GessoPainting or NULL), "feather" (uint: pixels by which masks are shown
 * softer than they are painted).
 *
 * Keys while it has the focus: B, E, M, R, L, F, P, V or T and G (frame) choose tools, [ and ]
 * the brush's size, + and - zoom, 1 is 100 %, 2 fits, 4 and 6 turn, 5 sets upright, Ctrl+M mirrors;
 * Space pans, with Shift it turns; arrows move what the tool moves.
 */
#pragma once

#include "document/gesso-painting.h"
#include "gesso-toolbox.h"
#include "gesso-view.h"

G_BEGIN_DECLS

#define GESSO_TYPE_CANVAS (gesso_canvas_get_type ())
G_DECLARE_FINAL_TYPE (GessoCanvas, gesso_canvas, GESSO, CANVAS, GtkWidget)

void          gesso_canvas_set_painting (GessoCanvas *self, GessoPainting *painting);
GessoView    *gesso_canvas_get_view     (GessoCanvas *self);
GessoToolbox *gesso_canvas_get_toolbox  (GessoCanvas *self);

/* Draws a paintable in place over area of the picture, NULL for none: a preview or a candidate.
 * mask: 1 channel in the picture's coordinates, or NULL; it shows only what is masked, of a
 * GdkTexture. Setting the next one of a series costs its upload. */
void          gesso_canvas_set_overlay  (GessoCanvas        *self,
                                         GdkPaintable       *paintable,
                                         const GdkRectangle *area,
                                         const GessoTiles   *mask);

/* All masks as they are shown and act, feather included; NULL if nothing is masked. */
GessoTiles   *gesso_canvas_dup_mask     (GessoCanvas *self);

/* Our own work since the last call, in microseconds of processor time: for the benchmark. */
typedef struct
{
  gint64 snapshot;  /* building render nodes                */
  gint64 composite; /* flattening and shrinking into tiles  */
  gint64 stroke;    /* tools                                */
} GessoCanvasWork;

void          gesso_canvas_take_work    (GessoCanvas *self, GessoCanvasWork *work);

/* As if a pointer had done it, in the widget's pixels: for the benchmark and tests. */
typedef enum
{
  GESSO_POINTER_PRESS,
  GESSO_POINTER_DRAG,
  GESSO_POINTER_BACKLOG, /* a drag, and the next follows at once */
  GESSO_POINTER_RELEASE
} GessoPointerStep;

void          gesso_canvas_point        (GessoCanvas *self, GessoPointerStep step, double x, double y,
                                         double pressure, GdkModifierType state);

G_END_DECLS
