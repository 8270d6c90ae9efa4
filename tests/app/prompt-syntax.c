/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is highlighted in a prompt: a table of texts and their spans, written as one line each. */
#include "prompt/gesso-prompt-syntax.h"

#include <locale.h>
#include <string.h>

static const char *const names[GESSO_N_SPAN_KINDS] = {
  "strong", "weak", "mark", "network", "embedding", "break", "error", "unknown",
};

static char *
describe (const char *text, GHashTable *embeddings)
{
  g_autoptr (GArray) spans = gesso_prompt_syntax_parse (text, embeddings);
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < spans->len; i++)
    {
      GessoSpan span = g_array_index (spans, GessoSpan, i);

      g_assert_cmpuint (span.start, <, span.end);
      g_assert_cmpuint (span.end, <=, (guint) g_utf8_strlen (text, -1));
      g_string_append_printf (line, "%s%s %u-%u", i ? ", " : "", names[span.kind], span.start,
                              span.end);
    }

  return g_strdup (line->str);
}

static void
test_table (void)
{
  static const struct
  {
    const char *text, *spans;
  } cases[] = {
    { "", "" },
    { "a red house, snow", "" },
    { "(a)", "strong 0-3, mark 0-1, mark 2-3" },
    { "[a]", "weak 0-3, mark 0-1, mark 2-3" },
    { "(a:1.2)", "strong 0-7, mark 0-1, mark 2-7" },
    { "(a:0.8)", "weak 0-7, mark 0-1, mark 2-7" },
    { "(a:1.0)", "mark 0-1, mark 2-7" },
    { "(a: 1.2 )", "strong 0-9, mark 0-1, mark 2-9" },
    { "(a:1.2.3)", "strong 0-9, mark 0-1, mark 8-9" },
    { "(a:b)", "strong 0-5, mark 0-1, mark 4-5" },
    { "[a:1.2]", "weak 0-7, mark 0-1, mark 6-7" },
    { "(:1.2)", "strong 0-6, mark 0-1, mark 1-6" },
    { "((a))", "strong 0-5, mark 0-1, mark 1-2, mark 3-4, mark 4-5" },
    { "([a)]", "strong 0-1, weak 1-5, mark 0-1, mark 1-2, mark 3-4, mark 4-5" },
    { "(a [b] c)", "strong 0-3, weak 3-6, strong 6-9, mark 0-1, mark 3-4, mark 5-6, mark 8-9" },
    { "(a (b:1) c)", "strong 0-3, strong 8-11, mark 0-1, mark 3-4, mark 5-8, mark 10-11" },
    { "ä (ö:1.2)", "strong 2-9, mark 2-3, mark 4-9" },
    { "(a", "error 0-1" },
    { "a)", "error 1-2" },
    { "[[a]", "weak 1-4, error 0-1, mark 1-2, mark 3-4" },
    { "\\(a\\)", "" },
    { "\\\\(a)", "strong 2-5, mark 2-3, mark 4-5" },
    { "a\\", "" },
    { "a BREAK b", "break 2-7" },
    { "BREAK,BREAK", "break 0-5, break 6-11" },
    { "BREAKS aBREAK break", "" },
    { "(a BREAK b) BREAK", "strong 0-11, mark 0-1, mark 10-11, break 12-17" },
    { "(a BREAK", "error 0-1" },
    { "a) BREAK", "error 1-2, break 3-8" },
    { "<lora:ink:0.8> x", "network 0-14" },
    { "<lora:ink>", "network 0-10" },
    { "<lora:ink x", "error 0-1" },
    { "<lora:a <lora:b>", "error 0-1, network 8-16" },
    { "a < b > c", "" },
    { "x Worn-Paper, y", "embedding 2-12" },
    { "worn-papers", "" },
    { "(embedding:ÖLBILD:1.3)", "strong 0-22, mark 0-1, mark 17-22, embedding 11-17" },
  };
  g_autoptr (GHashTable) embeddings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_hash_table_add (embeddings, gesso_prompt_syntax_fold ("worn-paper"));
  g_hash_table_add (embeddings, gesso_prompt_syntax_fold ("Ölbild"));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = describe (cases[i].text, embeddings);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpstr (line, ==, cases[i].spans);
    }
}

/* Brackets of any depth and any order: every one of them is a mark or an error, exactly once. */
static void
test_random (void)
{
  static const char letters[] = "()[]\\a:1. B<>";

  for (guint round = 0; round < 2000; round++)
    {
      char text[64];
      guint n = (guint) g_test_rand_int_range (0, sizeof (text)), n_brackets = 0, n_found = 0;
      g_autoptr (GArray) spans = NULL;

      for (guint i = 0; i < n; i++)
        text[i] = letters[g_test_rand_int_range (0, sizeof (letters) - 1)];
      text[n] = '\0';
      for (guint i = 0; i < n; i++)
        if (text[i] == '\\' && text[i + 1] && strchr ("()[]\\", text[i + 1]))
          i++;
        else if (strchr ("()[]", text[i]))
          n_brackets++;

      spans = gesso_prompt_syntax_parse (text, NULL);
      for (guint i = 0; i < spans->len; i++)
        {
          GessoSpan span = g_array_index (spans, GessoSpan, i);

          g_assert_cmpuint (span.end, <=, n);
          if (span.kind == GESSO_SPAN_MARK ||
              (span.kind == GESSO_SPAN_ERROR && text[span.start] != '<'))
            n_found++;
        }
      g_assert_cmpuint (n_found, ==, n_brackets);
    }
}

static void
test_deep (void)
{
  enum
  {
    DEPTH = 20000
  };
  g_autofree char *text = g_malloc (2 * DEPTH + 1);
  g_autoptr (GArray) spans = NULL;

  memset (text, '(', DEPTH);
  memset (text + DEPTH, ')', DEPTH);
  text[2 * DEPTH] = '\0';
  spans = gesso_prompt_syntax_parse (text, NULL);
  g_assert_cmpuint (spans->len, ==, 2 * DEPTH + 1);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/prompt-syntax/table", test_table);
  g_test_add_func ("/app/prompt-syntax/random", test_random);
  g_test_add_func ("/app/prompt-syntax/deep", test_deep);

  return g_test_run ();
}
