/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoTool: what the pointer does on the canvas. The canvas gives a tool its events in the
 * picture's pixels; what tools share (the painting, the brush, the colour) is their toolbox's.
 */
#pragma once

#include "gesso-view.h"

G_BEGIN_DECLS

typedef enum
{
  GESSO_TOOL_BRUSH,
  GESSO_TOOL_ERASER,
  GESSO_TOOL_MASK_BRUSH,
  GESSO_TOOL_MASK_ERASER,
  GESSO_TOOL_RECTANGLE,
  GESSO_TOOL_LASSO,
  GESSO_TOOL_FILL,
  GESSO_TOOL_PICKER,
  GESSO_TOOL_MOVE,
  GESSO_TOOL_FRAME,
  GESSO_N_TOOLS
} GessoToolKind;

typedef struct
{
  double          x, y;     /* in the picture                                   */
  double          pressure; /* 0 .. 1; 1 for a mouse                            */
  double          zoom;     /* widget pixels a pixel of the picture             */
  GdkModifierType state;
  gboolean        other;    /* the right button, or a pen's eraser end: erases  */
  gboolean        more;     /* the next point comes at once (a pen's backlog)    */
} GessoToolEvent;

typedef struct _GessoToolbox GessoToolbox;

#define GESSO_TYPE_TOOL (gesso_tool_get_type ())
G_DECLARE_DERIVABLE_TYPE (GessoTool, gesso_tool, GESSO, TOOL, GObject)

struct _GessoToolClass
{
  GObjectClass parent_class;

  /* FALSE: nothing begins, and neither drag() nor release() follow. */
  gboolean     (*press)    (GessoTool *self, const GessoToolEvent *event);
  void         (*drag)     (GessoTool *self, const GessoToolEvent *event);
  void         (*release)  (GessoTool *self, const GessoToolEvent *event);
  /* Instead of release: as if it had not begun. */
  void         (*cancel)   (GessoTool *self);
  /* The pointer moves without a button. */
  void         (*hover)    (GessoTool *self, const GessoToolEvent *event);
  gboolean     (*key)      (GessoTool *self, guint keyval, GdkModifierType state);
  /* What it shows over the picture, in the widget's pixels. */
  void         (*snapshot) (GessoTool *self, GtkSnapshot *snapshot, GessoView *view);
  /* A CSS name; NULL: the ring of the brush. */
  const char * (*cursor)   (GessoTool *self);
};

GessoToolbox *gesso_tool_get_toolbox (GessoTool *self);
/* The toolbox owns its tools. */
void          gesso_tool_set_toolbox (GessoTool *self, GessoToolbox *toolbox);

gboolean      gesso_tool_press    (GessoTool *self, const GessoToolEvent *event);
void          gesso_tool_drag     (GessoTool *self, const GessoToolEvent *event);
void          gesso_tool_release  (GessoTool *self, const GessoToolEvent *event);
void          gesso_tool_cancel   (GessoTool *self);
void          gesso_tool_hover    (GessoTool *self, const GessoToolEvent *event);
gboolean      gesso_tool_key      (GessoTool *self, guint keyval, GdkModifierType state);
void          gesso_tool_snapshot (GessoTool *self, GtkSnapshot *snapshot, GessoView *view);
const char   *gesso_tool_get_cursor (GessoTool *self);
/* Between press and release. */
gboolean      gesso_tool_is_busy  (GessoTool *self);

/* One for each kind; each is a file of its own. */
GessoTool    *gesso_brush_tool_new  (GessoToolKind kind);
GessoTool    *gesso_select_tool_new (gboolean lasso);
GessoTool    *gesso_fill_tool_new   (void);
GessoTool    *gesso_picker_tool_new (void);
GessoTool    *gesso_move_tool_new   (void);
GessoTool    *gesso_frame_tool_new  (void);

/* Thin lines that are seen on any picture: white, with black dashes. Points in the widget's pixels. */
void          gesso_tool_append_line (GtkSnapshot *snapshot, GessoPoint from, GessoPoint to);

G_END_DECLS
