/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A GtkPicture and a popover. */
#include "config.h"

#include "gesso-picture-cell.h"

struct _GessoPictureCell
{
  GtkWidget   parent_instance;

  GtkPicture *picture;
  GtkWidget  *menu;
};

G_DEFINE_FINAL_TYPE (GessoPictureCell, gesso_picture_cell, GTK_TYPE_WIDGET)

static guint menu_requested_signal;

void
gesso_picture_cell_set_paintable (GessoPictureCell *self, GdkPaintable *paintable)
{
  if (self->picture)
    gtk_picture_set_paintable (self->picture, paintable);
}

GdkPaintable *
gesso_picture_cell_get_paintable (GessoPictureCell *self)
{
  return self->picture ? gtk_picture_get_paintable (self->picture) : NULL;
}

void
gesso_picture_cell_set_text (GessoPictureCell *self, const char *text)
{
  GtkWidget *row = gtk_widget_get_parent (GTK_WIDGET (self));

  gtk_picture_set_alternative_text (self->picture, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), text);
  if (row)
    gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
on_pressed (GessoPictureCell *self)
{
  g_signal_emit (self, menu_requested_signal, 0);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
gesso_picture_cell_dispose (GObject *object)
{
  GessoPictureCell *self = GESSO_PICTURE_CELL (object);

  g_clear_pointer (&self->menu, gtk_widget_unparent);
  if (self->picture)
    gtk_widget_unparent (GTK_WIDGET (self->picture));
  self->picture = NULL;

  G_OBJECT_CLASS (gesso_picture_cell_parent_class)->dispose (object);
}

static void
gesso_picture_cell_class_init (GessoPictureCellClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gesso_picture_cell_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  menu_requested_signal = g_signal_new ("menu-requested", GESSO_TYPE_PICTURE_CELL, G_SIGNAL_RUN_LAST,
                                        0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
gesso_picture_cell_init (GessoPictureCell *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  self->picture = GTK_PICTURE (gtk_picture_new ());
  gtk_widget_set_parent (GTK_WIDGET (self->picture), GTK_WIDGET (self));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (click, "pressed", G_CALLBACK (on_pressed), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

GtkWidget *
gesso_picture_cell_new (int size, GMenuModel *menu)
{
  GessoPictureCell *self = g_object_new (GESSO_TYPE_PICTURE_CELL, NULL);

  gtk_widget_set_size_request (GTK_WIDGET (self), size, size);
  self->menu = gtk_popover_menu_new_from_model (menu);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));

  return GTK_WIDGET (self);
}
