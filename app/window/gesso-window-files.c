/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening: what a file is, and what becomes of it. */
#include "config.h"

#include "gesso-window-private.h"

#include "engine/gesso-catalog.h"
#include "engine/gesso-export.h"

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

/* What a file was opened for. */
typedef enum
{
  OPEN_PICTURE,  /* to see it; one that was generated comes with its settings */
  OPEN_SETTINGS, /* for these alone, if it has some                           */
  OPEN_START,    /* to start from it, whatever made it                        */
} Purpose;

static void
take_picture (GessoWindow *self, GessoPicture *picture, Purpose purpose)
{
  const char *parameters = gesso_picture_get_parameters (picture);
  g_autoptr (GessoSettings) restored = NULL;

  if (parameters && purpose != OPEN_START)
    restored = gesso_settings_from_parameters (
        parameters, gesso_document_get_settings (self->document), NULL);

  if (restored)
    {
      /* The frame goes round what is seen, not after the size that is restored. */
      self->sizing = purpose == OPEN_PICTURE;
      restore_settings (self, picture, restored);
      self->sizing = FALSE;
      if (purpose == OPEN_PICTURE)
        gesso_window_place_made (self, picture, restored);
      gesso_window_match_files (self, parameters);
    }
  else
    gesso_window_set_start (self, picture);
}

typedef struct
{
  GessoWindow *window;
  GFile       *file;
  Purpose      purpose;
} Opening;

static void
on_picture_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Opening *opening = data;
  g_autoptr (GessoWindow) self = opening->window;
  g_autoptr (GFile) file = opening->file;
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoPicture) picture = gesso_picture_load_finish (result, &error);

  gesso_window_end_wait (self);
  if (self->document == NULL)
    return;
  if (picture)
    {
      take_picture (self, picture, opening->purpose);
      gesso_window_add_recent (self, file);
    }
  else
    gesso_banner_show (self->banner, GESSO_BANNER_ERROR, error->message, NULL, NULL);
}

static void
open_picture (GessoWindow *self, GFile *file, Purpose purpose)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->window = g_object_ref (self);
  opening->file = g_object_ref (file);
  opening->purpose = purpose;
  gesso_window_begin_wait (self, GESSO_WAIT_OPEN);
  gesso_picture_load_async (file, NULL, on_picture_loaded, opening);
}

static gboolean
looks_like_model (GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);

  return gesso_catalog_is_model_name (name) ||
         g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, NULL) == G_FILE_TYPE_DIRECTORY;
}

/* A model in a folder, as diffusers has them, lists its parts; other folders are of pictures. */
static gboolean
is_plain_folder (GFile *file)
{
  g_autoptr (GFile) index = g_file_get_child (file, "model_index.json");
  g_autoptr (GFile) unet = g_file_get_child (file, "unet");

  return g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, NULL) == G_FILE_TYPE_DIRECTORY
         && !g_file_query_exists (index, NULL) && !g_file_query_exists (unet, NULL);
}

static void
open_file (GessoWindow *self, GFile *file, Purpose purpose)
{
  g_autofree char *path = g_file_get_path (file);

  if (self->waiting)
    g_ptr_array_add (self->waiting, g_object_ref (file));
  else if (gesso_window_is_document (file))
    gesso_window_open_document (self, file);
  else if (is_plain_folder (file))
    gesso_window_teach_file (self, file);
  else if (path && looks_like_model (file))
    g_object_set (gesso_document_get_settings (self->document), "model", path, NULL);
  else
    open_picture (self, file, purpose);
}

void
gesso_window_open (GessoWindow *self, GFile *file)
{
  open_file (self, file, OPEN_PICTURE);
}

void
gesso_window_open_settings (GessoWindow *self, GFile *file)
{
  open_file (self, file, OPEN_SETTINGS);
}

void
gesso_window_add_filter (GtkFileChooser *chooser, const char *name, const char *const *mime_types)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (guint i = 0; mime_types[i]; i++)
    gtk_file_filter_add_mime_type (filter, mime_types[i]);
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
      if (g_object_get_data (G_OBJECT (dialog), "as-start"))
        open_picture (self, file, OPEN_START);
      else
        gesso_window_open (self, file);
    }
  g_object_unref (dialog);
}

