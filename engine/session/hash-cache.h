/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GsHashCache: hashes of files, so that none is read twice: by path, size and time of change.
 *
 * A file of lines "size time hash data-hash path" that grows at its end, so that nothing is lost when
 * the program ends in the middle. One thread at a time: gs_library_get_hash() is for all of them.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GsHashCache GsHashCache;

/* path: of the file; NULL for the user's. Lines that make no sense are passed over. */
GsHashCache *gs_hash_cache_new    (const char *path);
void            gs_hash_cache_free   (GsHashCache *self);

/* FALSE if it is not known, or was of another file at that path. Both strings are borrowed, until the
 * next call. */
gboolean        gs_hash_cache_lookup (GsHashCache *self,
                                         const char     *path,
                                         guint64         bytes,
                                         gint64          changed,
                                         const char    **hash,
                                         const char    **data_hash);
void            gs_hash_cache_add    (GsHashCache *self,
                                         const char     *path,
                                         guint64         bytes,
                                         gint64          changed,
                                         const char     *hash,
                                         const char     *data_hash);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsHashCache, gs_hash_cache_free)

G_END_DECLS
