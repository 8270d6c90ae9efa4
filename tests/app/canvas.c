/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The canvas's widgets on a display: tools through it, its tool bar and layers pane follow what they
 * are bound to, and nothing of them is left over.
 */
#include "config.h"

#include "canvas/gesso-canvas-view.h"
#include "canvas/gesso-layer-row.h"
#include "canvas/gesso-layers-pane.h"
#include "canvas/gesso-masked-texture.h"
#include "canvas/gesso-tool-bar.h"

#include <adwaita.h>

#define SIZE 200

/* Of the generated source: named, so that a static library brings it along. */
GResource *gesso_get_resource (void);

static GtkWindow *
show (GtkWidget *child)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());

  gtk_window_set_default_size (window, 640, 480);
  gtk_window_set_child (window, child);
  gtk_window_present (window);
  for (guint i = 0; i < 500 && gtk_widget_get_width (child) == 0; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (2000);
    }
  g_assert_cmpint (gtk_widget_get_width (child), >, 0);

  return window;
}

/* Long enough for a few frames. */
static void
settle (void)
{
  gint64 end = g_get_monotonic_time () + 150000;

  while (g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static GessoPainting *
new_painting (void)
{
  const GdkRectangle all = { 0, 0, SIZE, SIZE };
  const guint8 white[4] = { 255, 255, 255, 255 };
  GessoPainting *painting = gesso_painting_new (SIZE, SIZE);
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  g_autoptr (GessoLayer) layer = NULL;

  gesso_tiles_fill (tiles, &all, white);
  layer = gesso_layer_new (GESSO_LAYER_RASTER, "ground", tiles);
  gesso_painting_add_layer (painting, layer, 0);

  return painting;
}

/* A drag between two points of the picture, wherever the view shows them. */
static void
drag (GessoCanvas *canvas, double x1, double y1, double x2, double y2, GdkModifierType state)
{
  GessoView *view = gesso_canvas_get_view (canvas);
  GessoPoint a = gesso_view_to_widget (view, x1, y1), b = gesso_view_to_widget (view, x2, y2);

  gesso_canvas_point (canvas, GESSO_POINTER_PRESS, a.x, a.y, 1, state);
  gesso_canvas_point (canvas, GESSO_POINTER_DRAG, (a.x + b.x) / 2, (a.y + b.y) / 2, 1, state);
  gesso_canvas_point (canvas, GESSO_POINTER_DRAG, b.x, b.y, 1, state);
  settle ();
  gesso_canvas_point (canvas, GESSO_POINTER_RELEASE, b.x, b.y, 1, state);
}

static guint
count_entries (GessoPainting *painting)
{
  return gesso_history_get_n_entries (gesso_painting_get_history (painting));
}

static void
assert_pixel (GessoPainting *painting, int x, int y, guint8 r, guint8 g, guint8 b)
{
  guint8 rgba[4];

  gesso_painting_pick (painting, x, y, rgba);
  g_assert_cmpuint (rgba[0], ==, r);
  g_assert_cmpuint (rgba[1], ==, g);
  g_assert_cmpuint (rgba[2], ==, b);
}

/* Every tool does its work, in one entry each, and undo brings all back to the byte. */
static void
test_tools (void)
{
  const GdkRGBA red = { 1, 0, 0, 1 };
  g_autoptr (GessoPainting) painting = new_painting ();
  g_autoptr (GessoSnapshot) before = gesso_painting_snapshot (painting);
  g_autoptr (GessoSnapshot) after = NULL;
  GessoCanvas *canvas = g_object_new (GESSO_TYPE_CANVAS, "painting", painting, NULL);
  GessoToolbox *toolbox = gesso_canvas_get_toolbox (canvas);
  GtkWindow *window = show (GTK_WIDGET (canvas));
  guint n = count_entries (painting);
  GdkRectangle frame;
  GdkRGBA color;
  guint8 value;

  gesso_toolbox_set_color (toolbox, &red);
  g_object_set (toolbox, "size", 20.0, "hardness", 1.0, NULL);
  drag (canvas, 20, 20, 180, 20, 0);
  assert_pixel (painting, 100, 20, 255, 0, 0);
  assert_pixel (painting, 100, 40, 255, 255, 255);
  g_assert_cmpuint (count_entries (painting), ==, ++n);

  /* The eraser leaves nothing, so the pixel is picked as transparent black. */
  gesso_toolbox_set_kind (toolbox, GESSO_TOOL_ERASER);
  drag (canvas, 100, 10, 100, 30, 0);
  assert_pixel (painting, 100, 20, 0, 0, 0);
  g_assert_cmpuint (count_entries (painting), ==, ++n);

  gesso_toolbox_set_kind (toolbox, GESSO_TOOL_PICKER);
  drag (canvas, 150, 100, 150, 100, 0);
  gesso_toolbox_get_color (toolbox, &color);
  g_assert_cmpfloat (color.green, ==, 1);
  drag (canvas, 150, 20, 150, 20, 0);
  gesso_toolbox_get_color (toolbox, &color);
  g_assert_true (gdk_rgba_equal (&color, &red));

  /* A mask comes by itself, and what was painted on stays active. */
  gesso_toolbox_set_kind (toolbox, GESSO_TOOL_MASK_BRUSH);
  drag (canvas, 50, 100, 90, 100, 0);
  g_assert_cmpuint (gesso_painting_get_n_layers (painting), ==, 2);
  g_assert_cmpint (gesso_layer_get_kind (gesso_painting_get_active (painting)), ==,
                   GESSO_LAYER_RASTER);
  gesso_tiles_read (gesso_layer_get_tiles (gesso_toolbox_get_mask (toolbox, FALSE)),
                    &(GdkRectangle) { 70, 100, 1, 1 }, &value, 1);
  g_assert_cmpuint (value, ==, 255);
  g_assert_cmpuint (count_entries (painting), ==, ++n);
  gesso_toolbox_toggle_eraser (toolbox);
  drag (canvas, 70, 90, 70, 110, 0);
  gesso_tiles_read (gesso_layer_get_tiles (gesso_toolbox_get_mask (toolbox, FALSE)),
                    &(GdkRectangle) { 70, 100, 1, 1 }, &value, 1);
  g_assert_cmpuint (value, ==, 0);
  g_assert_cmpuint (count_entries (painting), ==, ++n);

  gesso_toolbox_set_kind (toolbox, GESSO_TOOL_RECTANGLE);
  drag (canvas, 20, 120, 60, 160, 0);
  drag (canvas, 40, 120, 60, 160, GDK_CONTROL_MASK);
  g_assert_cmpuint (count_entries (painting), ==, n += 2);
  gesso_tiles_get_bounds (gesso_painting_get_selection (painting), &frame);
  g_assert_cmpint (frame.x, ==, 20);
  g_assert_cmpint (frame.width, ==, 20);
  gesso_toolbox_set_kind (toolbox, GESSO_TOOL_FILL);
  drag (canvas, 30, 130, 30, 130, 0);
  assert_pixel (painting, 30, 140, 255, 0, 0);
  assert_pixel (painting, 50, 140, 255, 255, 255);
  g_assert_cmpuint (count_entries (painting), ==, ++n);

  gesso_toolbox_set_kind (toolbox, GESSO_TOOL_MOVE);
  drag (canvas, 30, 130, 130, 130, 0);
  assert_pixel (painting, 130, 140, 255, 0, 0);
  assert_pixel (painting, 30, 140, 0, 0, 0);
  g_assert_cmpuint (count_entries (painting), ==, ++n);

  gesso_toolbox_set_kind (toolbox, GESSO_TOOL_FRAME);
  drag (canvas, 100, 100, 60, 84, 0);
  gesso_painting_get_frame (painting, &frame);
  g_assert_cmpint (frame.x, ==, -40);
  g_assert_cmpint (frame.y, ==, -16);
  g_assert_cmpuint (count_entries (painting), ==, ++n);

  while (gesso_painting_undo (painting))
    settle ();
  gesso_painting_redo (painting); /* the layer that the painting began with */
  gesso_painting_get_frame (painting, &frame);
  after = gesso_painting_snapshot (painting);
  g_assert_true (gesso_snapshot_equal (before, after));

  gtk_window_destroy (window);
}

/* Escape in mid stroke, and a locked layer, leave everything as it was. */
static void
test_cancel (void)
{
  g_autoptr (GessoPainting) painting = new_painting ();
  g_autoptr (GessoSnapshot) before = gesso_painting_snapshot (painting);
  g_autoptr (GessoSnapshot) after = NULL;
  GessoCanvas *canvas = g_object_new (GESSO_TYPE_CANVAS, "painting", painting, NULL);
  GessoToolbox *toolbox = gesso_canvas_get_toolbox (canvas);
  GtkWindow *window = show (GTK_WIDGET (canvas));

  for (guint kind = 0; kind < GESSO_N_TOOLS; kind++)
    {
      if (kind == GESSO_TOOL_FILL || kind == GESSO_TOOL_PICKER)
        continue;
      gesso_toolbox_set_kind (toolbox, kind);
      gesso_canvas_point (canvas, GESSO_POINTER_PRESS, 300, 200, 1, 0);
      gesso_canvas_point (canvas, GESSO_POINTER_DRAG, 330, 260, 1, 0);
      gesso_tool_cancel (gesso_toolbox_get_tool (toolbox, kind));
      g_assert_false (gesso_painting_is_changing (painting));
    }
  after = gesso_painting_snapshot (painting);
  g_assert_true (gesso_snapshot_equal (before, after));

  gtk_window_destroy (window);
}

/* The frame goes round what is masked. */
static void
test_follow (void)
{
  g_autoptr (GessoPainting) painting = new_painting ();
  GessoCanvas *canvas = g_object_new (GESSO_TYPE_CANVAS, "painting", painting, NULL);
  GessoToolbox *toolbox = gesso_canvas_get_toolbox (canvas);
  GtkWindow *window = show (GTK_WIDGET (canvas));
  GdkRectangle frame;
  guint n = count_entries (painting);

  g_object_set (toolbox, "size", 10.0, "follow-mask", TRUE, NULL);
  gesso_toolbox_set_kind (toolbox, GESSO_TOOL_MASK_BRUSH);
  drag (canvas, 40, 40, 60, 40, 0);
  gesso_painting_get_frame (painting, &frame);
  g_assert_cmpint (frame.width, ==, 64);
  g_assert_cmpint (frame.x, >, 0);
  g_assert_cmpint (frame.x + frame.width, <, 100);
  g_assert_cmpuint (count_entries (painting), ==, n + 1);

  gtk_window_destroy (window);
}

static void
test_masked_texture (void)
{
  const GdkRectangle area = { 100, 50, 80, 60 }, half = { 100, 50, 40, 60 };
  const guint8 full = 255;
  guint32 *words = g_new (guint32, 40 * 30);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GdkTexture) masked = NULL;
  g_autoptr (GessoTiles) mask = gesso_tiles_new (1);
  guint32 out[40 * 30];

  for (guint i = 0; i < 40 * 30; i++)
    words[i] = 0xff336699;
  bytes = g_bytes_new_take (words, 40 * 30 * 4);
  texture = gdk_memory_texture_new (40, 30, GDK_MEMORY_DEFAULT, bytes, 160);
  gesso_tiles_fill (mask, &half, &full);
  masked = gesso_masked_texture_new (texture, &area, mask);
  gdk_texture_download (masked, (guchar *) out, 160);
  for (guint i = 0; i < 40 * 30; i++)
    g_assert_cmphex (out[i], ==, i % 40 < 20 ? 0xff336699 : 0);
}

/* ---- Around the canvas ---------------------------------------------------------------------- */

static void
test_layers (void)
{
  g_autoptr (GessoPainting) painting = new_painting ();
  GessoLayersPane *pane = g_object_new (GESSO_TYPE_LAYERS_PANE, NULL);
  GtkWindow *window = show (GTK_WIDGET (pane));
  GessoLayer *ground = gesso_painting_get_layer (painting, 0);
  guint position;

  gesso_layers_pane_set_painting (pane, painting);
  gtk_widget_activate_action (GTK_WIDGET (pane), "layers.add", NULL);
  gtk_widget_activate_action (GTK_WIDGET (pane), "layers.add-mask", NULL);
  g_assert_cmpuint (gesso_painting_get_n_layers (painting), ==, 3);
  gesso_painting_set_active (painting, ground);
  gtk_widget_activate_action (GTK_WIDGET (pane), "layers.raise", NULL);
  g_assert_true (gesso_painting_find_layer (painting, ground, &position));
  g_assert_cmpuint (position, ==, 1);
  gtk_widget_activate_action (GTK_WIDGET (pane), "layers.duplicate", NULL);
  g_assert_cmpuint (gesso_painting_get_n_layers (painting), ==, 4);
  gtk_widget_activate_action (GTK_WIDGET (pane), "layers.merge", NULL);
  gtk_widget_activate_action (GTK_WIDGET (pane), "layers.delete", NULL);
  g_assert_cmpuint (gesso_painting_get_n_layers (painting), ==, 2);
  settle ();
  while (gesso_painting_undo (painting))
    settle ();
  gesso_layers_pane_set_painting (pane, NULL);

  gtk_window_destroy (window);
}

static void
test_tool_bar (void)
{
  g_autoptr (GessoToolbox) toolbox = gesso_toolbox_new ();
  GessoToolBar *bar = g_object_new (GESSO_TYPE_TOOL_BAR, NULL);
  guint n = 0;

  g_object_ref_sink (bar);
  gesso_tool_bar_bind (bar, toolbox);
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (bar)); child;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_TOGGLE_BUTTON (child))
      {
        guint kind = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (child), "kind"));

        gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (child), TRUE);
        g_assert_cmpuint (gesso_toolbox_get_kind (toolbox), ==, kind);
        g_assert_nonnull (gtk_widget_get_tooltip_text (child));
        n++;
      }
  g_assert_cmpuint (n, ==, GESSO_N_TOOLS);
  g_assert_finalize_object (bar);
}

