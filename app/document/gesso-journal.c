/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every change hands the newest snapshot to the journal's thread, which writes what is new in it. A
 * thread that is behind takes the newest and leaves out those between.
 */
#include "config.h"

#include "gesso-journal.h"

#include "gesso-journal-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define FILE_NAME "journal"
#define NEW_NAME "journal.new"
#define LOCK_NAME "lock"
#define NOTE_NAME "note"
#define BAD_NAME "journal.damaged"
#define DEFAULT_SLACK ((guint64) 64 << 20)

struct _GessoJournal
{
  GObject             parent_instance;

  char               *path;
  int                 folder;      /* descriptors */
  int                 lock;
  GessoPainting      *painting;    /* NULL after close */
  gulong              handler;
  GMainContext       *context;     /* where "failed" is emitted */

  GThread            *thread;
  GMutex              mutex;
  GCond               cond;
  GessoSnapshot      *next;        /* of the mutex: to be written                        */
  gboolean            busy;        /* of the mutex                                       */
  gboolean            leave;       /* of the mutex                                       */
  GError             *error;       /* of the mutex: the last attempt's                   */
  guint64             slack;       /* of the mutex                                       */

  GessoRecordEncoder *encoder;     /* of the thread                                      */
  GessoJournalFile    file;        /* of the thread                                      */
  guint64             n_full;      /* of the thread: the file's size when it was new     */
  gboolean            unusable;    /* of the thread: the file has to be written anew     */
};

