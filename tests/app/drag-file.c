/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Another program, that a file can be dragged out of: drag-file FILE X Y. Its window, 100 x 100, lies at
 * that place of the screen. It says so once it is there.
 */
#include <gtk/gtk.h>

#include <gdk/x11/gdkx.h>

typedef struct
{
  int x, y;
} Place;

static GdkContentProvider *
on_prepare (GtkDragSource *source, double x, double y, GFile *file)
{
  return gdk_content_provider_new_typed (G_TYPE_FILE, file);
}

static void
on_map (GtkWidget *window, const Place *place)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (window));

  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  XMoveWindow (gdk_x11_display_get_xdisplay (gtk_widget_get_display (window)),
               gdk_x11_surface_get_xid (surface), place->x, place->y);
  G_GNUC_END_IGNORE_DEPRECATIONS
  puts ("shown");
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  g_autoptr (GFile) file = NULL;
  GtkDragSource *source;
  GtkWidget *window;
  Place place;

  if (argc != 4)
    return 2;
  gtk_init ();
  file = g_file_new_for_path (argv[1]);
  place = (Place) { atoi (argv[2]), atoi (argv[3]) };

  window = gtk_window_new ();
  gtk_window_set_title (GTK_WINDOW (window), "drag-file");
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), 100, 100);
  source = gtk_drag_source_new ();
  g_signal_connect (source, "prepare", G_CALLBACK (on_prepare), file);
  gtk_widget_add_controller (window, GTK_EVENT_CONTROLLER (source));
  g_signal_connect_after (window, "map", G_CALLBACK (on_map), &place);
  gtk_window_present (GTK_WINDOW (window));
  while (TRUE)
    g_main_context_iteration (NULL, TRUE);
}
