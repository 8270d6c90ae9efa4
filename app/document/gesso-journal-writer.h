/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoJournalWriter: a journal's thread. It writes what is new in the newest snapshot that it was
 * given; those that came while it was busy and are not the newest are left out.
 */
#pragma once

#include "gesso-snapshot.h"

G_BEGIN_DECLS

typedef struct _GessoJournalWriter GessoJournalWriter;

/* On the thread; once until writing works again. */
typedef void (*GessoJournalFailed) (const char *message, gpointer data);

/* folder: a descriptor that outlives it. The first snapshot begins a new file. */
GessoJournalWriter *gesso_journal_writer_new       (int                folder,
                                                    GessoJournalFailed failed,
                                                    gpointer           data);
/* Takes the snapshot. */
void                gesso_journal_writer_push      (GessoJournalWriter *self, GessoSnapshot *snapshot);
/* Waits until everything so far is on disk; FALSE if that failed, with a sentence. */
gboolean            gesso_journal_writer_flush     (GessoJournalWriter *self, GError **error);
/* What is not being written yet never is. */
void                gesso_journal_writer_forget    (GessoJournalWriter *self);
/* See gesso_journal_set_slack(). */
void                gesso_journal_writer_set_slack (GessoJournalWriter *self, guint64 n_bytes);
/* Once everything is written. */
void                gesso_journal_writer_free      (GessoJournalWriter *self);

G_END_DECLS
