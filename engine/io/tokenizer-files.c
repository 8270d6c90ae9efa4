/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two kinds of vocabulary file: OpenAI's list of merges, and vocab.json with merges.txt. */
#include "io/tokenizer.h"

#include "base/error.h"
#include "io/json.h"

#include <gio/gio.h>
#include <string.h>

#define BEGIN_TOKEN "<|startoftext|>"
#define END_TOKEN "<|endoftext|>"

#define CLIP_MERGES 48894       /* of the 262145 lines of OpenAI's file CLIP uses so many */
#define MAX_FILE_BYTES (16 << 20) /* unpacked; OpenAI's is 3.1 MB */
#define MAX_ID (1 << 24)

/* ---- Reading -------------------------------------------------------------------------------- */

static GInputStream *
unpack (GInputStream *stream)
{
  g_autoptr (GConverter) unzip = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));

  return g_converter_input_stream_new (stream, unzip);
}

/* The whole file as text that ends in NUL, unpacked if its name ends in .gz. */
static char *
read_text (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) cause = NULL;
  gssize n = 0;
  guint8 block[1 << 14];

  stream = G_INPUT_STREAM (g_file_read (file, NULL, &cause));
  if (stream != NULL && g_str_has_suffix (path, ".gz"))
    {
      g_autoptr (GInputStream) packed = g_steal_pointer (&stream);

      stream = unpack (packed);
    }
  while (stream != NULL && (n = g_input_stream_read (stream, block, sizeof block, NULL, &cause)) > 0)
    {
      g_byte_array_append (bytes, block, (guint) n);
      if (bytes->len > MAX_FILE_BYTES)
        {
          g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                       "%s holds more than 16 MiB, far too much for a vocabulary", path);
          return NULL;
        }
    }
  if (cause != NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "The vocabulary %s cannot be read: %s", path,
                   cause->message);
      return NULL;
    }
  g_byte_array_append (bytes, (const guint8 *) "", 1);
  if (!g_utf8_validate ((const char *) bytes->data, (gssize) bytes->len - 1, NULL))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "The vocabulary %s is not text in UTF-8", path);
      return NULL;
    }
  return (char *) g_byte_array_free (g_steal_pointer (&bytes), FALSE);
}

/* ---- Merges --------------------------------------------------------------------------------- */

/* Cuts the line that starts at *at off the text and moves *at behind it; NULL at the end. */
static char *
next_line (char **at)
{
  char *line = *at;
  gsize n = strcspn (line, "\n");

  if (*line == '\0')
    return NULL;
  *at = line[n] == '\n' ? line + n + 1 : line + n;
  line[n] = '\0';
  if (n > 0 && line[n - 1] == '\r')
    line[n - 1] = '\0';
  return line;
}

/* Reads at most max_merges lines "left right" from text, which it cuts up. products: takes what
 * the merges make, in order, or NULL. */
static gboolean
read_merges (GsBpe *bpe, char *text, guint max_merges, GPtrArray *products, const char *path,
             GError **error)
{
  char *line;
  guint n = 0;

  while (n < max_merges && (line = next_line (&text)) != NULL)
    {
      char *space = strchr (line, ' ');

      if (*line == '\0')
        continue;
      if (space == NULL || space == line || space[1] == '\0' || strchr (space + 1, ' ') != NULL)
        {
          g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                       "The vocabulary %s is damaged: merge %u is not a pair of tokens", path, n + 1);
          return FALSE;
        }
      *space = '\0';
      gs_bpe_add_merge (bpe, line, space + 1);
      if (products != NULL)
        g_ptr_array_add (products, g_strconcat (line, space + 1, NULL));
      n++;
    }
  if (n > 0)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "The vocabulary %s has no merges", path);
  return FALSE;
}

/* ---- OpenAI's file -------------------------------------------------------------------------- */

/* Ids in order: the bytes, the bytes at the end of a word, the merges, begin, end. */
static void
number_clip_tokens (GsBpe *bpe, GPtrArray *products)
{
  guint8 order[256];
  gint32 id = 512;

  gs_bpe_byte_order (order);
  for (gint32 i = 0; i < 256; i++)
    {
      char name[6 + sizeof "</w>"];
      int n = g_unichar_to_utf8 (gs_bpe_byte_to_char (order[i]), name);

      name[n] = '\0';
      gs_bpe_set_id (bpe, name, i);
      strcpy (name + n, "</w>");
      gs_bpe_set_id (bpe, name, 256 + i);
    }
  for (guint i = 0; i < products->len; i++)
    gs_bpe_set_id (bpe, products->pdata[i], id++);
  gs_bpe_set_id (bpe, BEGIN_TOKEN, id++);
  gs_bpe_set_id (bpe, END_TOKEN, id);
}

