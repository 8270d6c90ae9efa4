/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures the canvas's own work in each frame. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Pans and paints over a large painting in a window of its own, prints what a frame cost, and
 * quits. */
void gesso_canvas_benchmark (GtkApplication *application);

G_END_DECLS
