/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening pictures and saving them. */
#include "config.h"

#include "gesso-window-private.h"

#include "engine/gesso-catalog.h"

#include <glib/gi18n.h>

#define MAX_NAME 48 /* characters of the prompt in a file name */

/* ---- Opening -------------------------------------------------------------------------------- */

static void
restore_settings (GessoWindow *self, GessoPicture *picture, GessoSettings *restored)
{
  GessoSettings *settings = gesso_document_get_settings (self->document);

  g_clear_object (&self->undo_settings);
  self->undo_settings = gesso_settings_copy (settings);
  gesso_settings_take (settings, restored);
  g_object_set (settings, "seed-locked", TRUE, NULL);
  gesso_document_add_picture (self->document, picture);
  gesso_window_toast (self, _("Settings restored"), _("Undo"), "win.undo-restore");
}

static void
undo_restore (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  GessoSettings *settings = gesso_document_get_settings (self->document);
  gboolean locked;

  if (self->undo_settings == NULL)
    return;

  gesso_settings_take (settings, self->undo_settings);
  g_object_get (self->undo_settings, "seed-locked", &locked, NULL);
  g_object_set (settings, "seed-locked", locked, NULL);
  g_clear_object (&self->undo_settings);
}

/* What to do with a picture that was read: see gesso_window_open(). */
static void
take_picture (GessoWindow *self, GessoPicture *picture, gboolean as_start)
{
  const char *parameters = gesso_picture_get_parameters (picture);
  g_autoptr (GessoSettings) restored = NULL;

  if (parameters && !as_start)
    restored = gesso_settings_from_parameters (
        parameters, gesso_document_get_settings (self->document), NULL);

  if (restored)
    restore_settings (self, picture, restored);
  else
    gesso_window_set_start (self, picture);
}

typedef struct
{
  GessoWindow *window;
  GFile       *file;
  gboolean     as_start;
} Opening;

static void
on_picture_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Opening *opening = data;
  g_autoptr (GessoWindow) self = opening->window;
  g_autoptr (GFile) file = opening->file;
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoPicture) picture = gesso_picture_load_finish (result, &error);

  if (self->document == NULL)
    return;
  if (picture)
    {
      take_picture (self, picture, opening->as_start);
      gesso_window_add_recent (self, file);
    }
  else
    gesso_banner_show (self->banner, GESSO_BANNER_ERROR, error->message, NULL, NULL);
}

static void
open_picture (GessoWindow *self, GFile *file, gboolean as_start)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->window = g_object_ref (self);
  opening->file = g_object_ref (file);
  opening->as_start = as_start;
  gesso_picture_load_async (file, NULL, on_picture_loaded, opening);
}

static gboolean
looks_like_model (GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);

  return g_str_has_suffix (name, ".safetensors") ||
         g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, NULL) == G_FILE_TYPE_DIRECTORY;
}

void
gesso_window_open (GessoWindow *self, GFile *file)
{
  g_autofree char *path = g_file_get_path (file);

  if (path && looks_like_model (file))
    g_object_set (gesso_document_get_settings (self->document), "model", path, NULL);
  else
    open_picture (self, file, FALSE);
}

static void
add_filter (GtkFileChooser *chooser, const char *name, const char *mime_type)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  gtk_file_filter_add_mime_type (filter, mime_type);
  gtk_file_chooser_add_filter (chooser, filter);
}

static void
on_open_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  g_autoptr (GessoWindow) self = data;
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT && self->document)
    {
      file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      open_picture (self, file, g_object_get_data (G_OBJECT (dialog), "as-start") != NULL);
    }
  g_object_unref (dialog);
}

static void
ask_for_picture (GessoWindow *self, const char *title, gboolean as_start)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      title, GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  add_filter (GTK_FILE_CHOOSER (dialog), _("Pictures"), "image/*");
  if (as_start)
    g_object_set_data (G_OBJECT (dialog), "as-start", self);
  g_signal_connect (dialog, "response", G_CALLBACK (on_open_response), g_object_ref (self));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
open_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ask_for_picture (data, _("Open a Picture"), FALSE);
}

static void
open_start (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ask_for_picture (data, _("Open a Start Picture"), TRUE);
}

static void
open_path (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_path (g_variant_get_string (parameter, NULL));

  gesso_window_open (data, file);
}

/* ---- Saving --------------------------------------------------------------------------------- */

