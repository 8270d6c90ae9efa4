/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoLibrary and its view: folders of tiny files, what fits a model, search, use, hashes, matching. */
#include "io/safetensors.h"
#include "library/gesso-library-match.h"
#include "library/gesso-library-view.h"
#include "library/gesso-refiner-row.h"
#include "models/model-tensors.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char *root;

/* A file of one matrix. */
static void
write_tensor (const char *name, const char *tensor_name, guint64 rows, guint64 columns,
              const char *key, const char *value)
{
  g_autofree char *path = g_build_filename (root, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree float *values = g_new0 (float, rows * columns);
  const GsStoredTensor tensor = { .name = tensor_name, .dtype = GS_DTYPE_F32, .n_dims = 2,
                                  .shape = { rows, columns }, .data = values,
                                  .n_bytes = rows * columns * sizeof *values };
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  if (key)
    g_hash_table_insert (metadata, (gpointer) key, (gpointer) value);
  gs_safetensors_write (path, &tensor, 1, metadata, &error);
  g_assert_no_error (error);
}

static void
on_signal (gboolean *done)
{
  *done = TRUE;
}

static void
wait_scanned (GessoLibrary *library)
{
  gboolean done = FALSE;
  gulong handler =
    g_signal_connect_swapped (library, "scanned", G_CALLBACK (on_signal), &done);

  while (!done)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (library, handler);
}

static GessoLibraryItem *
find (GessoLibrary *library, const char *name)
{
  GListModel *items = gesso_library_get_items (library);

  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr (GessoLibraryItem) item = g_list_model_get_item (items, i);

      if (g_str_equal (gesso_library_item_get_name (item), name))
        return item; /* which the list holds */
    }
  g_assert_not_reached ();
}

static const char *
name_at (GListModel *names, guint i)
{
  g_autoptr (GtkStringObject) name = g_list_model_get_item (names, i);

  return name ? gtk_string_object_get_string (name) : NULL;
}

static void
write_files (void)
{
  g_autofree char *damaged = g_build_filename (root, "webui/models/Lora/damaged.safetensors", NULL);
  g_autofree char *cover = g_build_filename (root, "webui/models/Lora/ink.preview.png", NULL);
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 200, 100);

  write_tensor ("webui/models/Lora/ink.safetensors", "lora_unet_x.lora_down.weight", 4, 8,
                "modelspec.trigger_phrase", "ink wash");
  write_tensor ("webui/models/Lora/big.safetensors", "lora_te2_x.lora_down.weight", 4, 8,
                "ss_base_model_version", "sdxl_base_v1-0");
  write_tensor ("webui/embeddings/zorb.safetensors", "emb_params", 2, 768, NULL, NULL);
  g_assert_true (g_file_set_contents (damaged, "<html>", -1, NULL));
  gdk_pixbuf_fill (pixbuf, 0xff0000ff);
  g_assert_true (gdk_pixbuf_save (pixbuf, cover, "png", NULL, NULL));
}

static GessoLibrary *
new_library (void)
{
  g_autofree char *folder = g_build_filename (root, "webui", NULL);
  GessoLibrary *library = gesso_library_new (NULL);

  gesso_library_add_folder (library, folder);
  wait_scanned (library);
  return library;
}

static void
test_scan (void)
{
  g_autoptr (GessoLibrary) library = new_library ();
  GListModel *loras = gesso_library_get_loras (library);
  g_auto (GStrv) folders = gesso_library_dup_folders (library);
  g_autofree char *prompt = gesso_library_item_dup_prompt (find (library, "ink"));
  g_autoptr (GdkTexture) cover = gesso_library_item_load_cover (find (library, "ink"), 50);
  GessoLibraryItem *ink = find (library, "ink");

  g_assert_cmpuint (g_list_model_get_n_items (gesso_library_get_items (library)), ==, 4);
  g_assert_cmpint (gesso_library_item_get_kind (find (library, "zorb")), ==,
                   GESSO_LIBRARY_EMBEDDING);
  g_assert_cmpstr (prompt, ==, "<lora:ink:1>, ink wash");
  g_assert_cmpint (gdk_texture_get_width (cover), ==, 50);
  g_assert_cmpint (gdk_texture_get_height (cover), ==, 25);
  g_assert_nonnull (gesso_library_item_get_reason (find (library, "damaged.safetensors")));

  /* Without a model's family everything may fit. */
  g_assert_cmpuint (g_list_model_get_n_items (loras), ==, 2);
  gesso_library_set_model (library, "", "SD 1.x");
  g_assert_cmpuint (g_list_model_get_n_items (loras), ==, 1);
  g_assert_cmpstr (name_at (loras, 0), ==, "ink");
  g_assert_cmpstr (gesso_library_item_get_reason (find (library, "big")), ==,
                   "Made for SDXL; the model is SD 1.x");
  g_assert_cmpstr (name_at (gesso_library_get_embeddings (library), 0), ==, "zorb");

  /* What has not changed is not read again; what is gone is gone. */
  gesso_library_scan (library);
  wait_scanned (library);
  g_assert_true (find (library, "ink") == ink);
  gesso_library_remove_folder (library, folders[0]);
  wait_scanned (library);
  g_assert_cmpuint (g_list_model_get_n_items (gesso_library_get_items (library)), ==, 0);
}

