/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests: a window as it is seen, as a PNG. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* With its popovers, and the dialog that is open over it; the margin around it has its shadow. */
void window_picture_save (GtkWindow *window, const char *path, int margin);

G_END_DECLS
