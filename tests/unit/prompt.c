/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The prompt language: emphasis and chunks, as in A1111. */
#include "io/prompt.h"

#include "base/error.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

static char *
shared_path (const char *name)
{
  const char *shared = g_getenv ("GESSO_SHARED");
  g_autofree char *path =
      shared != NULL ? g_build_filename (shared, "golden", "tokenizer", name, NULL) : NULL;

  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  g_test_skip ("the reference cases are not there");
  return NULL;
}

static GsTokenizer *
open_vocabulary (const char *path)
{
  g_autoptr (GError) error = NULL;
  GsTokenizer *tokenizer = gs_tokenizer_new_from_path (path, &error);

  g_assert_no_error (error);
  return tokenizer;
}

static GsTokenizer *
open_small (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("GESSO_SOURCE_ROOT"), "tests", "unit",
                                            "small-vocabulary", NULL);

  return open_vocabulary (path);
}

/* ---- Emphasis ------------------------------------------------------------------------------- */

/* "text*weight|..." */
static char *
parts_to_string (const char *text)
{
  g_autoptr (GArray) parts = gs_prompt_parse (text);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < parts->len; i++)
    {
      const GsPromptPart *part = &g_array_index (parts, GsPromptPart, i);

      g_string_append_printf (out, "%s*%.4g|", part->text, part->weight);
    }
  return g_string_free (out, FALSE);
}

static void
assert_parts (const char *text, const char *want)
{
  g_autofree char *got = parts_to_string (text);

  g_assert_cmpstr (got, ==, want);
}

static void
test_emphasis (void)
{
  assert_parts ("", "*1|");
  assert_parts ("a (b) [c] ((d)) (e:1.3)", "a *1|b*1.1| *1|c*0.9091| *1|d*1.21| *1|e*1.3|");
  assert_parts ("(a [b:2] c:0.5)", "a *0.5|b:2*0.4545| c*0.5|");
  assert_parts ("(a: -1.5 )", "a*-1.5|");
  assert_parts ("\\(a\\) \\\\ \\x", "(a) \\ x*1|");
  assert_parts ("(open", "open*1.1|");
  assert_parts ("shut)]", "shut)]*1|");
  assert_parts ("a:1.5)", "a:1.5)*1|");
  assert_parts ("ends with \\", "ends with *1|");
  assert_parts ("(a:\xd9\xa1.\xd9\xa5)", "a*1.5|"); /* Arabic digits */
  assert_parts ("\xff(a)", "\xef\xbf\xbd*1|a*1.1|");
}

static void
test_break (void)
{
  assert_parts ("a BREAK b", "a*1|BREAK*-1|b*1|");
  assert_parts ("aBREAK BREAKb _BREAK", "aBREAK BREAKb _BREAK*1|");
  assert_parts ("a,BREAK\n\xe3\x80\x80,b", "a,*1|BREAK*-1|,b*1|");
  assert_parts ("BREAK BREAK", "*1|BREAK*-1|*1|BREAK*-1|*1|");
  assert_parts ("(a BREAK b:1.3)", "a*1.3|BREAK*-1.3|b*1.3|");
}

/* Where the reference raises an error the text stays, with the weight of plain brackets. */
static void
test_bad_weight (void)
{
  g_autofree char *digits = g_strnfill (400, '9');
  g_autofree char *huge = g_strconcat ("(a:", digits, ")", NULL);
  g_autoptr (GArray) parts = gs_prompt_parse (huge);

  assert_parts ("(a:1.2.3)", "a:1.2.3*1.1|");
  assert_parts ("(a:.)", "a:.*1.1|");
  assert_parts ("(a:...) b", "a:...*1.1| b*1|");
  g_assert_cmpuint (parts->len, ==, 1);
  g_assert_cmpfloat (g_array_index (parts, GsPromptPart, 0).weight, ==, 1.1);
}

static void
test_deep (void)
{
  const guint n = 1 << 18;
  const char *const units[] = { "(a", "[a", "(a:2)", "a)", ":", "\\", ": ", "((a:9999999)", " BREAK " };

  for (guint u = 0; u < G_N_ELEMENTS (units); u++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GArray) parts = NULL;
      gint64 start = g_get_monotonic_time ();

      for (guint i = 0; i < n; i++)
        g_string_append (text, units[u]);
      parts = gs_prompt_parse (text->str);
      g_assert_cmpint (g_get_monotonic_time () - start, <, 20 * G_USEC_PER_SEC);
      for (guint i = 0; i < parts->len; i++)
        g_assert_true (isfinite (g_array_index (parts, GsPromptPart, i).weight));
    }
}

/* ---- Chunks --------------------------------------------------------------------------------- */

static const GsPromptChunk *
get_chunk (GArray *chunks, guint i)
{
  return &g_array_index (chunks, GsPromptChunk, i);
}

