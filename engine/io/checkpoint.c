/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model on disk, whatever its layout. */
#include "io/checkpoint.h"

#include "io/folder.h"
#include "io/joined-names.h"

#include <string.h>

typedef struct
{
  char *canonical;
  GsStoredTensor tensor; /* its name is the file's, or `canonical` for an added one */
} Entry;

struct _GsCheckpoint
{
  char *path;
  char *shown_path;
  GPtrArray *files;                                /* GsTensorFile */
  GPtrArray *owners;                               /* GBytes of added tensors */
  GPtrArray *entries;                              /* Entry */
  GHashTable *by_name;                             /* canonical (the entry's) -> Entry */
  GPtrArray *unrecognised;                         /* text, the files' */
  GPtrArray *warnings;                             /* text */
  GHashTable *configs;                             /* text -> JsonObject */
  GHashTable *metadata;                            /* of the whole: text -> text */
  GHashTable *component_metadata[GS_N_COMPONENTS]; /* where it differs from the whole's */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->canonical);
  g_free (entry);
}

GsCheckpoint *
gs_checkpoint_new (const char *path)
{
  GsCheckpoint *checkpoint = g_new0 (GsCheckpoint, 1);

  checkpoint->path = g_strdup (path);
  checkpoint->shown_path = g_filename_display_name (path);
  checkpoint->files = g_ptr_array_new_with_free_func ((GDestroyNotify) gs_tensor_file_unref);
  checkpoint->owners = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  checkpoint->entries = g_ptr_array_new_with_free_func (entry_free);
  checkpoint->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  checkpoint->unrecognised = g_ptr_array_new ();
  checkpoint->warnings = g_ptr_array_new_with_free_func (g_free);
  checkpoint->configs =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_object_unref);
  checkpoint->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return checkpoint;
}

void
gs_checkpoint_free (GsCheckpoint *checkpoint)
{
  if (checkpoint == NULL)
    return;
  g_hash_table_unref (checkpoint->by_name);
  g_ptr_array_unref (checkpoint->entries);
  g_ptr_array_unref (checkpoint->unrecognised);
  g_ptr_array_unref (checkpoint->warnings);
  g_hash_table_unref (checkpoint->configs);
  g_hash_table_unref (checkpoint->metadata);
  for (guint i = 0; i < GS_N_COMPONENTS; i++)
    g_clear_pointer (&checkpoint->component_metadata[i], g_hash_table_unref);
  g_ptr_array_unref (checkpoint->owners);
  g_ptr_array_unref (checkpoint->files);
  g_free (checkpoint->shown_path);
  g_free (checkpoint->path);
  g_free (checkpoint);
}

/* Takes over `canonical`. FALSE if the name is there and stays as it is. */
static gboolean
put (GsCheckpoint *checkpoint, char *canonical, const GsStoredTensor *tensor, gboolean replace)
{
  Entry *entry = g_hash_table_lookup (checkpoint->by_name, canonical);

  if (entry != NULL)
    {
      if (replace)
        entry->tensor = *tensor;
      g_free (canonical);
      return replace;
    }
  entry = g_new0 (Entry, 1);
  entry->canonical = canonical;
  entry->tensor = *tensor;
  g_ptr_array_add (checkpoint->entries, entry);
  g_hash_table_insert (checkpoint->by_name, entry->canonical, entry);
  return TRUE;
}

/* A tensor of several canonical names: equal parts along the first dimension, where they are. */
static gboolean
put_parts (GsCheckpoint *checkpoint, const char *const *names, const GsStoredTensor *tensor)
{
  const guint n = g_strv_length ((char **) names);
  gboolean is_new = TRUE;

  for (guint i = 0; i < n; i++)
    {
      GsStoredTensor part = *tensor;

      part.shape[0] /= n;
      part.n_bytes /= n;
      part.data = (const guint8 *) tensor->data + i * part.n_bytes;
      is_new &= put (checkpoint, g_strdup (names[i]), &part, FALSE);
    }
  return is_new;
}

