/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models that are folders: the diffusers layout. */
#include "io/folder.h"

#include "base/error.h"

#include <string.h>

/* No model is cut into more shards than this. */
#define MAX_SHARDS 1024

static const char *const component_folders[] = { "unet", "text_encoder", "text_encoder_2", "vae" };
static const char *const component_prefixes[] = { "unet.", "text_encoder.", "text_encoder_2.",
                                                  "vae." };

void
gs_folder_clear (GsFolder *folder)
{
  if (folder->files != NULL)
    for (guint i = 0; i < folder->files->len; i++)
      gs_tensor_file_unref (g_array_index (folder->files, GsFolderFile, i).file);
  g_clear_pointer (&folder->files, g_array_unref);
  g_clear_pointer (&folder->configs, g_hash_table_unref);
}

gboolean
gs_folder_is_one (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_DIR) || g_str_has_suffix (path, ".json");
}

/* An error about the file `path` that shows text out of a file, too; `format` has a %s for each. */
G_GNUC_PRINTF (2, 0)
static gboolean
fail (GError **error, const char *format, const char *path, const char *name)
{
  g_autofree char *shown_path = g_filename_display_name (path);
  g_autofree char *shown_name = gs_text_for_message (name);

  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, format, shown_path, shown_name);
  return FALSE;
}

static gboolean
add_file (GsFolder *folder, const char *path, const char *prefix, GError **error)
{
  GsFolderFile entry = { .file = gs_tensor_file_open (path, error), .prefix = prefix };

  if (entry.file == NULL)
    return FALSE;
  g_array_append_val (folder->files, entry);
  return TRUE;
}

/* Shards lie beside their index: a name that could lead elsewhere is an attack, not a layout. */
static gboolean
is_plain_name (const char *name)
{
  return *name != '\0' && *name != '.' && strpbrk (name, "/\\") == NULL &&
         (g_str_has_suffix (name, ".safetensors") || g_str_has_suffix (name, ".bin"));
}

static gboolean
add_shard (GsFolder *folder, const char *index_path, const char *shard, const char *prefix,
           GError **error)
{
  g_autofree char *parent = g_path_get_dirname (index_path);
  g_autofree char *path = g_build_filename (parent, shard, NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return add_file (folder, path, prefix, error);
  return fail (error, "%s lists the shard %s, which is missing; download it into the same folder",
               index_path, shard);
}

/* What the index promises must be in the shard it names. */
static gboolean
check_promises (GHashTable *opened, JsonObject *weight_map, const char *index_path, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, weight_map);
  while (json_object_iter_next (&iter, &name, &node))
    {
      const char *shard = json_node_get_string (node);
      const GsTensorFile *file = g_hash_table_lookup (opened, shard);

      if (gs_tensor_file_find (file, name) == NULL)
        return fail (error, "%s lacks the tensor “%s” that its index lists; download it again",
                     gs_tensor_file_path (file), name);
    }
  return TRUE;
}

static gboolean
add_shards (GsFolder *folder, JsonObject *weight_map, const char *index_path, const char *prefix,
            GError **error)
{
  g_autoptr (GHashTable) opened = g_hash_table_new (g_str_hash, g_str_equal);
  JsonObjectIter iter;
  JsonNode *node;

  json_object_iter_init (&iter, weight_map);
  while (json_object_iter_next (&iter, NULL, &node))
    {
      const char *shard =
        JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
          ? json_node_get_string (node)
          : NULL;

      if (shard == NULL || !is_plain_name (shard))
        return fail (error,
                     "%s names “%s” as a shard, which is no weights file of its own folder",
                     index_path, shard != NULL ? shard : "(no text)");
      if (g_hash_table_contains (opened, shard))
        continue;
      if (g_hash_table_size (opened) == MAX_SHARDS)
        return fail (error, "%s lists too many shards, “%s” among them", index_path, shard);
      if (!add_shard (folder, index_path, shard, prefix, error))
        return FALSE;
      g_hash_table_insert (
        opened, (gpointer) shard,
        g_array_index (folder->files, GsFolderFile, folder->files->len - 1).file);
    }
  return check_promises (opened, weight_map, index_path, error);
}

static gboolean
add_index (GsFolder *folder, const char *index_path, const char *prefix, GError **error)
{
  g_autoptr (JsonObject) index = gs_json_load_object (index_path, error);
  JsonObject *weight_map;

  if (index == NULL)
    return FALSE;
  weight_map = gs_json_get_object (index, "weight_map");
  if (weight_map == NULL || json_object_get_size (weight_map) == 0)
    return fail (error, "%s has no “%s” that lists shards", index_path, "weight_map");
  return add_shards (folder, weight_map, index_path, prefix, error);
}

/* How much a file of a component's folder is wanted: 0 not at all, else the smaller the better.
 * Safetensors go before pickles, full precision before variants ("model.fp16.safetensors"), and a
 * plain file before its shards. */
static guint
rank_weights (const char *name)
{
  static const char *const endings[] = { ".safetensors", ".bin" };
  static const char *const plain[] = { "diffusion_pytorch_model", "model", "pytorch_model" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *index = g_strconcat (endings[i], ".index.", NULL);
      const char *at = strstr (name, index);
      gboolean is_index = at != NULL && g_str_has_suffix (name, ".json");
      gboolean is_file = g_str_has_suffix (name, endings[i]) && strstr (name, "-of-") == NULL;
      gboolean is_plain = FALSE;

      for (guint k = 0; k < G_N_ELEMENTS (plain); k++)
        {
          g_autofree char *whole = g_strconcat (plain[k], endings[i], NULL);

          is_plain |= g_str_equal (name, whole) ||
                      (g_str_has_prefix (name, whole) && g_str_has_suffix (name, ".index.json") &&
                       strlen (name) == strlen (whole) + strlen (".index.json"));
        }
      if (is_file || is_index)
        return 4 * i + (is_plain ? 0 : 2) + (is_file ? 1 : 2);
    }
  return 0;
}

