/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "gesso-cli bench" counts and times every part; "gesso-cli parity" counts what passed and failed. */
#include "cli-test.h"

#include <string.h>

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#define MEASURE "bench --synthetic starter -W 64 -H 64 --repeats 1 "

static const char *const parts[] = { "text_encoder", "unet_batch1", "unet_batch2", "vae_encode", "vae_decode" };

static JsonObject *
parse_object (JsonParser *parser, const CliRun *run)
{
  cli_assert_status (run, 0);
  g_assert_true (json_parser_load_from_data (parser, run->out, -1, NULL));
  return json_node_get_object (json_parser_get_root (parser));
}

static double
number (JsonObject *object, const char *name)
{
  g_assert_true (json_object_has_member (object, name));
  return json_object_get_double_member (object, name);
}

static void
check_ceilings (JsonObject *result)
{
  JsonObject *ceilings = json_object_get_object_member (result, "ceilings");

  g_assert_nonnull (ceilings);
  g_assert_cmpfloat (number (json_object_get_object_member (ceilings, "fma_f32"), "gflops_per_s"), >, 0);
  g_assert_cmpfloat (number (json_object_get_object_member (ceilings, "copy_kernel"), "gbytes_per_s"), >, 0);
  g_assert_cmpfloat (number (json_object_get_object_member (ceilings, "copy_driver"), "gbytes_per_s"), >, 0);
}

/* Op classes share all of the time, and their work is the part's. */
static void
check_ops (JsonObject *part)
{
  JsonObject *ops = json_object_get_object_member (part, "ops");
  JsonObject *gemms = json_object_get_object_member (part, "gemms");
  g_autoptr (GList) names = json_object_get_members (ops);
  double share = 0, gflop = 0;
  gint64 dispatches = 0;

  g_assert_cmpuint (g_list_length (names), >, 3);
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *op = json_object_get_object_member (ops, l->data);

      g_assert_cmpfloat (number (op, "seconds"), >=, 0);
      g_assert_cmpfloat (number (op, "fraction"), >=, 0);
      g_assert_cmpint (json_object_get_int_member (op, "nodes"), >, 0);
      share += number (op, "share");
      gflop += number (op, "gflop");
      dispatches += json_object_get_int_member (op, "dispatches");
    }
  g_assert_cmpfloat_with_epsilon (share, 1, 1e-6);
  g_assert_cmpfloat_with_epsilon (gflop, number (part, "gflop"), number (part, "gflop") * 1e-6);
  g_assert_cmpint (dispatches, ==, json_object_get_int_member (part, "dispatches"));
  g_assert_cmpfloat (number (gemms, "gflop"), <=, gflop * (1 + 1e-6));
  g_assert_cmpfloat (number (part, "of_gemms"), >, 0);
}

static void
test_bench (void)
{
  g_auto (CliRun) run = { 0 };
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *result;
  double gflop[G_N_ELEMENTS (parts)];

  if (!cli_can_generate ())
    return;
  run = cli_run (MEASURE "--json");
  result = parse_object (parser, &run);
  check_ceilings (result);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      JsonObject *part = json_object_get_object_member (result, parts[i]);

      g_assert_nonnull (part);
      gflop[i] = number (part, "gflop");
      g_assert_cmpfloat (gflop[i], >, 0);
      g_assert_cmpfloat (number (part, "seconds"), >, 0);
      g_assert_cmpfloat (number (part, "gflops_per_s"), >, 0);
      g_assert_cmpfloat (number (part, "fraction"), >, 0);
      g_assert_cmpfloat (number (part, "fraction"), <=, 1.2);
      g_assert_cmpint (json_object_get_int_member (part, "arena_bytes"), >, 0);
      g_assert_cmpint (json_object_get_int_member (part, "peak_bytes"), >=,
                       json_object_get_int_member (part, "arena_bytes"));
    }
  g_assert_cmpfloat_with_epsilon (gflop[2], 2 * gflop[1], gflop[1] * 0.05);
  g_assert_cmpfloat (number (result, "seconds_per_step"), ==,
                     number (json_object_get_object_member (result, "unet_batch2"), "seconds"));
  check_ops (json_object_get_object_member (result, "unet_batch2"));
  check_ops (json_object_get_object_member (result, "vae_decode"));
}

/* What is named is measured, and its op classes with it. */
static void
test_bench_only (void)
{
  g_auto (CliRun) run = { 0 };
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *result;

  if (!cli_can_generate ())
    return;
  run = cli_run (MEASURE "--json --only vae_decode,text_encoder");
  result = parse_object (parser, &run);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    g_assert_true (json_object_has_member (result, parts[i]) == (i == 0 || i == 4));
  g_assert_false (json_object_has_member (result, "seconds_per_step"));
  check_ops (json_object_get_object_member (result, "text_encoder"));
}

