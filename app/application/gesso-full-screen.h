/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether another program fills the screen. Main thread. */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* Whether that can be known: on X11, where window managers keep the freedesktop.org hints. Wayland shows
 * no program the windows of others. */
gboolean gesso_full_screen_is_known  (GdkDisplay *display);

/* The active window is full screen, and not ours. FALSE where it is not known. */
gboolean gesso_full_screen_of_others (GdkDisplay *display);

G_END_DECLS
