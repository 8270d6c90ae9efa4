/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adapters' files: which tensors make a module, and which weight that is of. */
#include "io/adapter.h"

#include "base/error.h"

#include <string.h>

struct _GsAdapter
{
  GsTensorFile *file;
  GPtrArray *modules;   /* GsAdapterModule, owned, in the file's order */
  GPtrArray *unmatched; /* char, owned */
  guint n_strangers;    /* of these, tensors without a meaning */
};

/* Longer endings stand before those that they end in. */
static const struct
{
  const char *ending;
  GsAdapterPart part;
} endings[] = {
  { ".lora_down.weight", GS_ADAPTER_DOWN },
  { ".lora_up.weight", GS_ADAPTER_UP },
  { ".lora_mid.weight", GS_ADAPTER_MID },
  { ".lora_A.weight", GS_ADAPTER_DOWN },
  { ".lora_B.weight", GS_ADAPTER_UP },
  { ".lora_A.default.weight", GS_ADAPTER_DOWN },
  { ".lora_B.default.weight", GS_ADAPTER_UP },
  { ".lora.down.weight", GS_ADAPTER_DOWN },
  { ".lora.up.weight", GS_ADAPTER_UP },
  { "_lora.down.weight", GS_ADAPTER_DOWN },
  { "_lora.up.weight", GS_ADAPTER_UP },
  { ".lora_linear_layer.down.weight", GS_ADAPTER_DOWN },
  { ".lora_linear_layer.up.weight", GS_ADAPTER_UP },
  { ".lora_magnitude_vector.weight", GS_ADAPTER_DORA_SCALE },
  { ".lora_magnitude_vector.default.weight", GS_ADAPTER_DORA_SCALE },
  { ".lora_magnitude_vector", GS_ADAPTER_DORA_SCALE },
  { ".dora_scale", GS_ADAPTER_DORA_SCALE },
  { ".alpha", GS_ADAPTER_ALPHA },
  { ".hada_w1_a", GS_ADAPTER_HADA_W1_A },
  { ".hada_w1_b", GS_ADAPTER_HADA_W1_B },
  { ".hada_w2_a", GS_ADAPTER_HADA_W2_A },
  { ".hada_w2_b", GS_ADAPTER_HADA_W2_B },
  { ".hada_t1", GS_ADAPTER_HADA_T1 },
  { ".hada_t2", GS_ADAPTER_HADA_T2 },
  { ".lokr_w1", GS_ADAPTER_LOKR_W1 },
  { ".lokr_w1_a", GS_ADAPTER_LOKR_W1_A },
  { ".lokr_w1_b", GS_ADAPTER_LOKR_W1_B },
  { ".lokr_w2", GS_ADAPTER_LOKR_W2 },
  { ".lokr_w2_a", GS_ADAPTER_LOKR_W2_A },
  { ".lokr_w2_b", GS_ADAPTER_LOKR_W2_B },
  { ".lokr_t2", GS_ADAPTER_LOKR_T2 },
  { ".diff", GS_ADAPTER_DIFF },
  { ".diff_b", GS_ADAPTER_DIFF_BIAS },
  { ".w_norm", GS_ADAPTER_DIFF },
  { ".b_norm", GS_ADAPTER_DIFF_BIAS },
  { ".on_input", GS_ADAPTER_ON_INPUT },
  { ".weight", GS_ADAPTER_SCALE },
};

static void
module_free (gpointer data)
{
  GsAdapterModule *module = data;

  g_free (module->name);
  g_free (module->target);
  g_free (module);
}

/* The module's part of a tensor's name; NULL if its ending has no meaning. */
static char *
split_name (const char *name, GsAdapterPart *part)
{
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i].ending))
      {
        *part = endings[i].part;
        return g_strndup (name, strlen (name) - strlen (endings[i].ending));
      }
  return NULL;
}

static void
add_tensor (GsAdapter *adapter, GHashTable *by_name, const GsStoredTensor *tensor)
{
  GsAdapterPart part;
  g_autofree char *name = split_name (tensor->name, &part);
  GsAdapterModule *module;

  if (name == NULL)
    {
      g_ptr_array_add (adapter->unmatched, gs_text_for_message (tensor->name));
      return;
    }
  module = g_hash_table_lookup (by_name, name);
  if (module == NULL)
    {
      module = g_new0 (GsAdapterModule, 1);
      module->name = g_steal_pointer (&name);
      g_ptr_array_add (adapter->modules, module);
      g_hash_table_insert (by_name, module->name, module);
    }
  module->parts[part] = tensor;
}