/* "a-red-house-under-a-yellow-sun-1234.png", from what the picture was made of. */
static char *
suggest_name (GessoWindow *self, GessoPicture *picture)
{
  const char *parameters = gesso_picture_get_parameters (picture);
  GessoSettings *current = gesso_document_get_settings (self->document);
  g_autoptr (GessoSettings) settings =
      parameters ? gesso_settings_from_parameters (parameters, current, NULL) : NULL;
  g_autofree char *prompt = NULL;

  if (settings == NULL)
    return g_strdup ("gesso.png");

  prompt = g_strdup (gesso_settings_get_prompt (settings));
  if (g_utf8_strlen (prompt, -1) > MAX_NAME)
    *g_utf8_offset_to_pointer (prompt, MAX_NAME) = '\0';

  for (char *p = prompt; *p; p++)
    if (!g_ascii_isalnum (*p) && !((guchar) *p & 0x80))
      *p = '-';

  return g_strdup_printf ("%s-%" G_GUINT64_FORMAT ".png", *prompt ? prompt : "gesso",
                          gesso_settings_get_seed (settings));
}

typedef struct
{
  GessoWindow   *window;
  GessoPicture  *picture;
  GFile         *file;
  GessoSavedFunc done;
} Saving;

static void
saving_end (Saving *saving, gboolean saved)
{
  if (saving->done)
    saving->done (saving->window, saved);
  g_object_unref (saving->window);
  g_object_unref (saving->picture);
  g_clear_object (&saving->file);
  g_free (saving);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  Saving *saving = data;
  GessoWindow *self = saving->window;
  g_autoptr (GError) error = NULL;
  gboolean saved = gesso_picture_save_finish (saving->picture, result, &error);

  if (self->document)
    {
      if (saved)
        {
          gesso_window_toast (self, _("Picture saved"), NULL, NULL);
          gesso_window_add_recent (self, saving->file);
        }
      else
        gesso_banner_show (self->banner, GESSO_BANNER_ERROR, error->message, NULL, NULL);
      gesso_window_update (self);
    }
  saving_end (saving, saved);
}

static void
on_save_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  Saving *saving = data;

  if (response == GTK_RESPONSE_ACCEPT && saving->window->document)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autoptr (GFile) folder = g_file_get_parent (file);
      g_autofree char *uri = folder ? g_file_get_uri (folder) : NULL;

      if (saving->window->store && uri)
        g_settings_set_string (saving->window->store, "save-folder", uri);
      saving->file = g_object_ref (file);
      gesso_picture_save_async (saving->picture, file, NULL, on_saved, saving);
    }
  else
    saving_end (saving, FALSE);
  g_object_unref (dialog);
}

static GFile *
get_save_folder (GessoWindow *self)
{
  g_autofree char *uri = self->store ? g_settings_get_string (self->store, "save-folder") : NULL;
  const char *pictures = g_get_user_special_dir (G_USER_DIRECTORY_PICTURES);

  if (uri && *uri)
    return g_file_new_for_uri (uri);

  return g_file_new_for_path (pictures ? pictures : g_get_home_dir ());
}

void
gesso_window_save_picture (GessoWindow *self, GessoPicture *picture, GessoSavedFunc done)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _("Save the Picture"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), NULL);
  g_autofree char *name = suggest_name (self, picture);
  g_autoptr (GFile) folder = get_save_folder (self);
  Saving *saving = g_new0 (Saving, 1);

  saving->window = g_object_ref (self);
  saving->picture = g_object_ref (picture);
  saving->done = done;
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  add_filter (GTK_FILE_CHOOSER (dialog), _("PNG pictures"), "image/png");
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder, NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  g_signal_connect (dialog, "response", G_CALLBACK (on_save_response), saving);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
save (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;

  gesso_window_save_picture (self, gesso_document_get_picture (self->document), NULL);
}

/* For scripts, over D-Bus: saves the current picture where the parameter says. */
static void
save_to (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  g_autoptr (GFile) file = g_file_new_for_path (g_variant_get_string (parameter, NULL));
  Saving *saving = g_new0 (Saving, 1);

  saving->window = g_object_ref (self);
  saving->picture = g_object_ref (gesso_document_get_picture (self->document));
  saving->file = g_object_ref (file);
  gesso_picture_save_async (saving->picture, file, NULL, on_saved, saving);
}

void
gesso_window_init_files (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "open", .activate = open_action },
    { .name = "open-start", .activate = open_start },
    { .name = "open-path", .activate = open_path, .parameter_type = "s" },
    { .name = "undo-restore", .activate = undo_restore },
    { .name = "save", .activate = save },
    { .name = "save-to", .activate = save_to, .parameter_type = "s" },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
