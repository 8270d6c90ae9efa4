/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is on the canvas as pictures to learn from: what is selected, as it is seen, or else each layer
 * that is not hidden, as far as it reaches.
 */
#include "in-process.h"

#include "document/gesso-selection.h"
#include "training/gesso-teach-dialog.h"

static const GdkRectangle near_edge = { 10, 20, 40, 30 }, wide = { 0, 64, 100, 60 };

/* A layer of one colour; what was selected is again. */
static GessoLayer *
add (GessoPainting *painting, const GdkRectangle *area, GessoLayerKind kind)
{
  GessoLayer *layer = gesso_painting_new_layer (painting, kind);
  g_autoptr (GessoTiles) shape = gesso_selection_new_rectangle (area);
  g_autoptr (GError) error = NULL;

  gesso_painting_set_selection (painting, "Select", shape);
  g_assert_true (gesso_painting_fill_layer (painting, layer, (const guint8[]) { 200, 40, 90, 255 }, &error));
  g_assert_no_error (error);
  gesso_painting_set_selection (painting, "Select", NULL);
  return layer;
}

/* The pictures in the dialog that the action opens. */
static GListModel *
teach_layers (GessoWindow *window)
{
  if (window->teach_dialog)
    gtk_window_destroy (window->teach_dialog);
  g_action_group_activate_action (G_ACTION_GROUP (window), "teach-layers", NULL);
  return gesso_teach_dialog_get_pictures (GESSO_TEACH_DIALOG (window->teach_dialog));
}

static void
assert_picture (GListModel *pictures, guint i, const char *name, const GdkRectangle *area)
{
  g_autoptr (GessoTeachPicture) picture = g_list_model_get_item (pictures, i);

  g_assert_cmpstr (gesso_teach_picture_get_name (picture), ==, name);
  g_assert_null (gesso_teach_picture_get_problem (picture));
  g_assert_cmpint (gesso_teach_picture_get_width (picture), ==, area->width);
  g_assert_cmpint (gesso_teach_picture_get_height (picture), ==, area->height);
}

static void
run (GApplication *application, GessoWindow *window)
{
  GessoPainting *painting = window->painting;
  g_autoptr (GessoTiles) shape = gesso_selection_new_rectangle (&(GdkRectangle) { 5, 6, 48, 32 });
  GessoLayer *first, *second;
  GListModel *pictures;

  in_process_wait_engine (application);
  first = add (painting, &near_edge, GESSO_LAYER_RASTER);
  second = add (painting, &wide, GESSO_LAYER_RASTER);
  add (painting, &wide, GESSO_LAYER_MASK);
  pictures = teach_layers (window);
  g_assert_cmpuint (g_list_model_get_n_items (pictures), ==, 2);
  /* The uppermost one comes first. */
  assert_picture (pictures, 0, gesso_layer_get_name (second), &wide);
  assert_picture (pictures, 1, gesso_layer_get_name (first), &near_edge);

  gesso_layer_set_visible (first, FALSE);
  pictures = teach_layers (window);
  g_assert_cmpuint (g_list_model_get_n_items (pictures), ==, 1);
  assert_picture (pictures, 0, gesso_layer_get_name (second), &wide);

  gesso_painting_set_selection (painting, "Select", shape);
  pictures = teach_layers (window);
  g_assert_cmpuint (g_list_model_get_n_items (pictures), ==, 1);
  assert_picture (pictures, 0, "Selection", &(GdkRectangle) { 5, 6, 48, 32 });

  gtk_window_destroy (window->teach_dialog);
  g_application_quit (application);
}

int
main (int argc, char **argv)
{
  return in_process_run (NULL, run);
}
