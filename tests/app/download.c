/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoDownload against a server that drops connections, lies about sizes, sends wrong bytes, ignores what
 * it is asked, leads elsewhere and names files badly; and against a disk that is full. */
#include "web-server.h"

#include "library/gesso-download.h"

#include <glib/gstdio.h>
#include <string.h>

#define N_BYTES (600 * 1024)

static WebServer *server;
static SoupSession *session;
static char *folder;
static guchar good[N_BYTES], other[N_BYTES];
static char *good_sha256;

/* ---- The server ----------------------------------------------------------------------------- */

/* An honest answer, of data that ends early after at most n_most bytes. */
static void
answer_honestly (const WebRequest *request, const guchar *data, const char *etag, gsize n_most)
{
  const gboolean is_part = request->has_range &&
                           (request->if_range == NULL || g_str_equal (request->if_range, etag));
  const gsize start = is_part ? request->start : 0;

  if (start >= N_BYTES)
    {
      web_head (request, "416 Range Not Satisfiable\r\nContent-Range: bytes */%d\r\n"
                         "Content-Length: 0\r\n", N_BYTES);
      return;
    }
  if (is_part)
    web_head (request, "206 Partial Content\r\nETag: %s\r\nContent-Length: %u\r\n"
                       "Content-Range: bytes %u-%u/%u\r\n",
              etag, (guint) (N_BYTES - start), (guint) start, N_BYTES - 1, N_BYTES);
  else
    web_head (request, "200 OK\r\nETag: %s\r\nContent-Length: %u\r\n", etag, N_BYTES);
  web_bytes (request, data + start, MIN (N_BYTES - start, n_most));
}

static void
answer_whole (const WebRequest *request, const guchar *data, guint length)
{
  web_head (request, "200 OK\r\nContent-Length: %u\r\n", length);
  web_bytes (request, data, MIN (length, N_BYTES));
}

static void
answer_slowly (const WebRequest *request)
{
  if (request->has_range)
    {
      answer_honestly (request, good, "\"one\"", N_BYTES);
      return;
    }
  web_head (request, "200 OK\r\nETag: \"one\"\r\nContent-Length: %u\r\n", N_BYTES);
  for (gsize i = 0; i < N_BYTES && web_bytes (request, good + i, 1024); i += 1024)
    g_usleep (20000);
}

static void
redirect (const WebRequest *request, const char *to, const char *sha256)
{
  g_autofree char *linked =
    sha256 ? g_strdup_printf ("X-Linked-Etag: \"%s\"\r\nX-Linked-Size: %u\r\n", sha256, N_BYTES)
           : g_strdup ("");

  web_head (request, "302 Found\r\nLocation: %s\r\n%sContent-Length: 0\r\n", to, linked);
}

static void
answer_named (const WebRequest *request, const char *name)
{
  web_head (request, "200 OK\r\nContent-Disposition: attachment; filename=\"%s\"\r\n"
                     "Content-Length: %u\r\n", name, N_BYTES);
  web_bytes (request, good, N_BYTES);
}

