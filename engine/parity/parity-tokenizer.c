/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Token ids, padded rows, the prompt language, and chunks of long prompts. All exact. */
#include "parity/parity.h"

#include "io/json-nul.h"
#include "io/prompt.h"

#include <math.h>
#include <string.h>

/* Where tokenizers in the field disagree, this is the variant that the engine follows. */
#define VARIANT "hf_fast_rules"

static JsonNode *
load_json (const char *path, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *text = NULL, *protected = NULL;
  gsize n_bytes;

  if (!g_file_get_contents (path, &text, &n_bytes, error))
    return NULL;
  protected = gs_json_protect_nul (text, n_bytes);
  if (!json_parser_load_from_data (parser, protected, -1, error))
    return NULL;
  if (json_parser_get_root (parser) == NULL
      || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "“%s” holds no JSON object", path);
      return NULL;
    }
  return json_parser_steal_root (parser);
}

/* The ids of an object's "text". */
static GArray *
encode_text (GsTokenizer *tokenizer, JsonObject *object)
{
  gsize n_bytes;
  g_autofree char *text = gs_json_restore_nul (
    json_object_get_string_member_with_default (object, "text", ""), &n_bytes);

  return gs_tokenizer_encode (tokenizer, text, n_bytes);
}

static JsonArray *
list_member (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/* The ids that the engine must give for an entry of "prompts". */
static JsonArray *
expected_ids (JsonObject *prompt)
{
  if (json_object_get_boolean_member_with_default (prompt, "agree", TRUE))
    return list_member (prompt, "ids");
  return list_member (json_object_get_object_member (prompt, "variants"), VARIANT);
}

static gboolean
ids_equal (JsonArray *want, const gint32 *got, gsize n)
{
  if (want == NULL || json_array_get_length (want) != n)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (json_array_get_int_element (want, i) != got[i])
      return FALSE;
  return TRUE;
}

static void
check_prompts (GsParityRun *run, GsTokenizer *tokenizer, JsonArray *prompts)
{
  for (guint i = 0; i < json_array_get_length (prompts); i++)
    {
      JsonObject *prompt = json_array_get_object_element (prompts, i);
      g_autoptr (GArray) ids = encode_text (tokenizer, prompt);

      gs_parity_expect (run, ids_equal (expected_ids (prompt), (const gint32 *) (gpointer) ids->data,
                                        ids->len),
                        "the ids of prompt %u", i);
    }
}

/* Begin, the first 75 ids, end, padding. */
static void
check_padded_row (GsParityRun *run, GsTokenizer *tokenizer, JsonArray *prompts, guint row,
                  const GsParityTensor *want, gint32 pad, const char *name)
{
  JsonObject *prompt = json_array_get_object_element (prompts, row);
  g_autoptr (GArray) ids = encode_text (tokenizer, prompt);
  const gboolean agree = json_object_get_boolean_member_with_default (prompt, "agree", TRUE);
  const guint length = want->dims[1];
  gboolean same = TRUE;

  for (guint i = 0; i < length; i++)
    {
      const guint n = MIN (ids->len, length - 2);
      gint32 got = pad, wanted = want->values[(gsize) row * length + i];

      if (!agree) /* the row was made with another variant's ids */
        {
          JsonArray *list = expected_ids (prompt);
          const guint n_wanted = MIN (json_array_get_length (list), length - 2);

          wanted = i == 0 ? gs_tokenizer_get_bos (tokenizer)
                   : i <= n_wanted ? (gint32) json_array_get_int_element (list, i - 1)
                   : i == n_wanted + 1 ? gs_tokenizer_get_eos (tokenizer) : pad;
        }
      if (i == 0)
        got = gs_tokenizer_get_bos (tokenizer);
      else if (i <= n)
        got = g_array_index (ids, gint32, i - 1);
      else if (i == n + 1)
        got = gs_tokenizer_get_eos (tokenizer);
      same &= got == wanted;
    }
  gs_parity_expect (run, same, "row %u of %s", row, name);
}

static gboolean
check_padded (GsParityRun *run, GsTokenizer *tokenizer, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "prompts.json", NULL);
  g_autoptr (JsonNode) root = load_json (path, error);
  g_autoptr (GsTensorFile) file = root != NULL ? gs_parity_open (run, error) : NULL;
  JsonArray *prompts;

  if (file == NULL)
    return FALSE;
  prompts = list_member (json_node_get_object (root), "prompts");
  for (guint family = 1; family <= 2; family++)
    {
      const gint32 pad = family == 1 ? gs_tokenizer_get_eos (tokenizer) : 0;
      g_autofree char *name = g_strdup_printf ("out.sd%u_ids", family);
      g_auto (GsParityTensor) want = { 0 };

      if (!gs_parity_has (file, "%s", name))
        continue;
      if (!gs_parity_read (file, &want, error, "%s", name))
        return FALSE;
      if (prompts == NULL || want.n_dims != 2 || want.dims[0] != json_array_get_length (prompts)
          || want.dims[1] < 2)
        {
          g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s does not fit prompts.json", name);
          return FALSE;
        }
      for (guint row = 0; row < want.dims[0]; row++)
        check_padded_row (run, tokenizer, prompts, row, &want, pad, name);
    }
  return TRUE;
}