/* The file to load from a component's folder. */
static char *
choose_weights (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autofree char *best = NULL;
  guint best_rank = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      guint rank = rank_weights (name);

      if (rank == 0 ||
          (best != NULL && (rank > best_rank || (rank == best_rank && strcmp (name, best) > 0))))
        continue;
      g_free (best);
      best = g_strdup (name);
      best_rank = rank;
    }
  return best != NULL ? g_build_filename (path, best, NULL) : NULL;
}

static gboolean
add_weights (GsFolder *folder, const char *path, const char *prefix, GError **error)
{
  g_autofree char *weights = choose_weights (path);
  g_autofree char *shown = g_filename_display_name (path);

  if (weights != NULL)
    return g_str_has_suffix (weights, ".json") ? add_index (folder, weights, prefix, error)
                                               : add_file (folder, weights, prefix, error);
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s holds no .safetensors file", shown);
  return FALSE;
}

/* A JSON file that may be absent, but not broken. */
static gboolean
add_config (GsFolder *folder, const char *path, const char *subfolder, const char *file_name,
            const char *key, GError **error)
{
  g_autofree char *full = g_build_filename (path, subfolder, file_name, NULL);
  JsonObject *config;

  if (!g_file_test (full, G_FILE_TEST_EXISTS))
    return TRUE;
  config = gs_json_load_object (full, error);
  if (config == NULL)
    return FALSE;
  g_hash_table_insert (folder->configs, g_strdup (key), config);
  return TRUE;
}

/* "vae/" may hold a TAESD (AutoencoderTiny), whose tensors are then taken for the VAE's preview
 * stand-in. */
static const char *
prefix_for_class (JsonObject *config, const char *otherwise)
{
  static const struct
  {
    const char *class_name, *prefix;
  } classes[] = {
    { "UNet2DConditionModel", "unet." },
    { "ControlNetModel", "controlnet." },
    { "T2IAdapter", "t2i_" }, /* "adapter." is in the names themselves */
    { "AutoencoderKL", "vae." },
    { "AutoencoderTiny", "taesd." },
    { "CLIPTextModel", "text_encoder." },
    { "CLIPTextModelWithProjection", "text_encoder_2." },
  };
  const char *name = gs_json_get_string (config, "_class_name");
  JsonArray *architectures = gs_json_get_array (config, "architectures");

  if (name == NULL && architectures != NULL && json_array_get_length (architectures) > 0)
    {
      JsonNode *first = json_array_get_element (architectures, 0);

      if (JSON_NODE_HOLDS_VALUE (first) && json_node_get_value_type (first) == G_TYPE_STRING)
        name = json_node_get_string (first);
    }
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (classes); i++)
    if (g_str_equal (name, classes[i].class_name))
      return classes[i].prefix;
  return otherwise;
}

static gboolean
add_pipeline (GsFolder *folder, const char *path, gboolean *found, GError **error)
{
  *found = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (component_folders); i++)
    {
      const char *name = component_folders[i];
      const char *prefix = component_prefixes[i];
      g_autofree char *inner = g_build_filename (path, name, NULL);

      if (!g_file_test (inner, G_FILE_TEST_IS_DIR))
        continue;
      *found = TRUE;
      if (!add_config (folder, inner, "", "config.json", name, error))
        return FALSE;
      if (g_str_equal (name, "vae"))
        prefix = prefix_for_class (g_hash_table_lookup (folder->configs, name), prefix);
      if (!add_weights (folder, inner, prefix, error))
        return FALSE;
    }
  if (!*found)
    return TRUE;
  return add_config (folder, path, "scheduler", "scheduler_config.json", "scheduler", error) &&
         add_config (folder, path, "tokenizer", "tokenizer_config.json", "tokenizer", error) &&
         add_config (folder, path, "tokenizer_2", "tokenizer_config.json", "tokenizer_2", error) &&
         add_config (folder, path, "", "model_index.json", "model_index", error);
}

/* The folder of one component, or an index file on its own. */
static gboolean
add_component (GsFolder *folder, const char *path, const char *index_path, GError **error)
{
  static const char key[] = "config";
  const char *prefix;
  JsonObject *config;

  if (!add_config (folder, path, "", "config.json", key, error))
    return FALSE;
  config = g_hash_table_lookup (folder->configs, key);
  prefix = prefix_for_class (config, "");
  if (*prefix != '\0')
    {
      char *name = g_strndup (prefix, strlen (prefix) - 1);

      g_hash_table_insert (folder->configs, name, json_object_ref (config));
    }
  return index_path != NULL ? add_index (folder, index_path, prefix, error)
                            : add_weights (folder, path, prefix, error);
}

static gboolean
open_any (GsFolder *folder, const char *path, GError **error)
{
  gboolean is_pipeline;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autofree char *parent = g_path_get_dirname (path);

      if (g_str_has_suffix (path, "model_index.json"))
        return open_any (folder, parent, error);
      return add_component (folder, parent, path, error);
    }
  if (!add_pipeline (folder, path, &is_pipeline, error))
    return FALSE;
  return is_pipeline || add_component (folder, path, NULL, error);
}

gboolean
gs_folder_open (GsFolder *folder, const char *path, GError **error)
{
  folder->files = g_array_new (FALSE, FALSE, sizeof (GsFolderFile));
  folder->configs =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_object_unref);
  if (open_any (folder, path, error))
    return TRUE;
  gs_folder_clear (folder);
  return FALSE;
}