/* n times a word of one token */
static char *
repeat (const char *word, guint n)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (out, "%s ", word);
  return g_string_free (out, FALSE);
}

static void
test_chunks (void)
{
  g_autoptr (GsTokenizer) tokenizer = open_small ();
  g_autoptr (GArray) chunks = gs_prompt_chunks (tokenizer, "a (red:1.5) house", NULL, NULL);
  const gint32 want[] = { 1022, 320, 557, 626, 1023, 1023 };
  GsPromptChunk empty;

  g_assert_cmpuint (chunks->len, ==, 1);
  g_assert_cmpuint (get_chunk (chunks, 0)->n_tokens, ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (want); i++)
    {
      g_assert_cmpint (get_chunk (chunks, 0)->ids[i], ==, want[i]);
      g_assert_cmpfloat (get_chunk (chunks, 0)->weights[i], ==, i == 2 ? 1.5f : 1.0f);
    }
  gs_prompt_chunk_init_empty (&empty, tokenizer);
  g_assert_cmpint (empty.ids[0], ==, 1022);
  g_assert_cmpint (empty.ids[76], ==, 1023);
  g_assert_cmpuint (empty.n_tokens, ==, 0);
}

static void
test_comma (void)
{
  g_autoptr (GsTokenizer) tokenizer = open_small ();
  g_autofree char *before = repeat ("red", 60);
  g_autofree char *far = repeat ("red", 50);
  g_autofree char *after = repeat ("house", 30);
  g_autofree char *near_text = g_strconcat (before, ", ", after, NULL);
  g_autofree char *far_text = g_strconcat (far, ", ", after, NULL);
  g_autoptr (GArray) near_chunks = gs_prompt_chunks (tokenizer, near_text, NULL, NULL);
  g_autoptr (GArray) far_chunks = gs_prompt_chunks (tokenizer, far_text, NULL, NULL);

  g_assert_cmpuint (near_chunks->len, ==, 2);
  g_assert_cmpuint (get_chunk (near_chunks, 0)->n_tokens, ==, 61); /* to the comma */
  g_assert_cmpuint (get_chunk (near_chunks, 1)->n_tokens, ==, 30);
  g_assert_cmpuint (far_chunks->len, ==, 2);
  g_assert_cmpuint (get_chunk (far_chunks, 0)->n_tokens, ==, 75);
  g_assert_cmpuint (get_chunk (far_chunks, 1)->n_tokens, ==, 6);
}

