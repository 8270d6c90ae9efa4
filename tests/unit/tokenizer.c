/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CLIP's tokenizer: against a small vocabulary always, against OpenAI's where it is. */
#include "io/tokenizer.h"

#include "io/json-nul.h"
#include "io/tensor-file.h"

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
small_path (const char *name)
{
  return g_build_filename (g_getenv ("GESSO_SOURCE_ROOT"), "tests", "unit", "small-vocabulary",
                           name, NULL);
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

/* ---- A small vocabulary, with a file of its own so that training the starter moves no id --- */

static void
test_small (void)
{
  g_autofree char *path = small_path ("vocab.json");
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

/* A megabyte of anything takes a moment, not minutes. */
static void
test_long_text (void)
{
  g_autofree char *path = small_path ("vocab.json");
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
  g_autoptr (GsTensorFile) file = NULL;
  JsonArray *prompts;
  guint n_rows = 0;

  if (path == NULL || rows_path == NULL || vocabulary == NULL)
    return;
  tokenizer = open_vocabulary (vocabulary);
  prompts = load_prompts (parser, path);
  file = gs_tensor_file_open (rows_path, NULL);
  g_assert_nonnull (file);
  for (guint i = 0; i < json_array_get_length (prompts); i++)
    {
      JsonObject *prompt = json_array_get_object_element (prompts, i);
      gsize n;
      g_autofree char *text = gs_json_restore_nul (json_object_get_string_member (prompt, "text"), &n);
      g_autoptr (GArray) ids = gs_tokenizer_encode (tokenizer, text, (gssize) n);

      if (!json_object_get_boolean_member (prompt, "agree"))
        continue;
      check_padded (gs_tensor_file_find (file, "out.sd1_ids"), i, ids, tokenizer, 49407);
      check_padded (gs_tensor_file_find (file, "out.sd2_ids"), i, ids, tokenizer, 0);
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
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tokenizer/small", test_small);
  g_test_add_func ("/tokenizer/long-text", test_long_text);
  g_test_add_func ("/tokenizer/golden/prompts", test_golden_prompts);
  g_test_add_func ("/tokenizer/golden/padded", test_golden_padded);
  g_test_add_func ("/tokenizer/golden/formats", test_golden_formats);
  return g_test_run ();
}
