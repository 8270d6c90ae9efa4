/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoQueueButton: follows its queue; its controls, keys and drags act on it. */
#include "input.h"
#include "widgets.h"

#include "queue/gesso-queue-button.h"
#include "queue/gesso-queue-row.h"

#include <glib/gstdio.h>

#define DRAG_STEPS 6
#define STEP_MS 40 /* for a drag goes by way of the display server */

typedef struct
{
  GessoEngine      *engine;
  GessoQueue       *queue;
  GessoQueueButton *button;
  GtkWindow        *window;
} Fixture;

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

static void
assert_prompts (GessoQueue *queue, const char *expected)
{
  g_autoptr (GString) prompts = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (queue)); i++)
    {
      g_autoptr (GessoOrder) order = g_list_model_get_item (G_LIST_MODEL (queue), i);

      g_string_append (prompts, gesso_settings_get_prompt (gesso_order_get_settings (order)));
    }
  g_assert_cmpstr (prompts->str, ==, expected);
}

static GtkListBox *
get_list (Fixture *fixture)
{
  return GTK_LIST_BOX (widgets_find (GTK_WIDGET (fixture->button), GTK_TYPE_LIST_BOX));
}

static GtkWidget *
get_row (Fixture *fixture, int position)
{
  return GTK_WIDGET (gtk_list_box_get_row_at_index (get_list (fixture), position));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->engine = gesso_engine_new ();
  fixture->queue = gesso_queue_new (fixture->engine);
  fixture->button = g_object_ref_sink (g_object_new (GESSO_TYPE_QUEUE_BUTTON, NULL));
  fixture->window = GTK_WINDOW (gtk_window_new ());
  gesso_queue_set_paused (fixture->queue, TRUE);
  gtk_window_set_child (fixture->window, GTK_WIDGET (fixture->button));
  gesso_queue_button_set_queue (fixture->button, fixture->queue);
  gtk_window_present (fixture->window);
  for (const char *prompt = data; *prompt; prompt++)
    push (fixture->queue, (const char[]) { *prompt, '\0' });
  settle ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (fixture->window);
  settle ();
  g_assert_finalize_object (fixture->button);
  g_assert_finalize_object (fixture->queue);
  g_assert_finalize_object (fixture->engine);
}

/* ---- The tests ------------------------------------------------------------------------------ */

static void
test_button (Fixture *fixture, gconstpointer data)
{
  GtkWidget *button = GTK_WIDGET (fixture->button);
  guint batch;

  /* Nothing is earlier than the first. */
  g_assert_false (gtk_widget_get_sensitive (find_button (button, "Earlier")));
  g_assert_true (gtk_widget_get_sensitive (find_button (button, "Later")));
  click (button, "Later");
  assert_prompts (fixture->queue, "ba");
  click (button, "Cancel This");
  assert_prompts (fixture->queue, "a");
  g_assert_false (gtk_widget_get_sensitive (find_button (button, "Later")));
  click (button, "Cancel This");
  assert_prompts (fixture->queue, "");

  g_object_set (button, "batch", 7, NULL);
  g_object_get (button, "batch", &batch, NULL);
  g_assert_cmpuint (batch, ==, 7);
  click (button, "Begin Nothing Else");
  g_assert_false (gesso_queue_get_paused (fixture->queue));
}

static void
open_list (Fixture *fixture)
{
  GtkWidget *button = widgets_find (GTK_WIDGET (fixture->button), GTK_TYPE_MENU_BUTTON);

  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  widgets_wait_ms (500);
}

/* The focus goes along with what is moved, and stays in the list when something is cancelled. */
static void
test_keys (Fixture *fixture, gconstpointer data)
{
  open_list (fixture);
  gtk_widget_grab_focus (get_row (fixture, 0));
  for (guint i = 0; i < 2; i++)
    {
      input_key_with (INPUT_CONTROL_CODE, INPUT_KEY_DOWN);
      widgets_wait_ms (200);
    }
  assert_prompts (fixture->queue, "bca");
  g_assert_true (gtk_widget_has_focus (get_row (fixture, 2)));
  input_key_with (INPUT_CONTROL_CODE, INPUT_KEY_UP);
  widgets_wait_ms (200);
  assert_prompts (fixture->queue, "bac");
  g_assert_true (gtk_widget_has_focus (get_row (fixture, 1)));
  input_key (INPUT_KEY_DELETE);
  widgets_wait_ms (200);
  assert_prompts (fixture->queue, "bc");
  g_assert_true (gtk_widget_has_focus (get_row (fixture, 1)));

  /* A button that leads nowhere any more passes it to its row. */
  gtk_widget_grab_focus (find_button (get_row (fixture, 1), "Earlier"));
  input_key (' ');
  widgets_wait_ms (400);
  assert_prompts (fixture->queue, "cb");
  g_assert_true (gtk_widget_has_focus (get_row (fixture, 0)));
}

/* On the screen, which the window is at the corner of. */
static void
find_row (Fixture *fixture, int position, int *x, int *y)
{
  GtkWidget *row = get_row (fixture, position);
  GtkNative *native = gtk_widget_get_native (row);
  GdkPopup *popup = GDK_POPUP (gtk_native_get_surface (native));
  graphene_rect_t bounds;
  double dx, dy;

  g_assert_true (gtk_widget_compute_bounds (row, GTK_WIDGET (native), &bounds));
  gtk_native_get_surface_transform (native, &dx, &dy);
  *x = (int) (gdk_popup_get_position_x (popup) + dx + bounds.origin.x) + 30;
  *y = (int) (gdk_popup_get_position_y (popup) + dy + bounds.origin.y + bounds.size.height / 2);
}

static void
drag (Fixture *fixture, int from, int to)
{
  int x1, y1, x2, y2;

  find_row (fixture, from, &x1, &y1);
  find_row (fixture, to, &x2, &y2);
  input_move (x1, y1);
  widgets_wait_ms (STEP_MS);
  input_press (x1, y1);
  for (int i = 1; i <= DRAG_STEPS; i++)
    {
      widgets_wait_ms (STEP_MS);
      input_move (x1 + (x2 - x1) * i / DRAG_STEPS, y1 + (y2 - y1) * i / DRAG_STEPS);
    }
  widgets_wait_ms (300);
  input_move (x2 + 2, y2);
  widgets_wait_ms (300);
  input_release (x2 + 2, y2);
  widgets_wait_ms (300);
  /* GTK 4.8 would show a tooltip of a window that is gone. */
  input_move (x2, y2 + 600);
  widgets_wait_ms (200);
}

static void
test_drag (Fixture *fixture, gconstpointer data)
{
  open_list (fixture);
  drag (fixture, 2, 0);
  assert_prompts (fixture->queue, "cab");
  drag (fixture, 0, 1);
  assert_prompts (fixture->queue, "acb");
}

int
main (int argc, char **argv)
{
  int status;

  gtk_test_init (&argc, &argv, NULL);
  /* libatspi warns when it meets a program, this one, before that has put itself in order. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  atspi_init ();

  g_test_add ("/app/queue-button/button", Fixture, "ab", set_up, test_button, tear_down);
  g_test_add ("/app/queue-button/keys", Fixture, "abc", set_up, test_keys, tear_down);
  g_test_add ("/app/queue-button/drag", Fixture, "abc", set_up, test_drag, tear_down);
  status = g_test_run ();

  atspi_exit ();
  return status;
}
