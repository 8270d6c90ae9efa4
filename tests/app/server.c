/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gesso's own server as an engine: its pictures are those that are made here, looks on the way included. */
#include "server-orders.h"

#include "engine/gesso-picture-private.h"
#include "engine/gesso-recipe.h"
#include "engine/gesso-server-model.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define TOKEN "sesam"

static GessoEngine *engine;
static GSubprocess *process;
static char *address, *model;

/* ---- Help ----------------------------------------------------------------------------------- */

/* A test that fails takes it along. */
static void
end_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static void
start_server (void)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree char *folder = g_dir_make_tmp ("gesso-server-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "token", NULL);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, TOKEN "\n", -1, NULL));
  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  process = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("GESSO_CLI"), "serve", "--port",
                                         "0", "--token-file", path, NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  address = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
  g_assert_nonnull (address);
  g_remove (path);
  g_rmdir (folder);
}

static void
stop_server (void)
{
  g_subprocess_send_signal (process, SIGTERM);
  g_subprocess_wait (process, NULL, NULL);
  g_clear_object (&process);
}

/* The pixels of the only or a later picture, made there (model) or here (NULL). */
static GessoResult *
make (const char *whose, gboolean masked, guint i)
{
  g_autoptr (GessoOrder) order = server_order_new (whose, masked, 3, i + 1);
  g_auto (ServerRun) run = { 0 };

  server_run_start (&run, engine, order, FALSE);
  server_run_wait (&run);
  g_assert_no_error (run.error);
  g_assert_cmpuint (run.results->len, ==, i + 1);
  g_assert_null (gesso_order_get_notes (order));

  return g_object_ref (g_ptr_array_index (run.results, i));
}

static const GsImage *
image_of (GessoResult *result)
{
  return gesso_picture_get_image (gesso_result_get_picture (result));
}

static double
mean_difference (const GsImage *a, const GsImage *b)
{
  const gsize n = (gsize) a->width * a->height * 3;
  double sum = 0;

  g_assert_cmpuint (a->width, ==, b->width);
  g_assert_cmpuint (a->height, ==, b->height);
  for (gsize i = 0; i < n; i++)
    sum += ABS (a->pixels[i] - b->pixels[i]);

  return sum / n;
}

/* ---- The tests ------------------------------------------------------------------------------ */

