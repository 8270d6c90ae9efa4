/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Suspend is held off while something works, by each thing that works for itself. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* cookie: 0 at first, then kept for the next call. application: NULL does nothing. window: may be NULL.
 * reason: why, as people read it in their desktop's dialog. */
void gesso_awake_set (guint          *cookie,
                      GtkApplication *application,
                      GtkWindow      *window,
                      gboolean        works,
                      const char     *reason);

G_END_DECLS