static void
ask_for_picture (GessoWindow *self, const char *title, gboolean as_start)
{
  /* image/openraster is one of image/ only where the desktop knows of it. */
  static const char *const all[] = { "image/*", "image/openraster", NULL };
  static const char *const pictures[] = { "image/*", NULL };
  static const char *const documents[] = { "image/openraster", NULL };
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      title, GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  if (!as_start)
    {
      gesso_window_add_filter (GTK_FILE_CHOOSER (dialog), _("All pictures"), all);
      gesso_window_add_filter (GTK_FILE_CHOOSER (dialog), _("OpenRaster pictures"), documents);
    }
  gesso_window_add_filter (GTK_FILE_CHOOSER (dialog), _("Pictures"), pictures);
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

char *
gesso_window_suggest_name (GessoWindow *self, GessoPicture *picture)
{
  const char *parameters = picture ? gesso_picture_get_parameters (picture) : NULL;
  GessoSettings *current = gesso_document_get_settings (self->document);
  g_autoptr (GessoSettings) settings =
      parameters ? gesso_settings_from_parameters (parameters, current, NULL) : NULL;
  g_autofree char *prompt = NULL;

  if (settings == NULL)
    return g_strdup ("gesso");

  prompt = g_strdup (gesso_settings_get_prompt (settings));
  if (g_utf8_strlen (prompt, -1) > MAX_NAME)
    *g_utf8_offset_to_pointer (prompt, MAX_NAME) = '\0';

  for (char *p = prompt; *p; p++)
    if (!g_ascii_isalnum (*p) && !((guchar) *p & 0x80))
      *p = '-';

  return g_strdup_printf ("%s-%" G_GUINT64_FORMAT, *prompt ? prompt : "gesso",
                          gesso_settings_get_seed (settings));
}

typedef struct
{
  GessoWindow  *window;
  GessoPicture *picture;
} Saving;

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Saving *saving = data;
  g_autoptr (GessoWindow) self = saving->window;
  g_autoptr (GessoPicture) picture = saving->picture;
  g_autoptr (GError) error = NULL;
  gboolean saved = gesso_picture_save_finish (picture, result, &error);

  if (!saved && self->document)
    gesso_banner_show (self->banner, GESSO_BANNER_ERROR, error->message, NULL, NULL);
  gesso_window_end_writing (self, saved);
}

void
gesso_window_set_save_folder (GessoWindow *self, GFile *folder)
{
  g_autofree char *uri = folder ? g_file_get_uri (folder) : NULL;

  if (self->store && uri)
    g_settings_set_string (self->store, "save-folder", uri);
}

GFile *
gesso_window_get_save_folder (GessoWindow *self)
{
  g_autofree char *uri = self->store ? g_settings_get_string (self->store, "save-folder") : NULL;
  const char *pictures = g_get_user_special_dir (G_USER_DIRECTORY_PICTURES);

  if (uri && *uri)
    return g_file_new_for_uri (uri);

  return g_file_new_for_path (pictures ? pictures : g_get_home_dir ());
}

/* For scripts, over D-Bus: the document as .ora, the current picture as it was made as .png, and the
 * flattened one as anything else. */
static void
save_to (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  g_autoptr (GFile) file = g_file_new_for_path (g_variant_get_string (parameter, NULL));
  GessoPicture *picture = gesso_document_get_picture (self->document);
  Saving *saving;

  if (gesso_window_is_document (file))
    gesso_window_save_document_to (self, file, NULL);
  else if (picture == NULL || g_strcmp0 (gesso_export_get_type (file), "png") != 0)
    gesso_window_export_to (self, file, FALSE);
  else
    {
      saving = g_new0 (Saving, 1);
      saving->window = g_object_ref (self);
      saving->picture = g_object_ref (picture);
      gesso_window_begin_writing (self);
      gesso_picture_save_async (picture, file, NULL, on_saved, saving);
    }
}

void
gesso_window_init_files (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "open", .activate = open_action },
    { .name = "open-start", .activate = open_start },
    { .name = "open-path", .activate = open_path, .parameter_type = "s" },
    { .name = "undo-restore", .activate = undo_restore },
    { .name = "save-to", .activate = save_to, .parameter_type = "s" },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