static GsTokenizer *
new_from_merges (const char *path, GError **error)
{
  g_autofree char *text = read_text (path, error);
  g_autoptr (GsBpe) bpe = gs_bpe_new ();
  g_autoptr (GPtrArray) products = g_ptr_array_new_with_free_func (g_free);
  const char *first;
  char *at = text;

  if (text == NULL)
    return NULL;
  first = next_line (&at);
  if (first == NULL || strstr (first, "#version") == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "%s is not OpenAI's CLIP vocabulary: its first line names no version", path);
      return NULL;
    }
  if (!read_merges (bpe, at, CLIP_MERGES, products, path, error))
    return NULL;
  number_clip_tokens (bpe, products);
  gs_bpe_finish (bpe, gs_bpe_get_id (bpe, END_TOKEN));
  return gs_tokenizer_new (g_steal_pointer (&bpe), path, BEGIN_TOKEN, END_TOKEN, NULL, error);
}

/* ---- vocab.json and merges.txt -------------------------------------------------------------- */

static gboolean
read_ids (GsBpe *bpe, const char *path, GError **error)
{
  g_autoptr (JsonObject) vocabulary = gs_json_load_object (path, error);
  g_autoptr (GList) names = vocabulary != NULL ? json_object_get_members (vocabulary) : NULL;

  if (vocabulary == NULL)
    return FALSE;
  for (GList *l = names; l != NULL; l = l->next)
    {
      guint id;

      if (!gs_json_get_uint (vocabulary, l->data, &id) || id > MAX_ID)
        {
          g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                       "The vocabulary %s is damaged: the id of token \"%s\" is not a whole number from 0 to %d",
                       path, (const char *) l->data, MAX_ID);
          return FALSE;
        }
      gs_bpe_set_id (bpe, l->data, (gint32) id);
    }
  return TRUE;
}

/* A special token's text in a tokenizer's settings: a string, or an object that holds it. */
static const char *
special_token (JsonObject *settings, const char *key)
{
  const char *token = gs_json_get_string (settings, key);

  return token != NULL ? token : gs_json_get_string (gs_json_get_object (settings, key), "content");
}

/* The settings in a file beside the vocabulary, or NULL; they are not worth failing for. */
static JsonObject *
load_settings (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? gs_json_load_object (path, NULL) : NULL;
}

static GsTokenizer *
new_from_pair (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *merges_path = g_build_filename (folder, "merges.txt", NULL);
  g_autoptr (JsonObject) map = load_settings (folder, "special_tokens_map.json");
  g_autoptr (JsonObject) config = load_settings (folder, "tokenizer_config.json");
  g_autoptr (GsBpe) bpe = gs_bpe_new ();
  g_autofree char *text = NULL;
  const char *tokens[] = { "bos_token", "eos_token", "pad_token", "unk_token" };
  char *at;

  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++) /* the map wins, as in transformers */
    {
      const char *mapped = special_token (map, tokens[i]);

      tokens[i] = mapped != NULL ? mapped : special_token (config, tokens[i]);
    }
  if (!read_ids (bpe, path, error) || (text = read_text (merges_path, error)) == NULL)
    return NULL;
  at = text;
  if (g_str_has_prefix (text, "#version"))
    next_line (&at);
  if (!read_merges (bpe, at, G_MAXUINT, NULL, merges_path, error))
    return NULL;
  gs_bpe_finish (bpe, MAX (0, gs_bpe_get_id (bpe, tokens[3] != NULL ? tokens[3] : END_TOKEN)));
  return gs_tokenizer_new (g_steal_pointer (&bpe), path, tokens[0] != NULL ? tokens[0] : BEGIN_TOKEN,
                           tokens[1] != NULL ? tokens[1] : END_TOKEN, tokens[2], error);
}

/* ---- Either --------------------------------------------------------------------------------- */

char *
gs_tokenizer_locate (const char *path)
{
  static const char *const names[] = {
    "vocab.json", "bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt",
  };

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_file_test (path, G_FILE_TEST_EXISTS) ? g_strdup (path) : NULL;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      char *file = g_build_filename (path, names[i], NULL);

      if (g_file_test (file, G_FILE_TEST_IS_REGULAR))
        return file;
      g_free (file);
    }
  return NULL;
}

GsTokenizer *
gs_tokenizer_new_from_path (const char *path, GError **error)
{
  g_autofree char *file = gs_tokenizer_locate (path);

  if (file != NULL)
    return g_str_has_suffix (file, ".json") ? new_from_pair (file, error) : new_from_merges (file, error);
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
               "There is no vocabulary at %s; put vocab.json and merges.txt or "
               "bpe_simple_vocab_16e6.txt.gz there",
               path);
  return NULL;
}
