/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What belongs into a text view, written where it is empty: GTK has it for entries alone. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void gesso_placeholder_snapshot (GtkTextView *view, const char *text, GtkSnapshot *snapshot);

G_END_DECLS
