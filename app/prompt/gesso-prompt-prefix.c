/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks back from the cursor. */
#include "gesso-prompt-prefix.h"

#include "prompt/gesso-prompt-syntax.h"

#define MIN_WORD 2 /* characters of a word before names are offered */

static const gunichar tag[] = { '<', 'l', 'o', 'r', 'a', ':' };

void
gesso_prompt_prefix_clear (GessoPromptPrefix *prefix)
{
  g_clear_pointer (&prefix->prefix, g_free);
}

/* Whether "<lora:" stands before the cursor with a name's characters alone in between. */
static gboolean
find_in_tag (const gunichar *text, guint cursor, guint *start)
{
  guint i = cursor;

  while (i > 0 && text[i - 1] != ':' && text[i - 1] != '<' && text[i - 1] != '>' &&
         text[i - 1] != '\n')
    i--;
  if (i < G_N_ELEMENTS (tag))
    return FALSE;
  for (guint k = 0; k < G_N_ELEMENTS (tag); k++)
    if (text[i - G_N_ELEMENTS (tag) + k] != tag[k])
      return FALSE;

  *start = i;
  return TRUE;
}

gboolean
gesso_prompt_prefix_find (const char *text, guint cursor, GessoPromptPrefix *prefix)
{
  glong length = 0;
  g_autofree gunichar *chars = g_utf8_to_ucs4_fast (text, -1, &length);
  g_autofree char *word = NULL;
  guint start = MIN (cursor, (guint) length);

  *prefix = (GessoPromptPrefix){ .end = start };
  if (find_in_tag (chars, start, &prefix->start))
    {
      prefix->in_tag = TRUE;
      prefix->closed = chars[prefix->end] == ':' || chars[prefix->end] == '>';
    }
  else
    {
      while (start > 0 && gesso_prompt_syntax_is_word (chars[start - 1]))
        start--;
      prefix->start = start;
      if (prefix->end - start < MIN_WORD || gesso_prompt_syntax_is_word (chars[prefix->end]))
        return FALSE;
    }

  word =
    g_ucs4_to_utf8 (chars + prefix->start, (glong) (prefix->end - prefix->start), NULL, NULL, NULL);
  if (word == NULL)
    return FALSE;
  prefix->prefix = gesso_prompt_syntax_fold (word);
  return TRUE;
}

void
gesso_prompt_prefix_complete (const GessoPromptPrefix *prefix, const char *name,
                              gboolean is_network, GessoPromptEdit *edit)
{
  *edit = (GessoPromptEdit){ .start = prefix->start, .end = prefix->end };
  if (prefix->in_tag)
    edit->text = g_strconcat (name, prefix->closed ? "" : ":1.0>", NULL);
  else if (is_network)
    edit->text = g_strconcat ("<lora:", name, ":1.0>", NULL);
  else
    edit->text = g_strdup (name);
  edit->select_start = edit->start + (guint) g_utf8_strlen (edit->text, -1);
  edit->select_end = edit->select_start;
}
