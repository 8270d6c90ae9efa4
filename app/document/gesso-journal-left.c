/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Journals that may belong to nobody: finding, reading and deleting their folders. */
#include "config.h"

#include "gesso-journal-private.h"

#include "gesso-journal-file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

#define LOOK_AGAIN_US 20000

char *
gesso_journal_dup_parent (void)
{
  return g_build_filename (g_get_user_state_dir (), "gesso", "journal", NULL);
}

/* ---- Finding -------------------------------------------------------------------------------- */

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

typedef enum
{
  NOTHING,
  HELD,
  LEFT
} State;

/* A lock that can be had belongs to nobody. */
static State
look_at (const char *path, gint64 *time)
{
  g_autofree char *lock_path = g_build_filename (path, GESSO_JOURNAL_LOCK, NULL);
  g_autofree char *file_path = g_build_filename (path, GESSO_JOURNAL_FILE, NULL);
  GStatBuf info;
  State state;
  int lock;

  if (g_stat (file_path, &info) != 0)
    return NOTHING;
  lock = g_open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0)
    return NOTHING;
  state = flock (lock, LOCK_EX | LOCK_NB) == 0 ? LEFT : HELD;
  close (lock);
  *time = info.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + info.st_mtim.tv_nsec;

  return state;
}

static gboolean
is_any_held (const char *parent)
{
  g_autoptr (GDir) dir = g_dir_open (parent, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (parent, name, NULL);
      gint64 time;

      if (look_at (path, &time) == HELD)
        return TRUE;
    }

  return FALSE;
}

gboolean
gesso_journal_wait_left (const char *parent, guint max_ms)
{
  g_autofree char *default_parent = parent ? NULL : gesso_journal_dup_parent ();
  gint64 end = g_get_monotonic_time () + max_ms * G_GINT64_CONSTANT (1000);

  while (is_any_held (parent ? parent : default_parent))
    {
      if (g_get_monotonic_time () >= end)
        return FALSE;
      g_usleep (LOOK_AGAIN_US);
    }

  return TRUE;
}

GStrv
gesso_journal_list_left (const char *parent)
{
  g_autofree char *default_parent = parent ? NULL : gesso_journal_dup_parent ();
  g_autoptr (GDir) dir = g_dir_open (parent ? parent : default_parent, 0, NULL);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Left));
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      Left left = { g_build_filename (parent ? parent : default_parent, name, NULL), 0 };

      if (look_at (left.path, &left.time) == LEFT)
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

/* ---- Reading -------------------------------------------------------------------------------- */

guint64
gesso_journal_get_bytes (const char *path)
{
  g_autofree char *file = g_build_filename (path, GESSO_JOURNAL_FILE, NULL);
  GStatBuf status;

  return g_stat (file, &status) == 0 ? (guint64) status.st_size : 0;
}

char *
gesso_journal_read_note (const char *path)
{
  g_autofree char *note_path = g_build_filename (path, GESSO_JOURNAL_NOTE, NULL);
  char *note = NULL;

  return g_file_get_contents (note_path, &note, NULL, NULL) ? note : g_strdup ("");
}

GessoSnapshot *
gesso_journal_replay (const char *path, GError **error)
{
  g_autofree char *file_path = g_build_filename (path, GESSO_JOURNAL_FILE, NULL);

  return gesso_journal_file_replay (file_path, error);
}

/* ---- Deleting ------------------------------------------------------------------------------- */

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
  static const char *const names[] = { GESSO_JOURNAL_FILE, GESSO_JOURNAL_NEW, GESSO_JOURNAL_NOTE, GESSO_JOURNAL_LOCK };

  delete_folders (path);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file_path = g_build_filename (path, names[i], NULL);

      g_unlink (file_path);
    }
  g_rmdir (path);
}
