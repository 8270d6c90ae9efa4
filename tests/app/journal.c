/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoJournal: whatever happens to the process or to the end of its file, a whole painting comes
 * back, the last change at most missing. */
#include "document/gesso-journal.h"
#include "painting-edits.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOLD_MS 500

static char *parent;
static const char *program;

static GessoJournal *
open_journal (GessoPainting *painting)
{
  GError *error = NULL;
  GessoJournal *journal = gesso_journal_open (parent, painting, &error);

  g_assert_no_error (error);
  return journal;
}

static void
flush (GessoJournal *journal)
{
  GError *error = NULL;

  g_assert_true (gesso_journal_flush (journal, &error));
  g_assert_no_error (error);
}

static char *
get_file (GessoJournal *journal)
{
  return g_build_filename (gesso_journal_get_path (journal), "journal", NULL);
}

static gsize
get_size (GessoJournal *journal)
{
  g_autofree char *path = get_file (journal);
  GStatBuf info;

  g_assert_no_errno (g_stat (path, &info));
  return (gsize) info.st_size;
}

static void
assert_replay (const char *path, GessoSnapshot *expected)
{
  GError *error = NULL;
  g_autoptr (GessoSnapshot) found = gesso_journal_replay (path, &error);

  g_assert_no_error (error);
  g_assert_true (gesso_snapshot_equal (found, expected));
  g_assert_cmpuint (found->active, ==, expected->active);
  g_assert_cmpint (found->origin_x, ==, expected->origin_x);
  g_assert_cmpint (found->origin_y, ==, expected->origin_y);
}

static void
assert_now (GessoJournal *journal, GessoPainting *painting)
{
  g_autoptr (GessoSnapshot) now = gesso_painting_snapshot (painting);

  assert_replay (gesso_journal_get_path (journal), now);
}

static void
test_random (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (GPOINTER_TO_UINT (data));
  g_autoptr (GessoPainting) painting = gesso_painting_new (300, 200);
  g_autoptr (GessoJournal) journal = open_journal (painting);
  g_autofree char *folder = NULL, *file = NULL;

  for (guint i = 0; i < 150; i++)
    {
      if (i % 20 == 0)
        random_candidate (rand, painting);
      random_edit (rand, painting);
      if (g_rand_int_range (rand, 0, 6) == 0)
        gesso_painting_undo (painting);
      if (i % 3)
        continue;
      gesso_painting_set_settings (painting, g_variant_new_uint32 (i));
      flush (journal);
      assert_now (journal, painting);
    }
  folder = g_build_filename (gesso_journal_get_path (journal), "owner", NULL);
  file = g_build_filename (folder, "file", NULL);
  g_assert_no_errno (g_mkdir (folder, 0700));
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  gesso_journal_close (journal, TRUE);
  g_assert_false (g_file_test (gesso_journal_get_path (journal), G_FILE_TEST_EXISTS));
}

/* ---- Torn ends ------------------------------------------------------------------------------ */

typedef struct
{
  GessoJournal *journal;
  GArray       *sizes;     /* of gsize: the file's after each change */
  GPtrArray    *snapshots;
  char         *bytes;
  gsize         n_bytes;
  char         *torn;      /* a folder for what is left of it */
} Torn;

/* What n bytes of the file, of which those from damaged on are not to be trusted, stand for. */
static void
check_torn (Torn *torn, gsize n, gsize damaged)
{
  g_autofree char *path = g_build_filename (torn->torn, "journal", NULL);
  GessoSnapshot *expected = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoSnapshot) found = NULL;

  g_assert_true (g_file_set_contents (path, torn->bytes, (gssize) n, NULL));
  for (guint i = 0; i < torn->sizes->len; i++)
    if (g_array_index (torn->sizes, gsize, i) <= MIN (n, damaged))
      expected = g_ptr_array_index (torn->snapshots, i);

  found = gesso_journal_replay (torn->torn, &error);
  if (expected)
    g_assert_true (found && gesso_snapshot_equal (found, expected));
  else
    g_assert_true (found == NULL && error != NULL);
}

/* After every single change, so that there is no record that we do not know of. */
static void
remember (GessoPainting *painting, Torn *torn)
{
  gsize size;

  flush (torn->journal);
  size = get_size (torn->journal);
  if (torn->sizes->len && g_array_index (torn->sizes, gsize, torn->sizes->len - 1) == size)
    return;
  g_array_append_val (torn->sizes, size);
  g_ptr_array_add (torn->snapshots, gesso_painting_snapshot (painting));
}

