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

static void
assert_focus (GtkWidget *bar, GtkDirectionType direction, const char *expected)
{
  GtkWidget *child = GTK_WIDGET (gtk_widget_get_template_child (bar, GESSO_TYPE_PROMPT_BAR, expected));
  GtkWidget *focus;

  g_assert_true (gtk_widget_child_focus (bar, direction));
  focus = gtk_root_get_focus (gtk_widget_get_root (bar));
  g_assert_nonnull (focus);
  g_assert_true (focus == child || gtk_widget_is_ancestor (focus, child));
}

/* Tab comes to everything once and leaves. */
static void
test_focus (void)
{
  static const char *const order[] = { "prompt", "negative_prompt", "history_button", "generate" };
  GtkWidget *bar = g_object_new (GESSO_TYPE_PROMPT_BAR, NULL);
  GtkWidget *window = gtk_window_new ();
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();
  g_autoptr (GSimpleAction) generate = g_simple_action_new ("generate", NULL);

  g_action_map_add_action (G_ACTION_MAP (actions), G_ACTION (generate));
  gtk_widget_insert_action_group (window, "win", G_ACTION_GROUP (actions));
  gtk_window_set_child (GTK_WINDOW (window), bar);
  gtk_window_present (GTK_WINDOW (window));
  gtk_window_set_focus (GTK_WINDOW (window), NULL);

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    assert_focus (bar, GTK_DIR_TAB_FORWARD, order[i]);
  g_assert_false (gtk_widget_child_focus (bar, GTK_DIR_TAB_FORWARD));
  for (guint i = G_N_ELEMENTS (order) - 1; i > 0; i--)
    assert_focus (bar, GTK_DIR_TAB_BACKWARD, order[i - 1]);
  g_assert_false (gtk_widget_child_focus (bar, GTK_DIR_TAB_BACKWARD));
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/app/prompt-bar/tokens", test_tokens);
  g_test_add_func ("/app/prompt-bar/history", test_history);
  g_test_add_func ("/app/prompt-bar/focus", test_focus);

  return g_test_run ();
}
