/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prompts of every length and form reach the picture, and mean the same wherever they should. */
#include "session-test.h"

#include <string.h>

static GsImage *
picture_of (const char *prompt, const char *negative, guint clip_skip)
{
  GsRequest request = session_test_request ();

  request.prompt = prompt;
  request.negative_prompt = negative;
  request.guidance_scale = 4;
  request.steps = 2;
  request.clip_skip = clip_skip;
  return session_test_picture (&request);
}

static void
assert_pictures (const char *a, const char *b, gboolean same)
{
  g_autoptr (GsImage) image_a = picture_of (a, NULL, 0);
  g_autoptr (GsImage) image_b = picture_of (b, NULL, 0);

  if (session_test_same (image_a, image_b) != same)
    g_error ("“%s” and “%s” give %s pictures", a, b, same ? "different" : "the same");
}

static void
test_words_matter (void)
{
  if (session_test_get () == NULL)
    return;
  assert_pictures ("a red house", "a blue house", FALSE);
  assert_pictures ("a red house", "a red house", TRUE);
  assert_pictures ("", NULL, TRUE);
  assert_pictures ("", "a red house", FALSE);
  assert_pictures ("A Red HOUSE", "a red  house", TRUE); /* CLIP lowers case and joins blanks */
}

static void
test_emphasis (void)
{
  if (session_test_get () == NULL)
    return;
  assert_pictures ("a red house", "a (red:1.5) house", FALSE);
  assert_pictures ("a red house", "a [red] house", FALSE);
  assert_pictures ("a (red) house", "a (red:1.1) house", TRUE);
  assert_pictures ("a (red:1.0) house", "a red house", TRUE);
  assert_pictures ("a \\(red\\) house", "a red house", FALSE);
  assert_pictures ("a red house BREAK at night", "a red house at night", FALSE);
}

static char *
repeat (const char *word, guint n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s ", word);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Around the 75 words that fill a chunk, and far beyond. */
static void
test_lengths (void)
{
  static const guint lengths[] = { 1, 74, 75, 76, 150, 151, 300 };
  GsSession *session = session_test_get ();
  g_autoptr (GsImage) last = NULL;

  if (session == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *words = repeat ("red", lengths[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GsImage) image = NULL;
      guint n = 0, available = 0;

      g_assert_true (gs_session_count_tokens (session, words, &n, &available, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (n, ==, lengths[i]);
      g_assert_cmpuint (n + (available - n), ==, (lengths[i] + 74) / 75 * 75);
      image = picture_of (words, NULL, 0);
      g_assert_false (last != NULL && session_test_same (image, last));
      g_clear_pointer (&last, gs_image_free);
      last = g_steal_pointer (&image);
    }
}

/* The words of a later chunk are not lost. */
static void
test_late_words_matter (void)
{
  g_autofree char *filler = repeat ("sun", 80);
  g_autofree char *a = g_strconcat (filler, "red house", NULL);
  g_autofree char *b = g_strconcat (filler, "blue boat", NULL);

  if (session_test_get () == NULL)
    return;
  assert_pictures (a, b, FALSE);
}

/* One prompt may have more chunks than the other. */
static void
test_negative (void)
{
  g_autofree char *filler = repeat ("fog", 100);
  g_autoptr (GsImage) none = NULL, fog = NULL, longer = NULL, empty = NULL;

  if (session_test_get () == NULL)
    return;
  none = picture_of ("a red house", NULL, 0);
  empty = picture_of ("a red house", "", 0);
  fog = picture_of ("a red house", "fog", 0);
  longer = picture_of ("a red house", filler, 0);
  g_assert_true (session_test_same (none, empty));
  g_assert_false (session_test_same (none, fog));
  g_assert_false (session_test_same (fog, longer));
}

static void
test_clip_skip (void)
{
  g_autoptr (GsImage) unset = NULL, one = NULL, two = NULL;

  if (session_test_get () == NULL)
    return;
  unset = picture_of ("a red house", NULL, 0);
  one = picture_of ("a red house", NULL, 1);
  two = picture_of ("a red house", NULL, 2);
  g_assert_true (session_test_same (unset, one));
  g_assert_false (session_test_same (one, two));
}

/* Text that nobody types gives a picture or a clear error, and never ends the program. */
static void
test_odd_texts (void)
{
  static const char *const texts[] = {
    "((((((((((", "))))", "[[[]", "(red:)", "(red:nan)", "(red:1e99)", "(red:-3)", "BREAK", "BREAK BREAK BREAK",
    "\\", "\t\n  ", "\xf0\x9f\x8f\xa0 \xe5\xae\xb6 &amp;&lt;", "(a:0)", ":", "\xff\xfe house", "house \xf0\x9f",
  };
  GsSession *session = session_test_get ();

  if (session == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      GsRequest request = session_test_request ();
      g_autoptr (GError) error = NULL;
      g_autoptr (GsResult) result = NULL;

      request.prompt = texts[i];
      request.steps = 1;
      request.guidance_scale = 3;
      result = gs_session_generate (session, &request, NULL, NULL, &error);
      if (result == NULL)
        g_test_message ("text %u: %s", i, error->message);
      g_assert_true ((result == NULL) == (error != NULL));
      if (error != NULL)
        g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/prompts/words-matter", test_words_matter);
  g_test_add_func ("/prompts/emphasis", test_emphasis);
  g_test_add_func ("/prompts/lengths", test_lengths);
  g_test_add_func ("/prompts/late-words-matter", test_late_words_matter);
  g_test_add_func ("/prompts/negative", test_negative);
  g_test_add_func ("/prompts/clip-skip", test_clip_skip);
  g_test_add_func ("/prompts/odd-texts", test_odd_texts);
  return session_test_run ();
}
