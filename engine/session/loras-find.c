/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where LoRA lie: in Gesso's own folder, with the model, or in the folder beside it that A1111
 * ("Lora"), ComfyUI ("loras") and InvokeAI ("lora") give them.
 */
#include "session/loras.h"

#include <string.h>

#define MAX_DEPTH 4     /* of folders within */
#define MAX_FILES 20000 /* looked at         */

/* Looks for name.safetensors; folders within come after the files. */
static char *
look_in (const char *folder, const char *file, guint depth, guint *n_files)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  const char *name;
  char *found = NULL;

  if (dir == NULL)
    return NULL;
  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&path);
  while (depth < MAX_DEPTH && (name = g_dir_read_name (dir)) != NULL && (*n_files)++ < MAX_FILES)
    {
      g_autofree char *within = g_build_filename (folder, name, NULL);

      if (g_file_test (within, G_FILE_TEST_IS_DIR))
        g_ptr_array_add (folders, g_steal_pointer (&within));
    }
  for (guint i = 0; found == NULL && i < folders->len; i++)
    found = look_in (folders->pdata[i], file, depth + 1, n_files);
  return found;
}

char *
gs_lora_find (const char *model_path, const char *name)
{
  static const char *const names[] = { "loras", "Lora", "lora", "Loras", "LoRA" };
  g_autofree char *file = g_strconcat (name, ".safetensors", NULL);
  g_autofree char *own = g_build_filename (g_get_user_data_dir (), "gesso", "loras", NULL);
  g_autofree char *folder = g_path_get_dirname (model_path);
  g_autofree char *above = g_path_get_dirname (folder);
  const char *const places[] = { folder, above };
  guint n_files = 0;
  char *found;

  /* A name leads nowhere but into these folders. */
  if (strchr (name, G_DIR_SEPARATOR) != NULL)
    return NULL;
  found = look_in (own, file, 0, &n_files);
  for (guint i = 0; found == NULL && i < G_N_ELEMENTS (places); i++)
    for (guint k = 0; found == NULL && k < G_N_ELEMENTS (names); k++)
      {
        g_autofree char *beside = g_build_filename (places[i], names[k], NULL);

        found = look_in (beside, file, 0, &n_files);
      }
  return found != NULL ? found : look_in (folder, file, MAX_DEPTH, &n_files);
}
