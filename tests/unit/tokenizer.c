/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CLIP's tokenizer: against the starter's small vocabulary always, against OpenAI's where it is. */
#include "io/tokenizer.h"

#include "base/error.h"
#include "io/json-nul.h"
#include "io/safetensors.h"
#include "io/tokenizer-words.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

static char *
shared_path (const char *name)
{
  const char *shared = g_getenv ("GESSO_SHARED");
  g_autofree char *path = shared != NULL ? g_build_filename (shared, "golden", name, NULL) : NULL;

  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  g_test_skip ("the reference cases are not there");
  return NULL;
}

static char *
starter_path (const char *name)
{
  return g_build_filename (g_getenv ("GESSO_SOURCE_ROOT"), "resources", "starter", name, NULL);
}

static GsTokenizer *
open_vocabulary (const char *path)
{
  g_autoptr (GError) error = NULL;
  GsTokenizer *tokenizer = gs_tokenizer_new_from_path (path, &error);

  g_assert_no_error (error);
  return tokenizer;
}

static char *
ids_to_string (const gint32 *ids, guint n)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (out, "%s%d", i > 0 ? " " : "", ids[i]);
  return g_string_free (out, FALSE);
}

static char *
encode (GsTokenizer *tokenizer, const char *text, gssize n_bytes)
{
  g_autoptr (GArray) ids = gs_tokenizer_encode (tokenizer, text, n_bytes);

  return ids_to_string ((const gint32 *) (gconstpointer) ids->data, ids->len);
}

static void
assert_ids (GsTokenizer *tokenizer, const char *text, const char *want)
{
  g_autofree char *got = encode (tokenizer, text, -1);

  g_assert_cmpstr (got, ==, want);
}

/* ---- Words ---------------------------------------------------------------------------------- */

static void
assert_words (const char *text, const char *want)
{
  g_autoptr (GString) normal = gs_words_normalize (text, strlen (text));
  g_autoptr (GString) got = g_string_new (NULL);
  const char *at = normal->str;
  const char *word;
  gsize n;

  while (gs_words_next (&at, normal->str + normal->len, &word, &n))
    {
      g_string_append_len (got, word, n);
      g_string_append_c (got, '|');
    }
  g_assert_cmpstr (got->str, ==, want);
}

static void
test_words (void)
{
  assert_words ("", "");
  assert_words (" \t\n\xc2\xa0\xe3\x80\x80", "");
  assert_words ("DON'T you've 'tis o'clock", "don|'t|you|'ve|'t|is|o|'|clock|");
  assert_words ("v1.5, 4k!!", "v|1|.|5|,|4|k|!!|");
  assert_words ("a<|ENDOFTEXT|>b", "a|<|endoftext|>|b|");
  assert_words ("!<|endoftext|>", "!<||endoftext||>|");
  assert_words ("\xc2\xbd\xe2\x85\xa7", "\xc2\xbd|\xe2\x85\xb7|");   /* one half, Roman eight */
  assert_words ("e\xcc\x81", "\xc3\xa9|");                           /* composed */
  assert_words ("\xc4\xb0", "i|\xcc\x87|");                          /* I with a dot */
  assert_words ("\xce\xa3\xce\x91\xce\xa3", "\xcf\x83\xce\xb1\xcf\x82|"); /* final sigma */
  assert_words ("\xce\xa3", "\xcf\x83|");                            /* but not alone */
  assert_words ("\xef\xac\x81", "\xef\xac\x81|");                    /* ligatures stay */
  assert_words ("a'\xc5\xbf", "a|'\xc5\xbf|");                       /* long s is an s */
  assert_words ("x\xff\xfey", "x|\xef\xbf\xbd\xef\xbf\xbd|y|");      /* not UTF-8 */
}

/* ---- The starter's vocabulary --------------------------------------------------------------- */