static void
test_torn (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autoptr (GessoPainting) painting = gesso_painting_new (300, 200);
  g_autoptr (GessoJournal) journal = open_journal (painting);
  Torn torn = { journal, NULL, NULL, NULL, 0, NULL };
  g_autofree char *file = get_file (journal);
  g_autofree char *left = NULL;

  torn.sizes = g_array_new (FALSE, FALSE, sizeof (gsize));
  torn.snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) gesso_snapshot_unref);
  torn.torn = g_dir_make_tmp ("gesso-torn-XXXXXX", NULL);
  remember (painting, &torn);
  g_signal_connect (painting, "changed", G_CALLBACK (remember), &torn);
  for (guint i = 0; i < 25; i++)
    random_edit (rand, painting);
  g_signal_handlers_disconnect_by_func (painting, remember, &torn);
  g_assert_cmpuint (torn.sizes->len, >, 15);
  g_assert_true (g_file_get_contents (file, &torn.bytes, &torn.n_bytes, NULL));

  /* At every boundary, a byte beside it, and somewhere between. */
  for (guint i = 0; i < torn.sizes->len; i++)
    {
      gsize size = g_array_index (torn.sizes, gsize, i);
      gsize before = i ? g_array_index (torn.sizes, gsize, i - 1) : 0;

      check_torn (&torn, size, size);
      check_torn (&torn, size - 1, size);
      check_torn (&torn, MIN (size + 1, torn.n_bytes), torn.n_bytes);
      for (guint k = 0; k < 6; k++)
        {
          gsize n = before + (gsize) g_rand_int_range (rand, 1, (gint32) (size - before));

          check_torn (&torn, n, n);
          /* A wrong byte there instead, with all that follows. */
          torn.bytes[n] ^= 0x10;
          check_torn (&torn, torn.n_bytes, n);
          torn.bytes[n] ^= 0x10;
        }
    }

  left = g_build_filename (torn.torn, "journal", NULL);
  g_unlink (left);
  g_rmdir (torn.torn);
  g_free (torn.torn);
  g_free (torn.bytes);
  g_array_unref (torn.sizes);
  g_ptr_array_unref (torn.snapshots);
  gesso_journal_close (journal, TRUE);
}

/* ---- What it costs -------------------------------------------------------------------------- */

static const guint8 red[4] = { 255, 0, 0, 255 };

/* Of 8192 x 8192 pixels what changed is written, and shared tiles once. */
static void
test_bytes (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);
  g_autoptr (GessoPainting) painting = gesso_painting_new (8192, 8192);
  g_autoptr (GessoJournal) journal = open_journal (painting);
  GessoLayer *layer = gesso_painting_new_layer (painting, GESSO_LAYER_RASTER);
  gsize before;

  gesso_painting_fill_layer (painting, layer, red, NULL);
  flush (journal);
  assert_now (journal, painting);
  g_assert_cmpuint (get_size (journal), <, 200000);

  before = get_size (journal);
  gesso_painting_begin (painting, "Stroke");
  for (int i = 3; i < 6; i++)
    {
      guint8 *pixels = gesso_tiles_edit (gesso_painting_edit (painting, layer, NULL), i, 70);

      for (guint k = 0; k < 64 * 64 * 4; k++)
        pixels[k] = (guint8) g_rand_int (rand);
    }
  gesso_painting_end (painting);
  flush (journal);
  g_assert_cmpuint (get_size (journal) - before, >, 3 * 64 * 64 * 4);
  g_assert_cmpuint (get_size (journal) - before, <, 3 * 64 * 64 * 4 + 2000);

  before = get_size (journal);
  gesso_painting_duplicate_layer (painting, layer);
  flush (journal);
  g_assert_cmpuint (get_size (journal) - before, <, 1000);
  assert_now (journal, painting);
  gesso_journal_close (journal, TRUE);
}

/* Painted over and over, the file does not grow for ever. */
static void
test_anew (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  g_autoptr (GessoPainting) painting = gesso_painting_new (300, 200);
  GessoLayer *layer = gesso_painting_new_layer (painting, GESSO_LAYER_RASTER);
  g_autoptr (GessoJournal) journal = open_journal (painting);

  gesso_journal_set_slack (journal, 100000);
  for (guint n = 0; n < 60; n++)
    {
      guint8 *pixels;

      gesso_painting_begin (painting, "Stroke");
      pixels = gesso_tiles_edit (gesso_painting_edit (painting, layer, NULL), 1, 1);
      for (guint k = 0; k < 64 * 64 * 4; k++)
        pixels[k] = (guint8) g_rand_int (rand);
      gesso_painting_end (painting);
      flush (journal);
      g_assert_cmpuint (get_size (journal), <, 100000 + 3 * 18000);
      assert_now (journal, painting);
    }
  gesso_journal_close (journal, TRUE);
}

/* ---- Trouble -------------------------------------------------------------------------------- */

