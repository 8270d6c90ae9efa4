/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of late, in the menu beside Open: those that the desktop remembers of Gesso. */
#include "config.h"

#include "gesso-window-private.h"

#include <glib/gi18n.h>

#define MAX_FILES 10
#define PROGRAM "gesso" /* among the programs that used a file */

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  return g_date_time_compare (gtk_recent_info_get_modified (*(GtkRecentInfo **) b),
                              gtk_recent_info_get_modified (*(GtkRecentInfo **) a));
}

static GPtrArray *
list_files (GtkRecentManager *manager)
{
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) gtk_recent_info_unref);
  GList *all = gtk_recent_manager_get_items (manager);

  for (GList *l = all; l; l = l->next)
    if (gtk_recent_info_has_application (l->data, PROGRAM) && gtk_recent_info_exists (l->data))
      g_ptr_array_add (files, l->data);
    else
      gtk_recent_info_unref (l->data);
  g_list_free (all);
  g_ptr_array_sort (files, compare_newest_first);
  if (files->len > MAX_FILES)
    g_ptr_array_set_size (files, MAX_FILES);

  return files;
}

static void
append_file (GMenu *menu, GtkRecentInfo *info)
{
  g_autoptr (GMenuItem) item = NULL;
  g_auto (GStrv) parts = g_strsplit (gtk_recent_info_get_display_name (info), "_", -1);
  g_autofree char *label = g_strjoinv ("__", parts); /* an underscore, not a mnemonic */

  item = g_menu_item_new (label, NULL);
  g_menu_item_set_action_and_target (item, "win.open-recent", "s", gtk_recent_info_get_uri (info));
  g_menu_append_item (menu, item);
}

static void
fill_menu (GessoWindow *self)
{
  g_autoptr (GPtrArray) files = list_files (gtk_recent_manager_get_default ());
  g_autoptr (GMenu) recent = g_menu_new ();
  g_autoptr (GMenu) rest = g_menu_new ();

  if (self->document == NULL)
    return;

  for (guint i = 0; i < files->len; i++)
    append_file (recent, g_ptr_array_index (files, i));
  g_menu_remove_all (self->recent_menu);
  if (files->len > 0)
    {
      g_menu_append_section (self->recent_menu, _("Recent Files"), G_MENU_MODEL (recent));
      g_menu_append (rest, _("_Clear List"), "win.clear-recent");
    }
  else
    g_menu_append (rest, _("No Recent Files"), "win.no-recent");
  g_menu_append_section (self->recent_menu, NULL, G_MENU_MODEL (rest));
}

void
gesso_window_add_recent (GessoWindow *self, GFile *file)
{
  g_autofree char *uri = g_file_get_uri (file);
  g_autofree char *type = g_content_type_guess (uri, NULL, 0, NULL);
  g_autofree char *mime_type = g_content_type_get_mime_type (type);
  const GtkRecentData data = {
    .mime_type = mime_type ? mime_type : (char *) "application/octet-stream",
    .app_name = (char *) PROGRAM,
    .app_exec = (char *) PROGRAM " %u",
  };

  gtk_recent_manager_add_full (gtk_recent_manager_get_default (), uri, &data);
}

static void
open_recent (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));

  gesso_window_open (data, file);
}

static void
clear_recent (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkRecentManager *manager = gtk_recent_manager_get_default ();
  GList *all = gtk_recent_manager_get_items (manager);

  for (GList *l = all; l; l = l->next)
    if (gtk_recent_info_has_application (l->data, PROGRAM))
      gtk_recent_manager_remove_item (manager, gtk_recent_info_get_uri (l->data), NULL);
  g_list_free_full (all, (GDestroyNotify) gtk_recent_info_unref);
}

/* What a split button calls its menu is only a tooltip. */
static void
name_menu (GessoWindow *self)
{
  for (GtkWidget *child = gtk_widget_get_first_child (self->open_button); child;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_MENU_BUTTON (child))
      gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _("Recent Files"), -1);
}

void
gesso_window_init_recent (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "open-recent", .activate = open_recent, .parameter_type = "s" },
    { .name = "clear-recent", .activate = clear_recent },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (gtk_recent_manager_get_default (), "changed", G_CALLBACK (fill_menu),
                           self, G_CONNECT_SWAPPED);
  fill_menu (self);
  name_menu (self);
}
