/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The starter model's place, another autoencoder, TAESD beside the model.
 */
#include "session/model-files.h"

#include "config.h"

#define STARTER_FILE "gesso", "starter", "starter.safetensors", NULL

static char *
find_starter (void)
{
  const char *set = g_getenv ("GESSO_STARTER");
  const char *const *folders = g_get_system_data_dirs ();
  char *path;

  if (set != NULL && *set != '\0')
    return g_strdup (set);
  path = g_build_filename (GESSO_DATADIR, STARTER_FILE);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return path;
  g_free (path);
  for (guint i = 0; folders[i] != NULL; i++)
    {
      path = g_build_filename (folders[i], STARTER_FILE);
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return path;
      g_free (path);
    }
  /* Built but not installed. */
  path = g_build_filename (GESSO_STARTER_SOURCE, "starter.safetensors", NULL);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return path;
  g_free (path);
  return NULL;
}

const char *
gs_starter_path (void)
{
  static gsize once;
  static char *path;

  if (g_once_init_enter (&once))
    {
      path = find_starter ();
      g_once_init_leave (&once, 1);
    }
  return path;
}

/* Puts a component of another file into the checkpoint. */
static gboolean
add_component (GsCheckpoint *checkpoint, const char *path, GsComponent component, GError **error)
{
  g_autoptr (GsCheckpoint) other = gs_checkpoint_open (path, error);

  if (other == NULL)
    return FALSE;
  if (gs_checkpoint_replace (checkpoint, other, component))
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s holds no %s", path,
               gs_component_label (component));
  return FALSE;
}

/* All text encoders of another file. */
static gboolean
add_text_encoders (GsCheckpoint *checkpoint, const char *path, GError **error)
{
  g_autoptr (GsCheckpoint) other = gs_checkpoint_open (path, error);
  gboolean first, second;

  if (other == NULL)
    return FALSE;
  first = gs_checkpoint_replace (checkpoint, other, GS_COMPONENT_TEXT_ENCODER);
  second = gs_checkpoint_replace (checkpoint, other, GS_COMPONENT_TEXT_ENCODER_2);
  if (first || second)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s holds no text encoder", path);
  return FALSE;
}

/* SDXL's latents mean other colours than those of SD 1.x and 2.x: it has a TAESD of its own. */
static gboolean
try_taesd (GsCheckpoint *checkpoint, const char *folder)
{
  static const char *const endings[] = { ".safetensors", "_decoder.safetensors", "_decoder.pth", "" };
  const gboolean is_sdxl
    = gs_checkpoint_find (checkpoint, "unet.add_embedding.linear_1.weight") != NULL;

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *name = g_strconcat (is_sdxl ? "taesdxl" : "taesd", endings[i], NULL);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      /* It only makes previews sharper: a bad file is as good as none. */
      if (g_file_test (path, G_FILE_TEST_EXISTS)
          && add_component (checkpoint, path, GS_COMPONENT_TAESD, NULL))
        return TRUE;
    }
  return FALSE;
}

static gboolean
find_taesd (GsCheckpoint *checkpoint, const char *path, const char *asked, GError **error)
{
  g_autofree char *beside = g_file_test (path, G_FILE_TEST_IS_DIR) ? g_strdup (path)
                                                                   : g_path_get_dirname (path);
  g_autofree char *own = g_build_filename (g_get_user_data_dir (), "gesso", "taesd", NULL);

  if (asked != NULL)
    return add_component (checkpoint, asked, GS_COMPONENT_TAESD, error);
  if (!gs_checkpoint_has (checkpoint, GS_COMPONENT_TAESD) && !try_taesd (checkpoint, beside))
    try_taesd (checkpoint, own);
  return TRUE;
}

GsCheckpoint *
gs_model_files_open (const char *path, const GsModelOptions *options, GError **error)
{
  g_autoptr (GsCheckpoint) checkpoint = NULL;

  if (path == NULL)
    path = gs_starter_path ();
  if (path == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "The starter model is not installed; choose a model file");
      return NULL;
    }
  checkpoint = gs_checkpoint_open (path, error);
  if (checkpoint == NULL)
    return NULL;
  if (options != NULL && options->vae != NULL
      && !add_component (checkpoint, options->vae, GS_COMPONENT_VAE, error))
    return NULL;
  for (guint i = 0; options != NULL && options->text_encoders != NULL
                    && options->text_encoders[i] != NULL; i++)
    if (!add_text_encoders (checkpoint, options->text_encoders[i], error))
      return NULL;
  if (!find_taesd (checkpoint, path, options != NULL ? options->taesd : NULL, error))
    return NULL;
  return g_steal_pointer (&checkpoint);
}
