/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file's map that can also be read from the file, for those who want much of it once: reading takes no
 * pages of this process, and where a file was cut off or its disk is gone it fails instead of ending the
 * process with a signal.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GsMappedFile GsMappedFile;

/* The file's bytes, which own `file`; an error of G_FILE_ERROR. */
GBytes *gs_mapped_file_new (const char *path, GsMappedFile **file, GError **error);

/* Whether these bytes lie in the map. `file` may be NULL: they do not. */
gboolean gs_mapped_file_holds (const GsMappedFile *file, gconstpointer data, gsize n_bytes);

/* Has the system begin to read them from the disk. */
void gs_mapped_file_expect (const GsMappedFile *file, gconstpointer data, gsize n_bytes);

/* Reads bytes that lie in the map. From any thread. */
gboolean gs_mapped_file_read (const GsMappedFile *file, gconstpointer data, gsize n_bytes,
                              gpointer to);

G_END_DECLS