static void
test_count (void)
{
  g_autoptr (GsTokenizer) tokenizer = open_small ();
  g_autofree char *full = repeat ("red", 75);
  g_autofree char *more = repeat ("red", 76);
  const struct
  {
    const char *text;
    guint n_tokens, n_places;
  } cases[] = {
    { "", 0, 75 },     { "a red house", 3, 75 },  { full, 75, 75 },
    { more, 76, 150 }, { "a BREAK b", 76, 150 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint n_tokens, n_places;

      gs_prompt_count (tokenizer, cases[i].text, &n_tokens, &n_places);
      g_assert_cmpuint (n_tokens, ==, cases[i].n_tokens);
      g_assert_cmpuint (n_places, ==, cases[i].n_places);
    }
}

static void
test_too_long (void)
{
  g_autoptr (GsTokenizer) tokenizer = open_small ();
  g_autofree char *most = repeat ("red", 256 * 75);
  g_autofree char *too_many = repeat ("red", 256 * 75 + 1);
  g_autofree char *breaks = repeat ("BREAK", 100000);
  g_autoptr (GArray) chunks = gs_prompt_chunks (tokenizer, most, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (chunks->len, ==, 256);
  g_assert_null (gs_prompt_chunks (tokenizer, too_many, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (gs_prompt_chunks (tokenizer, breaks, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
}

/* ---- The reference's cases ------------------------------------------------------------------ */

static JsonArray *
load_cases (JsonParser *parser, const char *path)
{
  g_autoptr (GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "cases");
}

static void
check_parsed (const char *text, JsonArray *want)
{
  g_autoptr (GArray) got = gs_prompt_parse (text);

  if (got->len != json_array_get_length (want))
    g_error ("\"%s\": %u parts, should be %u", text, got->len, json_array_get_length (want));
  for (guint i = 0; i < got->len; i++)
    {
      const GsPromptPart *part = &g_array_index (got, GsPromptPart, i);
      JsonArray *pair = json_array_get_array_element (want, i);

      g_assert_cmpstr (part->text, ==, json_array_get_string_element (pair, 0));
      g_assert_cmpfloat (fabs (part->weight - json_array_get_double_element (pair, 1)), <=, 1e-9);
    }
}

static void
test_golden_attention (void)
{
  g_autofree char *path = shared_path ("attention.json");
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases;
  guint n_raising = 0;

  if (path == NULL)
    return;
  cases = load_cases (parser, path);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *one = json_array_get_object_element (cases, i);
      const char *text = json_object_get_string_member (one, "text");

      if (json_object_get_null_member (one, "parsed"))
        {
          g_autoptr (GArray) free_choice = gs_prompt_parse (text);

          g_assert_cmpuint (free_choice->len, >, 0);
          n_raising++;
        }
      else
        check_parsed (text, json_object_get_array_member (one, "parsed"));
    }
  g_test_message ("%u prompts, in %u of them the reference raises", json_array_get_length (cases), n_raising);
}

static void
check_chunk (const char *text, const GsPromptChunk *got, JsonObject *want)
{
  JsonArray *tokens = json_object_get_array_member (want, "tokens");
  JsonArray *weights = json_object_get_array_member (want, "multipliers");

  g_assert_cmpuint (json_array_get_length (tokens), ==, GS_PROMPT_LENGTH);
  for (guint i = 0; i < GS_PROMPT_LENGTH; i++)
    {
      if (got->ids[i] != json_array_get_int_element (tokens, i))
        g_error ("\"%.60s\": token %u is %d, should be %d", text, i, got->ids[i],
                 (int) json_array_get_int_element (tokens, i));
      g_assert_cmpfloat (fabs (got->weights[i] - json_array_get_double_element (weights, i)), <=, 1e-6);
    }
}

static void
test_golden_chunks (void)
{
  g_autofree char *path = shared_path ("chunks.json");
  g_autofree char *vocabulary = shared_path ("bpe_simple_vocab_16e6.txt.gz");
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GsTokenizer) tokenizer = NULL;
  JsonArray *cases;
  guint n_chunks = 0;

  if (path == NULL || vocabulary == NULL)
    return;
  tokenizer = open_vocabulary (vocabulary);
  cases = load_cases (parser, path);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *one = json_array_get_object_element (cases, i);
      const char *text = json_object_get_string_member (one, "text");
      JsonArray *want = json_object_get_array_member (one, "chunks");
      g_autoptr (GError) error = NULL;
      guint n_tokens;
      g_autoptr (GArray) got = gs_prompt_chunks (tokenizer, text, &n_tokens, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (got->len, ==, json_array_get_length (want));
      g_assert_cmpuint (n_tokens, ==, json_object_get_int_member (one, "token_count"));
      for (guint c = 0; c < got->len; c++)
        check_chunk (text, get_chunk (got, c), json_array_get_object_element (want, c));
      n_chunks += got->len;
    }
  g_test_message ("%u prompts, %u chunks", json_array_get_length (cases), n_chunks);
}

/* ---- LoRA ----------------------------------------------------------------------------------- */

static void
test_loras (void)
{
  static const struct
  {
    const char *text, *rest, *loras; /* "name text unet|" */
  } cases[] = {
    { "a house", "a house", "" },
    { "a <lora:oil:0.8>house", "a house", "oil 0.8 0.8|" },
    { "<lora:oil>", "", "oil 1 1|" },
    { "<lora: Oil paint :0.5:-1>x", "x", "Oil paint 0.5 -1|" },
    { "<lora:a:unet=0.2>x<lora:b:te=0.3>", "x", "a 1 0.2|b 0.3 0.3|" },
    { "<lora:a:te=0:unet=0.2>", "", "a 0 0.2|" },
    { "<lora:a:much>", "<lora:a:much>", "" },
    { "<lora:a:nan>", "<lora:a:nan>", "" },
    { "<lora::1>", "<lora::1>", "" },
    { "<lora:a:1", "<lora:a:1", "" },
    { "<lora>", "<lora>", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GArray) loras = NULL;
      g_autofree char *rest = gs_prompt_take_loras (cases[i].text, &loras);
      g_autoptr (GString) got = g_string_new (NULL);

      for (guint k = 0; k < loras->len; k++)
        {
          const GsPromptLora *lora = &g_array_index (loras, GsPromptLora, k);

          g_string_append_printf (got, "%s %g %g|", lora->name, lora->text_strength,
                                  lora->strength);
        }
      g_assert_cmpstr (rest, ==, cases[i].rest);
      g_assert_cmpstr (got->str, ==, cases[i].loras);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/prompt/emphasis", test_emphasis);
  g_test_add_func ("/prompt/break", test_break);
  g_test_add_func ("/prompt/bad-weight", test_bad_weight);
  g_test_add_func ("/prompt/deep", test_deep);
  g_test_add_func ("/prompt/chunks", test_chunks);
  g_test_add_func ("/prompt/comma", test_comma);
  g_test_add_func ("/prompt/count", test_count);
  g_test_add_func ("/prompt/too-long", test_too_long);
  g_test_add_func ("/prompt/loras", test_loras);
  g_test_add_func ("/prompt/golden/attention", test_golden_attention);
  g_test_add_func ("/prompt/golden/chunks", test_golden_chunks);
  return g_test_run ();
}
