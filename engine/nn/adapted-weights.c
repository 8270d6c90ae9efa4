/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source of weights around another one. */
#include "nn/adapted-weights.h"

#include "io/joined-names.h"
#include "nn/adapter-delta.h"

typedef struct
{
  const GsAdapterModule *module;
  float    strength;
  gboolean is_bias;
} Change;

typedef struct
{
  GsWeightSource  base;
  GsWeightSource *source;
  gboolean        as_halves;
  GHashTable     *changes; /* a weight's name -> GArray of Change */
  GHashTable     *previous; /* those before these                 */
} AdaptedWeights;

static gboolean
adapted_has (GsWeightSource *source, const char *name)
{
  AdaptedWeights *self = (AdaptedWeights *) source;

  return self->source->klass->has (self->source, name);
}

static void
release (GsWeightSource *source, GsHostTensor *tensor)
{
  if (source->klass->release != NULL)
    source->klass->release (source, tensor);
}

/* Reads a weight as floats, which the caller frees. */
static float *
read_floats (AdaptedWeights *self, const char *name, const guint64 *dims, guint n_dims,
             GsHostTensor *tensor, GError **error)
{
  guint64 n;
  float *values;

  if (!self->source->klass->read (self->source, name, dims, n_dims, TRUE, tensor, error))
    return NULL;
  n = gs_host_tensor_n_elements (tensor);
  values = g_try_new (float, MAX (n, 1));
  if (values == NULL)
    g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
                 "There is not enough memory to change the tensor %s by a LoRA", name);
  else
    gs_host_tensor_to_floats (tensor, 0, n, values);
  release (self->source, tensor);
  return values;
}

static gboolean
apply (const GArray *changes, const guint64 *dims, guint n_dims, guint64 n, float *values,
       GError **error)
{
  for (guint i = 0; i < changes->len; i++)
    {
      const Change *change = &g_array_index (changes, Change, i);

      if (!(change->is_bias
              ? gs_adapter_apply_bias (change->module, change->strength, n, values, error)
              : gs_adapter_apply (change->module, change->strength, dims, n_dims, values, error)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
adapted_read (GsWeightSource *source, const char *name, const guint64 *dims, guint n_dims,
              gboolean with_data, GsHostTensor *tensor, GError **error)
{
  AdaptedWeights *self = (AdaptedWeights *) source;
  const GArray *changes = g_hash_table_lookup (self->changes, name);
  float *values;

  if (changes == NULL || !with_data)
    {
      if (!self->source->klass->read (self->source, name, dims, n_dims, with_data, tensor, error))
        return FALSE;
      if (changes != NULL && !(self->as_halves && tensor->dtype == GS_DTYPE_F16))
        tensor->dtype = GS_DTYPE_F32;
      return TRUE;
    }
  values = read_floats (self, name, dims, n_dims, tensor, error);
  if (values == NULL)
    return FALSE;
  if (!apply (changes, dims, n_dims, gs_host_tensor_n_elements (tensor), values, error))
    {
      g_free (values);
      return FALSE;
    }
  tensor->dtype = GS_DTYPE_F32;
  tensor->data = values;
  tensor->is_owned = TRUE;
  return TRUE;
}

static void
adapted_release (GsWeightSource *source, GsHostTensor *tensor)
{
  AdaptedWeights *self = (AdaptedWeights *) source;

  if (tensor->is_owned)
    g_free ((gpointer) tensor->data);
  else
    release (self->source, tensor);
}

static void
adapted_free (GsWeightSource *source)
{
  AdaptedWeights *self = (AdaptedWeights *) source;

  g_hash_table_unref (self->changes);
  g_hash_table_unref (self->previous);
  gs_weight_source_free (self->source);
  g_free (self);
}

static GHashTable *
no_changes (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
}

GsWeightSource *
gs_adapted_weights_new (GsWeightSource *source, gboolean as_halves)
{
  static const GsWeightSourceClass klass = {
    .has = adapted_has,
    .read = adapted_read,
    .release = adapted_release,
    .free = adapted_free,
  };
  AdaptedWeights *self = g_new0 (AdaptedWeights, 1);

  self->base.klass = &klass;
  self->source = source;
  self->as_halves = as_halves;
  self->changes = no_changes ();
  self->previous = no_changes ();
  return &self->base;
}

static void
add_change (AdaptedWeights *self, const GsAdapterModule *module, const char *ending,
            gboolean is_bias, float strength)
{
  const Change change = { module, strength, is_bias };
  char *name = g_strconcat (module->target, ending, NULL);
  GArray *changes = g_hash_table_lookup (self->changes, name);

  if (changes == NULL)
    {
      changes = g_array_new (FALSE, FALSE, sizeof (Change));
      g_hash_table_insert (self->changes, g_strdup (name), changes);
    }
  g_array_append_val (changes, change);
  g_free (name);
}

void
gs_adapted_weights_set (GsWeightSource *adapted, const GsAdapterUse *uses, guint n_uses)
{
  AdaptedWeights *self = (AdaptedWeights *) adapted;

  g_hash_table_unref (self->previous);
  self->previous = self->changes;
  self->changes = no_changes ();
  for (guint i = 0; i < n_uses; i++)
    for (guint k = 0; k < gs_adapter_n_modules (uses[i].adapter); k++)
      {
        const GsAdapterModule *module = gs_adapter_module (uses[i].adapter, k);
        const gboolean is_text = module->target != NULL
                                 && g_str_has_prefix (module->target, "text_encoder");
        const float strength = is_text ? uses[i].text_strength : uses[i].strength;

        if (module->target == NULL || strength == 0)
          continue;
        if (gs_adapter_has_weight (module))
          add_change (self, module, ".weight", FALSE, strength);
        if (gs_adapter_has_bias (module))
          add_change (self, module, ".bias", TRUE, strength);
      }
}

static gboolean
is_changed (const AdaptedWeights *self, const char *name)
{
  return g_hash_table_contains (self->changes, name)
         || g_hash_table_contains (self->previous, name);
}

gboolean
gs_adapted_weights_changed (gpointer adapted, const char *name)
{
  const AdaptedWeights *self = adapted;
  g_auto (GStrv) parts = gs_joined_names_split (name);

  for (guint i = 0; parts != NULL && parts[i] != NULL; i++)
    if (is_changed (self, parts[i]))
      return TRUE;
  return parts == NULL && is_changed (self, name);
}