GsAdapter *
gs_adapter_open (const char *path, GError **error)
{
  g_autoptr (GsAdapter) adapter = NULL;
  g_autoptr (GHashTable) by_name = g_hash_table_new (g_str_hash, g_str_equal);
  GsTensorFile *file = gs_tensor_file_open (path, error);

  if (file == NULL)
    return NULL;
  adapter = g_new0 (GsAdapter, 1);
  adapter->file = file;
  adapter->modules = g_ptr_array_new_with_free_func (module_free);
  adapter->unmatched = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < gs_tensor_file_n_tensors (file); i++)
    add_tensor (adapter, by_name, gs_tensor_file_tensor (file, i));
  adapter->n_strangers = adapter->unmatched->len;
  if (adapter->modules->len == 0)
    {
      g_autofree char *shown = g_filename_display_basename (path);

      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "“%s” is no LoRA or anything like it; choose another file", shown);
      return NULL;
    }
  return g_steal_pointer (&adapter);
}

void
gs_adapter_free (GsAdapter *adapter)
{
  if (adapter == NULL)
    return;
  g_ptr_array_unref (adapter->modules);
  g_ptr_array_unref (adapter->unmatched);
  gs_tensor_file_unref (adapter->file);
  g_free (adapter);
}

const char *
gs_adapter_get_path (const GsAdapter *adapter)
{
  return gs_tensor_file_path (adapter->file);
}

guint
gs_adapter_n_modules (const GsAdapter *adapter)
{
  return adapter->modules->len;
}

const GsAdapterModule *
gs_adapter_module (const GsAdapter *adapter, guint i)
{
  g_assert (i < adapter->modules->len);
  return adapter->modules->pdata[i];
}

const GPtrArray *
gs_adapter_unmatched (const GsAdapter *adapter)
{
  return adapter->unmatched;
}

/* "unet.a.attn1.processor.to_out" -> "unet_a_attn1_to_out_0". */
static char *
key_of (const char *name)
{
  GString *key = g_string_new (NULL);

  if (g_str_has_prefix (name, "base_model.model."))
    name += strlen ("base_model.model.");
  g_string_append (key, name);
  g_string_replace (key, ".processor.", ".", 0);
  if (g_str_has_suffix (key->str, ".to_out")) /* the processors' name of it */
    g_string_append (key, ".0");
  g_string_replace (key, ".", "_", 0);
  return g_string_free (key, FALSE);
}

/* Rows of the weight as the module's tensors have it, where that is plain to see; 0: unknown. */
static guint64
n_rows (const GsAdapterModule *module)
{
  static const GsAdapterPart tell[] = { GS_ADAPTER_UP, GS_ADAPTER_DIFF };

  for (guint i = 0; i < G_N_ELEMENTS (tell); i++)
    if (module->parts[tell[i]] != NULL && module->parts[tell[i]]->n_dims > 0)
      return module->parts[tell[i]]->shape[0];
  return 0;
}

static gboolean
fits (const GsAdapterModule *module, const GsCheckpoint *checkpoint, const char *target)
{
  g_autofree char *name = g_strconcat (target, ".weight", NULL);
  const GsStoredTensor *weight = gs_checkpoint_find (checkpoint, name);
  const guint64 rows = n_rows (module);

  return rows == 0 || (weight != NULL && weight->n_dims > 0 && weight->shape[0] == rows);
}

gboolean
gs_adapter_match (GsAdapter *adapter, const GsCheckpoint *checkpoint, GError **error)
{
  g_autoptr (GHashTable) names = gs_adapter_names_new (checkpoint);
  guint n_matched = 0;

  g_ptr_array_set_size (adapter->unmatched, adapter->n_strangers);
  for (guint i = 0; i < adapter->modules->len; i++)
    {
      GsAdapterModule *module = adapter->modules->pdata[i];
      g_autofree char *key = key_of (module->name);
      const char *target = g_hash_table_lookup (names, key);

      g_clear_pointer (&module->target, g_free);
      if (target != NULL && fits (module, checkpoint, target))
        {
          module->target = g_strdup (target);
          n_matched++;
        }
      else
        g_ptr_array_add (adapter->unmatched, gs_text_for_message (module->name));
    }
  if (n_matched == 0)
    {
      g_autofree char *shown = g_filename_display_basename (gs_adapter_get_path (adapter));

      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "“%s” was made for another kind of model; choose one that fits %s", shown,
                   gs_checkpoint_shown_path (checkpoint));
      return FALSE;
    }
  return TRUE;
}
