/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The library of a window: its names are the prompt's, using a LoRA writes its tag, and a picture that
 * was made with files that are not there says which; parts of a LoRA without a place are told.
 */
#include "in-process.h"
#include "widgets.h"

#include "gs.h"
#include "io/checkpoint.h"
#include "io/safetensors.h"
#include "library/gesso-library-view.h"

#include <string.h>

static char *folder, *more;

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

/* The starter's autoencoder as a file. */
static char *
write_vae (void)
{
  char *path = g_build_filename (more, "other.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GsTensorFile) file = gs_tensor_file_open (gs_starter_path (), &error);
  g_autoptr (GsCheckpoint) checkpoint = gs_checkpoint_open (gs_starter_path (), &error);
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (GsStoredTensor));

  g_assert_no_error (error);
  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      const char *canonical;
      GsStoredTensor tensor = *gs_checkpoint_tensor (checkpoint, i, &canonical);

      if (canonical == NULL || !g_str_has_prefix (canonical, "vae."))
        continue;
      tensor.name = canonical + 4;
      g_array_append_val (tensors, tensor);
    }
  gs_safetensors_write (path, (const GsStoredTensor *) (gpointer) tensors->data, tensors->len,
                        gs_tensor_file_metadata (file), &error);
  g_assert_no_error (error);
  return path;
}

/* By hashes that the library comes to know only afterwards: the autoencoder, and a LoRA under its name
 * here. A picture without takes the model's own again. */
static void
assert_selected (GessoWindow *window)
{
  GessoSettings *settings = gesso_document_get_settings (window->document);
  g_autofree char *path = write_vae ();
  g_autofree char *ink = g_build_filename (folder, "ink.safetensors", NULL);
  g_autofree char *whole = NULL, *data = NULL, *ink_whole = NULL, *ink_data = NULL;
  g_autofree char *parameters = NULL, *vae = NULL;
  g_autoptr (GError) error = NULL;

  gs_library_hash (path, &whole, &data, NULL, NULL, &error);
  g_assert_no_error (error);
  gs_library_hash (ink, &ink_whole, &ink_data, NULL, NULL, &error);
  g_assert_no_error (error);
  parameters = g_strdup_printf ("a boat <lora:former:0.7>\nSteps: 20, Seed: 1, Model: Starter, "
                                "VAE hash: %.10s, VAE: kl.ckpt, Lora hashes: \"former: %.12s\"",
                                whole, ink_data);
  g_object_set (settings, "prompt", "a boat <lora:former:0.7>", NULL);
  gesso_library_add_folder (window->library, more);
  wait_for_library (window, 3);
  gesso_window_match_files (window, parameters);
  do
    {
      g_clear_pointer (&vae, g_free);
      g_main_context_iteration (NULL, TRUE);
      g_object_get (settings, "vae", &vae, NULL);
    }
  while (*vae == '\0');
  g_assert_cmpstr (vae, ==, path);
  g_assert_cmpstr (gesso_settings_get_prompt (settings), ==, "a boat <lora:ink:0.7>");
}

/* The starter with a first convolution for the picture, too. */
static char *
write_editing (void)
{
  static const char name[] = "unet.conv_in.weight";
  char *path = g_build_filename (more, "edit.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GsTensorFile) file = gs_tensor_file_open (gs_starter_path (), &error);
  g_autoptr (GsCheckpoint) checkpoint = gs_checkpoint_open (gs_starter_path (), &error);
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (GsStoredTensor));
  g_autofree guint8 *wide = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      const char *canonical;
      GsStoredTensor tensor = *gs_checkpoint_tensor (checkpoint, i, &canonical);

      if (canonical == NULL)
        continue;
      tensor.name = canonical;
      if (g_str_equal (canonical, name))
        {
          tensor.shape[1] *= 2;
          tensor.n_bytes *= 2;
          tensor.data = wide = g_malloc0 (tensor.n_bytes);
        }
      g_array_append_val (tensors, tensor);
    }
  g_assert_nonnull (wide);
  gs_safetensors_write (path, (const GsStoredTensor *) (gpointer) tensors->data, tensors->len,
                        gs_tensor_file_metadata (file), &error);
  g_assert_no_error (error);
  return path;
}

