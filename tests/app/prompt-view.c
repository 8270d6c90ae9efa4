/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoPromptView: its text as a property, what is highlighted, weights, former prompts and names. */
#include "document/gesso-settings.h"
#include "prompt/gesso-prompt-highlight.h"
#include "prompt/gesso-prompt-view.h"

#include <adwaita.h>
#include <math.h>

static GessoPromptView *
new_view (const char *text)
{
  GessoPromptView *view = g_object_ref_sink (g_object_new (GESSO_TYPE_PROMPT_VIEW, NULL));

  g_object_set (view, "text", text, NULL);
  return view;
}

static GtkTextBuffer *
buffer_of (GessoPromptView *view)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
}

static void
assert_text (GessoPromptView *view, const char *expected)
{
  g_autofree char *text = NULL;

  g_object_get (view, "text", &text, NULL);
  g_assert_cmpstr (text, ==, expected);
}

static void
place_cursor (GessoPromptView *view, int offset)
{
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_offset (buffer_of (view), &iter, offset);
  gtk_text_buffer_place_cursor (buffer_of (view), &iter);
}

static void
act (GessoPromptView *view, const char *action, int n_steps)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (view), action, "i", n_steps));
}

static void
settle (void)
{
  for (guint i = 0; i < 20; i++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (2000);
    }
}

/* ---- The text ------------------------------------------------------------------------------- */

static void
test_text (void)
{
  GessoPromptView *view = new_view ("a boat");

  g_assert_cmpint (gtk_text_buffer_get_char_count (buffer_of (view)), ==, 6);
  gtk_text_buffer_set_text (buffer_of (view), "ein Boot", -1);
  assert_text (view, "ein Boot");
  g_assert_finalize_object (view);
}

