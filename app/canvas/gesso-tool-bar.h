/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoToolBar: a button for each tool, and the colour. */
#pragma once

#include "gesso-toolbox.h"

G_BEGIN_DECLS

#define GESSO_TYPE_TOOL_BAR (gesso_tool_bar_get_type ())
G_DECLARE_FINAL_TYPE (GessoToolBar, gesso_tool_bar, GESSO, TOOL_BAR, GtkBox)

/* Once: whose tools these are. */
void gesso_tool_bar_bind (GessoToolBar *self, GessoToolbox *toolbox);

G_END_DECLS
