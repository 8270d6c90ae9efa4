/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the sources of GessoCanvas share. */
#pragma once

#include "gesso-canvas.h"

#include "gesso-tile-cache.h"

G_BEGIN_DECLS

/* What a drag of the pointer does. */
typedef enum
{
  GESSO_DRAG_NONE,
  GESSO_DRAG_TOOL,
  GESSO_DRAG_PAN,
  GESSO_DRAG_TURN
} GessoDrag;

struct _GessoCanvas
{
  GtkWidget        parent_instance;

  GessoPainting   *painting;
  GessoToolbox    *toolbox;
  GessoView       *view;
  GessoTileCache  *picture;
  GessoTileCache  *masks;
  guint            tick;             /* while tiles are not up to date              */

  guint            feather;
  GessoTiles      *feathered;        /* the masks, softer; NULL: shown as painted   */
  guint            feather_timeout;
  GCancellable    *feathering;       /* while a thread works it out, or after it    */
  int              mask_period;      /* of the stripes of the level being rendered  */

  GdkPaintable    *overlay;
  GdkRectangle     overlay_area;
  int              origin_x, origin_y; /* of the painting, as the view knows it     */
  GskRenderNode   *outline;          /* the selection's edge; NULL: to be made      */

  GessoPoint       pointer;          /* in the widget                               */
  gboolean         pointer_inside;
  gboolean         space;            /* is held                                     */
  GessoDrag        drag;
  GessoPoint       drag_last;
  double           turn_start, pinch_zoom, pinch_angle;
  GessoPoint       pinch_last;

  GessoCanvasWork  work;
  gint64           stroke_us;        /* of tools, since the last frame                  */
  gint64           last_frame;       /* when it was drawn, and what was seen of the picture  */
  GdkRectangle     last_visible;
};

/* gesso-canvas-draw.c */
void gesso_canvas_snapshot       (GtkWidget *widget, GtkSnapshot *snapshot);
/* gesso-canvas-frame.c */
void gesso_canvas_snapshot_frame (GessoCanvas *self, GtkSnapshot *snapshot);
/* Below the picture, in its pixels. */
void gesso_canvas_snapshot_frame_ground (GessoCanvas *self, GtkSnapshot *snapshot);
/* gesso-canvas-input.c */
void gesso_canvas_init_input     (GessoCanvas *self);
void gesso_canvas_update_cursor  (GessoCanvas *self);
/* gesso-canvas-keys.c */
void gesso_canvas_init_keys      (GessoCanvas *self);

G_END_DECLS
