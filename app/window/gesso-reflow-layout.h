/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoReflowLayout: children side by side where there is room for that, else one below the other.
 *
 * Side by side, those that do not expand are as wide as they like, the others share the rest; each
 * of them wants at least "room" pixels of it. All are as high as the highest.
 *
 * Properties: "spacing" (int) between children, "room" (int).
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_REFLOW_LAYOUT (gesso_reflow_layout_get_type ())
G_DECLARE_FINAL_TYPE (GessoReflowLayout, gesso_reflow_layout, GESSO, REFLOW_LAYOUT, GtkLayoutManager)

G_END_DECLS
