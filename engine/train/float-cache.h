/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Arrays of floats kept in a folder under a key, which is a hash of all they were made from: latents of
 * pictures, vectors of captions. A file that is damaged or of another size is as good as none.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* n floats, or NULL if they are not there. */
float   *gs_float_cache_get (const char *folder, const char *key, gsize n);

/* GS_ERROR_BAD_FILE if they cannot be written; the folder is made if needed. */
gboolean gs_float_cache_put (const char *folder, const char *key, const float *values, gsize n,
                             GError **error);

G_END_DECLS