static void
on_failed (GessoJournal *journal, const char *message, gpointer data)
{
  g_assert_cmpuint (strlen (message), >, 10);
  (*(guint *) data)++;
}

static void
paint_noise (GRand *rand, GessoPainting *painting, GessoLayer *layer)
{
  gesso_painting_begin (painting, "Stroke");
  for (int i = 0; i < 4; i++)
    {
      guint8 *pixels = gesso_tiles_edit (gesso_painting_edit (painting, layer, NULL), i, 0);

      for (guint k = 0; k < 64 * 64 * 4; k++)
        pixels[k] = (guint8) g_rand_int (rand);
    }
  gesso_painting_end (painting);
}

/* A full disk, as far as a limit on the file's size plays one, that has room again later. */
static void
test_full (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  g_autoptr (GessoPainting) painting = gesso_painting_new (300, 200);
  GessoLayer *layer = gesso_painting_new_layer (painting, GESSO_LAYER_RASTER);
  g_autoptr (GessoJournal) journal = open_journal (painting);
  g_autoptr (GessoSnapshot) kept = NULL;
  struct rlimit old, small;
  GError *error = NULL;
  guint n_failed = 0;

  g_signal_connect (journal, "failed", G_CALLBACK (on_failed), &n_failed);
  paint_noise (rand, painting, layer);
  flush (journal);
  kept = gesso_painting_snapshot (painting);

  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &old));
  small = old;
  small.rlim_cur = get_size (journal) + 10000;
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &small));
  for (guint n = 0; n < 3; n++)
    {
      paint_noise (rand, painting, layer);
      g_assert_false (gesso_journal_flush (journal, &error));
      g_assert_nonnull (error);
      g_clear_error (&error);
      small.rlim_cur = 10000; /* not even a new file */
      g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &small));
    }
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &old));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n_failed, ==, 1);
  assert_replay (gesso_journal_get_path (journal), kept);

  paint_noise (rand, painting, layer);
  flush (journal);
  assert_now (journal, painting);
  gesso_journal_close (journal, TRUE);
}

