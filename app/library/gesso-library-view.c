/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A filter over the library's items. */
#include "config.h"

#include "gesso-library-view.h"

#include "gesso-library-row.h"

#include "document/gesso-sandbox.h"

#include <glib/gi18n.h>
#include <string.h>

struct _GessoLibraryView
{
  GtkWidget           parent_instance;

  GtkEditable        *search;
  GtkDropDown        *kind;
  GtkStack           *stack;
  GtkListView        *list;
  GtkBox             *folders;

  GessoLibrary       *library;
  GtkFilterListModel *shown;
  char               *words; /* folded */
};

G_DEFINE_FINAL_TYPE (GessoLibraryView, gesso_library_view, GTK_TYPE_WIDGET)

static guint used_signal;

/* ---- What is shown -------------------------------------------------------------------------- */

/* Every word somewhere. */
static gboolean
is_shown (gpointer object, gpointer data)
{
  GessoLibraryView *self = data;
  guint kind = gtk_drop_down_get_selected (self->kind);
  g_auto (GStrv) words = g_strsplit (self->words, " ", -1);

  if (kind > 0 && (guint) gesso_library_item_get_kind (object) != kind - 1)
    return FALSE;
  for (guint i = 0; words[i]; i++)
    if (!strstr (gesso_library_item_get_folded (object), words[i]))
      return FALSE;

  return TRUE;
}

static void
update_stack (GessoLibraryView *self)
{
  GListModel *items = gesso_library_get_items (self->library);

  if (gesso_library_view_get_n_shown (self) > 0)
    gtk_stack_set_visible_child_name (self->stack, "list");
  else
    gtk_stack_set_visible_child_name (self->stack,
                                      g_list_model_get_n_items (items) > 0 ? "nothing" : "empty");
}

static void
on_search_changed (GessoLibraryView *self)
{
  if (self->shown == NULL)
    return;

  g_free (self->words);
  self->words = g_utf8_casefold (gtk_editable_get_text (self->search), -1);
  gtk_filter_changed (gtk_filter_list_model_get_filter (self->shown), GTK_FILTER_CHANGE_DIFFERENT);
  update_stack (self);
}

/* Escape: first out of the search, then out of the window. */
static void
on_stop_search (GessoLibraryView *self)
{
  if (*gtk_editable_get_text (self->search))
    gtk_editable_set_text (self->search, "");
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "window.close", NULL);
}

void
gesso_library_view_search (GessoLibraryView *self, const char *text)
{
  gtk_editable_set_text (self->search, text);
  on_search_changed (self);
}

void
gesso_library_view_set_kind (GessoLibraryView *self, guint kind)
{
  gtk_drop_down_set_selected (self->kind, kind);
}

guint
gesso_library_view_get_n_shown (GessoLibraryView *self)
{
  return self->shown ? g_list_model_get_n_items (G_LIST_MODEL (self->shown)) : 0;
}

static void
on_activate (GessoLibraryView *self, guint position)
{
  g_autoptr (GessoLibraryItem) item = g_list_model_get_item (G_LIST_MODEL (self->shown), position);

  if (item && gesso_library_item_get_reason (item) == NULL)
    g_signal_emit (self, used_signal, 0, item);
}

void
gesso_library_view_activate (GessoLibraryView *self, guint position)
{
  on_activate (self, position);
}

/* ---- Rows ----------------------------------------------------------------------------------- */

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer data)
{
  gtk_list_item_set_child (list_item, gesso_library_row_new ());
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer data)
{
  gesso_library_row_set_item (GESSO_LIBRARY_ROW (gtk_list_item_get_child (list_item)),
                              gtk_list_item_get_item (list_item));
}

static void
on_unbind (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer data)
{
  gesso_library_row_set_item (GESSO_LIBRARY_ROW (gtk_list_item_get_child (list_item)), NULL);
}

