/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Emphasis: from a prompt with brackets to parts with weights.
 *
 * The grammar, and in which order weights are multiplied, are those of
 * AUTOMATIC1111/stable-diffusion-webui, modules/prompt_parser.py: neighbours whose weights are equal to
 * the last bit become one part and are tokenized together.
 */
#include "io/prompt.h"

#include <math.h>
#include <string.h>

#define ROUND_WEIGHT 1.1
#define SQUARE_WEIGHT (1 / 1.1)
#define MAX_DEPTH 256
#define MAX_WEIGHT 1e9

typedef struct
{
  guint first[MAX_DEPTH]; /* for each open bracket the first part within */
  guint depth;
  guint ignored;          /* brackets opened beyond MAX_DEPTH */
} Brackets;

typedef struct
{
  GArray  *parts;
  Brackets round, square;
} Parser;

static void
clear_part (gpointer part)
{
  g_free (((GsPromptPart *) part)->text);
}

static void
add_part (Parser *parser, const char *text, gsize n_bytes, double weight)
{
  GsPromptPart part = { g_strndup (text, n_bytes), weight };

  g_array_append_val (parser->parts, part);
}

/* ---- Brackets ------------------------------------------------------------------------------- */

static void
multiply_from (Parser *parser, guint first, double factor)
{
  for (guint i = first; i < parser->parts->len; i++)
    {
      double *weight = &g_array_index (parser->parts, GsPromptPart, i).weight;

      *weight = CLAMP (*weight * factor, -MAX_WEIGHT, MAX_WEIGHT);
    }
}

static void
open_bracket (Parser *parser, Brackets *brackets)
{
  if (brackets->depth == MAX_DEPTH)
    brackets->ignored++;
  else
    brackets->first[brackets->depth++] = parser->parts->len;
}

/* FALSE if no bracket is open */
static gboolean
close_bracket (Parser *parser, Brackets *brackets, double factor)
{
  if (brackets->ignored > 0)
    brackets->ignored--;
  else if (brackets->depth > 0)
    multiply_from (parser, brackets->first[--brackets->depth], factor);
  else
    return FALSE;
  return TRUE;
}

/* ---- Characters, as Python's regular expressions class them --------------------------------- */

static gboolean
is_space (gunichar c)
{
  return (c >= 9 && c <= 13) || (c >= 28 && c <= 32) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

static gboolean
is_word (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return c == '_' || g_unichar_isalnum (c) || type == G_UNICODE_LETTER_NUMBER ||
         type == G_UNICODE_OTHER_NUMBER;
}

static const char *
skip_space (const char *p)
{
  while (is_space (g_utf8_get_char (p)))
    p = g_utf8_next_char (p);
  return p;
}

/* ---- ":1.3)" -------------------------------------------------------------------------------- */

/* Appends the number's sign, digits and points at p in ASCII; where it ends. */
static const char *
read_digits (const char *p, GString *number)
{
  if (*p == '+' || *p == '-')
    g_string_append_c (number, *p++);
  for (;; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '.')
        g_string_append_c (number, '.');
      else if (g_unichar_isdigit (c))
        g_string_append_c (number, (char) ('0' + g_unichar_digit_value (c)));
      else
        return p;
    }
}

/* Reads a weight and its closing bracket from p, which stands at a colon; where it ends, or NULL. */
static const char *
read_weight (const char *p, double *weight)
{
  g_autoptr (GString) number = g_string_new (NULL);
  char *end;

  p = skip_space (read_digits (skip_space (p + 1), number));
  *weight = g_ascii_strtod (number->str, &end);
  if (*p != ')' || end == number->str || *end != '\0' || !isfinite (*weight))
    return NULL;
  return p + 1;
}

/* ---- Text ----------------------------------------------------------------------------------- */

