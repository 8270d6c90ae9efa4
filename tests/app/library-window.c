/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The library of a window: its names are the prompt's, using a LoRA writes its tag, and a picture that
 * was made with files that are not there says which; parts of a LoRA without a place are told.
 */
#include "in-process.h"
#include "widgets.h"

#include "io/safetensors.h"
#include "library/gesso-library-view.h"

#include <string.h>

static char *folder;

static void
write_lora (void)
{
  g_autofree char *path = g_build_filename (folder, "ink.safetensors", NULL);
  float values[32] = { 0 };
  const GsStoredTensor tensor = { .name = "lora_unet_x.lora_down.weight", .dtype = GS_DTYPE_F32,
                                  .n_dims = 2, .shape = { 4, 8 }, .data = values,
                                  .n_bytes = sizeof values };
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  g_hash_table_insert (metadata, (gpointer) "modelspec.trigger_phrase", (gpointer) "ink wash");
  gs_safetensors_write (path, &tensor, 1, metadata, &error);
  g_assert_no_error (error);
}

/* One module of the starter's, and one that it has no place for. */
static void
write_partly (void)
{
  static const struct
  {
    const char *name;
    guint64 rows, columns;
  } parts[] = {
    { "lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", 4, 96 },
    { "lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight", 384, 4 },
    { "lora_unet_nowhere.lora_down.weight", 4, 8 },
    { "lora_unet_nowhere.lora_up.weight", 8, 4 },
  };
  g_autofree char *path = g_build_filename (folder, "partly.safetensors", NULL);
  static const float zeros[4 * 384];
  GsStoredTensor tensors[G_N_ELEMENTS (parts)];
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    tensors[i] = (GsStoredTensor) { .name = parts[i].name, .dtype = GS_DTYPE_F32, .n_dims = 2,
                                    .shape = { parts[i].rows, parts[i].columns }, .data = zeros,
                                    .n_bytes = parts[i].rows * parts[i].columns * sizeof *zeros };
  gs_safetensors_write (path, tensors, G_N_ELEMENTS (tensors), NULL, &error);
  g_assert_no_error (error);
}

static void
wait_for_library (GessoWindow *window, guint n)
{
  while (!gesso_library_is_scanned (window->library) ||
         g_list_model_get_n_items (gesso_library_get_items (window->library)) != n)
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_used (GessoWindow *window)
{
  GtkWidget *view;

  g_action_group_activate_action (G_ACTION_GROUP (window), "library", NULL);
  g_assert_nonnull (window->library_window);
  view = widgets_find (GTK_WIDGET (window->library_window), GESSO_TYPE_LIBRARY_VIEW);
  wait_for_library (window, 2);
  gesso_library_view_activate (GESSO_LIBRARY_VIEW (view), 0);
  g_assert_cmpstr (gesso_settings_get_prompt (gesso_document_get_settings (window->document)), ==,
                   "a house, <lora:ink:1>, ink wash");
}

static void
assert_compared (GessoWindow *window)
{
  AdwMessageDialog *dialog;

  /* Where all is the same there is nothing to say. */
  g_assert_cmpuint (gesso_window_match_files (window, "a boat <lora:ink:1>\nSteps: 20, Seed: 1, "
                                                      "Model: Starter"), ==, 0);
  g_assert_cmpuint (gesso_window_match_files (window, "a boat <lora:ink:1>\nSteps: 20, Seed: 1, "
                                                      "Model: Starter, Lora hashes: "
                                                      "\"gone: 0123456789ab\""), ==, 1);
  while (!gesso_library_is_hashed (window->library))
    g_main_context_iteration (NULL, TRUE);
  g_action_group_activate_action (G_ACTION_GROUP (window), "compare-files", NULL);
  dialog = widgets_find_dialog ();
  g_assert_nonnull (dialog);
  g_assert_cmpstr (adw_message_dialog_get_body (dialog), ==,
                   "LoRA “gone” (0123456789ab) is not in the library");
  gtk_window_destroy (GTK_WINDOW (dialog));
}

/* What the engine remarks about a picture is shown. */
static void
assert_noted (GessoWindow *window)
{
  g_object_set (gesso_document_get_settings (window->document), "prompt", "a house <lora:partly:1>",
                "width", 64, "height", 64, "steps", 1, NULL);
  g_action_group_activate_action (G_ACTION_GROUP (window), "generate", NULL);
  while (window->notes == NULL || *window->notes == '\0')
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (window->notes, "partly"));
  g_assert_nonnull (strstr (window->notes, "lora_unet_nowhere"));
}

static void
run (GApplication *application, GessoWindow *window)
{
  in_process_wait_engine (application);
  g_object_set (gesso_document_get_settings (window->document), "prompt", "a house", NULL);
  gesso_library_add_folder (window->library, folder);
  wait_for_library (window, 2);
  assert_used (window);
  assert_compared (window);
  assert_noted (window);

  gtk_window_destroy (window->library_window);
  g_application_quit (application);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  folder = g_dir_make_tmp ("gesso-library-XXXXXX", &error);
  g_assert_no_error (error);
  write_lora ();
  write_partly ();

  return in_process_run (in_process_forget_session, run);
}
