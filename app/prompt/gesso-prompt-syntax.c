/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a prompt's text to spans, in one pass over its characters per kind. */
#include "gesso-prompt-syntax.h"

#include <string.h>

#define NO_PARTNER (-1)
#define NO_BRACKET (-2)

/* ---- Characters ----------------------------------------------------------------------------- */

gboolean
gesso_prompt_syntax_is_word (gunichar c)
{
  return c != 0 && !g_unichar_isspace (c) &&
         (c >= 128 || strchr ("()[]<>{},;:!?.\"|\\", (int) c) == NULL);
}

/* Letters and digits alone, as where the engine looks for BREAK. */
static gboolean
is_letter (gunichar c)
{
  return c == '_' || g_unichar_isalnum (c);
}

static gboolean
is_escape (const gunichar *text, guint i)
{
  return text[i] == '\\' && text[i + 1] != 0 && text[i + 1] < 128 &&
         strchr ("()[]\\", (int) text[i + 1]) != NULL;
}

char *
gesso_prompt_syntax_fold (const char *name)
{
  return g_utf8_casefold (name, -1);
}

static void
add (GArray *spans, GessoSpanKind kind, guint start, guint end)
{
  GessoSpan span = { kind, start, end };

  g_array_append_val (spans, span);
}

/* ---- Brackets ------------------------------------------------------------------------------- */

static void
open_bracket (GArray *stack, guint i)
{
  g_array_append_val (stack, i);
}

static void
close_bracket (GArray *stack, int *partners, guint i)
{
  guint open;

  if (stack->len == 0)
    return;

  open = g_array_index (stack, guint, stack->len - 1);
  g_array_set_size (stack, stack->len - 1);
  partners[open] = (int) i;
  partners[i] = (int) open;
}

int *
gesso_prompt_syntax_match (const gunichar *text, guint n_chars)
{
  g_autoptr (GArray) round = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) square = g_array_new (FALSE, FALSE, sizeof (guint));
  int *partners = g_new (int, n_chars + 1);

  for (guint i = 0; i < n_chars; i++)
    {
      GArray *stack = text[i] == '(' || text[i] == ')' ? round : square;

      partners[i] = NO_BRACKET;
      if (is_escape (text, i))
        partners[++i] = NO_BRACKET;
      else if (text[i] == '(' || text[i] == '[')
        {
          partners[i] = NO_PARTNER;
          open_bracket (stack, i);
        }
      else if (text[i] == ')' || text[i] == ']')
        {
          partners[i] = NO_PARTNER;
          close_bracket (stack, partners, i);
        }
    }

  return partners;
}

gboolean
gesso_prompt_syntax_read_weight (const gunichar *text, guint open, guint close, guint *colon,
                                 double *weight)
{
  guint start = close, first, last = close;
  g_autofree char *number = NULL;
  double value;
  char *end;

  while (start > open + 1 && text[start - 1] < 128 &&
         strchr ("+-.0123456789 ", (int) text[start - 1]))
    start--;
  if (text[close] != ')' || start == open + 1 || text[start - 1] != ':')
    return FALSE;

  for (first = start; first < close && text[first] == ' '; first++)
    ;
  while (last > first && text[last - 1] == ' ')
    last--;
  number = g_ucs4_to_utf8 (text + first, (glong) (last - first), NULL, NULL, NULL);
  if (number == NULL || *number == '\0')
    return FALSE;

  value = g_ascii_strtod (number, &end);
  if (*end != '\0')
    return FALSE;

  *weight = value;
  *colon = start - 1;
  return TRUE;
}

static gboolean
is_opening (gunichar c)
{
  return c == '(' || c == '[';
}

/* What the group that opens at open does to what is in it; GESSO_SPAN_MARK: nothing. */
static GessoSpanKind
get_group_kind (const gunichar *text, guint open, guint close)
{
  double weight = text[open] == '(' ? 1.1 : 1 / 1.1;
  guint colon;

  gesso_prompt_syntax_read_weight (text, open, close, &colon, &weight);
  if (weight == 1)
    return GESSO_SPAN_MARK;
  return weight > 1 ? GESSO_SPAN_STRONG : GESSO_SPAN_WEAK;
}

static void
add_run (GArray *spans, GessoSpanKind kind, guint start, guint end)
{
  GessoSpan *last = spans->len ? &g_array_index (spans, GessoSpan, spans->len - 1) : NULL;

  if (kind == GESSO_SPAN_MARK || start == end)
    return;
  if (last && last->kind == kind && last->end == start)
    last->end = end;
  else
    add (spans, kind, start, end);
}

/* The groups that are open at a place are a stack; round and square ones need not close in order, so
 * one that has closed stays on it until it is on top. */