static void
check_emphasis (GsParityRun *run, JsonObject *entry, guint number)
{
  g_autoptr (GArray) parts = gs_prompt_parse (json_object_get_string_member (entry, "text"));
  JsonArray *want = list_member (entry, "parsed");
  gboolean same = want != NULL && json_array_get_length (want) == parts->len;

  if (json_object_has_member (entry, "reference_raises"))
    return; /* it must not crash, that is all */
  for (guint i = 0; same && i < parts->len; i++)
    {
      const GsPromptPart *part = &g_array_index (parts, GsPromptPart, i);
      JsonArray *pair = json_array_get_array_element (want, i);

      same = g_str_equal (part->text, json_array_get_string_element (pair, 0))
             && fabs (part->weight - json_array_get_double_element (pair, 1)) <= 1e-9;
    }
  gs_parity_expect (run, same, "the emphasis of case %u, “%s”", number,
                    json_object_get_string_member (entry, "text"));
}

static gboolean
chunk_equal (const GsPromptChunk *chunk, JsonObject *want)
{
  JsonArray *tokens = list_member (want, "tokens"), *weights = list_member (want, "multipliers");

  if (!ids_equal (tokens, chunk->ids, GS_PROMPT_LENGTH) || weights == NULL
      || json_array_get_length (weights) != GS_PROMPT_LENGTH)
    return FALSE;
  for (guint i = 0; i < GS_PROMPT_LENGTH; i++)
    if (!(fabs (chunk->weights[i] - json_array_get_double_element (weights, i)) <= 1e-6))
      return FALSE;
  return TRUE;
}

static gboolean
check_chunks (GsParityRun *run, GsTokenizer *tokenizer, JsonObject *entry, guint number,
              GError **error)
{
  g_autoptr (GArray) chunks = NULL;
  JsonArray *want = list_member (entry, "chunks");
  gboolean same;

  chunks = gs_prompt_chunks (tokenizer, json_object_get_string_member (entry, "text"), NULL, error);
  if (chunks == NULL)
    return FALSE;
  same = json_array_get_length (want) == chunks->len;
  for (guint i = 0; same && i < chunks->len; i++)
    same = chunk_equal (&g_array_index (chunks, GsPromptChunk, i),
                        json_array_get_object_element (want, i));
  gs_parity_expect (run, same, "the chunks of case %u", number);
  return TRUE;
}

static gboolean
check_cases (GsParityRun *run, GsTokenizer *tokenizer, JsonArray *cases, GError **error)
{
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *entry = json_array_get_object_element (cases, i);

      if (json_object_has_member (entry, "chunks"))
        {
          if (!check_chunks (run, tokenizer, entry, i, error))
            return FALSE;
        }
      else
        check_emphasis (run, entry, i);
    }
  return TRUE;
}

gboolean
gs_parity_tokenizer (GsParityRun *run, GError **error)
{
  g_autofree char *path = gs_parity_path (run, gs_parity_string (run, "file"), error);
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;
  g_autoptr (GsTokenizer) tokenizer = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;

  if (path == NULL)
    return FALSE;
  tokenizer = gs_tokenizer_new_from_path (folder, error);
  if (tokenizer == NULL)
    return FALSE;
  if (g_str_has_suffix (path, ".safetensors"))
    return check_padded (run, tokenizer, folder, error);
  root = load_json (path, error);
  if (root == NULL)
    return FALSE;
  object = json_node_get_object (root);
  if (list_member (object, "prompts") != NULL)
    check_prompts (run, tokenizer, list_member (object, "prompts"));
  else if (list_member (object, "cases") != NULL)
    return check_cases (run, tokenizer, list_member (object, "cases"), error);
  return TRUE;
}
