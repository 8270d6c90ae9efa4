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

G_END_DECLS