static void
test_binding (void)
{
  GessoPromptView *view = new_view ("");
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  int offset;

  g_object_set (settings, "prompt", "a house", NULL);
  g_object_bind_property (settings, "prompt", view, "text",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  place_cursor (view, 2);
  gtk_text_buffer_insert_at_cursor (buffer_of (view), "red ", -1);
  g_assert_cmpstr (gesso_settings_get_prompt (settings), ==, "a red house");

  /* What was typed does not come back as a new text, which would move the cursor. */
  g_object_get (buffer_of (view), "cursor-position", &offset, NULL);
  g_assert_cmpint (offset, ==, 6);
  g_assert_finalize_object (view);
}

/* ---- Highlighting --------------------------------------------------------------------------- */

static gboolean
is_tagged (GessoPromptView *view, int offset)
{
  GtkTextIter iter;
  GSList *tags;
  gboolean tagged;

  gtk_text_buffer_get_iter_at_offset (buffer_of (view), &iter, offset);
  tags = gtk_text_iter_get_tags (&iter);
  tagged = tags != NULL;
  g_slist_free (tags);

  return tagged;
}

static gboolean
has_error (GessoPromptView *view, int offset)
{
  GtkTextIter iter;
  g_autoptr (GSList) tags = NULL;

  gtk_text_buffer_get_iter_at_offset (buffer_of (view), &iter, offset);
  tags = gtk_text_iter_get_tags (&iter);
  for (GSList *l = tags; l; l = l->next)
    {
      PangoUnderline underline;

      g_object_get (l->data, "underline", &underline, NULL);
      if (underline == PANGO_UNDERLINE_ERROR)
        return TRUE;
    }

  return FALSE;
}

static void
test_highlight (void)
{
  GessoPromptView *view = new_view ("a (house:1.2) worn (");
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  g_assert_false (is_tagged (view, 0));
  g_assert_true (is_tagged (view, 4));
  g_assert_false (is_tagged (view, 14));
  g_assert_true (has_error (view, 19));
  g_assert_false (has_error (view, 2));

  /* Names that come later, and go again. */
  gesso_prompt_view_set_embeddings (view, G_LIST_MODEL (names));
  gtk_string_list_append (names, "Worn");
  g_assert_true (is_tagged (view, 14));
  gtk_string_list_remove (names, 0);
  g_assert_false (is_tagged (view, 14));

  /* A LoRA that is not there, once it is known which are. */
  g_object_set (view, "text", "<lora:ink:0.8> <lora:Ink:1>", NULL);
  g_assert_false (has_error (view, 2));
  gesso_prompt_view_set_loras (view, G_LIST_MODEL (names));
  g_assert_true (has_error (view, 2));
  gtk_string_list_append (names, "ink");
  g_assert_false (has_error (view, 2));
  g_assert_true (has_error (view, 17));
  gesso_prompt_view_set_loras (view, NULL);

  gtk_text_buffer_set_text (buffer_of (view), "a house", -1);
  for (int i = 0; i < 7; i++)
    g_assert_false (is_tagged (view, i));
  g_assert_finalize_object (view);
}

static char *
describe_tags (GessoPromptView *view)
{
  GString *line = g_string_new (NULL);
  GtkTextIter iter;

  gtk_text_buffer_get_start_iter (buffer_of (view), &iter);
  for (; !gtk_text_iter_is_end (&iter); gtk_text_iter_forward_char (&iter))
    {
      GSList *tags = gtk_text_iter_get_tags (&iter);

      for (GSList *l = tags; l; l = l->next)
        g_string_append_printf (line, "%d", gtk_text_tag_get_priority (l->data));
      g_string_append_c (line, ' ');
      g_slist_free (tags);
    }

  return g_string_free (line, FALSE);
}

/* However a text came about, it looks as if it had been set at once. */
static void
test_highlight_edits (void)
{
  static const char *const pieces[] = { "(", ")",       "[",        "]",  ":1.2)",
                                        "a", " BREAK ", "<lora:x>", "\\", ":" };
  GessoPromptView *view = new_view (""), *fresh = new_view ("");

  for (guint i = 0; i < 2000; i++)
    {
      int n_chars = gtk_text_buffer_get_char_count (buffer_of (view));
      g_autofree char *text = NULL;
      g_autofree char *tags = NULL;
      g_autofree char *expected = NULL;
      GtkTextIter start, end;

      gtk_text_buffer_get_iter_at_offset (buffer_of (view), &start,
                                          g_test_rand_int_range (0, n_chars + 1));
      end = start;
      gtk_text_iter_forward_chars (&end, g_test_rand_int_range (1, 8));
      if (n_chars > 60 || (n_chars > 0 && g_test_rand_int_range (0, 4) == 0))
        gtk_text_buffer_delete (buffer_of (view), &start, &end);
      else if (g_test_rand_int_range (0, 20) == 0 &&
               gtk_text_buffer_get_can_undo (buffer_of (view)))
        gtk_text_buffer_undo (buffer_of (view));
      else
        gtk_text_buffer_insert (buffer_of (view), &start,
                                pieces[g_test_rand_int_range (0, (int) G_N_ELEMENTS (pieces))], -1);

      g_object_get (view, "text", &text, NULL);
      g_object_set (fresh, "text", "", NULL);
      g_object_set (fresh, "text", text, NULL);
      tags = describe_tags (view);
      expected = describe_tags (fresh);
      g_assert_cmpstr (tags, ==, expected);
    }
  g_assert_finalize_object (view);
  g_assert_finalize_object (fresh);
}

/* Relative luminance and contrast as WCAG 2.1 defines them. */
static double
get_luminance (const char *color)
{
  GdkRGBA rgba;
  double luminance = 0;

  g_assert_true (gdk_rgba_parse (&rgba, color));
  for (guint i = 0; i < 3; i++)
    {
      double value = i == 0 ? rgba.red : i == 1 ? rgba.green : rgba.blue;
      double linear = value <= 0.04045 ? value / 12.92 : pow ((value + 0.055) / 1.055, 2.4);

      luminance += linear * (i == 0 ? 0.2126 : i == 1 ? 0.7152 : 0.0722);
    }

  return luminance;
}

static void
test_contrast (void)
{
  /* The card on the window's ground, light and dark, as a screenshot shows it. */
  static const char *const grounds[2] = { "#ffffff", "#414141" };

  for (guint kind = 0; kind < GESSO_N_SPAN_KINDS; kind++)
    for (guint dark = 0; dark < 2; dark++)
      for (guint high = 0; high < 2; high++)
        {
          const char *color = gesso_prompt_highlight_get_color (kind, dark, high);
          double text = color ? get_luminance (color) : 0, ground = get_luminance (grounds[dark]);
          double contrast = (MAX (text, ground) + 0.05) / (MIN (text, ground) + 0.05);

          if (color == NULL)
            continue;
          g_test_message ("kind %u on %s: %.1f", kind, grounds[dark], contrast);
          g_assert_cmpfloat (contrast, >=, high ? 7 : 4.5);
        }
}

/* ---- Weights -------------------------------------------------------------------------------- */

static void
test_weight (void)
{
  GessoPromptView *view = new_view ("a red house");

  place_cursor (view, 3);
  act (view, "prompt.weight", 1);
  assert_text (view, "a (red:1.05) house");
  act (view, "prompt.weight", 1);
  assert_text (view, "a (red:1.1) house");

  /* One step each. */
  gtk_text_buffer_undo (buffer_of (view));
  assert_text (view, "a (red:1.05) house");
  gtk_text_buffer_undo (buffer_of (view));
  assert_text (view, "a red house");
  g_assert_false (gtk_text_buffer_get_can_undo (buffer_of (view)));
  gtk_text_buffer_redo (buffer_of (view));
  assert_text (view, "a (red:1.05) house");
  g_assert_finalize_object (view);
}

/* ---- Former prompts ------------------------------------------------------------------------- */

static void
test_history (void)
{
  GessoPromptView *view = new_view ("draft");
  g_autoptr (GessoPromptHistory) history = gesso_prompt_history_new ("prompt-view-test");

  gesso_prompt_history_add (history, "first");
  gesso_prompt_history_add (history, "second");
  gesso_prompt_history_add (history, "draft"); /* a picture was just made of it */
  gesso_prompt_view_set_history (view, history);

  act (view, "prompt.history", 1);
  assert_text (view, "second");
  act (view, "prompt.history", 1);
  act (view, "prompt.history", 1);
  assert_text (view, "first");
  act (view, "prompt.history", -1);
  assert_text (view, "second");

  /* A change makes a new draft, from which it starts at the newest again. */
  place_cursor (view, 6);
  gtk_text_buffer_insert_at_cursor (buffer_of (view), " thoughts", -1);
  act (view, "prompt.history", 1);
  assert_text (view, "draft");
  act (view, "prompt.history", -1);
  assert_text (view, "second thoughts");
  act (view, "prompt.history", -1);
  assert_text (view, "second thoughts");
  gtk_text_buffer_undo (buffer_of (view));
  assert_text (view, "draft");
  g_assert_finalize_object (view);
  settle ();
}

/* ---- Names ---------------------------------------------------------------------------------- */

static void
type (GessoPromptView *view, const char *text)
{
  for (const char *p = text; *p; p++)
    {
      gtk_text_buffer_begin_user_action (buffer_of (view));
      gtk_text_buffer_insert_at_cursor (buffer_of (view), p, 1);
      gtk_text_buffer_end_user_action (buffer_of (view));
    }
  settle ();
}

static void
test_completion (void)
{
  GtkWidget *window = gtk_window_new ();
  GessoPromptView *view = new_view ("");
  GessoPromptCompletion *completion = gesso_prompt_view_get_completion (view);
  g_autoptr (GtkStringList) loras =
    gtk_string_list_new ((const char *const[]){ "ink wash", "Ink", "watercolour", NULL });
  g_autoptr (GtkStringList) embeddings =
    gtk_string_list_new ((const char *const[]){ "inkwell", "worn-paper", NULL });

  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (view));
  gtk_widget_grab_focus (GTK_WIDGET (view));
  gtk_window_present (GTK_WINDOW (window));
  settle ();

  /* Without names nothing is offered. */
  type (view, "inkw");
  g_assert_false (gesso_prompt_completion_is_open (completion));
  g_object_set (view, "text", "", NULL);
  gesso_prompt_view_set_loras (view, G_LIST_MODEL (loras));
  gesso_prompt_view_set_embeddings (view, G_LIST_MODEL (embeddings));

  /* A word of two letters; down twice to the third, the embedding. */
  type (view, "i");
  g_assert_false (gesso_prompt_completion_is_open (completion));
  type (view, "n");
  g_assert_true (gesso_prompt_completion_is_open (completion));
  gesso_prompt_completion_move (completion, 1);
  gesso_prompt_completion_move (completion, 1);
  gesso_prompt_completion_accept (completion);
  g_assert_false (gesso_prompt_completion_is_open (completion));
  assert_text (view, "inkwell");
  gtk_text_buffer_undo (buffer_of (view));
  assert_text (view, "in");

  /* Within a tag LoRAs alone, from its colon on. */
  g_object_set (view, "text", "", NULL);
  type (view, "<lora:");
  g_assert_true (gesso_prompt_completion_is_open (completion));
  type (view, "WATER");
  gesso_prompt_completion_accept (completion);
  assert_text (view, "<lora:watercolour:1.0>");

  /* In the middle of one the number stays. */
  g_object_set (view, "text", "<lora::0.8>", NULL);
  place_cursor (view, 6);
  type (view, "sh");
  gesso_prompt_completion_move (completion, -1);
  gesso_prompt_completion_accept (completion);
  assert_text (view, "<lora:ink wash:0.8>");

  /* Dismissed for this word, but not for the next. */
  g_object_set (view, "text", "", NULL);
  type (view, "wo");
  g_assert_true (gesso_prompt_completion_is_open (completion));
  gesso_prompt_completion_dismiss (completion);
  type (view, "r");
  g_assert_false (gesso_prompt_completion_is_open (completion));
  type (view, "k, wo");
  g_assert_true (gesso_prompt_completion_is_open (completion));

  /* The cursor goes elsewhere, or the focus. */
  place_cursor (view, 0);
  g_assert_false (gesso_prompt_completion_is_open (completion));

  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
  g_assert_finalize_object (view);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/app/prompt-view/text", test_text);
  g_test_add_func ("/app/prompt-view/binding", test_binding);
  g_test_add_func ("/app/prompt-view/highlight", test_highlight);
  g_test_add_func ("/app/prompt-view/highlight-edits", test_highlight_edits);
  g_test_add_func ("/app/prompt-view/contrast", test_contrast);
  g_test_add_func ("/app/prompt-view/weight", test_weight);
  g_test_add_func ("/app/prompt-view/history", test_history);
  g_test_add_func ("/app/prompt-view/completion", test_completion);

  return g_test_run ();
}
