/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Zip files as OpenRaster wants them.
 *
 * Writing is our own: "mimetype" has to lie uncompressed at the very beginning with nothing between
 * its name and its content, where programs look for it, and libarchive's writer puts extra fields
 * there. Members are stored, for pictures are compressed already. Reading is libarchive's.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* ---- Writing -------------------------------------------------------------------------------- */

typedef struct _GessoZipWriter GessoZipWriter;

/* The stream is borrowed. */
GessoZipWriter *gesso_zip_writer_new    (GOutputStream *stream);
void            gesso_zip_writer_free   (GessoZipWriter *self);
/* Names that were added already are left out. */
gboolean        gesso_zip_writer_add    (GessoZipWriter *self, const char *name, GBytes *content,
                                         GCancellable *cancellable, GError **error);
/* The directory at the end. */
gboolean        gesso_zip_writer_finish (GessoZipWriter *self, GCancellable *cancellable,
                                         GError **error);

/* ---- Reading -------------------------------------------------------------------------------- */

typedef struct _GessoZipReader GessoZipReader;

GessoZipReader *gesso_zip_reader_new   (GFile *file, GError **error);
void            gesso_zip_reader_free  (GessoZipReader *self);
/* The next member's name, borrowed until the next call; NULL at the end, or with an error: names
 * that lead elsewhere, twice the same one, too many of them. Folders and links are passed over. */
const char     *gesso_zip_reader_next  (GessoZipReader *self, GError **error);
/* Of the current member; as GessoPngRead. */
gssize          gesso_zip_reader_read  (guint8 *bytes, gsize n, gpointer self, GError **error);
/* All of the current member; an error if it is of more than max bytes. */
GBytes         *gesso_zip_reader_read_all (GessoZipReader *self, gsize max, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoZipWriter, gesso_zip_writer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoZipReader, gesso_zip_reader_free)

G_END_DECLS
