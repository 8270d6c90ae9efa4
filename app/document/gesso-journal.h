/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoJournal: autosave. After every "changed" of its painting the tiles that are not on disk yet
 * are appended to a file and synced, on a thread of its own; after a kill -9 the next start gets
 * exactly that painting back, the last stroke at most missing.
 *
 * A journal is a folder; the process that has it open holds a lock in it, which ends with the
 * process. Its owner may keep folders of its own in there. Left over folders without a holder are
 * what gesso_journal_list_left() finds.
 *
 *   journal = gesso_journal_open (NULL, painting, &error);       while the window is open
 *   gesso_journal_close (journal, TRUE);                         saved or discarded: delete it
 *
 * The file is a header and records (gesso-record.h), each with its length and a checksum. When it
 * has grown to much more than the painting it is written anew beside it and renamed.
 *
 * Signal "failed" (const char *message): writing failed, a full disk for example; once until it
 * works again. The next change tries again.
 */
#pragma once

#include "gesso-painting.h"

G_BEGIN_DECLS

#define GESSO_TYPE_JOURNAL (gesso_journal_get_type ())
G_DECLARE_FINAL_TYPE (GessoJournal, gesso_journal, GESSO, JOURNAL, GObject)

/* In a new folder below parent (NULL: gesso/journal in the user's state folder). The painting's
 * present state is its first record. */
GessoJournal  *gesso_journal_open      (const char    *parent,
                                        GessoPainting *painting,
                                        GError       **error);
/* Goes on with one that was left: the painting becomes what is in it. The folder stays the same, and
 * there is no moment at which what it held is nowhere. What cannot be read is kept in the folder under
 * another name, and is not found again. */
GessoJournal  *gesso_journal_resume    (const char    *path,
                                        GessoPainting *painting,
                                        GError       **error);
/* The same in steps, for a large one: take hold of it here, gesso_journal_replay() on any thread, and
 * go on with what that gave (NULL: it could not be read). */
GessoJournal  *gesso_journal_take      (const char *path, GError **error);
void           gesso_journal_go_on     (GessoJournal  *self,
                                        GessoPainting *painting,
                                        GessoSnapshot *snapshot);
/* Of the file, 0 if there is none. */
guint64        gesso_journal_get_bytes (const char *path);
/* A few words of the owner's beside the painting. Lost only if the folder is not writable. */
void           gesso_journal_set_note  (GessoJournal *self, const char *note);
/* Empty if there is none. */
char          *gesso_journal_read_note (const char *path);
/* Waits until everything so far is on disk; FALSE if that failed, with a sentence. */
gboolean       gesso_journal_flush     (GessoJournal *self, GError **error);
/* Flushes, lets go of the painting, and deletes the folder if forget. */
void           gesso_journal_close     (GessoJournal *self, gboolean forget);
const char    *gesso_journal_get_path  (GessoJournal *self);
/* How much larger than twice the painting the file may grow before it is written anew. */
void           gesso_journal_set_slack (GessoJournal *self, guint64 n_bytes);

/* Paths of journals that nobody holds, the newest first. */
GStrv          gesso_journal_list_left (const char *parent);
/* A process that was killed holds its journals until the system has taken it apart, which is a while
 * after its name on the bus is free; those of its windows are not found before. Waits until none is
 * held, FALSE if some are after max_ms. Not with journals of one's own. */
gboolean       gesso_journal_wait_left (const char *parent, guint max_ms);
/* The painting as it was after the last whole record. A torn or damaged tail is left out. */
GessoSnapshot *gesso_journal_replay    (const char *path, GError **error);
/* With the folders that its owner keeps in it, and the files in those. */
void           gesso_journal_delete    (const char *path);

G_END_DECLS