/* Whether BREAK stands at p as a word of its own, within a text that starts at start. */
static gboolean
is_break_at (const char *start, const char *p, const char *end)
{
  if (end - p < 5 || memcmp (p, "BREAK", 5) != 0)
    return FALSE;
  if (p > start && is_word (g_utf8_get_char (g_utf8_prev_char (p))))
    return FALSE;
  return p + 5 == end || !is_word (g_utf8_get_char (p + 5));
}

static const char *
trim_end (const char *start, const char *end)
{
  while (end > start && is_space (g_utf8_get_char (g_utf8_prev_char (end))))
    end = g_utf8_prev_char (end);
  return end;
}

/* Text without brackets: parts, with a break for each BREAK and the white space around it. */
static void
add_text (Parser *parser, const char *start, const char *end)
{
  const char *part = start;

  for (const char *p = start; p < end; p++)
    {
      const char *part_end;

      if (*p != 'B' || !is_break_at (start, p, end))
        continue;
      part_end = trim_end (part, p);
      add_part (parser, part, (gsize) (part_end - part), 1.0);
      add_part (parser, "BREAK", 5, -1.0);
      part = p = p + 5;
      while (part < end && is_space (g_utf8_get_char (part)))
        part = g_utf8_next_char (part);
      p = part - 1;
    }
  add_part (parser, part, (gsize) (end - part), 1.0);
}

/* ---- The grammar ---------------------------------------------------------------------------- */

/* Parses what stands at p, which is not the end, and returns where that ends. */
static const char *
parse_one (Parser *parser, const char *p)
{
  const char *end = p + strcspn (p, "\\()[]:");
  double weight;

  switch (*p)
    {
    case '\\':
      end = p[1] != '\0' && strchr ("()[]\\", p[1]) != NULL ? p + 2 : p + 1;
      add_part (parser, p + 1, (gsize) (end - p - 1), 1.0);
      return end;
    case '(':
      open_bracket (parser, &parser->round);
      return p + 1;
    case '[':
      open_bracket (parser, &parser->square);
      return p + 1;
    case ':':
      end = read_weight (p, &weight);
      if (end == NULL)
        end = p + 1;
      else if (close_bracket (parser, &parser->round, weight))
        return end;
      break;
    case ')':
      end = p + 1;
      if (close_bracket (parser, &parser->round, ROUND_WEIGHT))
        return end;
      break;
    case ']':
      end = p + 1;
      if (close_bracket (parser, &parser->square, SQUARE_WEIGHT))
        return end;
      break;
    default:
      break;
    }
  add_text (parser, p, end);
  return end;
}

/* Joins neighbours of the same weight. */
static GArray *
merge_equal (GArray *parts)
{
  GArray *merged = g_array_new (FALSE, FALSE, sizeof (GsPromptPart));
  guint i = 0;

  g_array_set_clear_func (merged, clear_part);
  while (i < parts->len)
    {
      GsPromptPart joined = { NULL, g_array_index (parts, GsPromptPart, i).weight };
      GString *text = g_string_new (NULL);

      for (; i < parts->len && g_array_index (parts, GsPromptPart, i).weight == joined.weight; i++)
        g_string_append (text, g_array_index (parts, GsPromptPart, i).text);
      joined.text = g_string_free (text, FALSE);
      g_array_append_val (merged, joined);
    }
  return merged;
}

GArray *
gs_prompt_parse (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree Parser *parser = g_new0 (Parser, 1);
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (GsPromptPart));

  g_array_set_clear_func (parts, clear_part);
  parser->parts = parts;
  for (const char *p = valid; *p != '\0';)
    p = parse_one (parser, p);

  for (guint i = 0; i < parser->round.depth; i++)
    multiply_from (parser, parser->round.first[i], ROUND_WEIGHT);
  for (guint i = 0; i < parser->square.depth; i++)
    multiply_from (parser, parser->square.first[i], SQUARE_WEIGHT);
  if (parts->len == 0)
    add_part (parser, "", 0, 1.0);
  return merge_equal (parts);
}

gboolean
gs_prompt_part_is_break (const GsPromptPart *part)
{
  return part->weight == -1.0 && strcmp (part->text, "BREAK") == 0;
}
