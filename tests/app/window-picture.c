/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window, what pops up over it, and the dialog before it, in one picture. */
#include "window-picture.h"

#include "widgets.h"

#define SETTLE_MS 600 /* for what slides and fades */

/* The window as it is drawn, with its shadow: GTK's picture of a widget is cut off at its edges. */
static void
snapshot_window (GtkSnapshot *snapshot, GtkWidget *window, double x, double y)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
  g_autoptr (GdkPaintable) image = gdk_paintable_get_current_image (paintable);
  GtkSnapshot *whole = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;

  gdk_paintable_snapshot (image, whole, gtk_widget_get_width (window), gtk_widget_get_height (window));
  node = gtk_snapshot_free_to_node (whole);
  if (node == NULL)
    return;

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) y));
  if (gsk_render_node_get_node_type (node) == GSK_CLIP_NODE)
    gtk_snapshot_append_node (snapshot, gsk_clip_node_get_child (node));
  else
    gtk_snapshot_append_node (snapshot, node);
  gtk_snapshot_restore (snapshot);
}

/* The dialog that is open over the window, or NULL. */
static GtkWindow *
find_dialog (GtkWindow *window)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) other = g_list_model_get_item (windows, i);

      if (other != window && gtk_widget_get_mapped (GTK_WIDGET (other)))
        return other;
    }

  return NULL;
}

/* What lies in front of the window, each a surface of its own. */
static void
snapshot_popovers (GtkSnapshot *snapshot, GtkWindow *window, GtkWidget *widget)
{
  if (GTK_IS_POPOVER (widget) && gtk_widget_get_mapped (widget))
    {
      GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (widget));
      double x, y, own_x, own_y;

      gtk_native_get_surface_transform (GTK_NATIVE (window), &x, &y);
      gtk_native_get_surface_transform (GTK_NATIVE (widget), &own_x, &own_y);
      snapshot_window (snapshot, widget, gdk_popup_get_position_x (GDK_POPUP (surface)) - x + own_x,
                       gdk_popup_get_position_y (GDK_POPUP (surface)) - y + own_y);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    snapshot_popovers (snapshot, window, child);
}

/* NULL while the window is being laid out, when there is nothing to draw for a moment. */
static GskRenderNode *
snapshot_all (GtkWindow *window, GtkWindow *dialog)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  int width = gtk_widget_get_width (GTK_WIDGET (window));
  int height = gtk_widget_get_height (GTK_WIDGET (window));

  snapshot_window (snapshot, GTK_WIDGET (window), 0, 0);
  snapshot_popovers (snapshot, window, GTK_WIDGET (window));
  if (dialog)
    {
      const GdkRGBA shade = { 0, 0, 0, 0.3f };

      gtk_snapshot_append_color (snapshot, &shade,
                                 &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
      snapshot_window (snapshot, GTK_WIDGET (dialog),
                       (width - gtk_widget_get_width (GTK_WIDGET (dialog))) / 2,
                       (height - gtk_widget_get_height (GTK_WIDGET (dialog))) / 2);
    }

  return gtk_snapshot_free_to_node (snapshot);
}

void
window_picture_save (GtkWindow *window, const char *path, int margin)
{
  GtkWindow *dialog = find_dialog (window);
  const graphene_rect_t bounds =
      GRAPHENE_RECT_INIT ((float) -margin, (float) -margin,
                          (float) (gtk_widget_get_width (GTK_WIDGET (window)) + 2 * margin),
                          (float) (gtk_widget_get_height (GTK_WIDGET (window)) + 2 * margin));
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  if (dialog)
    gtk_widget_remove_css_class (GTK_WIDGET (dialog), "solid-csd");
  do
    widgets_wait_ms (SETTLE_MS);
  while ((node = snapshot_all (window, dialog)) == NULL);

  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node,
                                         &bounds);
  if (!gdk_texture_save_to_png (texture, path))
    g_error ("%s could not be written", path);
}
