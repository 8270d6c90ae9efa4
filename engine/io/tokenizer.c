/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CLIP's tokenizer: words from tokenizer-words, their pieces from tokenizer-bpe. */
#include "io/tokenizer.h"

#include "base/error.h"
#include "io/tokenizer-words.h"

#include <string.h>

struct _GsTokenizer
{
  GsBpe *bpe;
  char  *path;
  char  *begin, *end; /* tokens that stand in text for themselves */
  gint32 bos, eos, pad, comma;
  GArray *words; /* GsPromptWord, or NULL */
};

static gboolean
find_token (GsTokenizer *tokenizer, const char *name, gint32 *id, GError **error)
{
  *id = gs_bpe_get_id (tokenizer->bpe, name);
  if (*id >= 0)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
               "The vocabulary %s lacks the token \"%s\"; use the tokenizer files that came with the model",
               tokenizer->path, name);
  return FALSE;
}

GsTokenizer *
gs_tokenizer_new (GsBpe *bpe, const char *path, const char *begin, const char *end, const char *pad,
                  GError **error)
{
  g_autoptr (GsTokenizer) tokenizer = g_new0 (GsTokenizer, 1);

  tokenizer->bpe = bpe;
  tokenizer->path = g_strdup (path);
  tokenizer->begin = g_strdup (begin);
  tokenizer->end = g_strdup (end);
  tokenizer->comma = gs_bpe_get_id (bpe, ",</w>");
  if (!find_token (tokenizer, begin, &tokenizer->bos, error) ||
      !find_token (tokenizer, end, &tokenizer->eos, error) ||
      !find_token (tokenizer, pad != NULL ? pad : end, &tokenizer->pad, error))
    return NULL;
  return g_steal_pointer (&tokenizer);
}

void
gs_tokenizer_free (GsTokenizer *tokenizer)
{
  if (tokenizer == NULL)
    return;
  gs_bpe_free (tokenizer->bpe);
  g_clear_pointer (&tokenizer->words, g_array_unref);
  g_free (tokenizer->path);
  g_free (tokenizer->begin);
  g_free (tokenizer->end);
  g_free (tokenizer);
}

static gboolean
word_is (const char *word, gsize n_bytes, const char *token)
{
  return strlen (token) == n_bytes && memcmp (word, token, n_bytes) == 0;
}

GArray *
gs_tokenizer_encode (GsTokenizer *tokenizer, const char *text, gssize n_bytes)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint32));
  g_autoptr (GString) normal =
      gs_words_normalize (text, n_bytes >= 0 ? (gsize) n_bytes : strlen (text));
  const char *at = normal->str;
  const char *word;
  gsize word_bytes;

  while (gs_words_next (&at, normal->str + normal->len, &word, &word_bytes))
    {
      if (word_is (word, word_bytes, tokenizer->begin))
        g_array_append_val (ids, tokenizer->bos);
      else if (word_is (word, word_bytes, tokenizer->end))
        g_array_append_val (ids, tokenizer->eos);
      else
        gs_bpe_encode (tokenizer->bpe, word, word_bytes, ids);
    }
  return ids;
}

void
gs_tokenizer_set_words (GsTokenizer *tokenizer, GArray *words)
{
  g_clear_pointer (&tokenizer->words, g_array_unref);
  tokenizer->words = words;
}

const GArray *
gs_tokenizer_get_words (GsTokenizer *tokenizer)
{
  return tokenizer->words;
}

gint32
gs_tokenizer_get_bos (GsTokenizer *tokenizer)
{
  return tokenizer->bos;
}

gint32
gs_tokenizer_get_eos (GsTokenizer *tokenizer)
{
  return tokenizer->eos;
}

gint32
gs_tokenizer_get_pad (GsTokenizer *tokenizer)
{
  return tokenizer->pad;
}

gint32
gs_tokenizer_get_comma (GsTokenizer *tokenizer)
{
  return tokenizer->comma;
}

guint
gs_tokenizer_get_n_vocab (GsTokenizer *tokenizer)
{
  return gs_bpe_get_n_vocab (tokenizer->bpe);
}

const char *
gs_tokenizer_get_path (GsTokenizer *tokenizer)
{
  return tokenizer->path;
}
