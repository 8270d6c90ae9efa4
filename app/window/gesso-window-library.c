/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library in a window beside this one, its names in the prompts, and which of a picture's files
 * are in it. */
#include "config.h"

#include "gesso-window-private.h"

#include "library/gesso-library-match.h"
#include "library/gesso-library-window.h"

#include <glib/gi18n.h>
#include <string.h>

/* ---- Using ---------------------------------------------------------------------------------- */

static void
use_item (GessoWindow *self, GessoLibraryItem *item)
{
  g_autofree char *words = gesso_library_item_dup_prompt (item);

  if (gesso_library_item_get_kind (item) == GESSO_LIBRARY_CHECKPOINT)
    g_object_set (gesso_document_get_settings (self->document), "model",
                  gesso_library_item_get_path (item), NULL);
  else if (words)
    gesso_prompt_bar_add_words (self->prompt_bar, words);
}

static void
on_destroyed (GessoWindow *self)
{
  self->library_window = NULL;
}

static void
show_library (GessoWindow *self, gboolean get)
{
  if (self->library_window == NULL)
    {
      self->library_window = GTK_WINDOW (
          gesso_library_window_new (GTK_WINDOW (self), self->library, self->downloads));
      g_signal_connect_object (self->library_window, "used", G_CALLBACK (use_item), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (self->library_window, "destroy", G_CALLBACK (on_destroyed), self,
                               G_CONNECT_SWAPPED);
      gesso_library_scan (self->library); /* files may have come */
    }
  gesso_library_window_show (GESSO_LIBRARY_WINDOW (self->library_window), get);
  gtk_window_present (self->library_window);
}

static void
library (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  show_library (data, FALSE);
}

static void
get_models (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  show_library (data, TRUE);
}

/* ---- Names ---------------------------------------------------------------------------------- */

static void
on_scanned (GessoWindow *self)
{
  g_auto (GStrv) folders = gesso_library_dup_folders (self->library);
  g_autofree char *parameters = NULL;

  if (self->document == NULL)
    return;

  gesso_engine_set_library (self->engine, (const char *const *) folders);
  gesso_prompt_bar_set_names (self->prompt_bar, gesso_library_get_loras (self->library),
                              gesso_library_get_embeddings (self->library));
  if (self->compare_later)
    {
      parameters = g_strdup (self->compared);
      gesso_window_match_files (self, parameters);
    }
}

static void
on_model_read (GessoWindow *self)
{
  gesso_library_set_model (self->library,
                           gesso_settings_get_model (gesso_document_get_settings (self->document)),
                           gesso_model_row_get_family (gesso_settings_pane_get_model_row (self->pane)));
}

/* A file has been fetched: its folder is one of the library's from now on. */
static void
on_downloaded (GessoWindow *self, GessoDownload *download)
{
  const char *folder = gesso_download_get_folder (download);
  g_auto (GStrv) folders = NULL;

  if (self->library == NULL)
    return;

  folders = gesso_library_dup_folders (self->library);
  if (g_str_equal (folder, gesso_downloads_get_folder (self->downloads)) &&
      !g_strv_contains ((const char *const *) folders, folder))
    gesso_library_add_folder (self->library, folder);
  else
    gesso_library_scan (self->library);
}

/* ---- A picture's files ---------------------------------------------------------------------- */

/* Pictures of ours name their model, and that one need not lie in a folder of the library. */
static gboolean
is_current_model (GessoWindow *self, const GessoWantedFile *wanted)
{
  const char *path = gesso_settings_get_model (gesso_document_get_settings (self->document));
  g_autofree char *base = *path ? g_path_get_basename (path) : g_strdup ("Starter");
  gsize n = strlen (wanted->name);

  return wanted->kind == GESSO_LIBRARY_CHECKPOINT && wanted->hash == NULL &&
         g_str_has_prefix (base, wanted->name) && (base[n] == '\0' || base[n] == '.');
}

/* Sentences about what is not the same here. model: gets the picture's, as borrowed, or NULL. */
static GPtrArray *
compare (GessoWindow *self, const char *parameters, GessoLibraryItem **model)
{
  g_autoptr (GPtrArray) wanted = gesso_wanted_files_list (parameters);
  GPtrArray *sentences = g_ptr_array_new_with_free_func (g_free);

  *model = NULL;
  for (guint i = 0; i < wanted->len; i++)
    {
      const GessoWantedFile *file = wanted->pdata[i];
      GessoLibraryItem *item = NULL;
      GessoMatch match;
      char *sentence;

      if (is_current_model (self, file))
        continue;
      match = gesso_library_match (gesso_library_get_items (self->library), file, &item);
      sentence = gesso_library_match_describe (file, match, item);
      if (sentence)
        g_ptr_array_add (sentences, sentence);
      /* By its hash alone: of names there are many. */
      if (file->kind == GESSO_LIBRARY_CHECKPOINT && match == GESSO_MATCH_SAME)
        *model = item;
    }

  return sentences;
}

/* Looks again: hashes may have come meanwhile. */
static void
compare_files (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  g_autoptr (GPtrArray) sentences = NULL;
  GessoLibraryItem *model;
  g_autofree char *text = NULL;
  GtkWidget *dialog;

  if (self->compared == NULL)
    return;

  sentences = compare (self, self->compared, &model);
  if (!gesso_library_is_hashed (self->library))
    g_ptr_array_add (sentences, g_strdup (_("Some files of the library have not been compared yet: "
                                            "look again in a while")));
  g_ptr_array_add (sentences, NULL);
  text = g_strjoinv ("\n", (char **) sentences->pdata);
  dialog = adw_message_dialog_new (GTK_WINDOW (self), _("Why Does My Picture Differ?"), text);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

guint
gesso_window_match_files (GessoWindow *self, const char *parameters)
{
  g_autoptr (GPtrArray) sentences = NULL;
  g_autofree char *text = NULL;
  GessoLibraryItem *model;

  g_free (self->compared);
  self->compared = g_strdup (parameters);
  self->compare_later = !gesso_library_is_scanned (self->library);
  if (self->compare_later)
    return 0;

  sentences = compare (self, parameters, &model);
  if (model)
    g_object_set (gesso_document_get_settings (self->document), "model",
                  gesso_library_item_get_path (model), NULL);
  if (sentences->len == 0)
    return 0;

  text = g_strdup_printf (ngettext ("%u file of this picture is not the same here",
                                    "%u files of this picture are not the same here",
                                    sentences->len), sentences->len);
  gesso_window_toast (self, text, _("_Details"), "win.compare-files");
  return sentences->len;
}

/* ---- Set-up --------------------------------------------------------------------------------- */

void
gesso_window_init_library (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "library", .activate = library },
    { .name = "get-models", .activate = get_models },
    { .name = "compare-files", .activate = compare_files },
  };
  g_auto (GStrv) folders = NULL;

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);

  self->library = gesso_library_new (self->store);
  folders = gesso_library_dup_folders (self->library);
  gesso_engine_set_library (self->engine, (const char *const *) folders);
  gesso_layers_pane_set_library (self->layers, gesso_library_get_items (self->library));
  g_signal_connect_object (self->library, "scanned", G_CALLBACK (on_scanned), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->downloads, "done", G_CALLBACK (on_downloaded), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gesso_settings_pane_get_model_row (self->pane), "model-read",
                           G_CALLBACK (on_model_read), self, G_CONNECT_SWAPPED);
}

void
gesso_window_close_library (GessoWindow *self)
{
  if (self->library_window)
    gtk_window_destroy (self->library_window);
  g_clear_pointer (&self->compared, g_free);
  g_clear_object (&self->library);
  g_clear_object (&self->downloads);
}
