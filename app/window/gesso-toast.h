/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One toast at a time: the newest takes the place of what was shown. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* label and action_name: of the toast's button, or both NULL. */
void gesso_toast_show (AdwToastOverlay *overlay,
                       const char      *text,
                       const char      *label,
                       const char      *action_name);

/* Stays until it is dismissed by the artist, by the next toast or by the other function, which leaves toasts
 * that came since alone. */
void gesso_toast_show_lasting    (AdwToastOverlay *overlay, const char *text);
void gesso_toast_dismiss_lasting (AdwToastOverlay *overlay);

G_END_DECLS