static void
set_up_list (GessoLibraryView *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkFilter *filter = GTK_FILTER (gtk_custom_filter_new (is_shown, self, NULL));
  g_autoptr (GtkSelectionModel) selection = NULL;

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), NULL);
  self->shown = gtk_filter_list_model_new (g_object_ref (gesso_library_get_items (self->library)),
                                           filter);
  selection = GTK_SELECTION_MODEL (
      gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->shown))));
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, selection);
  g_object_unref (factory);
}

/* ---- Folders -------------------------------------------------------------------------------- */

static GtkWidget *
make_folder (const char *path)
{
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autofree char *name = gesso_sandbox_dup_name (folder);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (name);
  GtkWidget *button = gtk_button_new_from_icon_name ("list-remove-symbolic");

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "library.remove-folder");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", path);
  gtk_widget_set_tooltip_text (button, _("Remove From the Library"));
  gtk_widget_add_css_class (button, "flat");
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (row), button);

  return row;
}

static void
update_folders (GessoLibraryView *self)
{
  g_auto (GStrv) folders = gesso_library_dup_folders (self->library);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->folders))))
    gtk_box_remove (self->folders, child);
  for (guint i = 0; folders[i]; i++)
    gtk_box_append (self->folders, make_folder (folders[i]));
  update_stack (self);
}

static void
on_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  g_autoptr (GessoLibraryView) self = data;

  if (response == GTK_RESPONSE_ACCEPT && self->library)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

      if (g_file_peek_path (file))
        gesso_library_add_folder (self->library, g_file_peek_path (file));
      update_folders (self);
    }
  g_object_unref (dialog);
}

static void
add_folder (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _("Add a Folder"), GTK_WINDOW (root), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("_Add"), NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), g_object_ref (widget));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
remove_folder (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GessoLibraryView *self = GESSO_LIBRARY_VIEW (widget);
  g_autofree char *path = g_variant_dup_string (parameter, NULL);

  gesso_library_remove_folder (self->library, path);
  update_folders (self);
}

/* ---- The object ----------------------------------------------------------------------------- */

void
gesso_library_view_set_library (GessoLibraryView *self, GessoLibrary *library)
{
  self->library = g_object_ref (library);
  set_up_list (self);
  g_signal_connect_object (library, "scanned", G_CALLBACK (update_folders), self,
                           G_CONNECT_SWAPPED);
  update_folders (self);
}

static void
gesso_library_view_dispose (GObject *object)
{
  GessoLibraryView *self = GESSO_LIBRARY_VIEW (object);
  GtkWidget *child;

  if (self->list)
    gtk_list_view_set_model (self->list, NULL);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))))
    gtk_widget_unparent (child);
  self->list = NULL;
  self->kind = NULL;
  g_clear_object (&self->shown);
  g_clear_object (&self->library);
  g_clear_pointer (&self->words, g_free);

  G_OBJECT_CLASS (gesso_library_view_parent_class)->dispose (object);
}

static void
gesso_library_view_class_init (GessoLibraryViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_library_view_dispose;

  used_signal = g_signal_new ("used", GESSO_TYPE_LIBRARY_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                              NULL, G_TYPE_NONE, 1, GESSO_TYPE_LIBRARY_ITEM);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/library/gesso-library-view.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoLibraryView, search);
  gtk_widget_class_bind_template_child (widget_class, GessoLibraryView, kind);
  gtk_widget_class_bind_template_child (widget_class, GessoLibraryView, stack);
  gtk_widget_class_bind_template_child (widget_class, GessoLibraryView, list);
  gtk_widget_class_bind_template_child (widget_class, GessoLibraryView, folders);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_stop_search);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
  gtk_widget_class_install_action (widget_class, "library.add-folder", NULL, add_folder);
  gtk_widget_class_install_action (widget_class, "library.remove-folder", "s", remove_folder);
}

static void
gesso_library_view_init (GessoLibraryView *self)
{
  self->words = g_strdup ("");
  gtk_widget_init_template (GTK_WIDGET (self));
}