/* The same with rows and columns exchanged, in memory of the checkpoint's. */
static GsStoredTensor
transpose (GsCheckpoint *checkpoint, const GsStoredTensor *tensor)
{
  const gboolean in_blocks = gs_dtype_block (tensor->dtype) > 1;
  const GsDtype dtype = in_blocks ? GS_DTYPE_F32 : tensor->dtype;
  const gsize size = gs_dtype_bytes (dtype);
  const guint64 rows = tensor->shape[0], columns = tensor->shape[1];
  const guint64 n = gs_stored_tensor_n_elements (tensor);
  g_autofree float *floats = in_blocks ? g_new (float, n) : NULL;
  const guint8 *from = in_blocks ? (const guint8 *) floats : tensor->data;
  guint8 *to = g_malloc (n * size);
  GsStoredTensor transposed = *tensor;

  if (in_blocks)
    gs_stored_tensor_to_float (tensor, floats);
  transposed.dtype = dtype;
  transposed.n_bytes = n * size;
  for (guint64 i = 0; i < rows; i++)
    for (guint64 k = 0; k < columns; k++)
      memcpy (to + (k * rows + i) * size, from + (i * columns + k) * size, size);
  g_ptr_array_add (checkpoint->owners, g_bytes_new_take (to, n * size));
  transposed.data = to;
  transposed.shape[0] = columns;
  transposed.shape[1] = rows;
  return transposed;
}

/* Takes over `canonical`; names of several tensors are seen by their braces. */
static gboolean
put_as_named (GsCheckpoint *checkpoint, char *canonical, const char *full_name,
              const GsStoredTensor *tensor)
{
  g_auto (GStrv) names = gs_joined_names_split (canonical);
  const guint n = names != NULL ? g_strv_length (names) : 0;
  const gsize part = gs_dtype_bytes (tensor->dtype); /* of which it must consist */
  GsStoredTensor transposed;

  if (n > 0 && tensor->n_dims > 0 && tensor->shape[0] % n == 0 && tensor->n_bytes % (n * part) == 0)
    {
      g_free (canonical);
      return put_parts (checkpoint, (const char *const *) names, tensor);
    }
  if (!gs_name_is_transposed (full_name) || tensor->n_dims != 2)
    return put (checkpoint, canonical, tensor, FALSE);
  transposed = transpose (checkpoint, tensor);
  return put (checkpoint, canonical, &transposed, FALSE);
}

static void
add_tensor (GsCheckpoint *checkpoint, const GsNameMap *map, const char *full_name,
            const GsStoredTensor *tensor)
{
  char *canonical;

  if (gs_name_is_ignored (tensor->name) || gs_name_is_ignored (full_name))
    return;
  canonical = gs_name_map_canonical (map, full_name);
  if (canonical == NULL)
    {
      g_ptr_array_add (checkpoint->unrecognised, (gpointer) tensor->name);
      return;
    }
  if (!put_as_named (checkpoint, canonical, full_name, tensor) && checkpoint->warnings->len < 16)
    {
      g_autofree char *shown = gs_text_for_message (tensor->name);

      g_ptr_array_add (checkpoint->warnings,
                       g_strdup_printf ("%s holds “%s” a second time under another name; the first "
                                        "was taken",
                                        checkpoint->shown_path, shown));
    }
}

static void
add_file_facts (GsCheckpoint *checkpoint, GsTensorFile *file)
{
  GHashTableIter iter;
  gpointer key, value;

  g_ptr_array_add (checkpoint->files, gs_tensor_file_ref (file));
  for (const char *const *warning = gs_tensor_file_warnings (file); *warning != NULL; warning++)
    g_ptr_array_add (checkpoint->warnings, g_strdup (*warning));
  g_hash_table_iter_init (&iter, gs_tensor_file_metadata (file));
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (!g_hash_table_contains (checkpoint->metadata, key))
      gs_checkpoint_set_metadata (checkpoint, key, value);
}

/* All files share one map of names: a U-Net's structure may be spread over shards. */
static void
add_files (GsCheckpoint *checkpoint, const GsFolderFile *files, guint n_files)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GsNameMap) map = NULL;
  guint k = 0;

  for (guint f = 0; f < n_files; f++)
    {
      add_file_facts (checkpoint, files[f].file);
      for (guint i = 0; i < gs_tensor_file_n_tensors (files[f].file); i++)
        g_ptr_array_add (names, g_strconcat (files[f].prefix,
                                             gs_tensor_file_tensor (files[f].file, i)->name, NULL));
    }
  map = gs_name_map_new ((const char *const *) names->pdata, names->len);
  for (guint f = 0; f < n_files; f++)
    for (guint i = 0; i < gs_tensor_file_n_tensors (files[f].file); i++)
      add_tensor (checkpoint, map, g_ptr_array_index (names, k++),
                  gs_tensor_file_tensor (files[f].file, i));
}

