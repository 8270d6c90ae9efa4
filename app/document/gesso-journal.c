/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder and its lock, and every change of the painting handed to the writer. */
#include "config.h"

#include "gesso-journal.h"

#include "gesso-journal-private.h"
#include "gesso-journal-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

struct _GessoJournal
{
  GObject             parent_instance;

  char               *path;
  int                 folder;   /* descriptors */
  int                 lock;
  GessoPainting      *painting; /* NULL after close */
  gulong              handler;
  GMainContext       *context;  /* where "failed" is emitted */
  GessoJournalWriter *writer;   /* NULL before start and after close */
};

enum
{
  FAILED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (GessoJournal, gesso_journal, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

/* ---- Failures ------------------------------------------------------------------------------- */

typedef struct
{
  GessoJournal *journal;
  char         *message;
} Failure;

static gboolean
emit_failed (gpointer data)
{
  Failure *failure = data;

  g_signal_emit (failure->journal, signals[FAILED], 0, failure->message);
  return G_SOURCE_REMOVE;
}

static void
failure_free (gpointer data)
{
  Failure *failure = data;

  g_object_unref (failure->journal);
  g_free (failure->message);
  g_free (failure);
}

/* On the writer's thread. Never straight away, so that the object outlives its thread. */
static void
on_failed (const char *message, gpointer data)
{
  GessoJournal *self = data;
  Failure *failure = g_new0 (Failure, 1);
  g_autoptr (GSource) source = g_idle_source_new ();

  failure->journal = g_object_ref (self);
  failure->message = g_strdup (message);
  g_source_set_callback (source, emit_failed, failure, failure_free);
  g_source_attach (source, self->context);
}

/* ---- Opening -------------------------------------------------------------------------------- */

static void
hand_over (GessoJournal *self)
{
  gesso_journal_writer_push (self->writer, gesso_painting_snapshot (self->painting));
}

/* Not in mid stroke, whose tiles are written to yet: its end is a change too. */
static void
on_changed (GessoPainting *painting, GessoJournal *self)
{
  if (!gesso_painting_is_changing (painting))
    hand_over (self);
}

static gboolean
fail_folder (const char *path, GError **error)
{
  int number = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number),
               /* Translators: a folder, and what the system says */
               _("Changes cannot be kept safe in “%s” (%s): save the picture often."), path,
               g_strerror (number));
  return FALSE;
}

/* Ours for as long as we live. */
static gboolean
lock_folder (GessoJournal *self)
{
  g_autofree char *lock_path = g_build_filename (self->path, GESSO_JOURNAL_LOCK, NULL);

  self->folder = g_open (self->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  self->lock = g_open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  return self->folder >= 0 && self->lock >= 0 && flock (self->lock, LOCK_EX | LOCK_NB) == 0;
}

static void
start (GessoJournal *self, GessoPainting *painting)
{
  self->context = g_main_context_ref_thread_default ();
  self->painting = g_object_ref (painting);
  self->handler = g_signal_connect (painting, "changed", G_CALLBACK (on_changed), self);
  self->writer = gesso_journal_writer_new (self->folder, on_failed, self);
  hand_over (self);
}

GessoJournal *
gesso_journal_open (const char *parent, GessoPainting *painting, GError **error)
{
  g_autofree char *default_parent = parent ? NULL : gesso_journal_dup_parent ();
  g_autoptr (GessoJournal) self = g_object_new (GESSO_TYPE_JOURNAL, NULL);

  if (parent == NULL)
    parent = default_parent;
  self->path = g_build_filename (parent, "XXXXXX", NULL);
  if (g_mkdir_with_parents (parent, 0700) != 0 || g_mkdtemp (self->path) == NULL ||
      !lock_folder (self))
    {
      fail_folder (parent, error);
      return NULL;
    }
  start (self, painting);

  return g_steal_pointer (&self);
}

GessoJournal *
gesso_journal_take (const char *path, GError **error)
{
  g_autoptr (GessoJournal) self = g_object_new (GESSO_TYPE_JOURNAL, NULL);

  self->path = g_strdup (path);
  if (!lock_folder (self))
    {
      fail_folder (path, error);
      return NULL;
    }

  return g_steal_pointer (&self);
}

void
gesso_journal_go_on (GessoJournal *self, GessoPainting *painting, GessoSnapshot *snapshot)
{
  if (snapshot)
    {
      gesso_painting_restore (painting, snapshot);
      start (self, painting);
    }
  else
    renameat (self->folder, GESSO_JOURNAL_FILE, self->folder, GESSO_JOURNAL_BAD);
}

GessoJournal *
gesso_journal_resume (const char *path, GessoPainting *painting, GError **error)
{
  g_autoptr (GessoJournal) self = gesso_journal_take (path, error);
  g_autoptr (GessoSnapshot) snapshot = self ? gesso_journal_replay (path, error) : NULL;

  if (self)
    gesso_journal_go_on (self, painting, snapshot);

  return snapshot ? g_steal_pointer (&self) : NULL;
}

/* ---- While it is open ----------------------------------------------------------------------- */

const char *
gesso_journal_get_path (GessoJournal *self)
{
  return self->path;
}

void
gesso_journal_set_note (GessoJournal *self, const char *note)
{
  g_autofree char *path = g_build_filename (self->path, GESSO_JOURNAL_NOTE, NULL);
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents (path, note, -1, &error))
    g_debug ("%s", error->message);
}

void
gesso_journal_set_slack (GessoJournal *self, guint64 n_bytes)
{
  gesso_journal_writer_set_slack (self->writer, n_bytes);
}

gboolean
gesso_journal_flush (GessoJournal *self, GError **error)
{
  return gesso_journal_writer_flush (self->writer, error);
}

/* ---- Closing -------------------------------------------------------------------------------- */

/* The thread writes what it still has. */
static void
stop (GessoJournal *self)
{
  if (self->painting)
    g_clear_signal_handler (&self->handler, self->painting);
  g_clear_object (&self->painting);
  g_clear_pointer (&self->writer, gesso_journal_writer_free);
}

static void
release (GessoJournal *self)
{
  if (self->lock >= 0)
    close (self->lock);
  if (self->folder >= 0)
    close (self->folder);
  self->lock = self->folder = -1;
}

void
gesso_journal_close (GessoJournal *self, gboolean forget)
{
  if (forget && self->writer)
    gesso_journal_writer_forget (self->writer);
  stop (self);
  if (forget)
    gesso_journal_delete (self->path);
  release (self);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_journal_finalize (GObject *object)
{
  GessoJournal *self = GESSO_JOURNAL (object);

  stop (self);
  release (self);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self->path);

  G_OBJECT_CLASS (gesso_journal_parent_class)->finalize (object);
}

static void
gesso_journal_class_init (GessoJournalClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_journal_finalize;

  signals[FAILED] = g_signal_new ("failed", GESSO_TYPE_JOURNAL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
gesso_journal_init (GessoJournal *self)
{
  self->folder = self->lock = -1;
}
