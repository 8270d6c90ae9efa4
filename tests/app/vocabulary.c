/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A model without a vocabulary: the window says so and offers CLIP's, but not where the starter is used; a
 * diffusers model in the library has one, which ends it, and then prompts are read.
 */
#include "in-process.h"
#include "widgets.h"

#include "engine/gesso-vocabulary.h"
#include "io/tensor-file.h"
#include "io/safetensors.h"

#include <glib/gstdio.h>
#include <string.h>

#define EMBEDDING "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight"

static char *folder, *model;

/* The starter with as many tokens as a full-sized model has. */
static void
write_model (void)
{
  g_autofree char *starter = g_build_filename (g_getenv ("GESSO_SOURCE_ROOT"), "resources", "starter",
                                               "starter.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GsTensorFile) file = gs_tensor_file_open (starter, &error);
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (GsStoredTensor));
  g_autofree guint16 *halves = g_new0 (guint16, GESSO_VOCABULARY_CLIP * 96);

  g_assert_no_error (error);
  for (guint i = 0; i < gs_tensor_file_n_tensors (file); i++)
    {
      GsStoredTensor tensor = *gs_tensor_file_tensor (file, i);

      if (g_str_equal (tensor.name, EMBEDDING))
        {
          g_assert_cmpuint (tensor.shape[1], ==, 96);
          tensor.shape[0] = GESSO_VOCABULARY_CLIP;
          tensor.data = halves;
          tensor.n_bytes = GESSO_VOCABULARY_CLIP * 96 * sizeof *halves;
        }
      g_array_append_val (tensors, tensor);
    }
  gs_safetensors_write (model, (const GsStoredTensor *) tensors->data, tensors->len,
                        gs_tensor_file_metadata (file), &error);
  g_assert_no_error (error);
}

/* Of the right size, and all of it is "a". */
static void
write_vocabulary (const char *in)
{
  g_autofree char *inside = g_build_filename (in, "tokenizer", NULL);
  g_autofree char *index = g_build_filename (in, "model_index.json", NULL);
  g_autofree char *vocab = g_build_filename (inside, "vocab.json", NULL);
  g_autofree char *merges = g_build_filename (inside, "merges.txt", NULL);
  g_autofree char *text =
    g_strdup_printf ("{\"a</w>\": 0, \"a\": 1, \"<|startoftext|>\": %u, \"<|endoftext|>\": %u}",
                     GESSO_VOCABULARY_CLIP - 2, GESSO_VOCABULARY_CLIP - 1);

  g_assert_cmpint (g_mkdir_with_parents (inside, 0700), ==, 0);
  g_assert_true (g_file_set_contents (index, "{\"_class_name\": \"StableDiffusionPipeline\"}", -1, NULL));
  g_assert_true (g_file_set_contents (vocab, text, -1, NULL));
  g_assert_true (g_file_set_contents (merges, "#version: 0.2\na a</w>\n", -1, NULL));
}

static void
on_queried (GObject *source, GAsyncResult *result, gpointer data)
{
  *(gssize *) data = gesso_vocabulary_query_finish (result);
}

static gssize
query (const char *path, const char *library)
{
  const char *const folders[] = { library, NULL };
  gssize n_tokens = G_MINSSIZE;

  gesso_vocabulary_query_async (path, folders, NULL, on_queried, &n_tokens);
  while (n_tokens == G_MINSSIZE)
    g_main_context_iteration (NULL, TRUE);

  return n_tokens;
}

static void
wait_lacking (GessoWindow *window, gboolean lacking)
{
  while (window->lacks_vocabulary != lacking)
    g_main_context_iteration (NULL, TRUE);
}

/* Up to the picture, or why there is none. */
static void
generate (GessoWindow *window)
{
  g_object_set (gesso_document_get_settings (window->document), "prompt", "a a", "width", 64, "height",
                64, "steps", 1, NULL);
  g_action_group_activate_action (G_ACTION_GROUP (window), "generate", NULL);
  while (gesso_document_get_picture (window->document) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
run (GApplication *application, GessoWindow *window)
{
  g_autofree char *library = g_build_filename (folder, "library", NULL);
  g_autofree char *diffusers = g_build_filename (library, "other", NULL);
  GtkWidget *banner = GTK_WIDGET (window->banner);

  in_process_wait_engine (application);
  g_assert_cmpint (query ("", folder), ==, 0);
  g_assert_cmpint (query (model, library), ==, GESSO_VOCABULARY_CLIP);
  g_assert_cmpint (query ("/nowhere/at/all.safetensors", library), ==, 0); /* another error tells of it */

  g_object_set (gesso_document_get_settings (window->document), "model", model, NULL);
  wait_lacking (window, TRUE);
  g_assert_true (gtk_widget_get_visible (banner));
  g_assert_true (g_action_group_has_action (G_ACTION_GROUP (window), "get-vocabulary"));

  write_vocabulary (diffusers);
  g_assert_cmpint (query (model, library), ==, 0);
  gesso_library_add_folder (window->library, library);
  wait_lacking (window, FALSE);
  generate (window);

  g_application_quit (application);
}

int
main (int argc, char **argv)
{
  folder = g_dir_make_tmp ("gesso-vocabulary-XXXXXX", NULL);
  model = g_build_filename (folder, "model.safetensors", NULL);
  write_model ();

  return in_process_run (in_process_forget_session, run);
}
