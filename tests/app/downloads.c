/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoDownloads: turns, what was left over a restart, and that nothing is asked before somebody wants it. */
#include "web-server.h"

#include "library/gesso-downloads.h"

#include <glib/gstdio.h>
#include <string.h>

#define N_BYTES (64 * 1024)

static WebServer *server;
static char *folder;
static char zeros[N_BYTES];
static int released; /* atomic: the slow ones may end */

static void
answer (const WebRequest *request)
{
  const gsize start = request->has_range ? request->start : 0;

  if (request->has_range)
    web_head (request, "206 Partial Content\r\nETag: \"one\"\r\nContent-Length: %u\r\n"
                       "Content-Range: bytes %u-%u/%u\r\n",
              (guint) (N_BYTES - start), (guint) start, N_BYTES - 1, N_BYTES);
  else
    web_head (request, "200 OK\r\nETag: \"one\"\r\nContent-Length: %u\r\n", N_BYTES);
  for (gsize i = start; i < N_BYTES; i++)
    {
      while (i == N_BYTES / 2 && !g_atomic_int_get (&released))
        g_usleep (1000);
      if (!web_bytes (request, zeros + i, 1))
        break;
    }
}

static GessoDownload *
add (GessoDownloads *downloads, const char *name)
{
  g_autofree char *address = g_strconcat (web_server_get_address (server), "/", name, NULL);
  const GessoPartInfo info = { .address = address, .title = (char *) "A Model" };

  return gesso_downloads_add (downloads, NULL, name, &info);
}

static void
wait_for_bytes (GessoDownload *download, guint64 n)
{
  while (gesso_download_get_bytes (download) < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
wait (GessoDownloads *downloads)
{
  while (gesso_downloads_is_busy (downloads))
    g_main_context_iteration (NULL, TRUE);
}

static GessoDownloadState
state_at (GessoDownloads *downloads, guint i)
{
  g_autoptr (GessoDownload) download = g_list_model_get_item (G_LIST_MODEL (downloads), i);

  return gesso_download_get_state (download);
}

static void
on_done (GessoDownloads *downloads, GessoDownload *download, guint *n_done)
{
  (*n_done)++;
}

/* As those do that keep the machine awake meanwhile. */
static void
on_changed (GessoDownloads *downloads, gboolean *busy)
{
  *busy = gesso_downloads_is_busy (downloads);
}

static void
clear_folder (const char *const *names)
{
  for (guint i = 0; names[i]; i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
}

static void
test_turns (void)
{
  static const char *const names[] = { "a.json", "b.json", "c.json", NULL };
  g_autoptr (GessoDownloads) downloads = gesso_downloads_new (folder);
  GessoDownload *first;
  guint n_done = 0;
  gboolean busy = FALSE;

  g_signal_connect (downloads, "done", G_CALLBACK (on_done), &n_done);
  g_signal_connect (downloads, "changed", G_CALLBACK (on_changed), &busy);
  first = add (downloads, names[0]);
  add (downloads, names[1]);
  add (downloads, names[2]);
  g_assert_true (add (downloads, names[0]) == first); /* not twice */
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (downloads)), ==, 3);
  wait_for_bytes (first, 1);
  g_assert_cmpint (state_at (downloads, 1), ==, GESSO_DOWNLOAD_RUNNING);
  g_assert_cmpint (state_at (downloads, 2), ==, GESSO_DOWNLOAD_QUEUED);
  g_assert_true (busy);

  /* The next takes the place of one that is stopped. */
  gesso_download_stop (first);
  while (state_at (downloads, 2) == GESSO_DOWNLOAD_QUEUED)
    g_main_context_iteration (NULL, TRUE);
  gesso_downloads_resume (downloads, first);
  g_assert_cmpint (gesso_download_get_state (first), ==, GESSO_DOWNLOAD_QUEUED);

  g_atomic_int_set (&released, TRUE);
  wait (downloads);
  g_assert_cmpuint (n_done, ==, 3);
  g_assert_false (busy);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (state_at (downloads, i), ==, GESSO_DOWNLOAD_DONE);
  clear_folder (names);
  g_atomic_int_set (&released, FALSE);
}

/* The program ends in the middle, and starts again. */
static void
test_restart (void)
{
  static const char *const names[] = { "a.json", NULL };
  GessoDownloads *before = gesso_downloads_new (folder);
  g_autoptr (GessoDownloads) after = NULL;
  g_autoptr (GessoDownload) left = NULL;
  g_autofree char *headers = NULL;
  guint64 n_bytes;
  guint n;

  wait_for_bytes (add (before, names[0]), 1000);
  gesso_downloads_stop (before);
  wait (before);
  g_object_unref (before);

  n = web_server_get_n_requests (server);
  after = gesso_downloads_new (folder);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (after)), ==, 1);
  left = g_list_model_get_item (G_LIST_MODEL (after), 0);
  n_bytes = gesso_download_get_bytes (left);
  g_assert_cmpuint (n_bytes, >=, 1000);
  g_assert_cmpstr (gesso_download_get_title (left), ==, "A Model");
  g_assert_false (gesso_downloads_is_busy (after));
  for (guint i = 0; i < 20; i++)
    {
      g_usleep (5000);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpuint (web_server_get_n_requests (server), ==, n);

  g_atomic_int_set (&released, TRUE);
  gesso_downloads_resume (after, left);
  wait (after);
  g_assert_cmpint (gesso_download_get_state (left), ==, GESSO_DOWNLOAD_DONE);
  headers = web_server_dup_headers (server);
  g_assert_nonnull (strstr (headers, "Range: bytes="));
  g_assert_null (strstr (headers, "Range: bytes=0-"));
  clear_folder (names);
  g_atomic_int_set (&released, FALSE);
}