static GsCheckpoint *
open_folder (const char *path, GError **error)
{
  GsFolder folder = { 0 };
  GsCheckpoint *checkpoint;

  if (!gs_folder_open (&folder, path, error))
    return NULL;
  checkpoint = gs_checkpoint_new (path);
  add_files (checkpoint, (const GsFolderFile *) folder.files->data, folder.files->len);
  g_hash_table_unref (checkpoint->configs);
  checkpoint->configs = g_hash_table_ref (folder.configs);
  gs_folder_clear (&folder);
  return checkpoint;
}

GsCheckpoint *
gs_checkpoint_open (const char *path, GError **error)
{
  g_autoptr (GsTensorFile) file = NULL;
  GsCheckpoint *checkpoint;

  if (gs_folder_is_one (path))
    return open_folder (path, error);
  file = gs_tensor_file_open (path, error);
  if (file == NULL)
    return NULL;
  checkpoint = gs_checkpoint_new (path);
  add_files (checkpoint, &(GsFolderFile){ .file = file, .prefix = "" }, 1);
  return checkpoint;
}

const char *
gs_checkpoint_path (const GsCheckpoint *checkpoint)
{
  return checkpoint->path;
}

const char *
gs_checkpoint_shown_path (const GsCheckpoint *checkpoint)
{
  return checkpoint->shown_path;
}

const GsStoredTensor *
gs_checkpoint_find (const GsCheckpoint *checkpoint, const char *canonical)
{
  const Entry *entry = g_hash_table_lookup (checkpoint->by_name, canonical);

  return entry != NULL ? &entry->tensor : NULL;
}

guint
gs_checkpoint_n_tensors (const GsCheckpoint *checkpoint)
{
  return checkpoint->entries->len;
}

const GsStoredTensor *
gs_checkpoint_tensor (const GsCheckpoint *checkpoint, guint i, const char **canonical)
{
  const Entry *entry;

  g_assert (i < checkpoint->entries->len);
  entry = g_ptr_array_index (checkpoint->entries, i);
  if (canonical != NULL)
    *canonical = entry->canonical;
  return &entry->tensor;
}

gboolean
gs_checkpoint_has (const GsCheckpoint *checkpoint, GsComponent component)
{
  return gs_checkpoint_stats (checkpoint, component).n_tensors > 0;
}

const GPtrArray *
gs_checkpoint_unrecognised (const GsCheckpoint *checkpoint)
{
  return checkpoint->unrecognised;
}

const char *
gs_checkpoint_describe_foreign (const GsCheckpoint *checkpoint)
{
  if (gs_checkpoint_has (checkpoint, GS_COMPONENT_CONTROLNET))
    return "a ControlNet";
  if (gs_checkpoint_has (checkpoint, GS_COMPONENT_T2I_ADAPTER))
    return "a T2I-Adapter";
  return gs_names_describe_foreign ((const char *const *) checkpoint->unrecognised->pdata,
                                    checkpoint->unrecognised->len);
}

JsonObject *
gs_checkpoint_config (const GsCheckpoint *checkpoint, const char *name)
{
  return g_hash_table_lookup (checkpoint->configs, name);
}

const char *
gs_checkpoint_metadata (const GsCheckpoint *checkpoint, GsComponent component, const char *key)
{
  GHashTable *metadata = checkpoint->component_metadata[component];

  return g_hash_table_lookup (metadata != NULL ? metadata : checkpoint->metadata, key);
}

const char *
gs_checkpoint_any_metadata (const GsCheckpoint *checkpoint, const char *key)
{
  return g_hash_table_lookup (checkpoint->metadata, key);
}

const GPtrArray *
gs_checkpoint_files (const GsCheckpoint *checkpoint)
{
  return checkpoint->files;
}

void
gs_checkpoint_release_pages (const GsCheckpoint *checkpoint)
{
  for (guint i = 0; i < checkpoint->files->len; i++)
    gs_tensor_file_release_pages (g_ptr_array_index (checkpoint->files, i));
}

const GPtrArray *
gs_checkpoint_warnings (const GsCheckpoint *checkpoint)
{
  return checkpoint->warnings;
}

void
gs_checkpoint_add (GsCheckpoint *checkpoint, const char *canonical, const GsStoredTensor *tensor,
                   GBytes *owner)
{
  Entry *entry;

  g_ptr_array_add (checkpoint->owners, g_bytes_ref (owner));
  put (checkpoint, g_strdup (canonical), tensor, TRUE);
  entry = g_hash_table_lookup (checkpoint->by_name, canonical);
  entry->tensor.name = entry->canonical; /* the caller's may be gone tomorrow */
}

