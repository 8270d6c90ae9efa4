/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds what the cursor means, then writes it anew with its next weight. */
#include "gesso-prompt-weight.h"

#include "prompt/gesso-prompt-syntax.h"

#include <math.h>
#include <string.h>

#define MAX_WEIGHT 10.0
#define EQUAL      1e-6

/* What is going to be weighted: content within brackets (or none yet) that reach from start to end. */
typedef struct
{
  guint start, end; /* brackets included */
  guint content_start, content_end;
  double weight;
} Group;

void
gesso_prompt_edit_clear (GessoPromptEdit *edit)
{
  g_clear_pointer (&edit->text, g_free);
}

/* ---- Numbers -------------------------------------------------------------------------------- */

static double
next_weight (double weight, int n_steps, double lowest)
{
  double next = weight + n_steps * GESSO_WEIGHT_STEP;

  /* A weight that somebody wrote beyond the limits may come back, but not go further. */
  if ((next > MAX_WEIGHT && n_steps > 0) || (next < lowest - EQUAL && n_steps < 0))
    return weight;
  return round (next * 1e6) / 1e6;
}

/* "1.15", "0.9", "2.0": at least one digit behind the point, never a comma. */
static void
append_weight (GString *string, double weight)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (number, sizeof (number), "%.6g", fabs (weight) < EQUAL ? 0.0 : weight);
  g_string_append (string, number);
  if (strpbrk (number, ".e") == NULL)
    g_string_append (string, ".0");
}

static void
append_chars (GString *string, const gunichar *text, guint start, guint end)
{
  for (guint i = start; i < end; i++)
    g_string_append_unichar (string, text[i]);
}

/* ---- "<lora:name:0.8>" ---------------------------------------------------------------------- */

/* The tag around the cursor: its number stands from number_start to number_end, without a colon before
 * it if there is none yet. */
static gboolean
find_tag (const gunichar *text, guint n_chars, guint cursor, guint *number_start, guint *number_end,
          double *weight)
{
  guint start = cursor, end, colon;
  g_autofree char *number = NULL;
  char *number_stop;

  while (start > 0 && text[start - 1] != '<')
    if (text[--start] == '>' || text[start] == '\n')
      return FALSE;
  for (end = cursor; end < n_chars && text[end] != '>'; end++)
    if (text[end] == '<' || text[end] == '\n')
      return FALSE;
  if (start == 0 || end == n_chars)
    return FALSE;

  for (colon = start; colon < end && text[colon] != ':'; colon++)
    ;
  if (colon == end)
    return FALSE;
  for (colon++; colon < end && text[colon] != ':'; colon++)
    ;
  *number_start = *number_end = colon;
  *weight = 1;
  if (colon == end)
    return TRUE;

  for (*number_start = *number_end = colon + 1; *number_end < end && text[*number_end] != ':';)
    (*number_end)++;
  number =
    g_ucs4_to_utf8 (text + *number_start, (glong) (*number_end - *number_start), NULL, NULL, NULL);
  *weight = g_ascii_strtod (number, &number_stop);
  return number_stop != number && *number_stop == '\0' && isfinite (*weight);
}

static gboolean
change_tag (const gunichar *text, guint n_chars, guint cursor, int n_steps, GessoPromptEdit *edit)
{
  g_autoptr (GString) number = g_string_new (NULL);
  double weight, next;

  if (!find_tag (text, n_chars, cursor, &edit->start, &edit->end, &weight))
    return FALSE;
  next = next_weight (weight, n_steps, -MAX_WEIGHT);
  if (next == weight)
    return FALSE;

  if (text[edit->start - 1] != ':' || edit->start == edit->end)
    g_string_append_c (number, ':');
  append_weight (number, next);
  edit->text = g_strdup (number->str);
  edit->select_start = MIN (cursor, edit->start + (guint) number->len);
  edit->select_end = edit->select_start;
  return TRUE;
}

/* ---- Groups --------------------------------------------------------------------------------- */

/* Old-style brackets directly round each other count together. */
static void
read_group (const gunichar *text, guint n_chars, const int *partners, guint open, Group *group)
{
  guint close = (guint) partners[open];
  double factor = text[open] == '(' ? 1.1 : 1 / 1.1;

  *group = (Group){ open, close + 1, open + 1, close, factor };
  if (gesso_prompt_syntax_read_weight (text, open, close, &group->content_end, &group->weight))
    return;

  group->content_end = close;
  group->weight = factor;
  while (group->content_end - group->content_start > 2 &&
         text[group->content_start] == text[open] &&
         partners[group->content_start] == (int) group->content_end - 1)
    {
      group->content_start++;
      group->content_end--;
      group->weight *= factor;
    }
  while (group->start > 0 && group->end < n_chars && text[group->start - 1] == text[open] &&
         partners[group->start - 1] == (int) group->end)
    {
      group->start--;
      group->end++;
      group->weight *= factor;
    }
  group->weight = round (group->weight / GESSO_WEIGHT_STEP) * GESSO_WEIGHT_STEP;
}

