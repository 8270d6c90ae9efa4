/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gesso-cli train, killed at any moment and started again, makes the same file. */
#include "cli-test.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#define COMMAND                                                                                    \
  "train %s --data pictures --word zorb --resolution 64 --steps 6 --rate 0.01 --rank 2 "           \
  "--accumulate 2 --flip --state-every 1 -o %s.safetensors"

static char *
read_file (const char *name, gsize *n)
{
  g_autofree char *path = cli_test_path (name);
  char *bytes;

  g_assert_true (g_file_get_contents (path, &bytes, n, NULL));
  return bytes;
}

static void
assert_same (const char *a, const char *b)
{
  gsize n_a, n_b;
  g_autofree char *bytes_a = read_file (a, &n_a), *bytes_b = read_file (b, &n_b);

  g_assert_cmpmem (bytes_a, n_a, bytes_b, n_b);
}

/* Killed at several places of its work; the name stands in no file. */
static void
test_kill (gconstpointer kind)
{
  static const char *const moments[] = { "Reading pictures", "Learning  step 0", "step 2/", "step 4/" };
  g_autofree char *out = g_strdup_printf ("%s.safetensors", (const char *) kind);
  g_autofree char *whole = g_strdup_printf ("whole-%s.safetensors", (const char *) kind);
  g_autofree char *out_path = cli_test_path (out), *whole_path = cli_test_path (whole);
  g_autofree char *command = g_strdup_printf (COMMAND, (const char *) kind, (const char *) kind);
  g_auto (CliRun) first = { 0 };

  if (!cli_can_generate ())
    return;
  cli_write_training_pictures ();
  first = cli_run ("%s --state whole-%s", command, (const char *) kind);
  cli_assert_status (&first, 0);
  g_assert_nonnull (strstr (first.err, "no.png is left out"));
  g_assert_cmpint (g_rename (out_path, whole_path), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      g_autofree char *killed = g_strconcat (command, " --log-every 1", NULL);
      g_auto (CliRun) run = cli_run_and_signal (SIGKILL, moments[i], killed);

      g_assert_cmpint (run.status, ==, -1);
      g_assert_false (g_file_test (out_path, G_FILE_TEST_EXISTS));
    }
  {
    g_auto (CliRun) last = cli_run ("%s", command);

    cli_assert_status (&last, 0);
  }
  assert_same (out, whole);
}

/* Ctrl-C keeps the step; --resume alone goes on. */
static void
test_pause (void)
{
  g_autofree char *command = g_strdup_printf (COMMAND " --log-every 1", "inversion", "word");
  g_auto (CliRun) run = { 0 }, rest = { 0 };

  if (!cli_can_generate ())
    return;
  cli_write_training_pictures ();
  run = cli_run_and_signal (SIGINT, "step 2/", command);
  cli_assert_status (&run, 1);
  cli_assert_complaint (&run, "pauses after step");
  rest = cli_run ("train inversion --resume word.training -o again.safetensors -o again.pt");
  cli_assert_status (&rest, 0);
  g_assert_nonnull (strstr (rest.out, "again.pt"));
}

/* The starter model from drawn pictures, killed in both of its stages: the same file, and a model. */
static void
test_starter (void)
{
  static const char command[] = "train starter --from-scratch --pictures 2 --steps 3 --autoencoder-steps 3 "
                                "--resolution 64 --state-every 1 --seed 5 --json --log-every 1";
  static const char *const moments[] = { "step 2/", "Reading captions" };
  g_autofree char *out_path = cli_test_path ("own.safetensors");
  g_autofree char *killed = g_strconcat (command, " -o own.safetensors", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_auto (CliRun) whole = { 0 }, last = { 0 }, picture = { 0 };
  JsonArray *stages;

  if (!cli_can_generate ())
    return;
  whole = cli_run ("%s -o whole.safetensors", command);
  cli_assert_status (&whole, 0);
  g_assert_true (json_parser_load_from_data (parser, whole.out, -1, NULL));
  stages = json_node_get_array (json_parser_get_root (parser));
  g_assert_cmpuint (json_array_get_length (stages), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      JsonObject *stage = json_array_get_object_element (stages, i);

      g_assert_cmpstr (json_object_get_string_member (stage, "kind"), ==,
                       i == 0 ? "autoencoder" : "model");
      g_assert_cmpint (json_object_get_int_member (stage, "pictures"), ==, 2);
      g_assert_cmpuint (json_array_get_length (json_object_get_array_member (stage, "losses")), ==, 3);
    }
  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      g_auto (CliRun) run = cli_run_and_signal (SIGKILL, moments[i], killed);

      g_assert_cmpint (run.status, ==, -1);
      g_assert_false (g_file_test (out_path, G_FILE_TEST_EXISTS));
    }
  last = cli_run ("%s", killed);
  cli_assert_status (&last, 0);
  assert_same ("own.safetensors", "whole.safetensors");
  picture = cli_run ("generate -m own.safetensors -p \"a red house\" -W 64 -H 64 --steps 2 -o own.png");
  cli_assert_status (&picture, 0);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/train-kill/inversion", "inversion", test_kill);
  g_test_add_data_func ("/train-kill/lora", "lora", test_kill);
  g_test_add_func ("/train-kill/pause", test_pause);
  g_test_add_func ("/train-kill/starter", test_starter);
  status = g_test_run ();
  cli_test_finish ();
  return status;
}
