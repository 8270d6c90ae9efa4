/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normalisation of prompts and their splitting into words. */
#include "io/tokenizer-words.h"

#include <string.h>

static void
assert_words (const char *text, const char *want)
{
  g_autoptr (GString) normal = gs_words_normalize (text, strlen (text));
  g_autoptr (GString) got = g_string_new (NULL);
  const char *at = normal->str;
  const char *word;
  gsize n;

  while (gs_words_next (&at, normal->str + normal->len, &word, &n))
    {
      g_string_append_len (got, word, n);
      g_string_append_c (got, '|');
    }
  g_assert_cmpstr (got->str, ==, want);
}

static void
test_words (void)
{
  assert_words ("", "");
  assert_words (" \t\n\xc2\xa0\xe3\x80\x80", "");
  assert_words ("DON'T you've 'tis o'clock", "don|'t|you|'ve|'t|is|o|'|clock|");
  assert_words ("v1.5, 4k!!", "v|1|.|5|,|4|k|!!|");
  assert_words ("a<|ENDOFTEXT|>b", "a|<|endoftext|>|b|");
  assert_words ("!<|endoftext|>", "!<||endoftext||>|");
  assert_words ("\xc2\xbd\xe2\x85\xa7", "\xc2\xbd|\xe2\x85\xb7|");   /* one half, Roman eight */
  assert_words ("e\xcc\x81", "\xc3\xa9|");                           /* composed */
  assert_words ("\xc4\xb0", "i|\xcc\x87|");                          /* I with a dot */
  assert_words ("\xce\xa3\xce\x91\xce\xa3", "\xcf\x83\xce\xb1\xcf\x82|"); /* final sigma */
  assert_words ("\xce\xa3", "\xcf\x83|");                            /* but not alone */
  assert_words ("\xef\xac\x81", "\xef\xac\x81|");                    /* ligatures stay */
  assert_words ("a'\xc5\xbf", "a|'\xc5\xbf|");                       /* long s is an s */
  assert_words ("x\xff\xfey", "x|\xef\xbf\xbd\xef\xbf\xbd|y|");      /* not UTF-8 */
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tokenizer-words/words", test_words);
  return g_test_run ();
}
