/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two by two fields, each a drop target of its own. */
#include "config.h"

#include "gesso-drop-zones.h"

#include "canvas/gesso-picture-drop.h"

#include <glib/gi18n.h>

struct _GessoDropZones
{
  GtkWidget  parent_instance;

  GtkWidget *grid;
};

G_DEFINE_FINAL_TYPE (GessoDropZones, gesso_drop_zones, GTK_TYPE_WIDGET)

static guint dropped_signal;

static const struct
{
  const char *icon, *title;
} zones[GESSO_N_DROPS] = {
  [GESSO_DROP_LAYER] = { "gesso-layers-symbolic", N_ ("New Layer") },
  [GESSO_DROP_START] = { "gesso-picture-in-symbolic", N_ ("Start Picture") },
  [GESSO_DROP_MASK] = { "gesso-mask-symbolic", N_ ("Mask") },
  [GESSO_DROP_SETTINGS] = { "document-revert-symbolic", N_ ("Restore Its Settings") },
};

static void
on_drop (GtkWidget *box, GFile *file, GdkTexture *texture, gpointer owner)
{
  GessoDropZones *self = owner;
  guint zone = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (box), "zone"));

  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  g_signal_emit (self, dropped_signal, 0, zone, file, texture);
}

static void
on_enter (GtkDropControllerMotion *motion, double x, double y, GessoDropZones *self)
{
  GdkDrop *drop = gtk_drop_controller_motion_get_drop (motion);

  gtk_widget_set_visible (GTK_WIDGET (self), drop && gesso_picture_drop_accepts (drop, GTK_WIDGET (self)));
}

static void
on_leave (GtkDropControllerMotion *motion, GessoDropZones *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

void
gesso_drop_zones_watch (GessoDropZones *self, GtkWidget *widget)
{
  GtkEventController *motion = gtk_drop_controller_motion_new ();

  g_signal_connect_object (motion, "enter", G_CALLBACK (on_enter), self, 0);
  g_signal_connect_object (motion, "leave", G_CALLBACK (on_leave), self, 0);
  gtk_widget_add_controller (widget, motion);
}

static GtkWidget *
make_zone (GessoDropZones *self, GessoDropZone zone)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *icon = gtk_image_new_from_icon_name (zones[zone].icon);
  GtkWidget *label = gtk_label_new (_(zones[zone].title));

  gtk_image_set_icon_size (GTK_IMAGE (icon), GTK_ICON_SIZE_LARGE);
  gtk_widget_set_vexpand (icon, TRUE);
  gtk_widget_set_valign (icon, GTK_ALIGN_END);
  gtk_widget_set_vexpand (label, TRUE);
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), label);
  gtk_widget_set_hexpand (box, TRUE);
  gtk_widget_add_css_class (box, "drop-zone");

  g_object_set_data (G_OBJECT (box), "zone", GUINT_TO_POINTER (zone));
  gesso_picture_drop_add (box, GTK_PHASE_BUBBLE, on_drop, self);

  return box;
}

static void
gesso_drop_zones_dispose (GObject *object)
{
  g_clear_pointer (&GESSO_DROP_ZONES (object)->grid, gtk_widget_unparent);

  G_OBJECT_CLASS (gesso_drop_zones_parent_class)->dispose (object);
}

static void
gesso_drop_zones_class_init (GessoDropZonesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_drop_zones_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "dropzones");

  dropped_signal = g_signal_new ("dropped", GESSO_TYPE_DROP_ZONES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 3, G_TYPE_UINT, G_TYPE_FILE, GDK_TYPE_TEXTURE);
}

static void
gesso_drop_zones_init (GessoDropZones *self)
{
  self->grid = gtk_grid_new ();
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 12);
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 12);
  gtk_grid_set_row_homogeneous (GTK_GRID (self->grid), TRUE);
  gtk_grid_set_column_homogeneous (GTK_GRID (self->grid), TRUE);
  for (int zone = 0; zone < GESSO_N_DROPS; zone++)
    gtk_grid_attach (GTK_GRID (self->grid), make_zone (self, zone), zone % 2, zone / 2, 1, 1);
  gtk_widget_set_parent (self->grid, GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}
