/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gesso-cli train: what it prints, and what cannot be done is said in a sentence. */
#include "cli-test.h"

#include <json-glib/json-glib.h>

static void
test_json (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_auto (CliRun) run = { 0 };
  JsonObject *object;
  const char *sample;

  if (!cli_can_generate ())
    return;
  cli_write_training_pictures ();
  run = cli_run ("train lora --data pictures --resolution 64 --steps 4 --sample-every 4 -p \"a house\" "
                 "--sample-steps 2 --json -o json.safetensors");
  cli_assert_status (&run, 0);
  g_assert_true (json_parser_load_from_data (parser, run.out, -1, NULL));
  object = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpint (json_object_get_int_member (object, "steps"), ==, 4);
  g_assert_cmpint (json_object_get_int_member (object, "pictures"), ==, 2);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "losses")), ==, 4);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "samples")), ==, 2);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "notes")), ==, 1);
  g_assert_cmpfloat (json_object_get_double_member (object, "iterations_per_second"), >, 0);
  g_assert_cmpint (json_object_get_int_member (object, "peak_bytes"), >, 0);
  sample = json_array_get_string_element (json_object_get_array_member (object, "samples"), 1);
  g_assert_true (g_path_is_absolute (sample));
  g_assert_true (g_file_test (sample, G_FILE_TEST_EXISTS));
}

static void
test_complaints (void)
{
  static const struct { const char *arguments, *text; int status; } cases[] = {
    { "train", "inversion or", 2 },
    { "train hat --data x -o y.safetensors", "hat", 2 },
    { "train lora -o y.safetensors", "--data", 2 },
    { "train lora --data pictures -o y.safetensors --from-scratch", "scratch", 2 },
    { "train starter --data pictures -o y.safetensors", "--data", 2 },
    { "train starter", "-o", 2 },
    { "train starter -o none/y.safetensors", "none", 1 },
    { "train lora --data pictures", "-o", 2 },
    { "train inversion --data pictures -o y.safetensors", "--word", 2 },
    { "train lora --data pictures -o y.safetensors --rank 0", "--rank", 2 },
    { "train lora --data pictures -o y.safetensors --optimizer best", "adamw", 2 },
    { "train lora --data nowhere -o y.safetensors", "nowhere", 1 },
    { "train lora --data pictures -o none/y.safetensors", "none", 1 },
    { "train lora --resume nowhere", "nowhere", 1 },
  };

  if (!cli_can_generate ())
    return;
  cli_write_training_pictures ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (CliRun) run = cli_run ("%s", cases[i].arguments);

      cli_assert_status (&run, cases[i].status);
      cli_assert_complaint (&run, cases[i].text);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/json", test_json);
  g_test_add_func ("/train/complaints", test_complaints);
  status = g_test_run ();
  cli_test_finish ();
  return status;
}
