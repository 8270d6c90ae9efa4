/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoHashCache: hashes of files, so that none is read twice: by path, size and time of change.
 *
 * A file of lines "size time hash data-hash path" that grows at its end, so that nothing is lost when
 * the program ends in the middle. One thread at a time.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GessoHashCache GessoHashCache;

/* path: of the file; NULL for the user's. Lines that make no sense are passed over. */
GessoHashCache *gesso_hash_cache_new    (const char *path);
void            gesso_hash_cache_free   (GessoHashCache *self);

/* FALSE if it is not known, or was of another file at that path. Both strings are borrowed, until the
 * next call. */
gboolean        gesso_hash_cache_lookup (GessoHashCache *self,
                                         const char     *path,
                                         guint64         bytes,
                                         gint64          changed,
                                         const char    **hash,
                                         const char    **data_hash);
void            gesso_hash_cache_add    (GessoHashCache *self,
                                         const char     *path,
                                         guint64         bytes,
                                         gint64          changed,
                                         const char     *hash,
                                         const char     *data_hash);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoHashCache, gesso_hash_cache_free)

G_END_DECLS
