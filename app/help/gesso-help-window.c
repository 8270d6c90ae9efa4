/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of tasks, and the page of the one that is selected. */
#include "config.h"

#include "gesso-help-window.h"

#include "gesso-help-page.h"

#include <glib/gi18n.h>

struct _GessoHelpWindow
{
  AdwWindow       parent_instance;

  AdwLeaflet     *leaflet;
  GtkListBox     *list;
  GtkStack       *stack;
  GtkSearchEntry *search;
  GtkWidget      *back;
};

G_DEFINE_FINAL_TYPE (GessoHelpWindow, gesso_help_window, ADW_TYPE_WINDOW)

static GQuark
page_quark (void)
{
  return g_quark_from_static_string ("gesso-help-page");
}

static GessoHelpPage *
get_page (GtkListBoxRow *row)
{
  return g_object_get_qdata (G_OBJECT (row), page_quark ());
}

/* ---- Choosing ------------------------------------------------------------------------------- */

static void
on_selected (GessoHelpWindow *self, GtkListBoxRow *row)
{
  if (row)
    gtk_stack_set_visible_child (self->stack, GTK_WIDGET (get_page (row)));
}

static void
on_activated (GessoHelpWindow *self)
{
  adw_leaflet_set_visible_child (self->leaflet, gtk_widget_get_last_child (GTK_WIDGET (self->leaflet)));
}

static void
go_back (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GessoHelpWindow *self = GESSO_HELP_WINDOW (widget);

  adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_BACK);
}

static gboolean
is_shown (GtkListBoxRow *row, gpointer data)
{
  GessoHelpWindow *self = data;

  return gesso_help_page_matches (get_page (row), gtk_editable_get_text (GTK_EDITABLE (self->search)));
}

static void
on_search (GessoHelpWindow *self)
{
  GtkListBoxRow *row;

  gtk_list_box_invalidate_filter (self->list);
  if (*gtk_editable_get_text (GTK_EDITABLE (self->search)) == '\0')
    return; /* nothing is looked for: what is read stays */
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)); i++)
    if (is_shown (row, self))
      {
        gtk_list_box_select_row (self->list, row);
        return;
      }
}

/* Escape: first out of the search, then out of the window. */
static void
on_stop_search (GessoHelpWindow *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->search)))
    gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  else
    gtk_window_close (GTK_WINDOW (self));
}

void
gesso_help_window_search (GessoHelpWindow *self, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), text);
  on_search (self); /* GtkSearchEntry would wait a moment */
}

gboolean
gesso_help_window_show_page (GessoHelpWindow *self, const char *name)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)); i++)
    if (g_str_equal (gtk_widget_get_name (GTK_WIDGET (get_page (row))), name))
      {
        gtk_list_box_select_row (self->list, row);
        on_activated (self);
        return TRUE;
      }

  return FALSE;
}

const char *
gesso_help_window_get_page (GessoHelpWindow *self)
{
  return gtk_widget_get_name (gtk_stack_get_visible_child (self->stack));
}

/* ---- Set-up --------------------------------------------------------------------------------- */

static void
add_page (GessoHelpWindow *self, GessoHelpPage *page)
{
  GtkWidget *label = gtk_label_new (gesso_help_page_get_title (page));
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), label);
  g_object_set_qdata (G_OBJECT (row), page_quark (), page);
  gtk_list_box_append (self->list, row);
  gtk_stack_add_named (self->stack, GTK_WIDGET (page), gtk_widget_get_name (GTK_WIDGET (page)));
}

static void
add_pages (GessoHelpWindow *self)
{
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/io/github/gesso_paint/Gesso/help/gesso-help-pages.ui");
  static const char *const names[] = { "first-picture", "mask", "frame", "models", "control",
                                       "teaching", "live", "enlarging", "saving" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    add_page (self, GESSO_HELP_PAGE (gtk_builder_get_object (builder, names[i])));
}

static void
gesso_help_window_class_init (GessoHelpWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (GESSO_TYPE_HELP_PAGE);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/help/gesso-help-window.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoHelpWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, GessoHelpWindow, list);
  gtk_widget_class_bind_template_child (widget_class, GessoHelpWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, GessoHelpWindow, search);
  gtk_widget_class_bind_template_child (widget_class, GessoHelpWindow, back);
  gtk_widget_class_bind_template_callback (widget_class, on_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_search);
  gtk_widget_class_bind_template_callback (widget_class, on_stop_search);
  gtk_widget_class_install_action (widget_class, "help.back", NULL, go_back);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
gesso_help_window_init (GessoHelpWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  add_pages (self);
  gtk_list_box_set_filter_func (self->list, is_shown, self, NULL);
  gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, 0));
}

GtkWindow *
gesso_help_window_new (GtkWindow *parent)
{
  return g_object_new (GESSO_TYPE_HELP_WINDOW, "transient-for", parent, "destroy-with-parent", TRUE,
                       NULL);
}
