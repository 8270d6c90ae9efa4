/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closing: where the journal keeps everything there is nothing to ask; else nothing unsaved is
 * discarded without a question, and what is discarded goes to the trash. */
#include "config.h"

#include "gesso-window-private.h"

#include "document/gesso-ora.h"

#include <glib/gi18n.h>
#include <string.h>

static void
on_saved (GessoWindow *self, gboolean saved)
{
  if (saved)
    gtk_window_close (GTK_WINDOW (self)); /* asks again if it was painted on meanwhile */
}

/* ---- Discarding ----------------------------------------------------------------------------- */

/* In the folder of what is lost and can be found: a file of a name that is not taken. */
static GFile *
make_discarded_file (GessoWindow *self)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "gesso", "discarded", NULL);
  g_autofree char *base = self->file ? g_file_get_basename (self->file) : NULL;
  g_autofree char *name =
      base ? g_steal_pointer (&base)
           : gesso_window_suggest_name (self, gesso_document_get_picture (self->document));
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%d %H-%M-%S");
  g_autofree char *whole = NULL;
  g_autofree char *path = NULL;

  if (g_str_has_suffix (name, ".ora"))
    name[strlen (name) - strlen (".ora")] = '\0';
  whole = g_strdup_printf ("%s %s.ora", name, time);
  g_mkdir_with_parents (folder, 0700);
  path = g_build_filename (folder, whole, NULL);

  return g_file_new_for_path (path);
}

/* Into the desktop's trash; where there is none it stays in our folder. */
static void
on_discarded_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoWindow) self = g_object_ref (data);
  g_autoptr (GFile) file = g_object_steal_data (data, "discarded");
  g_autoptr (GError) error = NULL;

  g_object_unref (data);
  if (!gesso_ora_save_finish (result, &error))
    {
      self->discarding = FALSE;
      if (self->document == NULL)
        return;
      gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
      gesso_banner_show (self->banner, GESSO_BANNER_ERROR, error->message, NULL, NULL);
      return;
    }

  if (!g_file_trash (file, NULL, &error))
    g_debug ("%s", error->message);
  self->discard = TRUE;
  gtk_window_destroy (GTK_WINDOW (self));
}

/* Whoever says "discard" by mistake finds the picture in the trash. */
static void
discard (GessoWindow *self)
{
  g_autoptr (GessoSnapshot) snapshot = NULL;
  GFile *file;

  if (self->discarding || gesso_painting_is_changing (self->painting))
    return;

  self->discarding = TRUE;
  gesso_window_sync (self);
  snapshot = gesso_painting_snapshot (self->painting);
  file = make_discarded_file (self);
  g_object_set_data_full (G_OBJECT (self), "discarded", file, g_object_unref);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  gesso_ora_save_async (snapshot, file, NULL, on_discarded_saved, g_object_ref (self));
}

/* ---- Asking --------------------------------------------------------------------------------- */

static void
on_close_response (AdwMessageDialog *dialog, const char *response, GessoWindow *self)
{
  if (g_strcmp0 (response, "discard") == 0)
    discard (self);
  else if (g_strcmp0 (response, "save") == 0)
    gesso_window_save_document (self, on_saved);
}

static void
ask (GessoWindow *self)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (self), _("Save the Picture?"),
      _("What was changed is not saved yet. Discarded, the picture goes to the trash."));

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

  if (self->discarding)
    return GDK_EVENT_STOP;
  /* The file is what was asked for first; a program that leaves now would leave half of it. */
  if (self->n_writings > 0)
    {
      self->close_written = TRUE;
      return GDK_EVENT_STOP;
    }
  if (self->store)
    g_settings_apply (self->store);
  gesso_window_sync (self);
  unsaved = gesso_window_has_painting (self) && gesso_painting_get_modified (self->painting);
  kept = restored && self->journal && gesso_journal_flush (self->journal, NULL);
  /* A window of several that holds nothing of its own is not opened again. */
  self->keep = kept && (unsaved || gesso_window_has_orders (self) || is_last (self));
  if (!kept && !unsaved && gesso_window_has_orders (self))
    self->keep = self->journal && gesso_journal_flush (self->journal, NULL);
  if (kept || !unsaved)
    return GDK_EVENT_PROPAGATE;

  ask (self);
  return GDK_EVENT_STOP;
}
