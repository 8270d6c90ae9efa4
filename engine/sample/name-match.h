/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names compared as people spell them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* TRUE if the two agree when case, spaces, hyphens and underscores are set aside: "DPM++ 2M" is
 * "dpm++_2m". */
gboolean gs_name_matches (const char *a, const char *b);

G_END_DECLS