static void
add_groups (GArray *spans, const gunichar *text, guint n_chars, const int *partners)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (GessoSpan));
  guint start = 0;

  for (guint i = 0; i < n_chars; i++)
    {
      GessoSpanKind kind = GESSO_SPAN_MARK;
      gboolean opening = is_opening (text[i]);

      if (partners[i] < 0)
        continue;
      if (stack->len)
        kind = g_array_index (stack, GessoSpan, stack->len - 1).kind;
      add_run (spans, kind, start, opening ? i : i + 1);
      start = opening ? i : i + 1;
      if (opening)
        add (stack, get_group_kind (text, i, (guint) partners[i]), i, (guint) partners[i]);
      while (stack->len && g_array_index (stack, GessoSpan, stack->len - 1).end <= i)
        g_array_set_size (stack, stack->len - 1);
    }
}

static void
add_marks (GArray *spans, const gunichar *text, guint n_chars, const int *partners)
{
  for (guint i = 0; i < n_chars; i++)
    if (partners[i] == NO_PARTNER)
      add (spans, GESSO_SPAN_ERROR, i, i + 1);
    else if (partners[i] >= 0 && is_opening (text[i]))
      add (spans, GESSO_SPAN_MARK, i, i + 1);
    else if (partners[i] >= 0)
      {
        guint colon = i;
        double weight;

        gesso_prompt_syntax_read_weight (text, (guint) partners[i], i, &colon, &weight);
        add (spans, GESSO_SPAN_MARK, colon, i + 1);
      }
}

/* ---- Words ---------------------------------------------------------------------------------- */

static gboolean
is_break (const gunichar *text, guint start, guint end)
{
  static const gunichar word[] = { 'B', 'R', 'E', 'A', 'K' };

  return end - start == G_N_ELEMENTS (word) && memcmp (text + start, word, sizeof (word)) == 0;
}

/* A bracket that is never closed reaches to the end, as in the engine. */
static void
add_breaks (GArray *spans, const gunichar *text, guint n_chars, const int *partners)
{
  guint depth = 0;

  for (guint i = 0; i < n_chars; i++)
    {
      guint start = i;

      if (partners[i] != NO_BRACKET)
        {
          if (is_opening (text[i]))
            depth++;
          else if (partners[i] >= 0)
            depth--;
          continue;
        }
      while (i < n_chars && is_letter (text[i]))
        i++;
      if (depth == 0 && is_break (text, start, i))
        add (spans, GESSO_SPAN_BREAK, start, i);
      if (i > start)
        i--;
    }
}

static void
add_embeddings (GArray *spans, const gunichar *text, guint n_chars, GHashTable *embeddings)
{
  for (guint i = 0; i < n_chars; i++)
    {
      guint start = i;
      g_autofree char *word = NULL;
      g_autofree char *name = NULL;

      while (i < n_chars && gesso_prompt_syntax_is_word (text[i]))
        i++;
      if (i == start)
        continue;
      word = g_ucs4_to_utf8 (text + start, (glong) (i - start), NULL, NULL, NULL);
      name = word ? gesso_prompt_syntax_fold (word) : NULL;
      if (name && g_hash_table_contains (embeddings, name))
        add (spans, GESSO_SPAN_EMBEDDING, start, i);
    }
}

/* ---- "<lora:name:0.8>" ---------------------------------------------------------------------- */

/* Where a network's tag that starts at i ends: behind its ">", 0 if it is none, and n_chars + 1 if
 * its ">" is missing. */
static guint
find_network_end (const gunichar *text, guint n_chars, guint i)
{
  guint p = i + 1;

  while (p < n_chars && is_letter (text[p]))
    p++;
  if (p == i + 1 || p == n_chars || text[p] != ':')
    return 0;
  for (p++; p < n_chars && text[p] != '<' && text[p] != '\n'; p++)
    if (text[p] == '>')
      return p + 1;

  return n_chars + 1;
}

static void
add_networks (GArray *spans, const gunichar *text, guint n_chars)
{
  for (guint i = 0; i < n_chars; i++)
    {
      guint end = text[i] == '<' ? find_network_end (text, n_chars, i) : 0;

      if (end > n_chars)
        add (spans, GESSO_SPAN_ERROR, i, i + 1);
      else if (end > 0)
        {
          add (spans, GESSO_SPAN_NETWORK, i, end);
          i = end - 1;
        }
    }
}

GArray *
gesso_prompt_syntax_parse (const char *text, GHashTable *embeddings)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (GessoSpan));
  glong length = 0;
  g_autofree gunichar *chars = g_utf8_to_ucs4_fast (text, -1, &length);
  guint n_chars = (guint) length;
  g_autofree int *partners = gesso_prompt_syntax_match (chars, n_chars);

  add_groups (spans, chars, n_chars, partners);
  add_marks (spans, chars, n_chars, partners);
  add_breaks (spans, chars, n_chars, partners);
  add_networks (spans, chars, n_chars);
  if (embeddings && g_hash_table_size (embeddings) > 0)
    add_embeddings (spans, chars, n_chars, embeddings);

  return spans;
}
