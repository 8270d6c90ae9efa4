/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two pages under a header bar. */
#include "config.h"

#include "gesso-library-window.h"

#include "gesso-get-view.h"
#include "gesso-library-view.h"

#include <glib/gi18n.h>

struct _GessoLibraryWindow
{
  AdwWindow      parent_instance;

  GtkStack      *stack;
  GtkWidget     *back;
};

G_DEFINE_FINAL_TYPE (GessoLibraryWindow, gesso_library_window, ADW_TYPE_WINDOW)

static guint used_signal;

void
gesso_library_window_show (GessoLibraryWindow *self, gboolean get)
{
  gtk_stack_set_visible_child_name (self->stack, get ? "get" : "library");
  gtk_widget_set_visible (self->back, get);
  gtk_window_set_title (GTK_WINDOW (self), get ? _("Get Models") : _("Library"));
}

static void
show_get (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gesso_library_window_show (GESSO_LIBRARY_WINDOW (widget), TRUE);
}

static void
show_library (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gesso_library_window_show (GESSO_LIBRARY_WINDOW (widget), FALSE);
}

static void
on_used (GessoLibraryWindow *self, GessoLibraryItem *item)
{
  g_signal_emit (self, used_signal, 0, item);
}

static GtkWidget *
make_header (GessoLibraryWindow *self)
{
  GtkWidget *header = adw_header_bar_new ();

  self->back = gtk_button_new_from_icon_name ("go-previous-symbolic");
  gtk_widget_set_tooltip_text (self->back, _("Back to the Library"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->back), "library-window.back");
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), self->back);

  return header;
}

static void
gesso_library_window_class_init (GessoLibraryWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  used_signal = g_signal_new ("used", GESSO_TYPE_LIBRARY_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                              NULL, G_TYPE_NONE, 1, GESSO_TYPE_LIBRARY_ITEM);
  gtk_widget_class_install_action (widget_class, "library-window.get", NULL, show_get);
  gtk_widget_class_install_action (widget_class, "library-window.back", NULL, show_library);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
gesso_library_window_init (GessoLibraryWindow *self)
{
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->stack = GTK_STACK (gtk_stack_new ());
  gtk_stack_set_transition_type (self->stack, GTK_STACK_TRANSITION_TYPE_SLIDE_LEFT_RIGHT);
  gtk_widget_set_vexpand (GTK_WIDGET (self->stack), TRUE);
  gtk_box_append (GTK_BOX (content), make_header (self));
  gtk_box_append (GTK_BOX (content), GTK_WIDGET (self->stack));
  adw_window_set_content (ADW_WINDOW (self), content);
}

GtkWidget *
gesso_library_window_new (GtkWindow *parent, GessoLibrary *library, GessoDownloads *downloads)
{
  GessoLibraryWindow *self =
      g_object_new (GESSO_TYPE_LIBRARY_WINDOW, "transient-for", parent, "destroy-with-parent", TRUE,
                    "default-width", 560, "default-height", 640, NULL);
  GtkWidget *view = g_object_new (GESSO_TYPE_LIBRARY_VIEW, NULL);
  GtkWidget *get = g_object_new (GESSO_TYPE_GET_VIEW, NULL);

  gesso_library_view_set_library (GESSO_LIBRARY_VIEW (view), library);
  gesso_get_view_set_downloads (GESSO_GET_VIEW (get), downloads);
  g_signal_connect_object (view, "used", G_CALLBACK (on_used), self, G_CONNECT_SWAPPED);
  gtk_stack_add_named (self->stack, view, "library");
  gtk_stack_add_named (self->stack, get, "get");
  gesso_library_window_show (self, FALSE);

  return GTK_WIDGET (self);
}