static void
test_starter (void)
{
  g_autofree char *path = starter_path ("vocab.json");
  g_autoptr (GsTokenizer) tokenizer = open_vocabulary (path);

  g_assert_cmpuint (gs_tokenizer_get_n_vocab (tokenizer), ==, 1024);
  g_assert_cmpint (gs_tokenizer_get_bos (tokenizer), ==, 1022);
  g_assert_cmpint (gs_tokenizer_get_eos (tokenizer), ==, 1023);
  g_assert_cmpint (gs_tokenizer_get_pad (tokenizer), ==, 1023);
  g_assert_cmpint (gs_tokenizer_get_comma (tokenizer), ==, 267);
  assert_ids (tokenizer, "a red house under a yellow sun", "320 557 626 589 320 568 556");
  assert_ids (tokenizer, "three pink hot air balloons, masterpiece, 4k", "661 596 660 658 770 267 992 267 275 330");
  assert_ids (tokenizer, "UNSEEN zebra's", "516 536 68 333 89 68 836 320 6 338");
  assert_ids (tokenizer, "(night sky:1.2), don't", "263 585 549 281 272 269 273 8 267 67 515 6 339");
  assert_ids (tokenizer, "caf\xc3\xa9", "783 69 127 358");
  assert_ids (tokenizer, "<|startoftext|><|endoftext|>", "1022 1023");
  assert_ids (tokenizer, "", "");
}

/* ---- Byte pairs ----------------------------------------------------------------------------- */

/* The textbook's way: the pair of lowest rank, everywhere from left to right, again and again. */
static char *
encode_slowly (const char *const (*merges)[2], guint n_merges, const char *word)
{
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) out = g_string_new (NULL);

  for (const char *p = word; *p != '\0'; p++)
    g_ptr_array_add (pieces, g_strdup_printf ("%c%s", *p, p[1] == '\0' ? "</w>" : ""));
  for (;;)
    {
      guint best = n_merges;

      for (guint i = 0; i + 1 < pieces->len; i++)
        for (guint m = 0; m < best; m++)
          if (g_str_equal (pieces->pdata[i], merges[m][0]) && g_str_equal (pieces->pdata[i + 1], merges[m][1]))
            best = m;
      if (best == n_merges)
        break;
      for (guint i = 0; i + 1 < pieces->len; i++)
        if (g_str_equal (pieces->pdata[i], merges[best][0]) &&
            g_str_equal (pieces->pdata[i + 1], merges[best][1]))
          {
            char *joined = g_strconcat (pieces->pdata[i], pieces->pdata[i + 1], NULL);

            g_ptr_array_remove_index (pieces, i + 1);
            g_free (pieces->pdata[i]);
            pieces->pdata[i] = joined;
          }
    }
  for (guint i = 0; i < pieces->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? " " : "", (char *) pieces->pdata[i]);
  return g_strdup (out->str);
}

/* Random words over a vocabulary with traps: merges that produce the same token, out of order. */
static void
test_merge_order (void)
{
  static const char *const merges[][2] = {
    { "ab", "a" }, { "a", "b" }, { "abc", "a" }, { "b", "c" }, { "a", "bc" }, { "ab", "c" },
    { "a", "a" },  { "aa", "a" }, { "c", "a</w>" }, { "b", "b</w>" }, { "bb", "b</w>" }, { "b", "b" },
    { "aa", "aa" }, { "c", "c" },
  };
  g_autoptr (GsBpe) bpe = gs_bpe_new ();
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *letters = "abc";

  for (guint i = 0; i < 3; i++)
    {
      g_ptr_array_add (names, g_strdup_printf ("%c", letters[i]));
      g_ptr_array_add (names, g_strdup_printf ("%c</w>", letters[i]));
    }
  for (guint i = 0; i < G_N_ELEMENTS (merges); i++)
    {
      gs_bpe_add_merge (bpe, merges[i][0], merges[i][1]);
      g_ptr_array_add (names, g_strconcat (merges[i][0], merges[i][1], NULL));
    }
  for (guint i = 0; i < names->len; i++)
    gs_bpe_set_id (bpe, names->pdata[i], (gint32) i);
  gs_bpe_finish (bpe, 0);

  for (guint round = 0; round < 3000; round++)
    {
      char word[24] = { 0 };
      gint32 n = g_test_rand_int_range (1, sizeof word);
      g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint32));
      g_autoptr (GString) got = g_string_new (NULL);
      g_autofree char *want = NULL;

      for (gint32 i = 0; i < n; i++)
        word[i] = letters[g_test_rand_int_range (0, 3)];
      gs_bpe_encode (bpe, word, (gsize) n, ids);
      for (guint i = 0; i < ids->len; i++)
        g_string_append_printf (got, "%s%s", i > 0 ? " " : "",
                                (char *) names->pdata[g_array_index (ids, gint32, i)]);
      want = encode_slowly (merges, G_N_ELEMENTS (merges), word);
      g_assert_cmpstr (got->str, ==, want);
    }
}