static void
test_nowhere (void)
{
  g_autoptr (GessoPainting) painting = gesso_painting_new (30, 20);
  g_autofree char *file = g_build_filename (parent, "file", NULL);
  GError *error = NULL;

  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  g_assert_null (gesso_journal_open (file, painting, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (gesso_journal_replay (file, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_unlink (file);
}

static void
test_left (void)
{
  g_autoptr (GessoPainting) painting = gesso_painting_new (30, 20);
  g_autoptr (GessoJournal) one = open_journal (painting);
  g_autoptr (GessoJournal) two = open_journal (painting);
  g_auto (GStrv) none = NULL;
  g_auto (GStrv) some = NULL;

  flush (one);
  flush (two);
  none = gesso_journal_list_left (parent);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  gesso_painting_set_settings (painting, g_variant_new_string ("later"));
  gesso_journal_close (one, FALSE);
  gesso_journal_close (two, TRUE);
  some = gesso_journal_list_left (parent);
  g_assert_cmpuint (g_strv_length (some), ==, 1);
  g_assert_cmpstr (some[0], ==, gesso_journal_get_path (one));
  assert_now (one, painting);
  gesso_journal_delete (some[0]);
}

/* A left one goes on in its folder, with its note; one that is held or says nothing does not. */
static void
test_resume (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (GessoPainting) painting = gesso_painting_new (300, 200);
  g_autoptr (GessoPainting) again = gesso_painting_new (10, 10);
  g_autoptr (GessoJournal) journal = open_journal (painting);
  g_autofree char *path = g_strdup (gesso_journal_get_path (journal));
  g_autofree char *file = get_file (journal);
  g_autoptr (GessoJournal) resumed = NULL;
  g_autoptr (GessoSnapshot) expected = NULL;
  g_autofree char *note = NULL;
  g_auto (GStrv) left = NULL;
  GError *error = NULL;

  for (guint i = 0; i < 20; i++)
    random_edit (rand, painting);
  gesso_journal_set_note (journal, "hello");
  expected = gesso_painting_snapshot (painting);
  g_assert_null (gesso_journal_resume (path, again, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  gesso_journal_close (journal, FALSE);

  resumed = gesso_journal_resume (path, again, &error);
  g_assert_no_error (error);
  note = gesso_journal_read_note (path);
  g_assert_cmpstr (note, ==, "hello");
  flush (resumed);
  assert_replay (path, expected);
  random_edit (rand, again);
  flush (resumed);
  assert_now (resumed, again);
  gesso_journal_close (resumed, FALSE);
  g_clear_object (&resumed);

  g_assert_true (g_file_set_contents (file, "GESSOJ1l and no more", -1, NULL));
  g_assert_null (gesso_journal_resume (path, again, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  left = gesso_journal_list_left (parent);
  g_assert_cmpuint (g_strv_length (left), ==, 0);
  g_free (file);
  file = g_build_filename (path, "journal.damaged", NULL);
  g_assert_no_errno (g_unlink (file));
  gesso_journal_delete (path);
}

/* ---- kill -9 -------------------------------------------------------------------------------- */

/* Paints, says how often, and is killed in the middle of the next stroke. */
static int
run_child (const char *folder)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  GessoPainting *painting = gesso_painting_new (300, 200);
  GessoLayer *layer = gesso_painting_new_layer (painting, GESSO_LAYER_RASTER);
  GessoJournal *journal = gesso_journal_open (folder, painting, NULL);

  for (guint n = 0; n < 20; n++)
    paint_noise (rand, painting, layer);
  gesso_journal_flush (journal, NULL);
  gesso_painting_begin (painting, "Stroke");
  memset (gesso_tiles_edit (gesso_painting_edit (painting, layer, NULL), 0, 0), 7, 100);
  raise (SIGKILL);
  return 1;
}

static void
test_kill (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  g_autoptr (GessoPainting) painting = gesso_painting_new (300, 200);
  GessoLayer *layer = gesso_painting_new_layer (painting, GESSO_LAYER_RASTER);
  const char *arguments[] = { program, "--child", parent, NULL };
  g_autoptr (GessoSnapshot) expected = NULL;
  g_auto (GStrv) left = NULL;
  int status;

  g_assert_true (g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL,
                               NULL, &status, NULL));
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  left = gesso_journal_list_left (parent);
  g_assert_cmpuint (g_strv_length (left), ==, 1);
  for (guint n = 0; n < 20; n++)
    paint_noise (rand, painting, layer);
  expected = gesso_painting_snapshot (painting);
  assert_replay (left[0], expected);
  gesso_journal_delete (left[0]);
}

/* Holds a journal for a while after it has said so. */
static int
run_holder (const char *folder)
{
  GessoPainting *painting = gesso_painting_new (30, 20);
  GessoJournal *journal = gesso_journal_open (folder, painting, NULL);

  gesso_journal_flush (journal, NULL);
  g_assert_cmpint (write (STDOUT_FILENO, "x", 1), ==, 1);
  g_usleep (HOLD_MS * 1000);
  raise (SIGKILL);
  return 1;
}

/* One that still holds its journal, and leaves it soon: what is held is waited for, and not for ever. */
static void
test_wait (void)
{
  const char *arguments[] = { program, "--holder", parent, NULL };
  g_auto (GStrv) early = NULL;
  g_auto (GStrv) left = NULL;
  int status, from_child;
  GPid pid;
  char said;

  g_assert_true (gesso_journal_wait_left (parent, 0));
  g_assert_true (g_spawn_async_with_pipes (NULL, (char **) arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
                                           NULL, NULL, &pid, NULL, &from_child, NULL, NULL));
  g_assert_cmpint (read (from_child, &said, 1), ==, 1);
  early = gesso_journal_list_left (parent);
  g_assert_cmpuint (g_strv_length (early), ==, 0);
  g_assert_false (gesso_journal_wait_left (parent, 0));
  g_assert_true (gesso_journal_wait_left (parent, 100 * HOLD_MS));
  left = gesso_journal_list_left (parent);
  g_assert_cmpuint (g_strv_length (left), ==, 1);

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  close (from_child);
  gesso_journal_delete (left[0]);
}

int
main (int argc, char **argv)
{
  int status;

  if (argc == 3 && g_str_equal (argv[1], "--child"))
    return run_child (argv[2]);
  if (argc == 3 && g_str_equal (argv[1], "--holder"))
    return run_holder (argv[2]);

  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  parent = g_dir_make_tmp ("gesso-journal-XXXXXX", NULL);

  g_test_add_data_func ("/app/journal/random-1", GUINT_TO_POINTER (1), test_random);
  g_test_add_data_func ("/app/journal/random-2", GUINT_TO_POINTER (2), test_random);
  g_test_add_func ("/app/journal/torn", test_torn);
  g_test_add_func ("/app/journal/bytes", test_bytes);
  g_test_add_func ("/app/journal/anew", test_anew);
  g_test_add_func ("/app/journal/full", test_full);
  g_test_add_func ("/app/journal/nowhere", test_nowhere);
  g_test_add_func ("/app/journal/left", test_left);
  g_test_add_func ("/app/journal/resume", test_resume);
  g_test_add_func ("/app/journal/kill", test_kill);
  g_test_add_func ("/app/journal/wait", test_wait);

  status = g_test_run ();
  g_rmdir (parent);
  g_free (parent);
  return status;
}
