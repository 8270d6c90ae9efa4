/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A journal's file: a header, then records of a fixed head and a compressed payload.
 *
 *   header   "GESSOJ1" and 'l' or 'B' for the byte order; 8 bytes
 *   head     magic, type, bytes of the payload, bytes when unpacked, CRC-32 of all that and the
 *            payload; 24 bytes, in the machine's order
 *
 * A record that is cut off or damaged ends the file for its reader.
 */
#pragma once

#include "gesso-record.h"

G_BEGIN_DECLS

typedef struct
{
  int     fd;
  guint64 n_bytes;   /* with the header; after a whole change */
  guint64 n_written; /* after the last record                 */
} GessoJournalFile;

/* A new file of that name in the folder, with its header. */
gboolean       gesso_journal_file_create (GessoJournalFile *self, int folder, const char *name,
                                          GError **error);
void           gesso_journal_file_close  (GessoJournalFile *self);
/* A GessoRecordSink. */
gboolean       gesso_journal_file_append (GessoRecordType type, GVariant *payload, gpointer self,
                                          GError **error);
/* What was appended since the last time is whole now and on disk. */
gboolean       gesso_journal_file_sync   (GessoJournalFile *self, GError **error);
/* What was appended since the last sync never was. */
gboolean       gesso_journal_file_take_back (GessoJournalFile *self, GError **error);

GessoSnapshot *gesso_journal_file_replay (const char *path, GError **error);

G_END_DECLS