/* A megabyte of anything takes a moment, not minutes. */
static void
test_long_text (void)
{
  g_autofree char *path = starter_path ("vocab.json");
  g_autoptr (GsTokenizer) tokenizer = open_vocabulary (path);
  const char *const units[] = { "a", "re", "\xcc\x81\xcc\xa3", "\xce\xa3.", "!", "(", "\xe1\x85\xa1" };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      gsize n = strlen (units[i]);
      g_autofree char *text = g_malloc (1 << 20);
      gint64 start = g_get_monotonic_time ();
      g_autoptr (GArray) ids = NULL;

      for (gsize b = 0; b < 1 << 20; b++)
        text[b] = units[i][b % n];
      ids = gs_tokenizer_encode (tokenizer, text, (1 << 20) / n * n);
      g_assert_cmpuint (ids->len, >, 0);
      g_assert_cmpint (g_get_monotonic_time () - start, <, 20 * G_USEC_PER_SEC);
    }
}

/* ---- Finding -------------------------------------------------------------------------------- */

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
  g_autofree char *starter = starter_path ("starter.safetensors");
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

static void
test_special_tokens (void)
{
  g_autofree char *folder = g_dir_make_tmp ("gesso-special-XXXXXX", NULL);
  g_autoptr (GsTokenizer) tokenizer = NULL;

  write_text (folder, "vocab.json", "{\"!\": 0, \"a\": 1, \"a</w>\": 2, \"<s>\": 3, \"</s>\": 4, \"?\": 5}");
  write_text (folder, "merges.txt", "#version: 0.2\na a</w>\n");
  write_text (folder, "tokenizer_config.json",
              "{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"</s>\", \"pad_token\": \"</s>\","
              " \"unk_token\": \"?\"}");
  write_text (folder, "special_tokens_map.json", "{\"pad_token\": \"!\"}");
  tokenizer = open_vocabulary (folder);
  g_assert_cmpint (gs_tokenizer_get_bos (tokenizer), ==, 3);
  g_assert_cmpint (gs_tokenizer_get_eos (tokenizer), ==, 4);
  g_assert_cmpint (gs_tokenizer_get_pad (tokenizer), ==, 0);
  assert_ids (tokenizer, "A", "2");
  assert_ids (tokenizer, "aa", "5"); /* merged into what the vocabulary lacks: unknown */
  assert_ids (tokenizer, "ab", "1 5");
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

/* ---- The reference's cases ------------------------------------------------------------------ */

/* "prompts" of prompts.json; the parser owns them */
static JsonArray *
load_prompts (JsonParser *parser, const char *path)
{
  g_autofree char *raw = NULL;
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;

  g_file_get_contents (path, &raw, &n, &error);
  g_assert_no_error (error);
  json = gs_json_protect_nul (raw, n);
  json_parser_load_from_data (parser, json, -1, &error);
  g_assert_no_error (error);
  return json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "prompts");
}

/* What a prompt should become: where tokenizers disagree, by the rules of the fast one. */
static GArray *
wanted_ids (JsonObject *prompt)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint32));
  JsonArray *array = json_object_get_array_member (prompt, "ids");

  if (!json_object_get_boolean_member (prompt, "agree"))
    array = json_object_get_array_member (json_object_get_object_member (prompt, "variants"), "hf_fast_rules");
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      gint32 id = (gint32) json_array_get_int_element (array, i);

      g_array_append_val (ids, id);
    }
  return ids;
}

static void
test_golden_prompts (void)
{
  g_autofree char *path = shared_path ("tokenizer/prompts.json");
  g_autofree char *vocabulary = shared_path ("tokenizer/bpe_simple_vocab_16e6.txt.gz");
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GsTokenizer) tokenizer = NULL;
  JsonArray *prompts;
  guint n_disagree = 0;

  if (path == NULL || vocabulary == NULL)
    return;
  tokenizer = open_vocabulary (vocabulary);
  prompts = load_prompts (parser, path);
  for (guint i = 0; i < json_array_get_length (prompts); i++)
    {
      JsonObject *prompt = json_array_get_object_element (prompts, i);
      gsize n;
      g_autofree char *text = gs_json_restore_nul (json_object_get_string_member (prompt, "text"), &n);
      g_autoptr (GArray) ids = wanted_ids (prompt);
      g_autofree char *want = ids_to_string ((const gint32 *) (gconstpointer) ids->data, ids->len);
      g_autofree char *got = encode (tokenizer, text, (gssize) n);

      if (!g_str_equal (got, want))
        g_error ("prompt %u, \"%s\":\n  got  %s\n  want %s", i, text, got, want);
      n_disagree += !json_object_get_boolean_member (prompt, "agree");
    }
  g_test_message ("%u prompts, %u of them by the fast tokenizer's rules", json_array_get_length (prompts),
                  n_disagree);
}

