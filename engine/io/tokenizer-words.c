/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normalisation and splitting of prompts into words, for CLIP's tokenizer. */
#include "io/tokenizer-words.h"

#include <string.h>

#define MAX_MARKS 256 /* glib sorts a run of combining marks in quadratic time */

/* ---- Canonical composition ------------------------------------------------------------------ */

/* Where a piece that can be composed by itself ends: text itself ends, or its marks get too many. */
static const char *
piece_end (const char *p, const char *end)
{
  guint marks = 0;

  while (p < end)
    {
      marks = g_unichar_combining_class (g_utf8_get_char (p)) != 0 ? marks + 1 : 0;
      p = g_utf8_next_char (p);
      if (marks >= MAX_MARKS)
        break;
    }
  return p;
}

/* text: no NULs */
static void
append_composed (GString *out, const char *text, gsize n_bytes)
{
  g_autofree char *valid = NULL;
  const char *p, *end;

  if (!g_utf8_validate (text, (gssize) n_bytes, NULL))
    {
      text = valid = g_utf8_make_valid (text, (gssize) n_bytes);
      n_bytes = strlen (text);
    }
  for (p = text, end = text + n_bytes; p < end;)
    {
      const char *next = piece_end (p, end);
      g_autofree char *composed = g_utf8_normalize (p, next - p, G_NORMALIZE_NFC);

      g_string_append (out, composed);
      p = next;
    }
}

/* ---- Lower case ----------------------------------------------------------------------------- */

/* Unicode's property Cased, for what is not case-ignorable as well. */
static gboolean
is_cased (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
      return TRUE;
    default:
      return c == 0xaa || c == 0xba || (c >= 0x2160 && c <= 0x217f) || (c >= 0x24b6 && c <= 0x24e9) ||
             (c >= 0x1f130 && c <= 0x1f149) || (c >= 0x1f150 && c <= 0x1f169) ||
             (c >= 0x1f170 && c <= 0x1f189);
    }
}

static gboolean
is_case_ignorable (gunichar c)
{
  static const gunichar inside_words[] = {
    '\'', '.', ':', 0xb7, 0x387, 0x55f, 0x5f4, 0x2018, 0x2019, 0x2024,
    0x2027, 0xfe13, 0xfe52, 0xfe55, 0xff07, 0xff0e, 0xff1a,
  };

  switch (g_unichar_type (c))
    {
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_FORMAT:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_MODIFIER_SYMBOL:
      return TRUE;
    default:
      for (guint i = 0; i < G_N_ELEMENTS (inside_words); i++)
        if (c == inside_words[i])
          return TRUE;
      return FALSE;
    }
}

/* A capital sigma ends a word if a cased letter stands before it and none after it (SpecialCasing). */
static gboolean
is_final_sigma (const char *start, const char *sigma, const char *end)
{
  const char *p = sigma;
  gboolean follows = FALSE;

  while (p > start && !follows)
    {
      p = g_utf8_prev_char (p);
      if (is_case_ignorable (g_utf8_get_char (p)))
        continue;
      if (!is_cased (g_utf8_get_char (p)))
        return FALSE;
      follows = TRUE;
    }
  if (!follows)
    return FALSE;
  for (p = g_utf8_next_char (sigma); p < end; p = g_utf8_next_char (p))
    if (!is_case_ignorable (g_utf8_get_char (p)))
      return !is_cased (g_utf8_get_char (p));
  return TRUE;
}

/* What g_unichar_tolower() leaves out: capitals that are numbers or symbols, not letters. */
static gunichar
to_lower (gunichar c)
{
  if (c >= 0x2160 && c <= 0x216f)
    return c + 16; /* Roman numerals */
  if (c >= 0x24b6 && c <= 0x24cf)
    return c + 26; /* circled letters */
  return g_unichar_tolower (c);
}

static GString *
lower_case (const GString *text)
{
  GString *out = g_string_sized_new (text->len);
  const char *end = text->str + text->len;

  for (const char *p = text->str; p < end; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c < 0x80)
        g_string_append_c (out, g_ascii_tolower ((char) c));
      else if (c == 0x130) /* the only letter whose lower case is two: i and a dot above */
        g_string_append (out, "i\xcc\x87");
      else if (c == 0x3a3)
        g_string_append_unichar (out, is_final_sigma (text->str, p, end) ? 0x3c2 : 0x3c3);
      else
        g_string_append_unichar (out, to_lower (c));
    }
  return out;
}

GString *
gs_words_normalize (const char *text, gsize n_bytes)
{
  g_autoptr (GString) composed = g_string_sized_new (n_bytes);
  const char *end = text + n_bytes;

  while (text < end)
    {
      const char *nul = memchr (text, '\0', (gsize) (end - text));
      const char *stop = nul != NULL ? nul : end;

      if (stop > text)
        append_composed (composed, text, (gsize) (stop - text));
      if (nul != NULL)
        g_string_append_c (composed, '\0');
      text = nul != NULL ? nul + 1 : end;
    }
  return lower_case (composed);
}

/* ---- Words ---------------------------------------------------------------------------------- */

typedef enum
{
  KIND_SPACE,
  KIND_LETTER,
  KIND_NUMBER,
  KIND_OTHER,
} Kind;

static gboolean
is_white_space (gunichar c)
{
  return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

/* The combining iota below is neither: without regard to case it equals a letter, so that OpenAI's
 * pattern finds it in no class and drops it. */
static Kind
kind_of (gunichar c)
{
  if (is_white_space (c) || c == 0x345)
    return KIND_SPACE;
  switch (g_unichar_type (c))
    {
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
      return KIND_LETTER;
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
      return KIND_NUMBER;
    default:
      return KIND_OTHER;
    }
}

/* Bytes of pattern at p, or 0. The long s is an s to a pattern that ignores case. */
static gsize
match (const char *p, const char *end, const char *pattern)
{
  const char *start = p;

  for (; *pattern != '\0'; pattern++)
    {
      if (p < end && *p == *pattern)
        p++;
      else if (*pattern == 's' && end - p >= 2 && p[0] == '\xc5' && p[1] == '\xbf')
        p += 2;
      else
        return 0;
    }
  return (gsize) (p - start);
}

static gsize
match_fixed (const char *p, const char *end)
{
  static const char *const patterns[] = {
    "<|startoftext|>", "<|endoftext|>", "'s", "'t", "'re", "'ve", "'m", "'ll", "'d",
  };
  gsize n = 0;

  if (*p == '<' || *p == '\'')
    for (guint i = 0; i < G_N_ELEMENTS (patterns) && n == 0; i++)
      n = match (p, end, patterns[i]);
  return n;
}

gboolean
gs_words_next (const char **at, const char *end, const char **word, gsize *n_bytes)
{
  const char *p = *at;
  gsize fixed;
  Kind kind;

  while (p < end && kind_of (g_utf8_get_char (p)) == KIND_SPACE)
    p = g_utf8_next_char (p);
  *word = p;
  if (p == end)
    {
      *at = p;
      return FALSE;
    }

  kind = kind_of (g_utf8_get_char (p));
  fixed = match_fixed (p, end);
  if (fixed > 0)
    p += fixed;
  else
    do
      p = g_utf8_next_char (p);
    while (kind != KIND_NUMBER && p < end && kind_of (g_utf8_get_char (p)) == kind);

  *n_bytes = (gsize) (p - *word);
  *at = p;
  return TRUE;
}
