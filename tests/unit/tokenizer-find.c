/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vocabularies: where they are looked for, what their settings say, damaged ones. */
#include "io/tokenizer.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>

static void
write_text (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
remove_files (const char *folder)
{
  const char *const names[] = { "vocab.json", "merges.txt", "special_tokens_map.json", "tokenizer_config.json" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_unlink (path);
    }
}

static void
test_find (void)
{
  g_autofree char *root = g_dir_make_tmp ("gesso-find-XXXXXX", NULL);
  g_autofree char *data = g_build_filename (g_get_user_data_dir (), "gesso", NULL);
  g_autofree char *data_clip = g_build_filename (data, "clip", NULL);
  g_autofree char *model = g_build_filename (root, "model.safetensors", NULL);
  g_autofree char *starter =
      g_build_filename (g_getenv ("GESSO_SOURCE_ROOT"), "resources", "starter", "starter.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GsTokenizer) beside = NULL;
  g_autoptr (GsTokenizer) in_data = NULL;

  /* main() pointed XDG_DATA_HOME and XDG_DATA_DIRS at empty places */
  beside = gs_tokenizer_find (starter, 1024, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (gs_tokenizer_get_n_vocab (beside), ==, 1024);

  g_assert_null (gs_tokenizer_find (model, 49408, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (error->message, "gesso/clip"));
  g_clear_error (&error);

  write_text (root, "vocab.json", "{\"a\": 0, \"<|startoftext|>\": 1, \"<|endoftext|>\": 2}");
  write_text (root, "merges.txt", "#version: 0.2\na a\n");
  g_assert_null (gs_tokenizer_find (model, 49408, &error)); /* a neighbour's, of another size */
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (error->message, "3 tokens"));
  g_clear_error (&error);
  in_data = gs_tokenizer_find (root, 49408, &error); /* the folder's own may be smaller */
  g_assert_no_error (error);
  g_assert_cmpuint (gs_tokenizer_get_n_vocab (in_data), ==, 3);
  g_clear_pointer (&in_data, gs_tokenizer_free);
  remove_files (root);

  g_assert_cmpint (g_mkdir_with_parents (data_clip, 0700), ==, 0);
  write_text (data_clip, "vocab.json", "{\"a\": 0, \"<|startoftext|>\": 1, \"<|endoftext|>\": 3}");
  write_text (data_clip, "merges.txt", "a a\n");
  in_data = gs_tokenizer_find (model, 4, &error);
  g_assert_no_error (error);
  g_assert_nonnull (in_data);
  remove_files (data_clip);
  g_rmdir (data_clip);
  g_rmdir (data);
  g_rmdir (root);
}

/* In the folder of another model; of files that are no folders nothing is asked. */
static void
test_find_in (void)
{
  g_autofree char *root = g_dir_make_tmp ("gesso-find-XXXXXX", NULL);
  g_autofree char *inside = g_build_filename (root, "tokenizer", NULL);
  g_autoptr (GPtrArray) models = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GsTokenizer) tokenizer = NULL;

  g_ptr_array_add (models, g_build_filename (root, "model.safetensors", NULL));
  g_assert_null (gs_tokenizer_find_in (models, 3));
  g_ptr_array_add (models, g_strdup (root));
  g_assert_null (gs_tokenizer_find_in (models, 3));

  g_assert_cmpint (g_mkdir (inside, 0700), ==, 0);
  write_text (inside, "vocab.json", "{\"a\": 0, \"<|startoftext|>\": 1, \"<|endoftext|>\": 2}");
  write_text (inside, "merges.txt", "a a\n");
  g_assert_null (gs_tokenizer_find_in (models, 4));
  tokenizer = gs_tokenizer_find_in (models, 3);
  g_assert_nonnull (tokenizer);
  g_assert_cmpuint (gs_tokenizer_get_n_vocab (tokenizer), ==, 3);

  remove_files (inside);
  g_rmdir (inside);
  g_rmdir (root);
}

static void
assert_ids (GsTokenizer *tokenizer, const char *text, gint32 first, gint32 second)
{
  g_autoptr (GArray) ids = gs_tokenizer_encode (tokenizer, text, -1);

  g_assert_cmpuint (ids->len, ==, second >= 0 ? 2 : 1);
  g_assert_cmpint (g_array_index (ids, gint32, 0), ==, first);
  if (second >= 0)
    g_assert_cmpint (g_array_index (ids, gint32, 1), ==, second);
}

static void
test_special_tokens (void)
{
  g_autofree char *folder = g_dir_make_tmp ("gesso-special-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GsTokenizer) tokenizer = NULL;

  write_text (folder, "vocab.json", "{\"!\": 0, \"a\": 1, \"a</w>\": 2, \"<s>\": 3, \"</s>\": 4, \"?\": 5}");
  write_text (folder, "merges.txt", "#version: 0.2\na a</w>\n");
  write_text (folder, "tokenizer_config.json",
              "{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"</s>\", \"pad_token\": \"</s>\","
              " \"unk_token\": \"?\"}");
  write_text (folder, "special_tokens_map.json", "{\"pad_token\": \"!\"}");
  tokenizer = gs_tokenizer_new_from_path (folder, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gs_tokenizer_get_bos (tokenizer), ==, 3);
  g_assert_cmpint (gs_tokenizer_get_eos (tokenizer), ==, 4);
  g_assert_cmpint (gs_tokenizer_get_pad (tokenizer), ==, 0);
  assert_ids (tokenizer, "A", 2, -1);
  assert_ids (tokenizer, "aa", 5, -1); /* merged into what the vocabulary lacks: unknown */
  assert_ids (tokenizer, "ab", 1, 5);
  remove_files (folder);
  g_rmdir (folder);
}

static void
test_damaged (void)
{
  static const char *const cases[][2] = {
    { "", "a a\n" },
    { "[]", "a a\n" },
    { "{\"a\": -1}", "a a\n" },
    { "{\"a\": 99999999999}", "a a\n" },
    { "{\"a\": \"b\"}", "a a\n" },
    { "{\"a\": 0}", "a a\n" },
    { "{\"<|startoftext|>\": 1, \"<|endoftext|>\": 2}", "" },
    { "{\"<|startoftext|>\": 1, \"<|endoftext|>\": 2}", "a\n" },
    { "{\"<|startoftext|>\": 1, \"<|endoftext|>\": 2}", "a b c\n" },
    { "{\"<|startoftext|>\": 1, \"<|endoftext|>\": 2}", "a \xff\n" },
  };
  g_autofree char *folder = g_dir_make_tmp ("gesso-damaged-XXXXXX", NULL);
  g_autofree char *packed = g_build_filename (folder, "broken.txt.gz", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      write_text (folder, "vocab.json", cases[i][0]);
      write_text (folder, "merges.txt", cases[i][1]);
      g_assert_null (gs_tokenizer_new_from_path (folder, &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
    }
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      write_text (folder, "broken.txt.gz", i == 0 ? "not packed" : "\x1f\x8b\x08");
      g_assert_null (gs_tokenizer_new_from_path (packed, &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
    }
  g_unlink (packed);
  remove_files (folder);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  g_autofree char *home = g_dir_make_tmp ("gesso-data-XXXXXX", NULL);
  int status;

  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_setenv ("XDG_DATA_DIRS", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tokenizer-find/find", test_find);
  g_test_add_func ("/tokenizer-find/find-in", test_find_in);
  g_test_add_func ("/tokenizer-find/special-tokens", test_special_tokens);
  g_test_add_func ("/tokenizer-find/damaged", test_damaged);
  status = g_test_run ();
  g_rmdir (home);
  return status;
}
