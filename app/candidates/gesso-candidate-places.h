/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Empty places in a box, one for each candidate that is still to come. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* preview: the newest look at the first of them, or NULL. */
void gesso_candidate_places_update (GtkBox *box, guint n, GdkPaintable *preview);

G_END_DECLS