static gboolean
shows_row (GtkWidget *widget, const char *title)
{
  if (ADW_IS_PREFERENCES_ROW (widget) &&
      g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title) == 0)
    return gtk_widget_get_visible (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    if (shows_row (child, title))
      return TRUE;

  return FALSE;
}

/* Models for editing ask how closely the picture is kept to, others how far it is left. */
static void
assert_editing (GessoWindow *window)
{
  GessoSettings *settings = gesso_document_get_settings (window->document);
  g_autofree char *path = write_editing ();

  g_assert_false (shows_row (GTK_WIDGET (window->pane), "Image guidance"));
  g_object_set (settings, "model", path, NULL);
  while (!gesso_model_row_get_is_editing (gesso_settings_pane_get_model_row (window->pane)))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (shows_row (GTK_WIDGET (window->pane), "Image guidance"));
  g_assert_false (shows_row (GTK_WIDGET (window->pane), "Denoising strength"));
  g_object_set (settings, "model", "", NULL);
  while (gesso_model_row_get_is_editing (gesso_settings_pane_get_model_row (window->pane)))
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (shows_row (GTK_WIDGET (window->pane), "Image guidance"));
}

/* How much of the work a refiner does is asked where there is one. */
static void
assert_refiner_share (GessoWindow *window)
{
  GessoSettings *settings = gesso_document_get_settings (window->document);
  GObject *share = gtk_widget_get_template_child (GTK_WIDGET (window->pane), GESSO_TYPE_SETTINGS_PANE,
                                                  "refiner_share");
  double start;

  g_assert_false (shows_row (GTK_WIDGET (window->pane), "Refiner's share"));
  g_object_set (settings, "refiner", "/refiner.safetensors", "refiner-start", 0.65, NULL);
  g_assert_true (shows_row (GTK_WIDGET (window->pane), "Refiner's share"));
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (share)), ==, 35);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (share), 20);
  g_object_get (settings, "refiner-start", &start, NULL);
  g_assert_cmpfloat_with_epsilon (start, 0.8, 1e-9);
  g_object_set (settings, "refiner", "", NULL);
  g_assert_false (shows_row (GTK_WIDGET (window->pane), "Refiner's share"));
}

/* What the engine remarks about a picture is shown; the picture names its files. */
static void
assert_noted (GessoWindow *window)
{
  const char *recipe;

  g_object_set (gesso_document_get_settings (window->document), "prompt", "a house <lora:partly:1>",
                "width", 64, "height", 64, "steps", 1, NULL);
  g_action_group_activate_action (G_ACTION_GROUP (window), "generate", NULL);
  while (window->notes == NULL || *window->notes == '\0')
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (window->notes, "partly"));
  g_assert_nonnull (strstr (window->notes, "lora_unet_nowhere"));
  g_assert_nonnull (gesso_candidate_strip_get_selected (window->strip));
  recipe = gesso_candidate_get_recipe (gesso_candidate_strip_get_selected (window->strip));
  g_assert_nonnull (strstr (recipe, "VAE hash: "));
  g_assert_nonnull (strstr (recipe, "VAE: other.safetensors"));
  g_assert_nonnull (strstr (recipe, "Lora hashes: \\\"partly: "));
}

static void
run (GApplication *application, GessoWindow *window)
{
  in_process_wait_engine (application);
  assert_refiner_share (window);
  g_object_set (gesso_document_get_settings (window->document), "prompt", "a house", NULL);
  gesso_library_add_folder (window->library, folder);
  wait_for_library (window, 2);
  assert_used (window);
  assert_compared (window);
  assert_selected (window);
  assert_editing (window);
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
  more = g_dir_make_tmp ("gesso-library-more-XXXXXX", &error);
  g_assert_no_error (error);
  write_lora ();
  write_partly ();

  return in_process_run (in_process_forget_session, run);
}