/* Nothing holds a widget, a painting or a tool when the window is gone. */
static void
test_finalize (void)
{
  GessoPainting *painting = new_painting ();
  GessoCanvasView *view = g_object_new (GESSO_TYPE_CANVAS_VIEW, NULL);
  GtkWindow *window = show (GTK_WIDGET (view));
  GessoToolbox *toolbox = g_object_ref (
      gesso_canvas_get_toolbox (gesso_canvas_view_get_canvas (view)));

  gesso_canvas_view_set_painting (view, painting);
  settle ();
  drag (gesso_canvas_view_get_canvas (view), 20, 20, 100, 100, 0);
  g_object_ref (view);
  gtk_window_destroy (window);
  g_assert_finalize_object (view);
  g_assert_finalize_object (toolbox);
  g_assert_finalize_object (painting);
}

/* The gesture of a pen, as GTK calls it: a stroke, and one that a grab ends. */
static void
test_pen (void)
{
  GtkWidget *view = g_object_new (GESSO_TYPE_CANVAS_VIEW, NULL);
  GtkWindow *window = show (view);
  GessoCanvas *canvas = gesso_canvas_view_get_canvas (GESSO_CANVAS_VIEW (view));
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (canvas));
  g_autoptr (GessoPainting) painting = new_painting ();
  GtkGesture *pen = NULL;
  GessoPoint a, b;
  guint n;

  gesso_canvas_view_set_painting (GESSO_CANVAS_VIEW (view), painting);
  settle ();
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_GESTURE_STYLUS (controller))
        pen = GTK_GESTURE (controller);
    }
  g_assert_nonnull (pen);

  a = gesso_view_to_widget (gesso_canvas_get_view (canvas), 40, 60);
  b = gesso_view_to_widget (gesso_canvas_get_view (canvas), 120, 60);
  n = count_entries (painting);
  g_signal_emit_by_name (pen, "down", a.x, a.y);
  g_signal_emit_by_name (pen, "motion", b.x, b.y);
  g_assert_true (gesso_painting_is_changing (painting));
  g_signal_emit_by_name (pen, "up", b.x, b.y);
  g_assert_false (gesso_painting_is_changing (painting));
  g_assert_cmpuint (count_entries (painting), ==, n + 1);

  g_signal_emit_by_name (pen, "down", a.x, a.y);
  g_signal_emit_by_name (pen, "motion", b.x, b.y);
  g_signal_emit_by_name (pen, "cancel", NULL);
  g_assert_false (gesso_painting_is_changing (painting));
  g_assert_cmpuint (count_entries (painting), ==, n + 1);

  gesso_canvas_view_set_painting (GESSO_CANVAS_VIEW (view), NULL);
  gtk_window_destroy (window);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_resources_register (gesso_get_resource ());
  adw_init ();
  g_test_add_func ("/app/canvas/tools", test_tools);
  g_test_add_func ("/app/canvas/pen", test_pen);
  g_test_add_func ("/app/canvas/cancel", test_cancel);
  g_test_add_func ("/app/canvas/follow", test_follow);
  g_test_add_func ("/app/canvas/masked-texture", test_masked_texture);
  g_test_add_func ("/app/canvas/layers", test_layers);
  g_test_add_func ("/app/canvas/tool-bar", test_tool_bar);
  g_test_add_func ("/app/canvas/finalize", test_finalize);
  return g_test_run ();
}