static void
on_used (GtkWidget *view, GessoLibraryItem *item, GessoLibraryItem **used)
{
  *used = item;
}

static void
test_view (void)
{
  g_autoptr (GessoLibrary) library = new_library ();
  GtkWidget *window = gtk_window_new ();
  GessoLibraryView *view = g_object_new (GESSO_TYPE_LIBRARY_VIEW, NULL);
  GessoLibraryItem *used = NULL;

  gesso_library_set_model (library, "", "SD 1.x");
  gesso_library_view_set_library (view, library);
  g_signal_connect (view, "used", G_CALLBACK (on_used), &used);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (view));
  gtk_window_present (GTK_WINDOW (window));
  while (g_main_context_iteration (NULL, FALSE))
    ;

  g_assert_cmpuint (gesso_library_view_get_n_shown (view), ==, 4);
  gesso_library_view_search (view, "WASH lora");
  g_assert_cmpuint (gesso_library_view_get_n_shown (view), ==, 1);
  gesso_library_view_activate (view, 0);
  g_assert_true (used == find (library, "ink"));

  /* What does not fit is there, and does nothing. */
  used = NULL;
  gesso_library_view_search (view, "sdxl");
  g_assert_cmpuint (gesso_library_view_get_n_shown (view), ==, 1);
  gesso_library_view_activate (view, 0);
  g_assert_null (used);

  gesso_library_view_search (view, "");
  gesso_library_view_set_kind (view, GESSO_LIBRARY_EMBEDDING + 1);
  g_assert_cmpuint (gesso_library_view_get_n_shown (view), ==, 1);
  gesso_library_view_search (view, "nothing of the kind");
  g_assert_cmpuint (gesso_library_view_get_n_shown (view), ==, 0);

  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_match (void)
{
  g_autoptr (GessoLibrary) library = new_library ();
  GessoLibraryItem *ink = find (library, "ink"), *found = NULL;
  GListModel *items = gesso_library_get_items (library);
  GessoWantedFile wanted = { GESSO_LIBRARY_LORA, (char *) "ink", NULL };
  g_autofree char *short_hash = NULL, *sentence = NULL, *missing = NULL;

  g_assert_cmpint (gesso_library_match (items, &wanted, &found), ==, GESSO_MATCH_NAMED);
  g_assert_true (found == ink);

  /* From the thread. */
  while (gesso_library_item_get_hash (ink) == NULL)
    g_main_context_iteration (NULL, TRUE);
  /* That of the tensors alone, which another LoRA shares. */
  while (!gesso_library_is_hashed (library))
    g_main_context_iteration (NULL, TRUE);
  short_hash = g_strndup (gesso_library_item_get_data_hash (ink), 12);
  wanted.hash = short_hash;
  g_assert_cmpint (gesso_library_match (items, &wanted, &found), ==, GESSO_MATCH_SAME);
  g_assert_null (gesso_library_match_describe (&wanted, GESSO_MATCH_SAME, found));
  g_assert_true (found == ink);
  g_free (short_hash);
  short_hash = g_strndup (gesso_library_item_get_hash (ink), 10);
  wanted.hash = short_hash;
  wanted.name = (char *) "former";
  g_assert_cmpint (gesso_library_match (items, &wanted, &found), ==, GESSO_MATCH_SAME);
  g_assert_null (gesso_library_match_describe (&wanted, GESSO_MATCH_SAME, found));
  wanted.kind = GESSO_LIBRARY_EMBEDDING;
  sentence = gesso_library_match_describe (&wanted, GESSO_MATCH_SAME, find (library, "zorb"));
  g_assert_cmpstr (sentence, ==, "Embedding “former” is called “zorb” here: change the prompt");
  wanted.kind = GESSO_LIBRARY_LORA;
  wanted.name = (char *) "INK";
  wanted.hash = (char *) "0123456789";
  g_assert_cmpint (gesso_library_match (items, &wanted, &found), ==, GESSO_MATCH_OTHER);
  wanted.name = (char *) "former";
  g_assert_cmpint (gesso_library_match (items, &wanted, &found), ==, GESSO_MATCH_MISSING);
  g_assert_null (found);
  missing = gesso_library_match_describe (&wanted, GESSO_MATCH_MISSING, NULL);
  g_assert_cmpstr (missing, ==, "LoRA “former” (0123456789) is not in the library");
  wanted.kind = GESSO_LIBRARY_EMBEDDING; /* of another kind there is none */
  wanted.name = (char *) "ink";
  g_assert_cmpint (gesso_library_match (items, &wanted, &found), ==, GESSO_MATCH_MISSING);
}