static void
test_token (void)
{
  static const char *const wrong[] = { "", "open", "someone:open" };
  static const char *const right[] = { "someone:" TOKEN, TOKEN };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (server_look (engine, address, wrong[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
      g_assert_nonnull (strstr (error->message, "password"));
      g_assert_null (gesso_server_get_stock (gesso_engine_get_server (engine)));
    }
  for (guint i = 0; i < G_N_ELEMENTS (right); i++)
    {
      g_autoptr (GError) error = NULL;

      server_look (engine, address, right[i], &error);
      g_assert_no_error (error);
    }
}

static void
test_stock (void)
{
  GessoServer *server = gesso_engine_get_server (engine);
  const GessoServerModel *first;
  g_autofree char *text = NULL;

  g_assert_true (server_look (engine, address, TOKEN, NULL));
  g_assert_cmpuint (gesso_server_get_stock (server)->models->len, >=, 1);
  g_assert_cmpuint (gesso_server_get_stock (server)->samplers->len, >, 10);
  g_assert_cmpuint (gesso_server_get_stock (server)->schedules->len, >, 5);
  first = g_ptr_array_index (gesso_server_get_stock (server)->models, 0);
  model = gesso_server_model_new (address, first->name);
  g_assert_cmpuint (gesso_server_get_native_size (server, model), ==, first->native_size);
  g_assert_cmpuint (first->native_size, ==, 128);
  text = gesso_server_dup_stock_text (server);
  g_assert_nonnull (strstr (text, "samplers"));
}

static void
test_same_from_prompt (void)
{
  g_autoptr (GessoResult) there = make (model, FALSE, 1), here = make (NULL, FALSE, 1);
  g_autoptr (GVariant) recipe =
      gesso_recipe_parse (gesso_candidate_get_recipe (gesso_result_get_candidate (there)));

  g_assert_cmpfloat (mean_difference (image_of (there), image_of (here)), ==, 0);
  g_assert_cmpuint (gesso_result_get_seed (there), ==, 8);
  g_assert_null (gesso_result_get_trail (there));
  g_assert_nonnull (strstr (gesso_picture_get_parameters (gesso_result_get_picture (there)), "Seed: 8,"));
  g_assert_cmpstr (gesso_recipe_get_string (recipe, "model"), ==, model);
  g_assert_cmpuint (gesso_recipe_get_uint64 (recipe, "seed", 0), ==, 8);
}

/* It comes back as 8 bits a channel, and colours are matched there too, so it may be a little other. */
static void
test_same_under_mask (void)
{
  g_autoptr (GessoResult) there = make (model, TRUE, 0), here = make (NULL, TRUE, 0);
  const GdkRectangle whole = { 0, 0, 64, 64 };
  guint8 ours[64 * 64 * 4], theirs[64 * 64 * 4];
  guint n_kept = 0;

  g_test_message ("mean difference: %.3f", mean_difference (image_of (there), image_of (here)));
  g_assert_cmpfloat (mean_difference (image_of (there), image_of (here)), <, 1);
  gesso_tiles_read (gesso_candidate_get_tiles (gesso_result_get_candidate (here)), &whole, ours, 64 * 4);
  gesso_tiles_read (gesso_candidate_get_tiles (gesso_result_get_candidate (there)), &whole, theirs,
                    64 * 4);
  for (guint i = 0; i < 64 * 64; i++)
    {
      g_assert_cmpuint (ours[4 * i + 3], ==, theirs[4 * i + 3]);
      n_kept += theirs[4 * i + 3] == 0;
    }
  g_assert_cmpuint (n_kept, >, 64 * 64 / 2);
}

static void
test_preview_and_cancel (void)
{
  g_autoptr (GessoOrder) order = server_order_new (model, FALSE, 1000, 2);
  g_auto (ServerRun) run = { 0 };
  g_autoptr (GessoResult) next = NULL;
  gint64 started;

  server_run_start (&run, engine, order, FALSE);
  while (run.previews->len < 2 && !run.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (run.error);
  g_assert_cmpfloat (gesso_job_get_fraction (run.job), >, 0);
  g_assert_cmpfloat (gesso_job_get_fraction (run.job), <, 0.5);
  gesso_job_cancel (run.job);
  server_run_wait (&run);
  g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (run.results->len, ==, 0);
  g_assert_false (gesso_order_get_unfinished (order));

  /* It has stopped there: the next one does not wait for a thousand steps. */
  started = g_get_monotonic_time ();
  next = make (model, FALSE, 0);
  g_test_message ("the next one took %.1f s", (g_get_monotonic_time () - started) / 1e6);
}

/* Whatever a file says, and after the artist has chosen another one. */
static void
test_other_server (void)
{
  g_autoptr (GessoOrder) order = server_order_new ("http://127.0.0.1:1#a", FALSE, 1, 1);
  g_auto (ServerRun) run = { 0 };

  server_run_start (&run, engine, order, FALSE);
  server_run_wait (&run);
  g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_gone (void)
{
  g_autoptr (GessoOrder) order = server_order_new (model, FALSE, 1000, 1);
  g_auto (ServerRun) run = { 0 };

  server_run_start (&run, engine, order, FALSE);
  while (run.previews->len < 1 && !run.done)
    g_main_context_iteration (NULL, TRUE);
  g_subprocess_force_exit (process);
  server_run_wait (&run);
  g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE);
  g_assert_nonnull (strstr (run.error->message, "127.0.0.1"));
  g_assert_true (gesso_order_get_unfinished (order));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  gesso_engine_prepare_process ();
  engine = gesso_engine_new ();
  start_server ();
  g_test_add_func ("/app/server/token", test_token);
  g_test_add_func ("/app/server/stock", test_stock);
  g_test_add_func ("/app/server/same-from-prompt", test_same_from_prompt);
  g_test_add_func ("/app/server/same-under-mask", test_same_under_mask);
  g_test_add_func ("/app/server/preview-and-cancel", test_preview_and_cancel);
  g_test_add_func ("/app/server/other-server", test_other_server);
  g_test_add_func ("/app/server/gone", test_gone);
  status = g_test_run ();
  stop_server ();
  g_free (address);
  g_free (model);
  g_object_unref (engine);

  return status;
}
