/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model in several files: the U-Net's, with the text encoder and the autoencoder of others. */
#include "session-test.h"

#include <glib/gstdio.h>

#include "io/checkpoint.h"
#include "io/safetensors.h"
#include "io/tensor-file.h"
#include "session/model-files.h"

static char *folder;

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* The tensors of the starter whose names begin so. */
static char *
write_part (const char *prefix, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GsCheckpoint) checkpoint = gs_checkpoint_open (gs_starter_path (), &error);
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (GsStoredTensor));
  g_autoptr (GsTensorFile) file = gs_tensor_file_open (gs_starter_path (), &error);
  char *path = path_of (name);

  g_assert_no_error (error);
  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      const char *canonical;
      GsStoredTensor tensor = *gs_checkpoint_tensor (checkpoint, i, &canonical);

      tensor.name = canonical;
      if (g_str_has_prefix (canonical, prefix))
        g_array_append_val (tensors, tensor);
    }
  g_assert_cmpuint (tensors->len, >, 0);
  gs_safetensors_write (path, (const GsStoredTensor *) (gpointer) tensors->data, tensors->len,
                        gs_tensor_file_metadata (file), &error);
  g_assert_no_error (error);
  return path;
}

static void
copy_beside (const char *name)
{
  g_autofree char *from = g_path_get_dirname (gs_starter_path ());
  g_autofree char *source = g_build_filename (from, name, NULL), *to = path_of (name);
  g_autofree char *text = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (source, &text, &n, NULL));
  g_assert_true (g_file_set_contents (to, text, n, NULL));
}

static void
make_folders (void)
{
  g_autofree char *alone = NULL;

  folder = g_dir_make_tmp ("gesso-parts-XXXXXX", NULL);
  alone = path_of ("alone");
  g_assert_cmpint (g_mkdir (alone, 0700), ==, 0);
}

static void
remove_files (void)
{
  static const char *const names[] = { "unet.safetensors", "text.safetensors", "vae.safetensors",
                                       "vocab.json", "merges.txt", "sdxl_vae.safetensors",
                                       "alone" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = path_of (names[i]);

      g_remove (path);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

static void
assert_loads (const char *unet, const GsModelOptions *options, const GsImage *whole)
{
  const GsRequest request = session_test_request ();
  g_autoptr (GsImage) parts = NULL;
  g_autoptr (GError) error = NULL;

  gs_session_load_model (session_test_get (), unet, options, NULL, NULL, &error);
  g_assert_no_error (error);
  parts = session_test_picture (&request);
  g_assert_true (session_test_same (whole, parts));
}

static void
assert_noted (const char *what)
{
  char **notes = gs_session_get_model (session_test_get ())->notes;

  g_assert_true (g_strv_contains ((const char *const *) notes, what));
}

/* Named ones, those of the library's files, those beside it, and a whole model's. */
static void
test_parts (void)
{
  GsSession *session = session_test_get ();
  const GsRequest request = session_test_request ();
  g_autoptr (GsImage) whole = NULL;
  g_autofree char *unet = NULL, *text = NULL, *vae = NULL, *beside = NULL, *starters = NULL;
  g_autoptr (GError) error = NULL;

  if (session == NULL)
    return;
  whole = session_test_picture (&request);
  make_folders ();
  unet = write_part ("unet.", "alone/unet.safetensors");
  text = write_part ("text_encoder.", "text.safetensors");
  vae = write_part ("vae.", "vae.safetensors");
  copy_beside ("vocab.json");
  copy_beside ("merges.txt");
  starters = g_path_get_dirname (gs_starter_path ());

  g_assert_false (gs_session_load_model (session, unet, &(GsModelOptions) { .vae = vae }, NULL, NULL,
                                         &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "no text encoder, and neither the library"));
  g_clear_error (&error);
  g_assert_false (gs_session_load_model (
      session, unet,
      &(GsModelOptions) { .text_encoders = (const char *const[]) { vae, NULL } }, NULL, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_clear_error (&error);

  gs_session_set_library (session, (const char *const[]) { folder, NULL });
  assert_loads (unet, NULL, whole);
  assert_noted ("The text encoder is that of text.safetensors");
  assert_noted ("The VAE is that of vae.safetensors");
  gs_session_set_library (session, (const char *const[]) { starters, NULL });
  assert_loads (unet, NULL, whole);
  assert_noted ("The text encoder is that of starter.safetensors");

  gs_session_set_library (session, NULL);
  beside = path_of ("unet.safetensors");
  g_assert_cmpint (g_rename (unet, beside), ==, 0);
  assert_loads (beside, NULL, whole);
  assert_noted ("The text encoder is that of text.safetensors");
  assert_loads (beside,
                &(GsModelOptions) { .vae = vae, .text_encoders = (const char *const[]) { text, NULL } },
                whole);
  remove_files ();
}

/* Of two families' parts, each takes its own. */
static void
test_families (void)
{
  GsSession *session = session_test_get ();
  g_autofree char *unet = NULL, *other = NULL, *vae = NULL;
  g_autoptr (GError) error = NULL;

  if (session == NULL)
    return;
  make_folders ();
  unet = write_part ("unet.", "unet.safetensors");
  vae = write_part ("vae.", "sdxl_vae.safetensors");
  other = path_of ("sdxl_vae.safetensors");
  g_assert_false (gs_session_load_model (
      session, unet,
      &(GsModelOptions) { .text_encoders = (const char *const[]) { gs_starter_path (), NULL } }, NULL,
      NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (error->message, "no VAE"));
  remove_files ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parts/files", test_parts);
  g_test_add_func ("/parts/families", test_families);
  return session_test_run ();
}