void
gs_checkpoint_set_metadata (GsCheckpoint *checkpoint, const char *key, const char *value)
{
  g_hash_table_replace (checkpoint->metadata, g_strdup (key), g_strdup (value));
}

/* Makes `checkpoint` an owner of everything that `other`'s tensors point into. */
static void
share_owners (GsCheckpoint *checkpoint, const GsCheckpoint *other)
{
  for (guint i = 0; i < other->files->len; i++)
    g_ptr_array_add (checkpoint->files, gs_tensor_file_ref (g_ptr_array_index (other->files, i)));
  for (guint i = 0; i < other->owners->len; i++)
    g_ptr_array_add (checkpoint->owners, g_bytes_ref (g_ptr_array_index (other->owners, i)));
}

static void
take_tensors (GsCheckpoint *checkpoint, const GsCheckpoint *other, const char *prefix)
{
  for (guint i = 0; i < other->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (other->entries, i);
      Entry *taken;

      if (!g_str_has_prefix (entry->canonical, prefix))
        continue;
      put (checkpoint, g_strdup (entry->canonical), &entry->tensor, TRUE);
      taken = g_hash_table_lookup (checkpoint->by_name, entry->canonical);
      if (taken->tensor.name == entry->canonical)
        taken->tensor.name = taken->canonical;
    }
}

void
gs_checkpoint_override (GsCheckpoint *checkpoint, const GsCheckpoint *other)
{
  share_owners (checkpoint, other);
  take_tensors (checkpoint, other, "");
}

static void
drop_component (GsCheckpoint *checkpoint, const char *prefix)
{
  guint i = 0;

  while (i < checkpoint->entries->len)
    {
      Entry *entry = g_ptr_array_index (checkpoint->entries, i);

      if (!g_str_has_prefix (entry->canonical, prefix))
        {
          i++;
          continue;
        }
      g_hash_table_remove (checkpoint->by_name, entry->canonical);
      g_ptr_array_remove_index (checkpoint->entries, i);
    }
}

gboolean
gs_checkpoint_replace (GsCheckpoint *checkpoint, const GsCheckpoint *other, GsComponent component)
{
  const char *prefix = gs_component_prefix (component);
  g_autofree char *name = g_strndup (prefix, strlen (prefix) - 1);
  GHashTable *metadata = other->component_metadata[component];
  JsonObject *config = gs_checkpoint_config (other, name);

  if (!gs_checkpoint_has (other, component))
    return FALSE;
  share_owners (checkpoint, other);
  drop_component (checkpoint, prefix);
  take_tensors (checkpoint, other, prefix);
  g_clear_pointer (&checkpoint->component_metadata[component], g_hash_table_unref);
  checkpoint->component_metadata[component] =
    g_hash_table_ref (metadata != NULL ? metadata : other->metadata);
  if (config != NULL)
    g_hash_table_replace (checkpoint->configs, g_steal_pointer (&name), json_object_ref (config));
  else
    g_hash_table_remove (checkpoint->configs, name);
  return TRUE;
}

GsCheckpointStats
gs_checkpoint_stats (const GsCheckpoint *checkpoint, GsComponent component)
{
  const char *prefix = component < GS_N_COMPONENTS ? gs_component_prefix (component) : "";
  GsCheckpointStats stats = { 0 };

  for (guint i = 0; i < checkpoint->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (checkpoint->entries, i);
      guint64 n = gs_stored_tensor_n_elements (&entry->tensor);

      if (!g_str_has_prefix (entry->canonical, prefix))
        continue;
      stats.n_tensors++;
      stats.n_parameters += n;
      stats.n_bytes += entry->tensor.n_bytes;
      stats.by_dtype[entry->tensor.dtype] += n;
    }
  return stats;
}

char *
gs_checkpoint_find_non_finite (const GsCheckpoint *checkpoint)
{
  const char *first = NULL;
  guint count = 0;
  g_autofree char *shown = NULL;

  for (guint i = 0; i < checkpoint->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (checkpoint->entries, i);

      if (gs_stored_tensor_is_finite (&entry->tensor))
        continue;
      if (count++ == 0)
        first = entry->tensor.name;
    }
  if (count == 0)
    return NULL;
  shown = gs_text_for_message (first);
  return g_strdup_printf (
    "%s has infinities or NaN in %u of its tensors, first in %s: its pictures may be black or "
    "broken; download the model again",
    checkpoint->shown_path, count, shown);
}
