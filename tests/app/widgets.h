/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Widgets of the test's own process: finding them, and giving them time. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* The first widget of that type, itself or below it; NULL if there is none. */
GtkWidget        *widgets_find        (GtkWidget *widget, GType type);
/* The message dialog that is open, or NULL. */
AdwMessageDialog *widgets_find_dialog (void);
/* Runs the main loop for so long. */
void              widgets_wait_ms     (guint ms);

G_END_DECLS
