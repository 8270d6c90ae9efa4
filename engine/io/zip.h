/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zip archives whose members are stored as they are, as torch.save () writes them: their data are used
 * where they lie. (PKWARE's APPNOTE.TXT, with zip64.) Compressed members are listed without data. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *name;         /* as in the archive; never used as a path */
  const guint8 *data; /* within the archive's bytes; NULL if it is compressed or encrypted */
  gsize n_bytes;
} GsZipMember;

/* All members (GsZipMember, owned) of an archive; free with g_array_unref (). GS_ERROR_BAD_FILE if a
 * length or place in it cannot be. `shown`: the path for messages. */
GArray *gs_zip_read (const guint8 *bytes, gsize n_bytes, const char *shown, GError **error);

G_END_DECLS