/* SDXL's refiner, full size but for the numbers: a file of holes. */
static char *
write_refiner (void)
{
  char *path = g_build_filename (root, "fine.safetensors", NULL);
  g_autoptr (GString) json = g_string_new ("{");
  GsModelConfig config;
  guint64 at = 0, n_header;
  FILE *file = fopen (path, "wb");

  g_assert_nonnull (file);
  g_assert_true (gs_model_config_preset ("sdxl", &config, NULL));
  config.has[GS_COMPONENT_TEXT_ENCODER] = FALSE;
  config.unet.context_width = config.clip_2.width;
  config.unet.label_width = config.clip_2.projection_width + 5 * config.unet.size_width;
  for (guint component = 0; component < GS_N_COMPONENTS; component++)
    {
      g_autoptr (GArray) specs = gs_model_tensors (&config, component);

      for (guint i = 0; i < specs->len; i++)
        {
          const GsTensorSpec *spec = &g_array_index (specs, GsTensorSpec, i);
          guint64 bytes = 2;

          g_string_append_printf (json, "%s\"%s\":{\"dtype\":\"F16\",\"shape\":[", at > 0 ? "," : "",
                                  spec->name);
          for (guint d = 0; d < spec->n_dims; d++)
            {
              g_string_append_printf (json, "%s%" G_GUINT64_FORMAT, d > 0 ? "," : "",
                                      (guint64) spec->shape[d]);
              bytes *= spec->shape[d];
            }
          g_string_append_printf (json, "],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}",
                                  at, at + bytes);
          at += bytes;
        }
    }
  g_string_append_c (json, '}');
  n_header = GUINT64_TO_LE ((guint64) json->len);
  g_assert_cmpuint (fwrite (&n_header, 8, 1, file), ==, 1);
  g_assert_cmpuint (fwrite (json->str, json->len, 1, file), ==, 1);
  fclose (file);
  g_assert_cmpint (truncate (path, (off_t) (8 + json->len + at)), ==, 0);

  return path;
}

static void
test_refiner_row (void)
{
  g_autofree char *path = write_refiner (), *chosen = NULL, *later = NULL;
  g_autoptr (GListStore) items = g_list_store_new (GESSO_TYPE_LIBRARY_ITEM);
  g_autoptr (GessoLibraryItem) item = gesso_library_item_read (path);
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  GessoRefinerRow *row = g_object_ref_sink (g_object_new (GESSO_TYPE_REFINER_ROW, NULL));

  g_assert_cmpstr (gesso_library_item_get_reason (item), ==, NULL);
  g_assert_cmpstr (gesso_library_item_get_family (item), ==, "SDXL refiner");
  gesso_refiner_row_bind (row, settings, G_LIST_MODEL (items));
  gesso_refiner_row_set_family (row, "SDXL");
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (row)));
  g_list_store_append (items, item);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (row)));

  adw_combo_row_set_selected (ADW_COMBO_ROW (row), 1);
  g_object_get (settings, "refiner", &chosen, NULL);
  g_assert_cmpstr (chosen, ==, path);

  /* Another list of the library changes no choice; a model without refiners does. */
  g_list_store_remove_all (items);
  g_object_get (settings, "refiner", &later, NULL);
  g_assert_cmpstr (later, ==, path);
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (row)), ==, 1);
  gesso_refiner_row_set_family (row, "SD 1.x");
  g_free (later);
  g_object_get (settings, "refiner", &later, NULL);
  g_assert_cmpstr (later, ==, "");
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (row)));

  g_object_unref (row);
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  root = g_dir_make_tmp ("gesso-library-XXXXXX", &error);
  g_assert_no_error (error);
  write_files ();

  g_test_add_func ("/app/library/scan", test_scan);
  g_test_add_func ("/app/library/view", test_view);
  g_test_add_func ("/app/library/match", test_match);
  g_test_add_func ("/app/library/refiner-row", test_refiner_row);

  return g_test_run ();
}
