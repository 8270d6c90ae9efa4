/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing a model. */
#include "config.h"

#include "gesso-window-private.h"

#include "engine/gesso-catalog.h"

#include <glib/gi18n.h>

static void
on_model_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  g_autoptr (GessoWindow) self = data;

  if (response == GTK_RESPONSE_ACCEPT && self->document)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

      if (g_file_peek_path (file))
        g_object_set (gesso_document_get_settings (self->document), "model",
                      g_file_peek_path (file), NULL);
    }
  g_object_unref (dialog);
}

static void
ask_for_model (GessoWindow *self, GtkFileChooserAction action, const char *title)
{
  GtkFileChooserNative *dialog =
      gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, _("_Open"), NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  if (action == GTK_FILE_CHOOSER_ACTION_OPEN)
    {
      g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

      gtk_file_filter_set_name (filter, _("Models"));
      for (guint i = 0; gesso_model_suffixes[i]; i++)
        gtk_file_filter_add_suffix (filter, gesso_model_suffixes[i]);
      gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
    }
  g_signal_connect (dialog, "response", G_CALLBACK (on_model_response), g_object_ref (self));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
open_model_file (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ask_for_model (data, GTK_FILE_CHOOSER_ACTION_OPEN, _("Open a Model File"));
}

static void
open_model_folder (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ask_for_model (data, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("Open a Model Folder"));
}

void
gesso_window_init_models (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "open-model-file", .activate = open_model_file },
    { .name = "open-model-folder", .activate = open_model_folder },
  };
  g_autoptr (GPropertyAction) model =
      g_property_action_new ("model", gesso_document_get_settings (self->document), "model");

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (model));
}