enum
{
  FAILED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (GessoJournal, gesso_journal, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

/* ---- On the thread -------------------------------------------------------------------------- */

/* All of it into a new file, which then takes the old one's place. */
static gboolean
write_anew (GessoJournal *self, GessoSnapshot *snapshot, GError **error)
{
  GessoJournalFile file = { -1, 0, 0 };

  gesso_record_encoder_reset (self->encoder);
  if (!gesso_journal_file_create (&file, self->folder, NEW_NAME, error) ||
      !gesso_record_encode (self->encoder, snapshot, gesso_journal_file_append, &file, error) ||
      !gesso_journal_file_sync (&file, error) ||
      renameat (self->folder, NEW_NAME, self->folder, FILE_NAME) != 0)
    {
      int number = errno;

      if (error && *error == NULL)
        g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (number), g_strerror (number));
      gesso_journal_file_close (&file);
      unlinkat (self->folder, NEW_NAME, 0);
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
append (GessoJournal *self, GessoSnapshot *snapshot, GError **error)
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
write_snapshot (GessoJournal *self, GessoSnapshot *snapshot, guint64 slack, GError **error)
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

/* Never straight away, so that the object outlives its thread. */
static void
report (GessoJournal *self, const GError *error)
{
  Failure *failure = g_new0 (Failure, 1);
  g_autoptr (GSource) source = g_idle_source_new ();

  failure->journal = g_object_ref (self);
  failure->message = g_strdup (error->message);
  g_source_set_callback (source, emit_failed, failure, failure_free);
  g_source_attach (source, self->context);
}

static gpointer
run_thread (gpointer data)
{
  GessoJournal *self = data;

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
        report (self, error);
      g_clear_error (&self->error);
      self->error = error;
      self->busy = FALSE;
      g_cond_broadcast (&self->cond);
    }
  g_mutex_unlock (&self->mutex);

  return NULL;
}

/* ---- On the main loop ----------------------------------------------------------------------- */

static void
hand_over (GessoJournal *self)
{
  GessoSnapshot *snapshot = gesso_painting_snapshot (self->painting);

  g_mutex_lock (&self->mutex);
  g_clear_pointer (&self->next, gesso_snapshot_unref);
  self->next = snapshot;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

/* Not in mid stroke, whose tiles are written to yet: its end is a change too. */
static void
on_changed (GessoPainting *painting, GessoJournal *self)
{
  if (!gesso_painting_is_changing (painting))
    hand_over (self);
}

static char *
get_default_parent (void)
{
  return g_build_filename (g_get_user_state_dir (), "gesso", "journal", NULL);
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
  g_autofree char *lock_path = g_build_filename (self->path, LOCK_NAME, NULL);

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
  self->unusable = TRUE; /* the first one is written anew */
  self->thread = g_thread_new ("journal", run_thread, self);
  hand_over (self);
}

GessoJournal *
gesso_journal_open (const char *parent, GessoPainting *painting, GError **error)
{
  g_autofree char *default_parent = parent ? NULL : get_default_parent ();
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
    renameat (self->folder, FILE_NAME, self->folder, BAD_NAME);
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

guint64
gesso_journal_get_bytes (const char *path)
{
  g_autofree char *file = g_build_filename (path, FILE_NAME, NULL);
  GStatBuf status;

  return g_stat (file, &status) == 0 ? (guint64) status.st_size : 0;
}

void
gesso_journal_set_note (GessoJournal *self, const char *note)
{
  g_autofree char *path = g_build_filename (self->path, NOTE_NAME, NULL);
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents (path, note, -1, &error))
    g_debug ("%s", error->message);
}

char *
gesso_journal_read_note (const char *path)
{
  g_autofree char *note_path = g_build_filename (path, NOTE_NAME, NULL);
  char *note = NULL;

  return g_file_get_contents (note_path, &note, NULL, NULL) ? note : g_strdup ("");
}

gboolean
gesso_journal_flush (GessoJournal *self, GError **error)
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

/* The thread writes what it still has. */
static void
stop (GessoJournal *self)
{
  if (self->painting)
    g_clear_signal_handler (&self->handler, self->painting);
  g_clear_object (&self->painting);
  if (self->thread)
    {
      g_mutex_lock (&self->mutex);
      self->leave = TRUE;
      g_cond_broadcast (&self->cond);
      g_mutex_unlock (&self->mutex);
      g_thread_join (g_steal_pointer (&self->thread));
    }
  gesso_journal_file_close (&self->file);
  gesso_record_encoder_reset (self->encoder);
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
  if (forget)
    {
      g_mutex_lock (&self->mutex);
      g_clear_pointer (&self->next, gesso_snapshot_unref);
      g_mutex_unlock (&self->mutex);
    }
  stop (self);
  if (forget)
    gesso_journal_delete (self->path);
  release (self);
}

const char *
gesso_journal_get_path (GessoJournal *self)
{
  return self->path;
}

void
gesso_journal_set_slack (GessoJournal *self, guint64 n_bytes)
{
  g_mutex_lock (&self->mutex);
  self->slack = n_bytes;
  g_mutex_unlock (&self->mutex);
}

static void
gesso_journal_finalize (GObject *object)
{
  GessoJournal *self = GESSO_JOURNAL (object);

  stop (self);
  release (self);
  g_clear_pointer (&self->next, gesso_snapshot_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_error (&self->error);
  gesso_record_encoder_free (self->encoder);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
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
  self->folder = self->lock = self->file.fd = -1;
  self->slack = DEFAULT_SLACK;
  self->encoder = gesso_record_encoder_new ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
}

/* ---- What was left -------------------------------------------------------------------------- */

typedef struct
{
  char  *path;
  gint64 time;
} Left;

static int
compare_left (gconstpointer a, gconstpointer b)
{
  gint64 x = ((const Left *) a)->time, y = ((const Left *) b)->time;

  return (x < y) - (x > y);
}

/* A lock that can be had belongs to nobody. */
static gboolean
is_left (const char *path, gint64 *time)
{
  g_autofree char *lock_path = g_build_filename (path, LOCK_NAME, NULL);
  g_autofree char *file_path = g_build_filename (path, FILE_NAME, NULL);
  GStatBuf info;
  gboolean left;
  int lock;

  if (g_stat (file_path, &info) != 0)
    return FALSE;
  lock = g_open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0)
    return FALSE;
  left = flock (lock, LOCK_EX | LOCK_NB) == 0;
  close (lock);
  *time = info.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + info.st_mtim.tv_nsec;

  return left;
}

GStrv
gesso_journal_list_left (const char *parent)
{
  g_autofree char *default_parent = parent ? NULL : get_default_parent ();
  g_autoptr (GDir) dir = g_dir_open (parent ? parent : default_parent, 0, NULL);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Left));
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      Left left = { g_build_filename (parent ? parent : default_parent, name, NULL), 0 };

      if (is_left (left.path, &left.time))
        g_array_append_val (found, left);
      else
        g_free (left.path);
    }
  g_array_sort (found, compare_left);
  for (guint i = 0; i < found->len; i++)
    g_ptr_array_add (paths, g_array_index (found, Left, i).path);
  g_ptr_array_add (paths, NULL);

  return (GStrv) g_ptr_array_free (g_steal_pointer (&paths), FALSE);
}

GessoSnapshot *
gesso_journal_replay (const char *path, GError **error)
{
  g_autofree char *file_path = g_build_filename (path, FILE_NAME, NULL);

  return gesso_journal_file_replay (file_path, error);
}

/* A folder of the owner's, without folders in it. */
static void
delete_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *file_path = g_build_filename (path, name, NULL);

      g_unlink (file_path);
    }
  g_rmdir (path);
}

static void
delete_folders (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *folder = g_build_filename (path, name, NULL);

      if (g_file_test (folder, G_FILE_TEST_IS_DIR) && !g_file_test (folder, G_FILE_TEST_IS_SYMLINK))
        delete_folder (folder);
    }
}

void
gesso_journal_delete (const char *path)
{
  static const char *const names[] = { FILE_NAME, NEW_NAME, NOTE_NAME, LOCK_NAME };

  delete_folders (path);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file_path = g_build_filename (path, names[i], NULL);

      g_unlink (file_path);
    }
  g_rmdir (path);
}
