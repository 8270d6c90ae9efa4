/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Appending to the file, writing it anew when it has grown long, and what to do when that fails. */
#include "config.h"

#include "gesso-journal-writer.h"

#include "gesso-journal-file.h"
#include "gesso-journal-private.h"

#include <errno.h>
#include <unistd.h>

#define DEFAULT_SLACK ((guint64) 64 << 20)

struct _GessoJournalWriter
{
  int                 folder;
  GessoJournalFailed  failed;
  gpointer            data;

  GThread            *thread;
  GMutex              mutex;
  GCond               cond;
  GessoSnapshot      *next;     /* of the mutex: to be written                        */
  gboolean            busy;     /* of the mutex                                       */
  gboolean            leave;    /* of the mutex                                       */
  GError             *error;    /* of the mutex: the last attempt's                   */
  guint64             slack;    /* of the mutex                                       */

  GessoRecordEncoder *encoder;  /* of the thread                                      */
  GessoJournalFile    file;     /* of the thread                                      */
  guint64             n_full;   /* of the thread: the file's size when it was new     */
  gboolean            unusable; /* of the thread: the file has to be written anew     */
};

/* ---- On the thread -------------------------------------------------------------------------- */

/* All of it into a new file, which then takes the old one's place. */
static gboolean
write_anew (GessoJournalWriter *self, GessoSnapshot *snapshot, GError **error)
{
  GessoJournalFile file = { -1, 0, 0 };

  gesso_record_encoder_reset (self->encoder);
  if (!gesso_journal_file_create (&file, self->folder, GESSO_JOURNAL_NEW, error) ||
      !gesso_record_encode (self->encoder, snapshot, gesso_journal_file_append, &file, error) ||
      !gesso_journal_file_sync (&file, error) ||
      renameat (self->folder, GESSO_JOURNAL_NEW, self->folder, GESSO_JOURNAL_FILE) != 0)
    {
      int number = errno;

      if (error && *error == NULL)
        g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (number), g_strerror (number));
      gesso_journal_file_close (&file);
      unlinkat (self->folder, GESSO_JOURNAL_NEW, 0);
      /* What the encoder takes for written is not in the old file. */
      gesso_record_encoder_reset (self->encoder);
      self->unusable = TRUE;
      return FALSE;
    }

  fsync (self->folder);
  gesso_journal_file_close (&self->file);
  self->file = file;
  self->n_full = file.n_bytes;
  self->unusable = FALSE;

  return TRUE;
}

static gboolean
append (GessoJournalWriter *self, GessoSnapshot *snapshot, GError **error)
{
  if (gesso_record_encode (self->encoder, snapshot, gesso_journal_file_append, &self->file, error) &&
      gesso_journal_file_sync (&self->file, error))
    return TRUE;

  /* After a failed sync nobody knows what is on disk: the next attempt writes anew. */
  self->unusable = TRUE;
  gesso_journal_file_take_back (&self->file, NULL);
  return FALSE;
}

static gboolean
write_snapshot (GessoJournalWriter *self, GessoSnapshot *snapshot, guint64 slack, GError **error)
{
  if (self->unusable)
    return write_anew (self, snapshot, error);
  if (!append (self, snapshot, error))
    return FALSE;

  /* That the file stays long is no failure: everything is in it. */
  if (self->file.n_bytes > 2 * self->n_full + slack)
    {
      g_autoptr (GError) why = NULL;

      if (!write_anew (self, snapshot, &why))
        g_debug ("%s", why->message);
    }
  return TRUE;
}

static gpointer
run_thread (gpointer data)
{
  GessoJournalWriter *self = data;

  g_mutex_lock (&self->mutex);
  while (TRUE)
    {
      g_autoptr (GessoSnapshot) snapshot = NULL;
      GError *error = NULL;
      guint64 slack = self->slack;

      while (self->next == NULL && !self->leave)
        g_cond_wait (&self->cond, &self->mutex);
      if (self->next == NULL)
        break;

      snapshot = g_steal_pointer (&self->next);
      self->busy = TRUE;
      g_mutex_unlock (&self->mutex);
      write_snapshot (self, snapshot, slack, &error);
      g_mutex_lock (&self->mutex);

      if (error && self->error == NULL && !self->leave)
        self->failed (error->message, self->data);
      g_clear_error (&self->error);
      self->error = error;
      self->busy = FALSE;
      g_cond_broadcast (&self->cond);
    }
  g_mutex_unlock (&self->mutex);

  return NULL;
}

/* ---- From outside --------------------------------------------------------------------------- */

GessoJournalWriter *
gesso_journal_writer_new (int folder, GessoJournalFailed failed, gpointer data)
{
  GessoJournalWriter *self = g_new0 (GessoJournalWriter, 1);

  self->folder = folder;
  self->failed = failed;
  self->data = data;
  self->file.fd = -1;
  self->unusable = TRUE; /* the first one is written anew */
  self->slack = DEFAULT_SLACK;
  self->encoder = gesso_record_encoder_new ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("journal", run_thread, self);

  return self;
}

void
gesso_journal_writer_push (GessoJournalWriter *self, GessoSnapshot *snapshot)
{
  g_mutex_lock (&self->mutex);
  g_clear_pointer (&self->next, gesso_snapshot_unref);
  self->next = snapshot;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

gboolean
gesso_journal_writer_flush (GessoJournalWriter *self, GError **error)
{
  gboolean done;

  g_mutex_lock (&self->mutex);
  while (self->next || self->busy)
    g_cond_wait (&self->cond, &self->mutex);
  done = self->error == NULL;
  if (!done && error)
    *error = g_error_copy (self->error);
  g_mutex_unlock (&self->mutex);

  return done;
}

void
gesso_journal_writer_forget (GessoJournalWriter *self)
{
  g_mutex_lock (&self->mutex);
  g_clear_pointer (&self->next, gesso_snapshot_unref);
  g_mutex_unlock (&self->mutex);
}

void
gesso_journal_writer_set_slack (GessoJournalWriter *self, guint64 n_bytes)
{
  g_mutex_lock (&self->mutex);
  self->slack = n_bytes;
  g_mutex_unlock (&self->mutex);
}

void
gesso_journal_writer_free (GessoJournalWriter *self)
{
  g_mutex_lock (&self->mutex);
  self->leave = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);

  gesso_journal_file_close (&self->file);
  gesso_record_encoder_free (self->encoder);
  g_clear_error (&self->error);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}