/* A training step and an evaluation, compared in both forms of output. */
static void
test_bench_train (void)
{
  g_auto (CliRun) json = { 0 };
  g_auto (CliRun) table = { 0 };
  g_auto (CliRun) both = cli_run (MEASURE "--train --only unet_batch1");
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *result, *training;

  cli_assert_status (&both, 2);
  cli_assert_complaint (&both, "--train");
  if (!cli_can_generate ())
    return;
  json = cli_run (MEASURE "--json --train");
  result = parse_object (parser, &json);
  g_assert_false (json_object_has_member (result, "vae_decode"));
  check_ops (json_object_get_object_member (result, "train_lora"));
  training = json_object_get_object_member (result, "training");
  g_assert_cmpfloat (number (training, "steps_per_s"), >, 0);
  g_assert_cmpfloat (number (training, "time_ratio"), >, 1);
  g_assert_cmpfloat (number (training, "memory_ratio"), >, 1);
  table = cli_run (MEASURE "--train");
  cli_assert_status (&table, 0);
  g_assert_nonnull (strstr (table.out, "training steps a second"));
}

/* A run compared with itself has a ratio near 1 for each part, in both forms of output. */
static void
test_bench_compare (void)
{
  g_auto (CliRun) first = { 0 };
  g_auto (CliRun) json = { 0 };
  g_auto (CliRun) table = { 0 };
  g_autofree char *path = cli_test_path ("old.json");
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *part, *ops;
  g_autoptr (GList) names = NULL;

  if (!cli_can_generate ())
    return;
  first = cli_run (MEASURE "--json --only text_encoder");
  cli_assert_status (&first, 0);
  g_assert_null (strstr (first.out, "ratio"));
  g_assert_true (g_file_set_contents (path, first.out, -1, NULL));
  json = cli_run (MEASURE "--json --only text_encoder,vae_decode --compare old.json");
  part = json_object_get_object_member (parse_object (parser, &json), "text_encoder");
  g_assert_cmpfloat (number (part, "ratio"), >, 0);
  ops = json_object_get_object_member (part, "ops");
  names = json_object_get_members (ops);
  for (GList *l = names; l != NULL; l = l->next)
    g_assert_cmpfloat (number (json_object_get_object_member (ops, l->data), "ratio"), >, 0);
  /* What the old file lacks has none. */
  part = json_object_get_object_member (json_node_get_object (json_parser_get_root (parser)), "vae_decode");
  g_assert_false (json_object_has_member (part, "ratio"));
  table = cli_run (MEASURE "--only text_encoder --compare old.json");
  cli_assert_status (&table, 0);
  g_assert_nonnull (strstr (table.out, "new/old"));
  g_assert_nonnull (strstr (table.out, "compared with synthetic starter, 64 x 64 pixels"));
}

/* No file is believed, and nothing is measured before it is read. */
static void
test_bench_compare_bad (void)
{
  static const char *const bad[] = {
    "", "{", "[]", "null", "7", "{}", "{\"unet_batch2\": 3}", "{\"unet_batch2\": {\"seconds\": \"1\"}}",
    "{\"unet_batch2\": {\"seconds\": -1}}", "{\"unet_batch2\": {\"seconds\": null, \"ops\": [1]}}",
    "{\"unet_batch2\": {\"seconds\": 1e999}}", "\377\376", "{\"vae_decode\": {\"seconds\": {}}}",
  };
  g_autofree char *path = cli_test_path ("bad.json");
  g_autofree char *deep = g_strnfill (100000, '[');
  g_auto (CliRun) missing = cli_run (MEASURE "--compare nowhere.json");
  g_auto (CliRun) folder = cli_run (MEASURE "--compare .");
  g_auto (CliRun) endless = cli_run (MEASURE "--compare /dev/zero");

  cli_assert_status (&missing, 1);
  cli_assert_complaint (&missing, "nowhere.json");
  cli_assert_status (&folder, 1);
  cli_assert_complaint (&folder, "--json");
  cli_assert_status (&endless, 1);
  cli_assert_complaint (&endless, "/dev/zero");
  for (guint i = 0; i <= G_N_ELEMENTS (bad); i++)
    {
      g_auto (CliRun) run = { 0 };

      g_assert_true (g_file_set_contents (path, i < G_N_ELEMENTS (bad) ? bad[i] : deep, -1, NULL));
      run = cli_run (MEASURE "--compare bad.json");
      cli_assert_status (&run, 1);
      cli_assert_complaint (&run, "bad.json");
      g_assert_cmpstr (run.out, ==, "");
    }
}