static void
answer (const WebRequest *request)
{
  const char *path = request->path;
  static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";

  if (g_str_equal (path, "/good.safetensors"))
    answer_honestly (request, good, "\"one\"", N_BYTES);
  else if (g_str_equal (path, "/drops.safetensors"))
    answer_honestly (request, good, "\"one\"", 100 * 1024);
  else if (g_str_equal (path, "/dead.safetensors"))
    return;
  else if (g_str_equal (path, "/ignores-range.safetensors"))
    {
      web_head (request, "200 OK\r\nETag: \"one\"\r\nContent-Length: %u\r\n", N_BYTES);
      web_bytes (request, good, request->n == 0 ? N_BYTES / 2 : N_BYTES);
    }
  else if (g_str_equal (path, "/another-part.safetensors"))
    {
      if (request->has_range)
        web_head (request, "206 Partial Content\r\nETag: \"one\"\r\nContent-Length: 10\r\n"
                           "Content-Range: bytes 7-16/%u\r\n", N_BYTES);
      else
        answer_honestly (request, good, "\"one\"", N_BYTES / 2);
    }
  else if (g_str_equal (path, "/changes.safetensors"))
    answer_honestly (request, request->n == 0 ? other : good, request->n == 0 ? "\"one\"" : "\"two\"",
                     request->n == 0 ? N_BYTES / 2 : N_BYTES);
  else if (g_str_equal (path, "/too-long.safetensors"))
    {
      if (request->has_range)
        answer_honestly (request, good, "\"one\"", N_BYTES);
      else
        {
          web_head (request, "200 OK\r\nETag: \"one\"\r\nContent-Length: %u\r\n", N_BYTES + 1000);
          web_bytes (request, good, N_BYTES);
        }
    }
  else if (g_str_equal (path, "/too-short.safetensors"))
    answer_whole (request, good, 1000);
  else if (g_str_equal (path, "/endless.safetensors"))
    {
      web_head (request, "200 OK\r\n");
      while (web_bytes (request, good, N_BYTES))
        ;
    }
  else if (g_str_equal (path, "/wrong.safetensors"))
    answer_whole (request, other, N_BYTES);
  else if (g_str_equal (path, "/to-http.safetensors"))
    redirect (request, "http://gesso.invalid/good.safetensors", NULL);
  else if (g_str_equal (path, "/to-file.safetensors"))
    redirect (request, "file:///etc/hostname", NULL);
  else if (g_str_equal (path, "/round.safetensors"))
    redirect (request, "/round.safetensors", NULL);
  else if (g_str_equal (path, "/linked.safetensors"))
    redirect (request, "/good.safetensors", good_sha256);
  else if (g_str_equal (path, "/linked-to-wrong.safetensors"))
    redirect (request, "/wrong.safetensors", good_sha256);
  else if (g_str_equal (path, "/linked-to-another.safetensors"))
    redirect (request, "/good.safetensors", zeros);
  else if (g_str_equal (path, "/climbs"))
    answer_named (request, "../../climbed.txt");
  else if (g_str_equal (path, "/pickle"))
    answer_named (request, "model.ckpt");
  else if (g_str_equal (path, "/named"))
    answer_named (request, "named.safetensors");
  else if (g_str_equal (path, "/page.safetensors"))
    web_head (request, "200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n");
  else if (g_str_equal (path, "/busy.safetensors") && request->n < 2)
    web_head (request, "503 Busy\r\nContent-Length: 0\r\n");
  else if (g_str_equal (path, "/busy.safetensors"))
    answer_honestly (request, good, "\"one\"", N_BYTES);
  else if (g_str_equal (path, "/account.safetensors"))
    web_head (request, "401 Unauthorized\r\nContent-Length: 0\r\n");
  else if (g_str_equal (path, "/slow.safetensors"))
    answer_slowly (request);
  else
    web_head (request, "404 Not Found\r\nContent-Length: 0\r\n");
}

/* ---- Downloads ------------------------------------------------------------------------------ */

static GessoDownload *
new_download (const char *path, const char *name, const char *sha256, guint64 size)
{
  g_autofree char *address = g_strconcat (web_server_get_address (server), path, NULL);
  const GessoPartInfo info = { .address = address, .sha256 = (char *) sha256, .size = size };
  GessoDownload *download = gesso_download_new (session, folder, name, &info);

  gesso_download_set_pause_ms (download, 1);
  return download;
}

static void
wait (GessoDownload *download)
{
  while (gesso_download_is_active (download))
    g_main_context_iteration (NULL, TRUE);
}

static char *
get_path (const char *name, const char *ending)
{
  g_autofree char *whole = g_strconcat (name, ending, NULL);

  return g_build_filename (folder, whole, NULL);
}

