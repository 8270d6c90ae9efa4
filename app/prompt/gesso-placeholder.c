/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A layout in the text's own colour, paler. */
#include "gesso-placeholder.h"

#define OPACITY 0.55f

void
gesso_placeholder_snapshot (GtkTextView *view, const char *text, GtkSnapshot *snapshot)
{
  GtkWidget *widget = GTK_WIDGET (view);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, text);
  int left = gtk_text_view_get_left_margin (view);
  int width = gtk_widget_get_width (widget) - left - gtk_text_view_get_right_margin (view);
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  color.alpha *= OPACITY;
  pango_layout_set_width (layout, MAX (width, 0) * PANGO_SCALE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (
      snapshot,
      &GRAPHENE_POINT_INIT ((float) left, (float) gtk_text_view_get_top_margin (view)));
  gtk_snapshot_append_layout (snapshot, layout, &color);
  gtk_snapshot_restore (snapshot);
}
