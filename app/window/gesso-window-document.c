/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The document as a file: opening .ora, saving it where it came from or elsewhere, and its name. */
#include "config.h"

#include "gesso-window-private.h"

#include "document/gesso-ora.h"
#include "document/gesso-sandbox.h"

#include <glib/gi18n.h>

#define ENDING ".ora"

static const char *const ora_types[] = { "image/openraster", NULL };

/* ---- Its name ------------------------------------------------------------------------------- */

char *
gesso_window_dup_name (GessoWindow *self)
{
  g_autofree char *base = self->file ? g_file_get_basename (self->file) : NULL;
  g_autofree char *name = base ? g_filename_display_name (base) : NULL;

  if (!gesso_window_has_painting (self))
    return g_strdup (_("Gesso"));
  if (name == NULL)
    name = g_strdup (_("New Picture"));

  /* Translators: a file name, and that it has changes that are not saved */
  return gesso_painting_get_modified (self->painting) ? g_strdup_printf (_("• %s"), name)
                                                      : g_steal_pointer (&name);
}

gboolean
gesso_window_is_document (GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *lower = name ? g_ascii_strdown (name, -1) : NULL;

  return lower && g_str_has_suffix (lower, ENDING);
}

/* ---- Opening -------------------------------------------------------------------------------- */

static GessoWindow *
find_window (GessoWindow *self, GFile *file)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  for (GList *l = application ? gtk_application_get_windows (application) : NULL; l; l = l->next)
    {
      GessoWindow *other = GESSO_IS_WINDOW (l->data) ? l->data : NULL;

      if (other && other->file && g_file_equal (other->file, file))
        return other;
    }

  return NULL;
}

/* self has nothing to lose. */
static void
take_document (GessoWindow *self, GessoSnapshot *snapshot, GFile *file)
{
  self->sizing = TRUE;
  gesso_painting_restore (self->painting, snapshot);
  self->sizing = FALSE;
  g_set_object (&self->file, file);
  gesso_window_take_settings (self);
  gesso_live_settle (self->live); /* nobody has painted yet */
  gesso_window_sync (self);
  gesso_painting_mark_saved (self->painting);
  gesso_window_write_note (self);
  gesso_window_add_recent (self, file);
  gesso_window_update (self);
}

typedef struct
{
  GessoWindow *window;
  GFile       *file;
} Opening;

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Opening *opening = data;
  g_autoptr (GessoWindow) self = opening->window;
  g_autoptr (GFile) file = opening->file;
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoSnapshot) snapshot = gesso_ora_load_finish (result, &error);
  GtkApplication *application;
  GessoWindow *window = self;

  gesso_window_end_wait (self);
  if (self->document == NULL)
    return;
  if (snapshot == NULL)
    {
      gesso_banner_show (self->banner, GESSO_BANNER_ERROR, error->message, NULL, NULL);
      return;
    }

  application = gtk_window_get_application (GTK_WINDOW (self));
  if (application && (gesso_window_has_painting (self) || self->job))
    window = gesso_window_new (GESSO_APPLICATION (application), NULL);
  take_document (window, snapshot, file);
  gtk_window_present (GTK_WINDOW (window));
}

void
gesso_window_open_document (GessoWindow *self, GFile *file)
{
  GessoWindow *other = find_window (self, file);
  Opening *opening;

  if (other)
    {
      gtk_window_present (GTK_WINDOW (other));
      return;
    }

  opening = g_new0 (Opening, 1);
  opening->window = g_object_ref (self);
  opening->file = g_object_ref (file);
  gesso_window_begin_wait (self, GESSO_WAIT_OPEN);
  gesso_ora_load_async (file, NULL, on_loaded, opening);
}

/* ---- Saving --------------------------------------------------------------------------------- */

typedef struct
{
  GessoWindow   *window;
  GFile         *file;      /* NULL while it is asked for            */
  guint          n_changes; /* when it began                         */
  GessoSavedFunc done;
} Saving;

static void
saving_end (Saving *saving, gboolean saved)
{
  if (saving->done && saving->window->document)
    saving->done (saving->window, saved);
  g_object_unref (saving->window);
  g_clear_object (&saving->file);
  g_free (saving);
}

static void
take_saved (GessoWindow *self, Saving *saving)
{
  g_set_object (&self->file, saving->file);
  if (self->n_changes == saving->n_changes)
    gesso_painting_mark_saved (self->painting);
  gesso_window_write_note (self);
  gesso_window_add_recent (self, saving->file);
  gesso_window_toast (self, _("Picture saved"), NULL, NULL);
}

static void begin_saving (Saving *saving);

