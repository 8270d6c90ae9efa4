/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "gesso-cli info": of devices, the starter model, a picture, and of files that are none of it. */
#include "cli-test.h"

#include <string.h>

#include <json-glib/json-glib.h>

static void
test_devices (void)
{
  g_auto (CliRun) run = cli_run ("info --json");
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *info;
  JsonArray *devices;

  if (run.status != 0)
    {
      cli_assert_complaint (&run, "Vulkan");
      g_test_skip ("no Vulkan device");
      return;
    }
  g_assert_true (json_parser_load_from_data (parser, run.out, -1, NULL));
  info = json_node_get_object (json_parser_get_root (parser));
  devices = json_object_get_array_member (info, "devices");
  g_assert_cmpuint (json_array_get_length (devices), >, 0);
  g_assert_nonnull (json_object_get_string_member (info, "chosen"));
  g_assert_nonnull (json_object_get_string_member (info, "reason"));
}

static void
test_no_such_device (void)
{
  g_auto (CliRun) run = cli_run ("info --device \"no such device\"");

  cli_assert_status (&run, 1);
  cli_assert_complaint (&run, "no such device");
}

static void
test_starter (void)
{
  g_auto (CliRun) run = cli_run ("info starter");

  cli_assert_status (&run, 0);
  g_assert_nonnull (strstr (run.out, "Family      SD 1.x\n"));
  g_assert_nonnull (strstr (run.out, "Type        F16\n"));
  g_assert_nonnull (strstr (run.out, "Missing     0\n"));
}

static void
test_plain_picture (void)
{
  g_auto (CliRun) run = { 0 };

  cli_write_picture ("plain.png", 16, 16);
  run = cli_run ("info plain.png");
  cli_assert_status (&run, 1);
  cli_assert_complaint (&run, "no settings");
}

static void
test_settings (void)
{
  const char *settings = "a house\nNegative prompt: fog\nSteps: 4, Seed: 1, Size: 16x16";
  g_autoptr (GsImage) image = NULL;
  g_autofree char *path = cli_test_path ("settings.png");
  g_autoptr (GError) error = NULL;
  g_auto (CliRun) run = { 0 };

  cli_write_picture ("plain.png", 16, 16);
  image = cli_load_picture ("plain.png");
  gs_image_save_png (image, path, settings, &error);
  g_assert_no_error (error);
  run = cli_run ("info settings.png");
  cli_assert_status (&run, 0);
  g_assert_true (g_str_has_prefix (run.out, settings));
  g_assert_cmpuint (strlen (run.out), ==, strlen (settings) + 1);
}

static void
test_garbage (void)
{
  static const struct
  {
    const char *name, *bytes;
    gsize       n_bytes;
  } files[] = {
    { "empty.safetensors", "", 0 },
    { "short.safetensors", "\x08", 1 },
    { "huge.safetensors", "\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10 },
    { "cut.png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16 },
    { "text.safetensors", "this is not a model at all", 26 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = cli_test_path (files[i].name);
      g_auto (CliRun) run = { 0 };

      g_assert_true (g_file_set_contents (path, files[i].bytes, files[i].n_bytes, NULL));
      run = cli_run ("info %s", files[i].name);
      cli_assert_status (&run, 1);
      cli_assert_complaint (&run, files[i].name);
    }
}

/* The width of the CPU driver's vectors is measured once, kept, and forgotten with another driver. */
static void
test_vector_width (void)
{
  g_autofree char *cache = g_build_filename (cli_test_folder (), "cache", NULL);
  g_autofree char *path = g_build_filename (cache, "gesso", "vector-width", NULL);
  g_autofree char *before = g_strdup (g_getenv ("XDG_CACHE_HOME"));
  g_autofree char *text = NULL;
  g_auto (CliRun) first = { 0 }, second = { 0 };

  if (!cli_can_generate ())
    return;
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_setenv ("GESSO_TRY_WIDE_VECTORS", "1", TRUE);
  first = cli_run ("info");
  cli_assert_status (&first, 0);
  if (!g_file_get_contents (path, &text, NULL, NULL))
    g_test_skip ("the best device is no CPU driver");
  else
    {
      g_assert_true (g_str_has_prefix (text, "256\n") || g_str_has_prefix (text, "512\n"));
      g_assert_true (g_file_set_contents (path, "256\nsome other driver\n", -1, NULL));
      second = cli_run ("generate -p house --steps 1 -W 64 -H 64 -o width.png");
      cli_assert_status (&second, 0);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
  g_unsetenv ("GESSO_TRY_WIDE_VECTORS");
  if (before != NULL)
    g_setenv ("XDG_CACHE_HOME", before, TRUE);
  else
    g_unsetenv ("XDG_CACHE_HOME");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/info/devices", test_devices);
  g_test_add_func ("/info/no-such-device", test_no_such_device);
  g_test_add_func ("/info/starter", test_starter);
  g_test_add_func ("/info/plain-picture", test_plain_picture);
  g_test_add_func ("/info/settings", test_settings);
  g_test_add_func ("/info/garbage", test_garbage);
  g_test_add_func ("/info/vector-width", test_vector_width);
  status = g_test_run ();
  cli_test_finish ();
  return status;
}
