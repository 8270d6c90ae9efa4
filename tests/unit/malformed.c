/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reference collection of damaged and hostile model files: each ends as its manifest says,
 * none does harm. */
#include "models/model-config.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>

static JsonArray *
load_cases (const char *root, JsonObject **manifest)
{
  g_autofree char *path = g_build_filename (root, "MANIFEST.json", NULL);
  g_autoptr (GError) error = NULL;

  *manifest = gs_json_load_object (path, &error);
  g_assert_no_error (error);
  return gs_json_get_array (*manifest, "cases");
}

/* "reject": an error. "load": no error. "warn": either, but something is said. */
static void
check_case (const char *root, JsonObject *entry)
{
  const char *expected = gs_json_get_string (entry, "expected");
  const char *file = gs_json_get_string (entry, "file");
  g_autofree char *path = g_build_filename (root, file, NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) warnings = NULL;
  gboolean good = gs_model_verify (path, &warnings, &error);

  g_test_message ("%s (%s): %s", file, expected,
                  !good                 ? error->message
                  : warnings[0] != NULL ? warnings[0]
                                        : "good");
  g_assert_true (good == (error == NULL));
  if (error != NULL)
    {
      g_assert_cmpint (error->domain, ==, GS_ERROR);
      g_assert_true (error->code == GS_ERROR_BAD_FILE || error->code == GS_ERROR_UNSUPPORTED);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (strchr (error->message, '\n'));
    }
  if (g_str_equal (expected, "reject"))
    g_assert_false (good);
  else if (g_str_equal (expected, "load"))
    g_assert_true (good);
  else
    g_assert_true (!good || warnings[0] != NULL);
  if (strstr (file, "nan_weights") != NULL)
    g_assert_nonnull (strstr (warnings[0], "NaN"));
  if (strstr (file, "missing_tensors") != NULL)
    g_assert_nonnull (strstr (error->message, "incomplete"));
  if (strstr (file, "wrong_shape") != NULL)
    g_assert_nonnull (strstr (error->message, "5 input channels"));
  if (strstr (file, "lfs_pointer") != NULL)
    g_assert_nonnull (strstr (error->message, "git lfs pull"));
}

static void
test_collection (void)
{
  const char *shared = g_getenv ("GESSO_SHARED");
  g_autofree char *root = g_build_filename (shared != NULL ? shared : "", "golden", NULL);
  g_autoptr (JsonObject) manifest = NULL;
  JsonArray *cases;
  guint checked = 0;

  if (shared == NULL || !g_file_test (root, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("no reference files");
      return;
    }
  cases = load_cases (root, &manifest);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *entry = json_array_get_object_element (cases, i);

      if (!g_str_has_prefix (gs_json_get_string (entry, "id"), "malformed-"))
        continue;
      check_case (root, entry);
      checked++;
    }
  g_assert_cmpuint (checked, >, 40);
  g_assert_false (g_file_test ("PWNED", G_FILE_TEST_EXISTS));
}

/* The good single files and folders say nothing at all. */
static void
test_good_models (void)
{
  static const char *const models[] = { "golden/pipeline/mini_sd1.safetensors",
                                        "golden/formats/diffusers", "starter/starter.safetensors" };
  const char *shared = g_getenv ("GESSO_SHARED");

  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *path = g_build_filename (shared != NULL ? shared : "", models[i], NULL);
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) warnings = NULL;

      if (shared == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
        {
          g_test_skip ("no reference files");
          return;
        }
      gs_model_verify (path, &warnings, &error);
      g_assert_no_error (error);
      g_assert_null (warnings[0]);
    }
}

/* A real model cut short at many lengths, as a broken download leaves it. */
static void
test_cut_short (void)
{
  const char *shared = g_getenv ("GESSO_SHARED");
  g_autofree char *path =
    g_build_filename (shared != NULL ? shared : "", "golden/text_encoder/sd1.safetensors", NULL);
  g_autofree char *copy = g_build_filename (g_get_tmp_dir (), "gesso-cut-short.safetensors", NULL);
  g_autofree char *content = NULL;
  gsize size;

  if (shared == NULL || !g_file_get_contents (path, &content, &size, NULL))
    {
      g_test_skip ("no reference files");
      return;
    }
  for (gsize n = 0; n < size; n += size / 61)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (copy, content, n, NULL));
      g_assert_false (gs_model_verify (copy, NULL, &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
    }
  g_unlink (copy);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/malformed/collection", test_collection);
  g_test_add_func ("/malformed/good-models", test_good_models);
  g_test_add_func ("/malformed/cut-short", test_cut_short);
  return g_test_run ();
}