/* Nodes follow each other within their part, and parts follow each other. */
static void
check_events (JsonArray *events)
{
  double part_end = 0, node_end = 0;
  guint n_parts = 0, n_nodes = 0;

  for (guint i = 0; i < json_array_get_length (events); i++)
    {
      JsonObject *event = json_array_get_object_element (events, i);
      gboolean is_part;
      double start, end;

      g_assert_nonnull (json_object_get_string_member (event, "name"));
      if (g_str_equal (json_object_get_string_member (event, "ph"), "M"))
        continue;
      g_assert_cmpstr (json_object_get_string_member (event, "ph"), ==, "X");
      start = number (event, "ts");
      end = start + number (event, "dur");
      g_assert_cmpfloat (start, <=, end);
      is_part = g_str_equal (json_object_get_string_member (event, "cat"), "part");
      if (is_part)
        {
          g_assert_cmpfloat_with_epsilon (start, part_end, 0.01);
          part_end = end;
          n_parts++;
        }
      else
        {
          JsonObject *arguments = json_object_get_object_member (event, "args");

          g_assert_cmpfloat (start, >=, node_end - 0.01);
          g_assert_cmpfloat (end, <=, part_end + 0.01);
          g_assert_cmpstr (json_object_get_string_member (arguments, "op"), ==,
                           json_object_get_string_member (event, "cat"));
          g_assert_nonnull (strstr (json_object_get_string_member (arguments, "shapes"), "->"));
          g_assert_cmpfloat (number (arguments, "gflop"), >=, 0);
          n_nodes++;
        }
      node_end = is_part ? start : end;
    }
  g_assert_cmpuint (n_parts, ==, 2);
  g_assert_cmpuint (n_nodes, >, 20);
}

static void
test_bench_trace (void)
{
  g_autofree char *path = cli_test_path ("trace.json");
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_auto (CliRun) run = { 0 };
  g_auto (CliRun) nowhere = cli_run (MEASURE "--trace nowhere/trace.json");

  cli_assert_status (&nowhere, 1);
  cli_assert_complaint (&nowhere, "nowhere");
  if (!cli_can_generate ())
    return;
  run = cli_run (MEASURE "--only text_encoder,vae_decode --trace trace.json");
  cli_assert_status (&run, 0);
  g_assert_true (json_parser_load_from_file (parser, path, NULL));
  check_events (json_node_get_array (json_parser_get_root (parser)));
}

static void
write_manifest (const char *cases)
{
  g_autofree char *folder = cli_test_path ("golden");
  g_autofree char *path = g_build_filename (folder, "MANIFEST.json", NULL);
  g_autofree char *text = g_strdup_printf ("{\"version\": 1, \"cases\": [%s]}", cases);

  g_mkdir_with_parents (folder, 0777);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
test_parity_unknown (void)
{
  g_auto (CliRun) all = { 0 };
  g_auto (CliRun) none = { 0 };

  if (!cli_can_generate ())
    return;
  write_manifest ("{\"id\": \"strange\", \"group\": \"novelties\"}");
  all = cli_run ("parity golden");
  cli_assert_status (&all, 1);
  g_assert_true (g_str_has_suffix (all.out, "0 passed, 1 failed\n"));
  g_assert_nonnull (strstr (all.out, "strange"));
  none = cli_run ("parity golden --skip 'a,novel*'");
  cli_assert_status (&none, 0);
  g_assert_cmpstr (none.out, ==, "0 passed, 0 failed\n");
}

static void
test_parity_damaged (void)
{
  g_autofree char *path = NULL;
  g_auto (CliRun) run = { 0 };

  if (!cli_can_generate ())
    return;
  write_manifest ("");
  path = cli_test_path ("golden/MANIFEST.json");
  g_assert_true (g_file_set_contents (path, "{\"cases\": [", -1, NULL));
  run = cli_run ("parity golden");
  cli_assert_status (&run, 1);
  cli_assert_complaint (&run, "MANIFEST.json");
}

static void
test_parity_golden (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("GESSO_SHARED"), "golden", NULL);
  g_auto (CliRun) run = { 0 };

  if (!g_file_test (folder, G_FILE_TEST_IS_DIR) || !cli_can_generate ())
    {
      g_test_skip ("no reference cases here");
      return;
    }
  run = cli_run ("parity \"%s\" --only 'rng,tokenizer,text_encoder/sd1*'", folder);
  cli_assert_status (&run, 0);
  g_assert_null (g_strstr_len (run.out, -1, "FAILED"));
  g_assert_true (g_str_has_suffix (run.out, " passed, 0 failed\n"));
  g_assert_false (g_str_has_suffix (run.out, "\n0 passed, 0 failed\n"));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/measure/bench", test_bench);
  g_test_add_func ("/measure/bench-only", test_bench_only);
  g_test_add_func ("/measure/bench-train", test_bench_train);
  g_test_add_func ("/measure/bench-compare", test_bench_compare);
  g_test_add_func ("/measure/bench-compare-bad", test_bench_compare_bad);
  g_test_add_func ("/measure/bench-trace", test_bench_trace);
  g_test_add_func ("/measure/parity-unknown", test_parity_unknown);
  g_test_add_func ("/measure/parity-damaged", test_parity_damaged);
  g_test_add_func ("/measure/parity-golden", test_parity_golden);
  status = g_test_run ();
  cli_test_finish ();
  return status;
}
