/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoLayerName: what is typed is taken or not, and a row that goes in the middle of it is no harm. */
#include "canvas/gesso-layer-name.h"

static GtkWindow *window;
static GtkWidget *name, *other;
static GessoPainting *painting;
static GessoLayer *layer;

static gboolean
on_time (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
run_ms (guint ms)
{
  gboolean over = FALSE;

  g_timeout_add (ms, on_time, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

static void
set_up (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  painting = gesso_painting_new (64, 64);
  layer = gesso_layer_new (GESSO_LAYER_RASTER, "Sky", NULL);
  gesso_painting_add_layer (painting, layer, 0);
  name = gesso_layer_name_new (painting, layer);
  other = gtk_button_new_with_label ("Other");
  window = GTK_WINDOW (gtk_window_new ());
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), other);
  gtk_window_set_child (window, box);
  gtk_window_present (window);
  run_ms (100);
}

static void
tear_down (void)
{
  gtk_window_destroy (window);
  run_ms (50);
  g_object_unref (layer);
  g_assert_finalize_object (painting);
}

static GtkWidget *
get_entry (void)
{
  return gtk_widget_get_last_child (name);
}

static void
type (const char *text)
{
  gesso_layer_name_edit (GESSO_LAYER_NAME (name));
  g_assert_true (gtk_widget_get_visible (get_entry ()));
  gtk_editable_set_text (GTK_EDITABLE (get_entry ()), text);
}

static void
assert_named (const char *expected)
{
  g_assert_cmpstr (gesso_layer_get_name (layer), ==, expected);
  g_assert_false (gtk_widget_get_visible (get_entry ()));
  g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (gtk_widget_get_first_child (name))), ==, expected);
}

static void
test_taken (void)
{
  GessoHistory *history;

  set_up ();
  history = gesso_painting_get_history (painting);
  type ("Sea");
  g_assert_cmpstr (gesso_layer_get_name (layer), ==, "Sky");
  g_signal_emit_by_name (get_entry (), "activate");
  assert_named ("Sea");
  g_assert_cmpstr (gesso_history_get_undo_name (history), ==, "Rename Layer");
  g_assert_true (gesso_painting_undo (painting));
  assert_named ("Sky");

  /* Leaving the entry takes it too. */
  type ("  Sand ");
  gtk_widget_grab_focus (other);
  run_ms (100);
  assert_named ("Sand");

  type (" ");
  g_signal_emit_by_name (get_entry (), "activate");
  assert_named ("Sand");
  tear_down ();
}

/* In mid stroke nothing is renamed. */
static void
test_changing (void)
{
  set_up ();
  type ("Sea");
  gesso_painting_begin (painting, "Stroke");
  gtk_widget_grab_focus (other);
  run_ms (100);
  assert_named ("Sky");
  gesso_painting_cancel (painting);
  tear_down ();
}

static void
test_goes (void)
{
  set_up ();
  type ("Sea");
  gtk_widget_grab_focus (other);
  gtk_box_remove (GTK_BOX (gtk_widget_get_parent (name)), name);
  run_ms (300);
  g_assert_cmpstr (gesso_layer_get_name (layer), ==, "Sky");
  tear_down ();

  set_up ();
  type ("Sea");
  gesso_painting_remove_layer (painting, layer);
  gtk_widget_grab_focus (other);
  run_ms (300);
  g_assert_cmpstr (gesso_layer_get_name (layer), ==, "Sky");
  tear_down ();
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/layer-name/taken", test_taken);
  g_test_add_func ("/app/layer-name/changing", test_changing);
  g_test_add_func ("/app/layer-name/goes", test_goes);

  return g_test_run ();
}
