/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library in a window beside this one, its names in the prompts, and which of a picture's files
 * are in it. */
#include "config.h"

#include "gesso-window-private.h"

#include "engine/gesso-server-model.h"
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
  else if (gesso_library_item_get_kind (item) == GESSO_LIBRARY_VAE)
    g_object_set (gesso_document_get_settings (self->document), "vae",
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
  gesso_window_update_names (self);
  if (self->compare_later)
    {
      parameters = g_strdup (self->compared);
      gesso_window_match_files (self, parameters);
    }
}

/* An autoencoder of another family goes with the model that it was chosen for. */
static void
drop_foreign_vae (GessoWindow *self, const char *family)
{
  GessoSettings *settings = gesso_document_get_settings (self->document);
  GListModel *items = gesso_library_get_items (self->library);
  g_autofree char *vae = NULL;

  g_object_get (settings, "vae", &vae, NULL);
  for (guint i = 0; *vae && i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr (GessoLibraryItem) item = g_list_model_get_item (items, i);

      if (g_str_equal (gesso_library_item_get_path (item), vae) &&
          !gesso_library_item_fits (item, family))
        g_object_set (settings, "vae", "", NULL);
    }
}

static void
on_model_read (GessoWindow *self)
{
  const char *model = gesso_settings_get_model (gesso_document_get_settings (self->document));

  if (gesso_server_model_is_one (model))
    return; /* what is here is not for it */

  drop_foreign_vae (self,
                    gesso_model_row_get_family (gesso_settings_pane_get_model_row (self->pane)));
  gesso_library_set_model (self->library, model,
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
  g_autofree char *base = NULL, *hash = NULL;
  gsize n = strlen (wanted->name);

  /* "http://studio:7860#dream.safetensors [1a2b3c]" */
  if (gesso_server_model_is_one (path))
    return wanted->kind == GESSO_LIBRARY_CHECKPOINT && strstr (strchr (path, '#'), wanted->name);

  base = *path ? g_path_get_basename (path) : g_strdup ("Starter");
  hash = wanted->hash ? gesso_library_dup_hash (path) : NULL;

  if (wanted->kind != GESSO_LIBRARY_CHECKPOINT || wanted->hash)
    return wanted->kind == GESSO_LIBRARY_CHECKPOINT && hash && g_str_has_prefix (hash, wanted->hash);
  return g_str_has_prefix (base, wanted->name) && (base[n] == '\0' || base[n] == '.');
}

/* Calls a LoRA of the prompts by the name that it has here. */
static void
rename_lora (GessoSettings *settings, const char *property, const char *from, const char *to)
{
  static const char *const ends[] = { ":", ">" };
  g_autofree char *text = NULL;

  g_object_get (settings, property, &text, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *old = g_strconcat ("<lora:", from, ends[i], NULL);
      g_autofree char *new = g_strconcat ("<lora:", to, ends[i], NULL);
      g_auto (GStrv) parts = g_strsplit (text, old, -1);

      g_free (text);
      text = g_strjoinv (new, parts);
    }
  g_object_set (settings, property, text, NULL);
}

/* By its hash alone: of names there are many. */
static void
select_item (GessoWindow *self, const GessoWantedFile *file, GessoLibraryItem *item)
{
  GessoSettings *settings = gesso_document_get_settings (self->document);

  if (file->kind == GESSO_LIBRARY_CHECKPOINT)
    g_object_set (settings, file->is_refiner ? "refiner" : "model", gesso_library_item_get_path (item), NULL);
  else if (file->kind == GESSO_LIBRARY_VAE)
    g_object_set (settings, "vae", gesso_library_item_get_path (item), NULL);
  else if (file->kind == GESSO_LIBRARY_LORA && *file->name &&
           !g_str_equal (file->name, gesso_library_item_get_name (item)))
    rename_lora (settings, "prompt", file->name, gesso_library_item_get_name (item));
}

/* Sentences about what is not the same here; what is, is selected. */
static GPtrArray *
compare (GessoWindow *self, const char *parameters, gboolean do_select)
{
  g_autoptr (GPtrArray) wanted = gesso_wanted_files_list (parameters);
  GPtrArray *sentences = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < wanted->len; i++)
    {
      const GessoWantedFile *file = wanted->pdata[i];
      GessoLibraryItem *item = NULL;
      GessoMatch match;
      char *sentence;

      if (!file->is_refiner && is_current_model (self, file))
        continue;
      match = gesso_library_match (gesso_library_get_items (self->library), file, &item);
      sentence = gesso_library_match_describe (file, match, item);
      if (sentence)
        g_ptr_array_add (sentences, sentence);
      /* Of refiners there are few: the name will do where the picture has no hash. */
      if (do_select && (match == GESSO_MATCH_SAME ||
                        (match == GESSO_MATCH_NAMED && file->is_refiner && file->hash == NULL)))
        select_item (self, file, item);
    }

  return sentences;
}

/* Looks again: hashes may have come meanwhile. */
static void
compare_files (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  g_autoptr (GPtrArray) sentences = NULL;
  g_autofree char *text = NULL;
  GtkWidget *dialog;

  if (self->compared == NULL)
    return;

  sentences = compare (self, self->compared, FALSE);
  if (!gesso_library_is_hashed (self->library))
    g_ptr_array_add (sentences, g_strdup (_("Some files of the library have not been compared yet: "
                                            "look again in a while")));
  g_ptr_array_add (sentences, NULL);
  text = g_strjoinv ("\n", (char **) sentences->pdata);
  dialog = adw_message_dialog_new (GTK_WINDOW (self), _("Why Does My Picture Differ?"), text);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* What a person may have changed until the hashes are there. */
static char *
describe_choice (GessoWindow *self)
{
  g_autofree char *model = NULL, *vae = NULL, *prompt = NULL;

  g_object_get (gesso_document_get_settings (self->document), "model", &model, "vae", &vae, "prompt",
                &prompt, NULL);

  return g_strjoin ("\n", model, vae, prompt, NULL);
}

static void
on_hashed (GessoWindow *self)
{
  g_autofree char *before = g_steal_pointer (&self->compare_again);
  g_autofree char *now = NULL, *parameters = NULL;

  if (self->document == NULL || self->compared == NULL || before == NULL)
    return;

  now = describe_choice (self);
  parameters = g_strdup (self->compared);
  if (g_str_equal (before, now))
    gesso_window_match_files (self, parameters);
}

guint
gesso_window_match_files (GessoWindow *self, const char *parameters)
{
  g_autoptr (GPtrArray) sentences = NULL;
  g_autofree char *text = NULL;

  g_free (self->compared);
  self->compared = g_strdup (parameters);
  g_clear_pointer (&self->compare_again, g_free);
  self->compare_later = !gesso_library_is_scanned (self->library);
  if (self->compare_later)
    return 0;

  sentences = compare (self, parameters, TRUE);
  if (!gesso_library_is_hashed (self->library))
    self->compare_again = describe_choice (self);
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
  gesso_settings_pane_set_library (self->pane, gesso_library_get_items (self->library));
  gesso_layers_pane_set_library (self->layers, gesso_library_get_items (self->library));
  g_signal_connect_object (self->library, "scanned", G_CALLBACK (on_scanned), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->library, "hashed", G_CALLBACK (on_hashed), self,
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
  g_clear_pointer (&self->compare_again, g_free);
  g_clear_object (&self->library);
  g_clear_object (&self->downloads);
}
