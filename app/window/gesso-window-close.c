/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closing: nothing unsaved is lost without a question. */
#include "config.h"

#include "gesso-window-private.h"

#include <glib/gi18n.h>

static void
on_last_saved (GessoWindow *self, gboolean saved)
{
  if (saved)
    gtk_window_close (GTK_WINDOW (self)); /* asks again if there are more */
}

static void
on_close_response (AdwMessageDialog *dialog, const char *response, GessoWindow *self)
{
  if (g_strcmp0 (response, "discard") == 0)
    {
      gtk_window_destroy (GTK_WINDOW (self));
    }
  else if (g_strcmp0 (response, "save") == 0)
    {
      g_autoptr (GPtrArray) unsaved = gesso_document_get_unsaved (self->document);

      if (unsaved->len > 0)
        gesso_window_save_picture (self, g_ptr_array_index (unsaved, 0), on_last_saved);
    }
}

static void
ask (GessoWindow *self, guint n_unsaved)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (self), ngettext ("Save the Picture?", "Save the Pictures?", n_unsaved), NULL);

  adw_message_dialog_format_body (
      ADW_MESSAGE_DIALOG (dialog),
      ngettext ("%u picture is not saved yet. It is lost when you close the window.",
                "%u pictures are not saved yet. They are lost when you close the window.",
                n_unsaved),
      n_unsaved);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog),
                                    "cancel", _("_Cancel"),
                                    "discard", _("_Discard"),
                                    "save", _("_Save…"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "discard",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "save",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "save");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_close_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

gboolean
gesso_window_close_request (GtkWindow *window)
{
  GessoWindow *self = GESSO_WINDOW (window);
  g_autoptr (GPtrArray) unsaved = gesso_document_get_unsaved (self->document);

  if (self->store)
    g_settings_apply (self->store);
  if (unsaved->len == 0)
    return GDK_EVENT_PROPAGATE;

  ask (self, unsaved->len);
  return GDK_EVENT_STOP;
}
