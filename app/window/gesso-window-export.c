/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Export: asks where to, and in which format. */
#include "config.h"

#include "gesso-window-private.h"

#include "document/gesso-sandbox.h"
#include "engine/gesso-export.h"
#include "engine/gesso-recipe.h"

#include <glib/gi18n.h>

#define DEEP "deep" /* the dialog's choice */

static const char *const png_types[] = { "image/png", NULL };
static const char *const jpeg_types[] = { "image/jpeg", NULL };
static const char *const webp_types[] = { "image/webp", NULL };

typedef struct
{
  GessoWindow *window;
  GFile       *file;
} Exporting;

static void
on_exported (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Exporting *exporting = data;
  g_autoptr (GessoWindow) self = exporting->window;
  g_autoptr (GFile) file = exporting->file;
  g_autoptr (GError) error = NULL;
  gboolean done = gesso_export_finish (result, &error);

  if (self->document && done)
    {
      gesso_window_toast (self, _("Picture exported"), NULL, NULL);
      gesso_window_add_recent (self, file);
    }
  else if (self->document)
    gesso_banner_show (self->banner, GESSO_BANNER_ERROR, error->message, NULL, NULL);
  gesso_window_end_writing (self, done);
}

/* A recipe, or a picture's parameters as they are. */
static char *
dup_recipe_parameters (const char *text)
{
  g_autoptr (GVariant) recipe = gesso_recipe_parse (text);

  return g_strdup (recipe ? gesso_recipe_get_string (recipe, "parameters") : text);
}

/* Of the current picture; after a restart those of the uppermost layer that has some. */
static char *
dup_parameters (GessoWindow *self, GessoSnapshot *snapshot)
{
  GessoPicture *picture = gesso_document_get_picture (self->document);

  if (picture && gesso_picture_get_parameters (picture))
    return g_strdup (gesso_picture_get_parameters (picture));
  for (guint i = 0; i < snapshot->layers->len; i++)
    {
      GessoLayerState *layer = g_ptr_array_index (snapshot->layers, i);

      if (layer->visible && layer->recipe)
        return dup_recipe_parameters (layer->recipe);
    }

  return NULL;
}

void
gesso_window_export_to (GessoWindow *self, GFile *file, gboolean deep)
{
  g_autoptr (GessoSnapshot) snapshot = NULL;
  g_autofree char *parameters = NULL;
  Exporting *exporting;

  if (gesso_painting_is_changing (self->painting))
    {
      gesso_window_toast (self, _("Not saved: finish the stroke first"), NULL, NULL);
      return;
    }

  snapshot = gesso_painting_snapshot (self->painting);
  exporting = g_new0 (Exporting, 1);
  exporting->window = g_object_ref (self);
  exporting->file = g_object_ref (file);
  parameters = dup_parameters (self, snapshot);
  gesso_window_begin_writing (self);
  gesso_export_async (snapshot, parameters, deep, file, NULL, on_exported, exporting);
}

static void
on_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  g_autoptr (GessoWindow) self = data;

  if (response == GTK_RESPONSE_ACCEPT && self->document)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autoptr (GFile) folder = gesso_sandbox_dup_folder (file);
      const char *deep = gtk_file_chooser_get_choice (GTK_FILE_CHOOSER (dialog), DEEP);

      gesso_window_set_save_folder (self, folder);
      gesso_window_export_to (self, file, g_strcmp0 (deep, "true") == 0);
    }
  g_object_unref (dialog);
}

static void
export_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _("Export the Picture"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE, _("_Export"), NULL);
  g_autofree char *suggested =
      gesso_window_suggest_name (self, gesso_document_get_picture (self->document));
  g_autofree char *name = g_strconcat (suggested, ".png", NULL);
  g_autoptr (GFile) folder = gesso_window_get_save_folder (self);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gesso_window_add_filter (GTK_FILE_CHOOSER (dialog), _("PNG pictures"), png_types);
  if (gesso_export_can ("jpeg"))
    gesso_window_add_filter (GTK_FILE_CHOOSER (dialog), _("JPEG pictures"), jpeg_types);
  if (gesso_export_can ("webp"))
    gesso_window_add_filter (GTK_FILE_CHOOSER (dialog), _("WebP pictures"), webp_types);
  gtk_file_chooser_add_choice (GTK_FILE_CHOOSER (dialog), DEEP,
                               /* Translators: 16 instead of 8, of a PNG file */
                               _("16 bits a channel, in PNG"), NULL, NULL);
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder, NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), g_object_ref (self));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
gesso_window_init_export (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "export", .activate = export_action },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