/* The innermost group round the cursor. */
static gboolean
find_group (const gunichar *text, guint n_chars, const int *partners, guint cursor, Group *group)
{
  for (guint i = cursor; i-- > 0;)
    if (partners[i] >= (int) cursor)
      {
        read_group (text, n_chars, partners, i, group);
        return TRUE;
      }

  return FALSE;
}

/* A group that the cursor touches from outside. */
static gboolean
find_touched (const gunichar *text, guint n_chars, const int *partners, guint cursor, Group *group)
{
  if (cursor > 0 && partners[cursor - 1] >= 0)
    read_group (text, n_chars, partners, (guint) partners[cursor - 1], group);
  else if (cursor < n_chars && partners[cursor] >= 0)
    read_group (text, n_chars, partners, cursor, group);
  else
    return FALSE;

  return TRUE;
}

static gboolean
is_in_word (const gunichar *text, guint n_chars, guint i)
{
  if (i >= n_chars)
    return FALSE;
  if (gesso_prompt_syntax_is_word (text[i]) || text[i] == '\\')
    return TRUE;
  return i > 0 && text[i - 1] == '\\' && (i < 2 || text[i - 2] != '\\');
}

static gboolean
find_word (const gunichar *text, guint n_chars, guint cursor, Group *group)
{
  guint start = cursor, end = cursor;

  while (start > 0 && is_in_word (text, n_chars, start - 1))
    start--;
  while (is_in_word (text, n_chars, end))
    end++;
  *group = (Group){ start, end, start, end, 1 };

  return start < end;
}

/* ---- Selections ----------------------------------------------------------------------------- */

static gboolean
is_balanced (const int *partners, guint start, guint end)
{
  for (guint i = start; i < end; i++)
    if (partners[i] == -1 ||
        (partners[i] >= 0 && (partners[i] < (int) start || partners[i] >= (int) end)))
      return FALSE;

  return TRUE;
}

/* A selection of a group, or of all that a group holds, means that group. */
static gboolean
find_selection (const gunichar *text, guint n_chars, const int *partners, guint start, guint end,
                Group *group)
{
  while (start < end && g_unichar_isspace (text[start]))
    start++;
  while (end > start && g_unichar_isspace (text[end - 1]))
    end--;
  if (start == end)
    return FALSE;

  if (partners[start] == (int) end - 1)
    {
      read_group (text, n_chars, partners, start, group);
      return TRUE;
    }
  if (start > 0 && partners[start - 1] > (int) start - 1)
    {
      read_group (text, n_chars, partners, start - 1, group);
      if (group->content_start == start && group->content_end == end)
        return TRUE;
    }
  if (!is_balanced (partners, start, end))
    return FALSE;

  *group = (Group){ start, end, start, end, 1 };
  return TRUE;
}

/* ---- The edit ------------------------------------------------------------------------------- */

static gboolean
change_group (const gunichar *text, const Group *group, int n_steps, GessoPromptEdit *edit)
{
  g_autoptr (GString) string = g_string_new (NULL);
  double next = next_weight (group->weight, n_steps, 0);
  gboolean plain = fabs (next - 1) < EQUAL;

  if (fabs (next - group->weight) < EQUAL)
    return FALSE;

  if (!plain)
    g_string_append_c (string, '(');
  append_chars (string, text, group->content_start, group->content_end);
  if (!plain)
    {
      g_string_append_c (string, ':');
      append_weight (string, next);
      g_string_append_c (string, ')');
    }
  edit->start = group->start;
  edit->end = group->end;
  edit->text = g_strdup (string->str);
  edit->select_start = group->start + (plain ? 0 : 1);
  edit->select_end = edit->select_start + group->content_end - group->content_start;
  return TRUE;
}

gboolean
gesso_prompt_weight_change (const char *text, guint selection_start, guint selection_end,
                            int n_steps, GessoPromptEdit *edit)
{
  glong length = 0;
  g_autofree gunichar *chars = g_utf8_to_ucs4_fast (text, -1, &length);
  guint n_chars = (guint) length;
  g_autofree int *partners = gesso_prompt_syntax_match (chars, n_chars);
  guint start = MIN (MIN (selection_start, selection_end), n_chars);
  guint end = MIN (MAX (selection_start, selection_end), n_chars);
  Group group;
  guint cursor;

  *edit = (GessoPromptEdit){ 0 };
  if (start < end)
    return find_selection (chars, n_chars, partners, start, end, &group) &&
           change_group (chars, &group, n_steps, edit);

  if (change_tag (chars, n_chars, start, n_steps, edit))
    return TRUE;
  if (!find_group (chars, n_chars, partners, start, &group) &&
      !find_word (chars, n_chars, start, &group) &&
      !find_touched (chars, n_chars, partners, start, &group))
    return FALSE;
  if (!change_group (chars, &group, n_steps, edit))
    return FALSE;

  /* The cursor stays at its place in the text. */
  cursor = CLAMP (start, group.content_start, group.content_end) - group.content_start;
  edit->select_end = edit->select_start = edit->select_start + cursor;
  return TRUE;
}
