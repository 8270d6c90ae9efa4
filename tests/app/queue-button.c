/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoQueueButton: follows its queue, and its controls act on it. */
#include "queue/gesso-queue-button.h"

#include <glib/gstdio.h>

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

static void
push (GessoQueue *queue, const char *prompt)
{
  g_autoptr (GessoSnapshot) snapshot = gesso_snapshot_new (64, 64);
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  g_autoptr (GessoOrder) order = NULL;

  g_object_set (settings, "prompt", prompt, NULL);
  order = gesso_order_new (snapshot, settings);
  gesso_queue_push (queue, order);
}

/* The first button below widget with that tooltip, which is its accessible name too. */
static GtkWidget *
find_button (GtkWidget *widget, const char *tooltip)
{
  if (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_widget_get_tooltip_text (widget), tooltip) == 0)
    return widget;

  for (GtkWidget *c = gtk_widget_get_first_child (widget); c; c = gtk_widget_get_next_sibling (c))
    {
      GtkWidget *found = find_button (c, tooltip);

      if (found)
        return found;
    }

  return NULL;
}

static void
click (GtkWidget *widget, const char *tooltip)
{
  GtkWidget *button = find_button (widget, tooltip);

  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
  settle ();
}

static char *
first_prompt (GessoQueue *queue)
{
  g_autoptr (GessoOrder) order = g_list_model_get_item (G_LIST_MODEL (queue), 0);

  return g_strdup (gesso_settings_get_prompt (gesso_order_get_settings (order)));
}

static void
test_button (void)
{
  GessoEngine *engine = gesso_engine_new ();
  GessoQueue *queue = gesso_queue_new (engine);
  GessoQueueButton *button = g_object_ref_sink (g_object_new (GESSO_TYPE_QUEUE_BUTTON, NULL));
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  g_autofree char *first = NULL, *second = NULL;
  guint batch;

  gesso_queue_set_paused (queue, TRUE);
  gtk_window_set_child (window, GTK_WIDGET (button));
  gesso_queue_button_set_queue (button, queue);
  gtk_window_present (window);
  push (queue, "a");
  push (queue, "b");
  settle ();

  /* Nothing is earlier than the first. */
  g_assert_false (gtk_widget_get_sensitive (find_button (GTK_WIDGET (button), "Earlier")));
  g_assert_true (gtk_widget_get_sensitive (find_button (GTK_WIDGET (button), "Later")));
  click (GTK_WIDGET (button), "Later");
  first = first_prompt (queue);
  g_assert_cmpstr (first, ==, "b");
  click (GTK_WIDGET (button), "Cancel This");
  second = first_prompt (queue);
  g_assert_cmpstr (second, ==, "a");
  g_assert_false (gtk_widget_get_sensitive (find_button (GTK_WIDGET (button), "Later")));
  click (GTK_WIDGET (button), "Cancel This");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (queue)), ==, 0);

  g_object_set (button, "batch", 7, NULL);
  g_object_get (button, "batch", &batch, NULL);
  g_assert_cmpuint (batch, ==, 7);
  click (GTK_WIDGET (button), "Begin Nothing Else");
  g_assert_false (gesso_queue_get_paused (queue));

  gtk_window_destroy (window);
  settle ();
  g_assert_finalize_object (button);
  g_assert_finalize_object (queue);
  g_assert_finalize_object (engine);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/queue-button", test_button);

  return g_test_run ();
}
