/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A banner that says a note or an error. */
#include "config.h"

#include "gesso-banner.h"

struct _GessoBanner
{
  GtkWidget       parent_instance;

  GtkRevealer    *revealer;
  GtkWidget      *bar;
  GtkLabel       *label;
  GtkButton      *action;
  GtkWidget      *close;

  GessoBannerKind kind;
};

G_DEFINE_FINAL_TYPE (GessoBanner, gesso_banner, GTK_TYPE_WIDGET)

void
gesso_banner_show (GessoBanner    *self,
                   GessoBannerKind kind,
                   const char     *text,
                   const char     *label,
                   const char     *action_name)
{
  self->kind = kind;
  gtk_label_set_label (self->label, text);
  gtk_widget_set_visible (GTK_WIDGET (self->action), label != NULL);
  gtk_button_set_label (self->action, label ? label : "");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->action), action_name);
  if (kind == GESSO_BANNER_ERROR)
    gtk_widget_add_css_class (self->bar, "error");
  else
    gtk_widget_remove_css_class (self->bar, "error");
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  gtk_revealer_set_reveal_child (self->revealer, TRUE);
}

void
gesso_banner_hide (GessoBanner *self)
{
  gtk_revealer_set_reveal_child (self->revealer, FALSE);
}

void
gesso_banner_hide_error (GessoBanner *self)
{
  if (self->kind == GESSO_BANNER_ERROR)
    gesso_banner_hide (self);
}

/* Out of the way of the focus and of screen readers once it has slid away. */
static void
on_child_revealed (GessoBanner *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self),
                          gtk_revealer_get_reveal_child (self->revealer) ||
                              gtk_revealer_get_child_revealed (self->revealer));
}

static void
gesso_banner_dispose (GObject *object)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (object));

  if (child)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (gesso_banner_parent_class)->dispose (object);
}

static void
gesso_banner_class_init (GessoBannerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_banner_dispose;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/window/gesso-banner.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoBanner, revealer);
  gtk_widget_class_bind_template_child (widget_class, GessoBanner, bar);
  gtk_widget_class_bind_template_child (widget_class, GessoBanner, label);
  gtk_widget_class_bind_template_child (widget_class, GessoBanner, action);
  gtk_widget_class_bind_template_child (widget_class, GessoBanner, close);
}

static void
gesso_banner_init (GessoBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  g_signal_connect_swapped (self->close, "clicked", G_CALLBACK (gesso_banner_hide), self);
  g_signal_connect_swapped (self->revealer, "notify::child-revealed",
                            G_CALLBACK (on_child_revealed), self);
}
