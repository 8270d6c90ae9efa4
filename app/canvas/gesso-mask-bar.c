/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mask's tools. */
#include "config.h"

#include "gesso-mask-bar.h"

struct _GessoMaskBar
{
  GtkBox           parent_instance;

  GtkToggleButton *brush;
  GtkToggleButton *eraser;
  GtkAdjustment   *size_adjustment;
};

G_DEFINE_FINAL_TYPE (GessoMaskBar, gesso_mask_bar, GTK_TYPE_BOX)

void
gesso_mask_bar_bind (GessoMaskBar *self, GessoCanvas *canvas)
{
  g_object_bind_property (self->size_adjustment, "value", canvas, "brush-size",
                          G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->eraser, "active", canvas, "erasing", G_BINDING_SYNC_CREATE);
}

void
gesso_mask_bar_resize_brush (GessoMaskBar *self, int steps)
{
  double value = gtk_adjustment_get_value (self->size_adjustment);

  gtk_adjustment_set_value (self->size_adjustment, value + steps);
}

void
gesso_mask_bar_toggle_eraser (GessoMaskBar *self)
{
  gboolean erasing = gtk_toggle_button_get_active (self->eraser);

  gtk_toggle_button_set_active (erasing ? self->brush : self->eraser, TRUE);
}

static void
gesso_mask_bar_class_init (GessoMaskBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/canvas/gesso-mask-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoMaskBar, brush);
  gtk_widget_class_bind_template_child (widget_class, GessoMaskBar, eraser);
  gtk_widget_class_bind_template_child (widget_class, GessoMaskBar, size_adjustment);
}

static void
gesso_mask_bar_init (GessoMaskBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