static void
check_padded (const GsStoredTensor *tensor, guint row, GArray *ids, GsTokenizer *tokenizer, gint32 pad)
{
  guint n = MIN (ids->len, 75);

  for (guint i = 0; i < 77; i++)
    {
      gint32 got, want;

      memcpy (&want, (const char *) tensor->data + (row * 77 + i) * sizeof want, sizeof want);
      if (i == 0)
        got = gs_tokenizer_get_bos (tokenizer);
      else if (i <= n)
        got = g_array_index (ids, gint32, i - 1);
      else
        got = i == n + 1 ? gs_tokenizer_get_eos (tokenizer) : pad;
      if (got != want)
        g_error ("row %u, place %u: %d, should be %d", row, i, got, want);
    }
}

/* The stored rows hold OpenAI's ids: where tokenizers disagree they are not ours, and are not compared. */
static void
test_golden_padded (void)
{
  g_autofree char *path = shared_path ("tokenizer/prompts.json");
  g_autofree char *rows_path = shared_path ("tokenizer/padded.safetensors");
  g_autofree char *vocabulary = shared_path ("tokenizer/bpe_simple_vocab_16e6.txt.gz");
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GsTokenizer) tokenizer = NULL;
  g_autoptr (GsSafetensors) file = NULL;
  JsonArray *prompts;
  guint n_rows = 0;

  if (path == NULL || rows_path == NULL || vocabulary == NULL)
    return;
  tokenizer = open_vocabulary (vocabulary);
  prompts = load_prompts (parser, path);
  file = gs_safetensors_open (rows_path, NULL);
  g_assert_nonnull (file);
  for (guint i = 0; i < json_array_get_length (prompts); i++)
    {
      JsonObject *prompt = json_array_get_object_element (prompts, i);
      gsize n;
      g_autofree char *text = gs_json_restore_nul (json_object_get_string_member (prompt, "text"), &n);
      g_autoptr (GArray) ids = gs_tokenizer_encode (tokenizer, text, (gssize) n);

      if (!json_object_get_boolean_member (prompt, "agree"))
        continue;
      check_padded (gs_safetensors_find (file, "out.sd1_ids"), i, ids, tokenizer, 49407);
      check_padded (gs_safetensors_find (file, "out.sd2_ids"), i, ids, tokenizer, 0);
      n_rows++;
    }
  g_test_message ("%u rows of 77, padded in two ways", n_rows);
}

static void
test_golden_formats (void)
{
  g_autofree char *path = shared_path ("formats/diffusers");
  g_autoptr (GError) error = NULL;
  g_autoptr (GsTokenizer) tokenizer = NULL;

  if (path == NULL)
    return;
  tokenizer = gs_tokenizer_find (path, 600, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (gs_tokenizer_get_n_vocab (tokenizer), ==, 600);
  g_assert_cmpint (gs_tokenizer_get_bos (tokenizer), ==, 598);
  g_assert_cmpint (gs_tokenizer_get_eos (tokenizer), ==, 599);
  g_assert_cmpint (gs_tokenizer_get_pad (tokenizer), ==, 599);
  assert_ids (tokenizer, "the", "189");
  assert_ids (tokenizer, "\xc3\xa9", "599 599"); /* bytes that this vocabulary lacks */
}

int
main (int argc, char *argv[])
{
  g_autofree char *home = g_dir_make_tmp ("gesso-data-XXXXXX", NULL);
  int status;

  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_setenv ("XDG_DATA_DIRS", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tokenizer/words", test_words);
  g_test_add_func ("/tokenizer/starter", test_starter);
  g_test_add_func ("/tokenizer/merge-order", test_merge_order);
  g_test_add_func ("/tokenizer/long-text", test_long_text);
  g_test_add_func ("/tokenizer/find", test_find);
  g_test_add_func ("/tokenizer/special-tokens", test_special_tokens);
  g_test_add_func ("/tokenizer/damaged", test_damaged);
  g_test_add_func ("/tokenizer/golden/prompts", test_golden_prompts);
  g_test_add_func ("/tokenizer/golden/padded", test_golden_padded);
  g_test_add_func ("/tokenizer/golden/formats", test_golden_formats);
  status = g_test_run ();
  g_rmdir (home);
  return status;
}
