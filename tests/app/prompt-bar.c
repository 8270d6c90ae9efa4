/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoPromptBar: the counter of tokens, and prompts that are remembered and come back from the menu. */
#include "prompt/gesso-history-popover.h"
#include "prompt/gesso-prompt-bar.h"
#include "widgets.h"

static void
assert_tokens (GessoPromptBar *bar, guint n_tokens, guint n_available, const char *shown,
               const char *tip)
{
  GtkWidget *label = GTK_WIDGET (
      gtk_widget_get_template_child (GTK_WIDGET (bar), GESSO_TYPE_PROMPT_BAR, "tokens"));

  gesso_prompt_bar_set_tokens (bar, n_tokens, n_available);
  g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (label)), ==, shown);
  g_assert_cmpstr (gtk_widget_get_tooltip_text (label), ==, tip);
}

static void
test_tokens (void)
{
  GessoPromptBar *bar = g_object_ref_sink (g_object_new (GESSO_TYPE_PROMPT_BAR, NULL));

  assert_tokens (bar, 12, 75, "12 / 75", "12 of 75 tokens");
  assert_tokens (bar, 90, 150, "90 / 150 · 2 chunks", "90 of 150 tokens");
  assert_tokens (bar, 0, 0, "", NULL);
  g_assert_finalize_object (bar);
}

static void
test_history (void)
{
  GessoPromptBar *bar = g_object_ref_sink (g_object_new (GESSO_TYPE_PROMPT_BAR, NULL));
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  GtkWidget *button = widgets_find (GTK_WIDGET (bar), GTK_TYPE_MENU_BUTTON);
  GtkWidget *list =
    widgets_find (GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button))), GTK_TYPE_LIST_VIEW);

  gesso_prompt_bar_bind (bar, settings);
  g_assert_false (gtk_widget_get_sensitive (button));
  gesso_prompt_bar_remember (bar); /* nothing is there to be remembered */
  g_assert_false (gtk_widget_get_sensitive (button));

  g_object_set (settings, "prompt", "a boat", "negative-prompt", "snow", NULL);
  gesso_prompt_bar_remember (bar);
  g_object_set (settings, "prompt", "a tree", NULL);
  gesso_prompt_bar_remember (bar);
  g_assert_true (gtk_widget_get_sensitive (button));

  /* The second from above. */
  g_signal_emit_by_name (list, "activate", 1);
  g_assert_cmpstr (gesso_settings_get_prompt (settings), ==, "a boat");

  /* A thread may still be writing, which does not hold the bar. */
  g_assert_finalize_object (bar);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/app/prompt-bar/tokens", test_tokens);
  g_test_add_func ("/app/prompt-bar/history", test_history);

  return g_test_run ();
}