/* The window may be on its way out by then. */
static void
begin_next (GessoWindow *self)
{
  Saving *next;

  while (!self->saving && (next = g_queue_pop_head (&self->saves)))
    {
      if (self->document)
        begin_saving (next);
      else
        saving_end (next, FALSE);
      gesso_window_end_writing (self, TRUE);
    }
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  Saving *saving = data;
  g_autoptr (GessoWindow) self = g_object_ref (saving->window);
  g_autoptr (GError) error = NULL;
  gboolean saved = gesso_ora_save_finish (result, &error);

  self->saving = FALSE;
  if (self->document)
    {
      if (saved)
        take_saved (self, saving);
      else
        gesso_banner_show (self->banner, GESSO_BANNER_ERROR, error->message, NULL, NULL);
      gesso_window_update (self);
    }
  gesso_window_end_writing (self, saved);
  saving_end (saving, saved);
  begin_next (self);
}

/* After what is being saved; once for who presses Ctrl+S again and again. */
static void
save_later (Saving *saving)
{
  GessoWindow *self = saving->window;

  for (GList *l = self->saves.head; l; l = l->next)
    if (saving->done == NULL && g_file_equal (((Saving *) l->data)->file, saving->file))
      {
        saving_end (saving, FALSE);
        return;
      }
  gesso_window_begin_writing (self);
  g_queue_push_tail (&self->saves, saving);
}

static void
begin_saving (Saving *saving)
{
  GessoWindow *self = saving->window;
  g_autoptr (GessoSnapshot) snapshot = NULL;

  if (self->saving)
    {
      save_later (saving);
      return;
    }
  if (gesso_painting_is_changing (self->painting))
    {
      gesso_window_toast (self, _("Not saved: finish the stroke first"), NULL, NULL);
      saving_end (saving, FALSE);
      return;
    }

  gesso_window_sync (self);
  snapshot = gesso_painting_snapshot (self->painting);
  saving->n_changes = self->n_changes;
  self->saving = TRUE;
  gesso_window_update (self);
  gesso_window_begin_writing (self);
  gesso_ora_save_async (snapshot, saving->file, NULL, on_saved, saving);
}

static void ask_where (Saving *saving, const char *name);

/* The ending is ours to give, so that others know the file; then the dialog has not asked about one
 * of that name. In a sandbox the other name is not granted, so that it has to be asked for. */
static void
take_answer (Saving *saving, GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *whole = g_strconcat (name, ENDING, NULL);
  g_autoptr (GFile) folder = gesso_sandbox_dup_folder (file);
  g_autoptr (GFile) other = folder ? g_file_get_child (folder, whole) : NULL;

  gesso_window_set_save_folder (saving->window, folder);
  if (gesso_window_is_document (file))
    saving->file = g_object_ref (file);
  else if (other == NULL || g_file_query_exists (other, NULL))
    {
      ask_where (saving, whole);
      return;
    }
  else
    saving->file = g_steal_pointer (&other);
  begin_saving (saving);
}

static void
on_save_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  Saving *saving = data;

  if (response == GTK_RESPONSE_ACCEPT && saving->window->document)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

      take_answer (saving, file);
    }
  else
    saving_end (saving, FALSE);
  g_object_unref (dialog);
}

static void
ask_where (Saving *saving, const char *name)
{
  GessoWindow *self = saving->window;
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _("Save the Picture"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), NULL);
  g_autoptr (GFile) folder =
      self->file ? gesso_sandbox_dup_folder (self->file) : gesso_window_get_save_folder (self);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gesso_window_add_filter (GTK_FILE_CHOOSER (dialog), _("OpenRaster pictures"), ora_types);
  if (folder)
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder, NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  g_signal_connect (dialog, "response", G_CALLBACK (on_save_response), saving);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
save_as (GessoWindow *self, GessoSavedFunc done)
{
  g_autofree char *suggested =
      self->file ? g_file_get_basename (self->file)
                 : gesso_window_suggest_name (self, gesso_document_get_picture (self->document));
  g_autofree char *name =
      self->file ? g_strdup (suggested) : g_strconcat (suggested, ENDING, NULL);
  Saving *saving = g_new0 (Saving, 1);

  saving->window = g_object_ref (self);
  saving->done = done;
  ask_where (saving, name);
}

void
gesso_window_save_document_to (GessoWindow *self, GFile *file, GessoSavedFunc done)
{
  Saving *saving = g_new0 (Saving, 1);

  saving->window = g_object_ref (self);
  saving->file = g_object_ref (file);
  saving->done = done;
  begin_saving (saving);
}

void
gesso_window_save_document (GessoWindow *self, GessoSavedFunc done)
{
  if (self->file)
    gesso_window_save_document_to (self, self->file, done);
  else
    save_as (self, done);
}

static void
save_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gesso_window_save_document (data, NULL);
}

static void
save_as_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  save_as (data, NULL);
}

void
gesso_window_init_document (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "save", .activate = save_action },
    { .name = "save-as", .activate = save_as_action },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
