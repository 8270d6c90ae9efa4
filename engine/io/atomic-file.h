/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are written whole or not at all: a temporary file beside it, renamed at the end. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes the content with gs_write_bytes(). FALSE without error: errno says why. */
typedef gboolean (*GsWriteContent) (int fd, gpointer user_data, GError **error);

/* GS_ERROR_BAD_FILE with the system's reason, or the content's error. */
gboolean gs_write_whole (const char *path, GsWriteContent content, gpointer user_data,
                         GError **error);

/* FALSE with errno. */
gboolean gs_write_bytes (int fd, gconstpointer data, gsize n_bytes);

G_END_DECLS
