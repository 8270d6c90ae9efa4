/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weights from the keyboard: a table of texts before and after. "|" is the cursor, "{" and "}" are
 * the ends of a selection; the edit's own replacement is checked to leave the rest alone.
 */
#include "prompt/gesso-prompt-weight.h"

#include <string.h>

/* Takes the signs of the cursor or selection out of a text. */
static char *
read_selection (const char *marked, guint *start, guint *end)
{
  GString *text = g_string_new (NULL);
  guint n = 0;

  *start = *end = 0;
  for (const char *p = marked; *p; p = g_utf8_next_char (p))
    switch (*p)
      {
      case '|':
        *start = *end = n;
        break;
      case '{':
        *start = n;
        break;
      case '}':
        *end = n;
        break;
      default:
        g_string_append_unichar (text, g_utf8_get_char (p));
        n++;
      }

  return g_string_free (text, FALSE);
}

static char *
write_selection (const char *text, guint start, guint end)
{
  GString *marked = g_string_new (NULL);
  guint n = 0;

  for (const char *p = text;; p = g_utf8_next_char (p), n++)
    {
      if (n == start)
        g_string_append_c (marked, start == end ? '|' : '{');
      if (n == end && start != end)
        g_string_append_c (marked, '}');
      if (*p == '\0')
        break;
      g_string_append_unichar (marked, g_utf8_get_char (p));
    }

  return g_string_free (marked, FALSE);
}

/* What becomes of a marked text; itself if nothing is changed. */
static char *
change (const char *marked, int n_steps)
{
  guint start, end;
  g_autofree char *text = read_selection (marked, &start, &end);
  g_autofree char *changed = NULL;
  g_auto (GessoPromptEdit) edit = { 0 };

  if (!gesso_prompt_weight_change (text, start, end, n_steps, &edit))
    return g_strdup (marked);

  g_assert_cmpuint (edit.start, <=, edit.end);
  g_assert_cmpuint (edit.end, <=, (guint) g_utf8_strlen (text, -1));
  changed = g_strdup_printf ("%.*s%s%s", (int) (g_utf8_offset_to_pointer (text, edit.start) - text),
                             text, edit.text, g_utf8_offset_to_pointer (text, edit.end));
  g_assert_cmpuint (MAX (edit.select_start, edit.select_end), <=,
                    (guint) g_utf8_strlen (changed, -1));

  return write_selection (changed, edit.select_start, edit.select_end);
}

