/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which files of a folder may be models and what goes with them.
 *
 * Layouts: A1111 has models/Stable-diffusion, models/Lora, models/VAE and embeddings; ComfyUI has
 * models/checkpoints, models/loras, models/embeddings, models/vae; InvokeAI has models/sd-1/main and so
 * on, and autoimport. All else in such a folder is the program itself, with tens of thousands of files.
 */
#include "session/library.h"

#include <string.h>

#define MAX_DEPTH 8       /* of folders within: links may lead in circles */
#define MAX_ENTRIES 50000 /* looked at */

typedef struct
{
  GPtrArray *paths;
  GHashTable *seen; /* the same paths */
  guint n_entries;
} List;

static gboolean
is_model_name (const char *name)
{
  static const char *const endings[] = { ".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf" };
  g_autofree char *small = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (small, endings[i]))
      return TRUE;
  return FALSE;
}

/* Folders of programs, of pictures, and hidden ones. */
static gboolean
is_passed_over (const char *name)
{
  static const char *const names[] = { "venv", "node_modules", "site-packages", "__pycache__",
                                       "python_embeded", "outputs", "output" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      return TRUE;
  return name[0] == '.';
}

static gboolean
has (const char *folder, const char *name, GFileTest test)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, test);
}

static void
take (List *list, char *path)
{
  if (g_hash_table_add (list->seen, path))
    g_ptr_array_add (list->paths, path);
  else
    g_free (path);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
read_names (List *list, const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && list->n_entries < MAX_ENTRIES && (name = g_dir_read_name (dir)) != NULL)
    {
      list->n_entries++;
      g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_sort (names, compare_names); /* the same order everywhere */
  return names;
}

static void
look_in (List *list, const char *folder, guint depth)
{
  g_autoptr (GPtrArray) names = NULL;

  if (has (folder, "model_index.json", G_FILE_TEST_IS_REGULAR))
    {
      take (list, g_strdup (folder));
      return;
    }
  names = read_names (list, folder);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);

      if (is_model_name (names->pdata[i]) && g_file_test (path, G_FILE_TEST_IS_REGULAR))
        take (list, g_steal_pointer (&path));
      else if (depth < MAX_DEPTH && !is_passed_over (names->pdata[i])
               && g_file_test (path, G_FILE_TEST_IS_DIR))
        look_in (list, path, depth + 1);
    }
}

static void
look_in_programs_folder (List *list, const char *folder)
{
  static const char *const names[] = { "models", "embeddings", "autoimport" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *within = g_build_filename (folder, names[i], NULL);

      look_in (list, within, 1);
    }
}

static void
list_init (List *list)
{
  list->paths = g_ptr_array_new_with_free_func (g_free);
  list->seen = g_hash_table_new (g_str_hash, g_str_equal);
  list->n_entries = 0;
}

static GPtrArray *
list_end (List *list)
{
  g_hash_table_unref (list->seen);
  return list->paths;
}

GPtrArray *
gs_library_list (const char *const *folders)
{
  List list;

  list_init (&list);
  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    {
      if (has (folders[i], "models", G_FILE_TEST_IS_DIR))
        look_in_programs_folder (&list, folders[i]);
      else
        look_in (&list, folders[i], 0);
    }
  return list_end (&list);
}

GPtrArray *
gs_library_list_near (const char *model)
{
  /* As far up as each of them is looked for: loras-find.c, inversions.c. */
  static const struct
  {
    const char *name;
    guint above;
    gboolean is_own;
  } places[] = {
    { "loras", 2, TRUE },      { "Lora", 2, FALSE },       { "lora", 2, FALSE },
    { "Loras", 2, FALSE },     { "LoRA", 2, FALSE },       { "embeddings", 3, TRUE },
    { "Embeddings", 3, FALSE }, { "embedding", 3, FALSE }, { "controlnet", 2, TRUE },
    { "ControlNet", 2, FALSE }, { "t2i_adapter", 2, FALSE },
  };
  g_autofree char *own = g_build_filename (g_get_user_data_dir (), "gesso", NULL);
  g_autofree char *place = g_path_get_dirname (model != NULL ? model : "/");
  List list;

  list_init (&list);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (places[i].is_own)
      {
        g_autofree char *within = g_build_filename (own, places[i].name, NULL);

        look_in (&list, within, 1);
      }
  for (guint above = 0; model != NULL && above < 3; above++)
    {
      g_autofree char *folder = g_steal_pointer (&place);

      for (guint i = 0; i < G_N_ELEMENTS (places); i++)
        if (above < places[i].above)
          {
            g_autofree char *within = g_build_filename (folder, places[i].name, NULL);

            look_in (&list, within, 1);
          }
      place = g_path_get_dirname (folder);
    }
  return list_end (&list);
}
