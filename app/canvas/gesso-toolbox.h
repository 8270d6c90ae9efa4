/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoToolbox: the tools, which of them is at hand, and what they share. The tool bar and the
 * canvas bind to it.
 *
 * Properties:
 *   painting      GessoPainting or NULL
 *   tool          uint (GessoToolKind)
 *   size          double: the brush's diameter in pixels, 1 .. 1000
 *   hardness      double, 0 .. 1
 *   opacity       double, 0 .. 1
 *   color         GdkRGBA, opaque
 *   tolerance     uint, 0 .. 255: of the fill
 *   follow-mask   boolean: the frame follows what the mask tools paint
 *
 * Signals:
 *   redraw ()             what the tools show over the picture changed
 *   message (const char *text)   a sentence for people: why a tool does nothing
 */
#pragma once

#include "document/gesso-painting.h"
#include "gesso-tool.h"

G_BEGIN_DECLS

#define GESSO_TYPE_TOOLBOX (gesso_toolbox_get_type ())
G_DECLARE_FINAL_TYPE (GessoToolbox, gesso_toolbox, GESSO, TOOLBOX, GObject)

GessoToolbox  *gesso_toolbox_new          (void);

GessoPainting *gesso_toolbox_get_painting (GessoToolbox *self);
void           gesso_toolbox_set_painting (GessoToolbox *self, GessoPainting *painting);
GessoToolKind  gesso_toolbox_get_kind     (GessoToolbox *self);
void           gesso_toolbox_set_kind     (GessoToolbox *self, GessoToolKind kind);
GessoTool     *gesso_toolbox_get_tool     (GessoToolbox *self, GessoToolKind kind);

double         gesso_toolbox_get_size     (GessoToolbox *self);
double         gesso_toolbox_get_hardness (GessoToolbox *self);
double         gesso_toolbox_get_opacity  (GessoToolbox *self);
guint          gesso_toolbox_get_tolerance (GessoToolbox *self);
void           gesso_toolbox_get_color    (GessoToolbox *self, GdkRGBA *color);
void           gesso_toolbox_set_color    (GessoToolbox *self, const GdkRGBA *color);
/* The next larger (smaller) of a row of sizes that grow in proportion. */
void           gesso_toolbox_resize_brush (GessoToolbox *self, int steps);
/* E: from a brush to its eraser and back. */
void           gesso_toolbox_toggle_eraser (GessoToolbox *self);

/* Borrowed. The layer that masks are painted on: the active one if it is a mask, else the topmost
 * that can be painted on; with make (inside a change) a new one if there is none. */
GessoLayer    *gesso_toolbox_get_mask     (GessoToolbox *self, gboolean make);
/* The active layer if it has colours; with make (inside a change) a new one if there is no layer. */
GessoLayer    *gesso_toolbox_get_layer    (GessoToolbox *self, gboolean make);
/* If follow-mask is set: moves the frame round what is masked. */
void           gesso_toolbox_follow_mask  (GessoToolbox *self);

void           gesso_toolbox_redraw       (GessoToolbox *self);
void           gesso_toolbox_say          (GessoToolbox *self, const char *text);

G_END_DECLS