static void
test_table (void)
{
  static const struct
  {
    const char *before;
    int n_steps;
    const char *after;
  } cases[] = {
    /* words */
    { "a r|ed house", 1, "a (r|ed:1.05) house" },
    { "a |red house", -1, "a (|red:0.95) house" },
    { "a red| house", 1, "a (red|:1.05) house" },
    { "a red house|", 2, "a red (house|:1.1)" },
    { "ein grünes H|äuschen", 1, "ein grünes (H|äuschen:1.05)" },
    { "빨간 집|", 1, "빨간 (집|:1.05)" },
    { "well-kn|own, x", 1, "(well-kn|own:1.05), x" },
    { "artist \\(jap|an\\)", 1, "artist (\\(jap|an\\):1.05)" },
    { "a, | b", 1, "a, | b" },
    { "|", 1, "|" },
    { "x|(a)", 1, "(x|:1.05)(a)" },

    /* groups */
    { "(r|ed:1.05)", 1, "(r|ed:1.1)" },
    { "(r|ed:1.05)", -1, "r|ed" },
    { "(r|ed:0.95)", 1, "r|ed" },
    { "(r|ed:1.05)", -2, "(r|ed:0.95)" },
    { "(a red h|ouse:1.2), x", 1, "(a red h|ouse:1.25), x" },
    { "(red:1.|2)", 1, "(red|:1.25)" },
    { "(red:1.2)|", 1, "(red|:1.25)" },
    { "(r|ed:1.23)", 1, "(r|ed:1.28)" },
    { "(r|ed:1.95)", 1, "(r|ed:2.0)" },
    { "(r|ed:0.05)", -1, "(r|ed:0.0)" },
    { "(r|ed:0.0)", -1, "(r|ed:0.0)" },
    { "(r|ed:10.0)", 1, "(r|ed:10.0)" },
    { "(r|ed:12)", -1, "(r|ed:11.95)" },
    { "((a:1.2) r|ed:1.3)", 1, "((a:1.2) r|ed:1.35)" },
    { "((a|:1.2) red:1.3)", 1, "((a|:1.25) red:1.3)" },

    /* old-style brackets */
    { "(r|ed)", 1, "(r|ed:1.15)" },
    { "((r|ed))", 1, "(r|ed:1.25)" },
    { "(|(red))", 1, "(|red:1.25)" },
    { "(((r|ed)))", -1, "(r|ed:1.3)" },
    { "[r|ed]", -1, "(r|ed:0.85)" },
    { "[[r|ed]]", 1, "(r|ed:0.9)" },
    { "(r|ed)", -2, "r|ed" },
    { "((r|ed):1.2)", 1, "((r|ed:1.15):1.2)" },
    { "(a (r|ed))", 1, "(a (r|ed:1.15))" },

    /* a lonely bracket is text */
    { "(r|ed", 1, "((r|ed:1.05)" },
    { "r|ed)", 1, "(r|ed:1.05))" },

    /* selections */
    { "a {red house} x", 1, "a ({red house}:1.05) x" },
    { "a {red house }x", 1, "a ({red house}:1.05) x" },
    { "a ({red house}:1.05) x", 1, "a ({red house}:1.1) x" },
    { "a ({red house}:1.05) x", -1, "a {red house} x" },
    { "a {(red house:1.1)} x", 1, "a ({red house}:1.15) x" },
    { "a ({red} house:1.1) x", 1, "a (({red}:1.05) house:1.1) x" },
    { "a {(red) (house)} x", 1, "a ({(red) (house)}:1.05) x" },
    { "a (r{ed) h}ouse", 1, "a (r{ed) h}ouse" },
    { "a{ }b", 1, "a{ }b" },

    /* networks */
    { "<lora:i|nk:0.8> x", 1, "<lora:i|nk:0.85> x" },
    { "<lora:i|nk:1> x", -1, "<lora:i|nk:0.95> x" },
    { "<lora:i|nk> x", 1, "<lora:i|nk:1.05> x" },
    { "<lora:i|nk:0.05> x", -2, "<lora:i|nk:-0.05> x" },
    { "<lora:i|nk:0.95> x", 1, "<lora:i|nk:1.0> x" },
    { "<lora:i|nk:0.8:0.3> x", 1, "<lora:i|nk:0.85:0.3> x" },
    { "(<lora:i|nk:0.8>:1.2)", 1, "(<lora:i|nk:0.85>:1.2)" },
    { "<lora:ink:0.8> x|", 1, "<lora:ink:0.8> (x|:1.05)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *after = change (cases[i].before, cases[i].n_steps);

      g_test_message ("%s", cases[i].before);
      g_assert_cmpstr (after, ==, cases[i].after);
    }
}

/* Up and down again is where it began, for words as for selections. */
static void
test_back (void)
{
  static const char *const texts[] = { "a r|ed house", "a {red house} x", "<lora:i|nk:0.8>",
                                       "(r|ed:1.25)" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = g_strdup (texts[i]);

      for (int n = 0; n < 40; n++)
        {
          char *next = change (text, n < 10 || n >= 30 ? 1 : -1);

          g_free (text);
          text = next;
        }
      g_assert_cmpstr (text, ==, texts[i]);
    }
}

/* Whatever stands there, an edit keeps to the text. */
static void
test_random (void)
{
  static const char letters[] = "()[]<>\\a:1. l";

  for (guint round = 0; round < 20000; round++)
    {
      char text[24];
      guint n = (guint) g_test_rand_int_range (0, sizeof (text));
      g_auto (GessoPromptEdit) edit = { 0 };

      for (guint i = 0; i < n; i++)
        text[i] = letters[g_test_rand_int_range (0, sizeof (letters) - 1)];
      text[n] = '\0';
      if (gesso_prompt_weight_change (text, (guint) g_test_rand_int_range (0, 26),
                                      (guint) g_test_rand_int_range (0, 26),
                                      g_test_rand_bit () ? 1 : -1, &edit))
        {
          guint n_after = n - (edit.end - edit.start) + (guint) strlen (edit.text);

          g_assert_cmpuint (edit.start, <=, edit.end);
          g_assert_cmpuint (edit.end, <=, n);
          g_assert_cmpuint (edit.select_start, <=, edit.select_end);
          g_assert_cmpuint (edit.select_end, <=, n_after);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/prompt-weight/table", test_table);
  g_test_add_func ("/app/prompt-weight/back", test_back);
  g_test_add_func ("/app/prompt-weight/random", test_random);

  return g_test_run ();
}
