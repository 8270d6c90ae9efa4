/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to tokens, with words of textual inversion among them. */
#include "io/prompt.h"

#include <string.h>

#define COMFY_PREFIX "embedding:"

void
gs_prompt_words_clear (gpointer word)
{
  g_free (((GsPromptWord *) word)->word);
}

/* Part of a word in whose middle no other one begins or ends. */
static gboolean
is_inside (char c)
{
  return g_ascii_isalnum (c) || c == '_' || (guchar) c >= 0x80;
}

/* The longest word that stands here, on its own. */
static const GsPromptWord *
word_at (const GArray *words, const char *text, const char *at)
{
  const GsPromptWord *found = NULL;
  gsize longest = 0;

  for (guint i = 0; i < words->len; i++)
    {
      const GsPromptWord *word = &g_array_index (words, GsPromptWord, i);
      const gsize n = strlen (word->word);

      if (n <= longest || g_ascii_strncasecmp (at, word->word, n) != 0)
        continue;
      if ((at > text && is_inside (at[-1]) && is_inside (at[0]))
          || (is_inside (at[n - 1]) && is_inside (at[n])))
        continue;
      found = word;
      longest = n;
    }
  return found;
}

static void
append_text (GsTokenizer *tokenizer, const char *text, gsize n_bytes, gboolean before_word,
             GArray *ids)
{
  g_autoptr (GArray) more = NULL;

  if (before_word && n_bytes >= strlen (COMFY_PREFIX)
      && g_ascii_strncasecmp (text + n_bytes - strlen (COMFY_PREFIX), COMFY_PREFIX,
                              strlen (COMFY_PREFIX)) == 0)
    n_bytes -= strlen (COMFY_PREFIX);
  if (n_bytes == 0)
    return;
  more = gs_tokenizer_encode (tokenizer, text, n_bytes);
  g_array_append_vals (ids, more->data, more->len);
}

GArray *
gs_prompt_encode_text (GsTokenizer *tokenizer, const char *text)
{
  const GArray *words = gs_tokenizer_get_words (tokenizer);
  GArray *ids;
  const char *from = text;

  if (words == NULL || words->len == 0)
    return gs_tokenizer_encode (tokenizer, text, -1);
  ids = g_array_new (FALSE, FALSE, sizeof (gint32));
  for (const char *at = text; *at != '\0';)
    {
      const GsPromptWord *word = word_at (words, text, at);

      if (word == NULL)
        {
          at++;
          continue;
        }
      append_text (tokenizer, from, at - from, TRUE, ids);
      for (guint i = 0; i < word->n_ids; i++)
        {
          const gint32 id = word->first_id + i;

          g_array_append_val (ids, id);
        }
      at += strlen (word->word);
      from = at;
    }
  append_text (tokenizer, from, strlen (from), FALSE, ids);
  return ids;
}

gboolean
gs_prompt_has_word (GsTokenizer *tokenizer, const char *text, const char *word)
{
  const GArray *words = gs_tokenizer_get_words (tokenizer);

  if (words == NULL)
    return FALSE;
  for (const char *at = text; *at != '\0';)
    {
      const GsPromptWord *found = word_at (words, text, at);

      if (found != NULL && g_ascii_strcasecmp (found->word, word) == 0)
        return TRUE;
      at += found != NULL ? strlen (found->word) : 1;
    }
  return FALSE;
}
