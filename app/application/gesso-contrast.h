/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The style sheet of high contrast, while the desktop asks for it. libadwaita loads one by itself, but since
 * version 1.8 with a warning. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Once, when there is a display. */
void gesso_contrast_follow (AdwStyleManager *style);

G_END_DECLS