static void
assert_exists (const char *name, gboolean file, gboolean part)
{
  g_autofree char *target = get_path (name, ""), *rest = get_path (name, ".part");
  g_autofree char *info = get_path (name, ".part.info");

  g_assert_cmpint (g_file_test (target, G_FILE_TEST_EXISTS), ==, file);
  g_assert_cmpint (g_file_test (rest, G_FILE_TEST_EXISTS), ==, part);
  g_assert_cmpint (g_file_test (info, G_FILE_TEST_EXISTS), ==, part);
}

/* The file is there, nothing else, and it is the good one; it goes. */
static void
assert_done (GessoDownload *download, const char *name)
{
  g_autofree char *path = get_path (name, "");
  g_autofree char *data = NULL;
  gsize n;

  g_assert_cmpstr (gesso_download_get_error (download), ==, NULL);
  g_assert_cmpint (gesso_download_get_state (download), ==, GESSO_DOWNLOAD_DONE);
  g_assert_cmpstr (gesso_download_get_name (download), ==, name);
  g_assert_cmpuint (gesso_download_get_bytes (download), ==, N_BYTES);
  assert_exists (name, TRUE, FALSE);
  g_assert_true (g_file_get_contents (path, &data, &n, NULL));
  g_assert_cmpmem (data, n, good, N_BYTES);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
assert_failed (GessoDownload *download, const char *words)
{
  g_assert_cmpint (gesso_download_get_state (download), ==, GESSO_DOWNLOAD_STOPPED);
  g_assert_nonnull (gesso_download_get_error (download));
  if (!strstr (gesso_download_get_error (download), words))
    g_error ("“%s” does not say “%s”", gesso_download_get_error (download), words);
}

/* A file of the server's that comes in spite of what its name says. */
static void
test_comes (gconstpointer data)
{
  const char *name = data;
  g_autofree char *path = g_strconcat ("/", name, NULL);
  g_autoptr (GessoDownload) download = new_download (path, name, good_sha256, N_BYTES);

  gesso_download_start (download);
  wait (download);
  g_assert_true (gesso_download_get_checked (download));
  assert_done (download, name);
}

/* Nothing is known of it but its address. */
static void
test_unknown (gconstpointer data)
{
  const char *name = data;
  g_autofree char *path = g_strconcat ("/", name, NULL);
  g_autoptr (GessoDownload) download = new_download (path, NULL, NULL, 0);

  gesso_download_start (download);
  wait (download);
  g_assert_cmpint (gesso_download_get_checked (download), ==, g_str_equal (name, "linked.safetensors"));
  assert_done (download, name);
}

static void
test_named (void)
{
  g_autoptr (GessoDownload) download = new_download ("/named", NULL, NULL, 0);

  gesso_download_start (download);
  wait (download);
  g_assert_false (gesso_download_get_checked (download));
  assert_done (download, "named.safetensors");
}

typedef struct
{
  const char *path, *words;
  gboolean    known;      /* its checksum and size                */
  gboolean    keeps_part; /* it can go on, or begin anew, later   */
} Failure;

static const Failure failures[] = {
  { "/wrong.safetensors", "checksum differs", TRUE, FALSE },
  { "/too-short.safetensors", "instead of", TRUE, TRUE },
  { "/too-long.safetensors", "less of the file", FALSE, TRUE },
  { "/endless.safetensors", "more than the file has", TRUE, FALSE },
  { "/another-part.safetensors", "another part", FALSE, TRUE },
  { "/dead.safetensors", "could not be fetched", FALSE, FALSE },
  { "/to-http.safetensors", "not safe", FALSE, FALSE },
  { "/to-file.safetensors", "not safe", FALSE, FALSE },
  { "/round.safetensors", "not safe", FALSE, FALSE },
  { "/linked-to-wrong.safetensors", "checksum differs", FALSE, FALSE },
  { "/linked-to-another.safetensors", "another file", TRUE, TRUE },
  { "/page.safetensors", "web page", FALSE, FALSE },
  { "/account.safetensors", "account", FALSE, FALSE },
  { "/nothing.safetensors", "nothing at this address", FALSE, FALSE },
};

static void
test_fails (gconstpointer data)
{
  const Failure *failure = data;
  const char *name = failure->path + 1;
  g_autoptr (GessoDownload) download =
    failure->known ? new_download (failure->path, name, good_sha256, N_BYTES)
                   : new_download (failure->path, NULL, NULL, 0);

  gesso_download_start (download);
  wait (download);
  assert_failed (download, failure->words);
  assert_exists (name, FALSE, failure->keeps_part);
  gesso_download_remove (download);
  assert_exists (name, FALSE, FALSE);
}

/* ---- Names ---------------------------------------------------------------------------------- */

static void
test_hostile_name (void)
{
  static const char *const paths[] = { "/climbs", "/pickle" };
  static const char *const words[] = { "may not have", "only .safetensors" };
  static const char *const bad[] = { "",         "..",           "../a.txt",  "a/b.txt",
                                     "a\\b.txt", ".hidden.json", "a\n.txt",   ".safetensors",
                                     "a.ckpt",   "a.pt",         "a.bin",     "a.safetensors.exe",
                                     "a.pickle", "a.sh",         "\xff.json", "a.part" };
  static const char *const fine[] = { "a.safetensors", "A.SafeTensors", "b c.gguf", "vocab.json",
                                      "merges.txt", "bpe.txt.gz", "ä.json" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GessoDownload) download = new_download (paths[i], NULL, NULL, 0);

      gesso_download_start (download);
      wait (download);
      assert_failed (download, words[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (gesso_part_file_check_name (bad[i], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (fine); i++)
    g_assert_true (gesso_part_file_check_name (fine[i], NULL));
}

/* A file of the artist's is not written over. */
static void
test_exists (void)
{
  g_autofree char *path = get_path ("good.safetensors", "");
  g_autofree char *text = NULL;
  const guint n = web_server_get_n_requests (server);

  g_assert_true (g_file_set_contents (path, "mine", -1, NULL));
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GessoDownload) download =
        new_download ("/good.safetensors", i == 0 ? "good.safetensors" : NULL, NULL, 0);

      gesso_download_start (download);
      wait (download);
      assert_failed (download, "already");
    }
  g_assert_cmpuint (web_server_get_n_requests (server), ==, n + 1);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
  g_unlink (path);
}

/* ---- Stopping ------------------------------------------------------------------------------- */

static void
start_slowly (GessoDownload *download)
{
  gesso_download_start (download);
  while (gesso_download_get_bytes (download) < 8 * 1024)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_stop (void)
{
  g_autoptr (GessoDownload) download = new_download ("/slow.safetensors", NULL, NULL, 0);
  g_autofree char *headers = NULL;

  start_slowly (download);
  gesso_download_stop (download);
  wait (download);
  g_assert_null (gesso_download_get_error (download));
  assert_exists ("slow.safetensors", FALSE, TRUE);

  /* What was there is not sent again, and the server is asked whether it is the same still. */
  gesso_download_start (download);
  wait (download);
  headers = web_server_dup_headers (server);
  g_assert_nonnull (strstr (headers, "Range: bytes="));
  g_assert_nonnull (strstr (headers, "If-Range: \"one\""));
  assert_done (download, "slow.safetensors");
}

static void
test_remove (void)
{
  g_autoptr (GessoDownload) download = new_download ("/slow.safetensors", NULL, NULL, 0);

  start_slowly (download);
  gesso_download_remove (download);
  wait (download);
  assert_exists ("slow.safetensors", FALSE, FALSE);
  g_assert_cmpuint (gesso_download_get_bytes (download), ==, 0);
}

/* While it waits for the server to be better. */
static void
test_stop_waiting (void)
{
  g_autoptr (GessoDownload) download = new_download ("/dead.safetensors", NULL, NULL, 0);

  gesso_download_set_pause_ms (download, 60000);
  gesso_download_start (download);
  while (gesso_download_get_state (download) != GESSO_DOWNLOAD_WAITING)
    g_main_context_iteration (NULL, TRUE);
  gesso_download_stop (download);
  g_assert_cmpint (gesso_download_get_state (download), ==, GESSO_DOWNLOAD_STOPPED);
}

/* ---- The disk ------------------------------------------------------------------------------- */

static int n_asked; /* atomic */

static guint64
no_space (const char *path)
{
  return 1000;
}

/* Another program fills the disk meanwhile. */
static guint64
less_and_less_space (const char *path)
{
  return g_atomic_int_add (&n_asked, 1) < 2 ? G_MAXINT64 : 1000;
}

static void
test_space (void)
{
  g_autoptr (GessoDownload) none =
    new_download ("/good.safetensors", "good.safetensors", good_sha256, N_BYTES);
  g_autoptr (GessoDownload) less =
    new_download ("/good.safetensors", "good.safetensors", good_sha256, N_BYTES);

  gesso_download_set_free_space (none, no_space);
  gesso_download_start (none);
  wait (none);
  assert_failed (none, "make room");
  g_assert_cmpuint (gesso_download_get_bytes (none), ==, 0);

  gesso_download_set_free_space (less, less_and_less_space);
  gesso_download_start (less);
  wait (less);
  assert_failed (less, "make room");
  g_assert_cmpuint (gesso_download_get_bytes (less), >, 0);
  assert_exists ("good.safetensors", FALSE, TRUE);

  /* It goes on when there is room. */
  g_atomic_int_set (&n_asked, G_MININT / 2);
  gesso_download_start (less);
  wait (less);
  assert_done (less, "good.safetensors");
}

/* Where the folder cannot be made. */
static void
test_no_folder (void)
{
  g_autofree char *file = g_build_filename (folder, "file", NULL);
  g_autofree char *address = g_strconcat (web_server_get_address (server), "/good.safetensors", NULL);
  const GessoPartInfo info = { .address = address };
  g_autoptr (GessoDownload) download = NULL;

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  download = gesso_download_new (session, file, "good.safetensors", &info);
  gesso_download_start (download);
  wait (download);
  assert_failed (download, "Cannot write");
  g_unlink (file);
}

int
main (int argc, char **argv)
{
  static const char *const comes[] = { "good.safetensors", "drops.safetensors", "busy.safetensors",
                                       "ignores-range.safetensors", "changes.safetensors" };
  static const char *const unknown[] = { "good.safetensors", "linked.safetensors",
                                         "drops.safetensors", "changes.safetensors",
                                         "ignores-range.safetensors" };
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("gesso-download-XXXXXX", NULL);
  for (guint i = 0; i < N_BYTES; i++)
    {
      good[i] = (guchar) g_random_int ();
      other[i] = (guchar) g_random_int ();
    }
  good_sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, good, N_BYTES);
  server = web_server_new (answer);
  session = soup_session_new ();

  for (guint i = 0; i < G_N_ELEMENTS (comes); i++)
    {
      g_autofree char *name = g_strconcat ("/app/download/comes/", comes[i], NULL);

      g_test_add_data_func (name, comes[i], test_comes);
    }
  for (guint i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      g_autofree char *name = g_strconcat ("/app/download/unknown/", unknown[i], NULL);

      g_test_add_data_func (name, unknown[i], test_unknown);
    }
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *name = g_strconcat ("/app/download/fails", failures[i].path, NULL);

      g_test_add_data_func (name, &failures[i], test_fails);
    }
  g_test_add_func ("/app/download/named", test_named);
  g_test_add_func ("/app/download/hostile-name", test_hostile_name);
  g_test_add_func ("/app/download/exists", test_exists);
  g_test_add_func ("/app/download/stop", test_stop);
  g_test_add_func ("/app/download/remove", test_remove);
  g_test_add_func ("/app/download/stop-waiting", test_stop_waiting);
  g_test_add_func ("/app/download/space", test_space);
  g_test_add_func ("/app/download/no-folder", test_no_folder);
  status = g_test_run ();

  g_object_unref (session);
  web_server_free (server);
  g_rmdir (folder);
  return status;
}
