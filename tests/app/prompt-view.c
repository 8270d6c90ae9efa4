/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoPromptView: its text is a property that binds both ways. */
#include "document/gesso-settings.h"
#include "prompt/gesso-prompt-view.h"

static void
test_text (void)
{
  GessoPromptView *view = g_object_ref_sink (g_object_new (GESSO_TYPE_PROMPT_VIEW, NULL));
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  g_autofree char *text = NULL;

  g_object_set (view, "text", "a boat", NULL);
  g_assert_cmpint (gtk_text_buffer_get_char_count (buffer), ==, 6);
  gtk_text_buffer_set_text (buffer, "ein Boot", -1);
  g_object_get (view, "text", &text, NULL);
  g_assert_cmpstr (text, ==, "ein Boot");
  g_assert_finalize_object (view);
}

static void
test_binding (void)
{
  GessoPromptView *view = g_object_ref_sink (g_object_new (GESSO_TYPE_PROMPT_VIEW, NULL));
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  GtkTextIter middle;
  int offset;

  g_object_set (settings, "prompt", "a house", NULL);
  g_object_bind_property (settings, "prompt", view, "text",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  gtk_text_buffer_get_iter_at_offset (buffer, &middle, 2);
  gtk_text_buffer_place_cursor (buffer, &middle);
  gtk_text_buffer_insert_at_cursor (buffer, "red ", -1);
  g_assert_cmpstr (gesso_settings_get_prompt (settings), ==, "a red house");

  /* What was typed does not come back as a new text, which would move the cursor. */
  g_object_get (buffer, "cursor-position", &offset, NULL);
  g_assert_cmpint (offset, ==, 6);
  g_assert_finalize_object (view);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/prompt-view/text", test_text);
  g_test_add_func ("/app/prompt-view/binding", test_binding);

  return g_test_run ();
}
