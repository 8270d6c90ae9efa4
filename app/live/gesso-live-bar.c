/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A switch, and two buttons that are there while there is a picture. */
#include "config.h"

#include "gesso-live-bar.h"

struct _GessoLiveBar
{
  GtkWidget   parent_instance;

  GtkSpinner *spinner;
  GtkWidget  *toggle, *accept, *dismiss;
  char       *tooltip; /* of the toggle, while a reason stands there */
};

G_DEFINE_FINAL_TYPE (GessoLiveBar, gesso_live_bar, GTK_TYPE_WIDGET)

static void
on_result_changed (GessoLiveBar *self, GParamSpec *pspec, GessoLive *live)
{
  gboolean there = gesso_live_get_result (live) != NULL;

  gtk_widget_set_visible (self->accept, there);
  gtk_widget_set_visible (self->dismiss, there);
}

void
gesso_live_bar_bind (GessoLiveBar *self, GessoLive *live)
{
  g_object_bind_property (live, "busy", self->spinner, "spinning", G_BINDING_SYNC_CREATE);
  g_object_bind_property (live, "enabled", self->spinner, "visible", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (live, "notify::result", G_CALLBACK (on_result_changed), self,
                           G_CONNECT_SWAPPED);
  on_result_changed (self, NULL, live);
}

void
gesso_live_bar_set_reason (GessoLiveBar *self, const char *reason)
{
  if (self->tooltip == NULL)
    self->tooltip = g_strdup (gtk_widget_get_tooltip_text (self->toggle));
  gtk_widget_set_tooltip_text (self->toggle, reason ? reason : self->tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->toggle), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  reason ? reason : "", -1);
}

static void
gesso_live_bar_dispose (GObject *object)
{
  GtkWidget *child;

  g_clear_pointer (&GESSO_LIVE_BAR (object)->tooltip, g_free);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))))
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (gesso_live_bar_parent_class)->dispose (object);
}

static void
gesso_live_bar_class_init (GessoLiveBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_live_bar_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "toolbar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_TOOLBAR);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/live/gesso-live-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoLiveBar, spinner);
  gtk_widget_class_bind_template_child (widget_class, GessoLiveBar, toggle);
  gtk_widget_class_bind_template_child (widget_class, GessoLiveBar, accept);
  gtk_widget_class_bind_template_child (widget_class, GessoLiveBar, dismiss);
}

static void
gesso_live_bar_init (GessoLiveBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
