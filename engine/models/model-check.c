/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a checkpoint's tensors compare with what its networks ask for. */
#include "models/model-tensors.h"

#include "base/error.h"

/* Names of each kind that a message shows. */
#define SHOWN 3

/* Compares one component; `seen` collects the names that it asks for. */
static void
compare (GsTensorComparison *comparison, const GsCheckpoint *checkpoint, const GArray *specs,
         GHashTable *seen)
{
  for (guint i = 0; i < specs->len; i++)
    {
      const GsTensorSpec *spec = &g_array_index (specs, GsTensorSpec, i);
      const GsStoredTensor *tensor = gs_checkpoint_find (checkpoint, spec->name);

      g_hash_table_add (seen, g_strdup (spec->name));
      if (tensor == NULL)
        {
          if (!spec->optional)
            g_ptr_array_add (comparison->missing, g_strdup (spec->name));
        }
      else if (!gs_stored_tensor_has_shape (tensor, spec->n_dims, spec->shape))
        {
          g_autofree char *has = gs_stored_tensor_shape_text (tensor);
          g_autofree char *needs = gs_shape_text (spec->n_dims, spec->shape);

          g_ptr_array_add (comparison->misshapen,
                           g_strdup_printf ("%s: %s instead of %s", spec->name, has, needs));
        }
    }
}

void
gs_tensor_comparison_init (GsTensorComparison *comparison, const GsCheckpoint *checkpoint,
                           const GsModelConfig *config)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  comparison->missing = g_ptr_array_new_with_free_func (g_free);
  comparison->surplus = g_ptr_array_new_with_free_func (g_free);
  comparison->misshapen = g_ptr_array_new_with_free_func (g_free);
  for (guint component = 0; component < GS_N_COMPONENTS; component++)
    {
      g_autoptr (GArray) specs = gs_model_tensors (config, component);

      compare (comparison, checkpoint, specs, seen);
    }
  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      const char *name;
      GsComponent component;

      gs_checkpoint_tensor (checkpoint, i, &name);
      if (!g_hash_table_contains (seen, name) && gs_component_of (name, &component) &&
          config->has[component])
        g_ptr_array_add (comparison->surplus, g_strdup (name));
    }
}

void
gs_tensor_comparison_clear (GsTensorComparison *comparison)
{
  g_clear_pointer (&comparison->missing, g_ptr_array_unref);
  g_clear_pointer (&comparison->surplus, g_ptr_array_unref);
  g_clear_pointer (&comparison->misshapen, g_ptr_array_unref);
}

/* "; 12 tensors are missing (a, b, c ...)". */
static void
append_list (GString *text, const GPtrArray *names, const char *one, const char *many)
{
  if (names->len == 0)
    return;
  g_string_append_printf (text, "%s%u %s (", text->len > 0 ? "; " : "", names->len,
                          names->len == 1 ? one : many);
  for (guint i = 0; i < MIN (names->len, SHOWN); i++)
    {
      g_autofree char *shown = gs_text_for_message (g_ptr_array_index (names, i));

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", shown);
    }
  g_string_append (text, names->len > SHOWN ? ", …)" : ")");
}

gboolean
gs_tensor_comparison_check (const GsTensorComparison *comparison, const GsCheckpoint *checkpoint,
                            GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  append_list (text, comparison->missing, "tensor is missing", "tensors are missing");
  append_list (text, comparison->misshapen, "tensor has another shape",
               "tensors have other shapes");
  append_list (text, comparison->surplus, "tensor is too many", "tensors are too many");
  if (text->len == 0)
    return TRUE;
  g_set_error (
    error, GS_ERROR, GS_ERROR_BAD_FILE, "%s is %s: %s", gs_checkpoint_shown_path (checkpoint),
    comparison->missing->len > 0 ? "incomplete" : "a kind of model that Gesso does not know",
    text->str);
  return FALSE;
}