/* What the request says of the artist and the machine: nothing. */
static void
test_discreet (void)
{
  static const char *const names[] = { "a.json", NULL };
  static const char *const allowed[] = { "GET ", "Host: ", "Accept-Encoding: identity",
                                         "User-Agent: Gesso", "Connection: " };
  g_autoptr (GessoDownloads) downloads = gesso_downloads_new (folder);
  g_auto (GStrv) lines = NULL;
  g_autofree char *headers = NULL;

  g_atomic_int_set (&released, TRUE);
  add (downloads, names[0]);
  wait (downloads);
  headers = web_server_dup_headers (server);
  lines = g_strsplit (g_strchomp (headers), "\r\n", -1);
  for (guint i = 0; lines[i]; i++)
    {
      gboolean is_allowed = FALSE;

      for (guint j = 0; j < G_N_ELEMENTS (allowed); j++)
        is_allowed = is_allowed || g_str_has_prefix (lines[i], allowed[j]);
      if (!is_allowed)
        g_error ("It also says “%s”", lines[i]);
    }
  clear_folder (names);
}

static void
test_remove (void)
{
  g_autoptr (GessoDownloads) downloads = gesso_downloads_new (folder);
  GessoDownload *download;

  g_atomic_int_set (&released, FALSE);
  download = g_object_ref (add (downloads, "a.json"));
  wait_for_bytes (download, 1000);
  gesso_downloads_remove (downloads, download);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (downloads)), ==, 0);
  while (gesso_download_is_active (download))
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (download);
  g_atomic_int_set (&released, TRUE);
  g_assert_cmpint (g_rmdir (folder), ==, 0); /* nothing is left in it */
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("gesso-downloads-XXXXXX", NULL);
  server = web_server_new (answer);

  g_test_add_func ("/app/downloads/turns", test_turns);
  g_test_add_func ("/app/downloads/restart", test_restart);
  g_test_add_func ("/app/downloads/discreet", test_discreet);
  g_test_add_func ("/app/downloads/remove", test_remove);
  status = g_test_run ();
  web_server_free (server);
  return status;
}
