/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page of a few buttons. */
#include "config.h"

#include "gesso-welcome.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _GessoWelcome
{
  GtkWidget     parent_instance;

  GtkWidget    *page;
  AdwActionRow *machine;
  GtkWidget    *first;
};

G_DEFINE_FINAL_TYPE (GessoWelcome, gesso_welcome, GTK_TYPE_WIDGET)

void
gesso_welcome_set_machine (GessoWelcome *self, const char *device, const char *pace)
{
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->machine),
                                 device ? device : _("Looking for the graphics card…"));
  adw_action_row_set_subtitle (
      self->machine, pace ? pace : _("How long a picture takes here is measured with the first one."));
}

static gboolean
gesso_welcome_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GESSO_WELCOME (widget)->first);
}

static void
gesso_welcome_dispose (GObject *object)
{
  g_clear_pointer (&GESSO_WELCOME (object)->page, gtk_widget_unparent);

  G_OBJECT_CLASS (gesso_welcome_parent_class)->dispose (object);
}

static void
gesso_welcome_class_init (GessoWelcomeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_welcome_dispose;
  widget_class->grab_focus = gesso_welcome_grab_focus;
  gtk_widget_class_set_css_name (widget_class, "welcome");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/welcome/gesso-welcome.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoWelcome, page);
  gtk_widget_class_bind_template_child (widget_class, GessoWelcome, machine);
  gtk_widget_class_bind_template_child (widget_class, GessoWelcome, first);
}

static void
gesso_welcome_init (GessoWelcome *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gesso_welcome_set_machine (self, NULL, NULL);
}
