/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closing: where the journal keeps everything there is nothing to ask; else nothing unsaved is lost
 * without a question. */
#include "config.h"

#include "gesso-window-private.h"

#include <glib/gi18n.h>

static void
on_saved (GessoWindow *self, gboolean saved)
{
  if (saved)
    gtk_window_close (GTK_WINDOW (self)); /* asks again if it was painted on meanwhile */
}

static void
on_close_response (AdwMessageDialog *dialog, const char *response, GessoWindow *self)
{
  if (g_strcmp0 (response, "discard") == 0)
    {
      self->discard = TRUE;
      gtk_window_destroy (GTK_WINDOW (self));
    }
  else if (g_strcmp0 (response, "save") == 0)
    gesso_window_save_document (self, on_saved);
}

static void
ask (GessoWindow *self)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (self), _("Save the Picture?"),
      _("What was changed is not saved yet. It is lost when you close the window."));

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

static gboolean
is_last (GessoWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  for (GList *l = application ? gtk_application_get_windows (application) : NULL; l; l = l->next)
    if (GESSO_IS_WINDOW (l->data) && l->data != self)
      return gesso_application_get_quitting (GESSO_APPLICATION (application));

  return TRUE;
}

gboolean
gesso_window_close_request (GtkWindow *window)
{
  GessoWindow *self = GESSO_WINDOW (window);
  gboolean restored = self->store == NULL || g_settings_get_boolean (self->store, "restore-session");
  gboolean unsaved, kept;

  if (self->store)
    g_settings_apply (self->store);
  gesso_window_sync (self);
  unsaved = gesso_window_has_painting (self) && gesso_painting_get_modified (self->painting);
  kept = restored && self->journal && gesso_journal_flush (self->journal, NULL);
  /* A window of several that holds nothing of its own is not opened again. */
  self->keep = kept && (unsaved || is_last (self));
  if (kept || !unsaved)
    return GDK_EVENT_PROPAGATE;

  ask (self);
  return GDK_EVENT_STOP;
}
