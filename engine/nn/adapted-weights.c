/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source of weights around another one. */
#include "nn/adapted-weights.h"

#include "io/joined-names.h"
#include "nn/adapter-delta.h"

#include <string.h>

typedef struct
{
  const GsAdapterModule *module;
  float    strength;
  gboolean is_bias;
} Change;

/* Rows behind a weight's own. */
typedef struct
{
  guint64  n_rows;
  guint    n, width; /* of those that are not zeros */
  float   *values;
} Rows;

typedef struct
{
  GsWeightSource  base;
  GsWeightSource *source;
  gboolean        as_halves;
  GHashTable     *changes; /* a weight's name -> GArray of Change */
  GHashTable     *unsettled; /* names of weights that were others */
  GHashTable     *rows;    /* a weight's name -> Rows             */
  GHashTable     *values;  /* a weight's name -> const float *    */
  float          *spare;   /* of the last weight that was let go, until the store has settled: new
                              memory costs as much as the numbers do */
  guint64         n_spare;
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

/* As the source has it, or what stands in its place. */
static gboolean
read_source (AdaptedWeights *self, const char *name, const guint64 *dims, guint n_dims,
             gboolean with_data, GsHostTensor *tensor, GError **error)
{
  const float *values = g_hash_table_lookup (self->values, name);

  if (!self->source->klass->read (self->source, name, dims, n_dims, with_data && values == NULL,
                                  tensor, error))
    return FALSE;
  if (values == NULL)
    return TRUE;
  tensor->dtype = GS_DTYPE_F32;
  tensor->data = values;
  tensor->is_owned = FALSE;
  return TRUE;
}

/* Room for n floats, or NULL. */
static float *
take_spare (AdaptedWeights *self, guint64 n)
{
  if (self->spare == NULL || self->n_spare < n)
    return g_try_new (float, MAX (n, 1));
  return g_steal_pointer (&self->spare);
}

static void
keep_spare (AdaptedWeights *self, float *values, guint64 n)
{
  if (self->spare != NULL && self->n_spare >= n)
    {
      g_free (values);
      return;
    }
  g_free (self->spare);
  self->spare = values;
  self->n_spare = n;
}

/* Reads a weight as floats, which the caller frees. */
static float *
read_floats (AdaptedWeights *self, const char *name, const guint64 *dims, guint n_dims,
             GsHostTensor *tensor, GError **error)
{
  guint64 n;
  float *values;

  if (!read_source (self, name, dims, n_dims, TRUE, tensor, error))
    return NULL;
  n = gs_host_tensor_n_elements (tensor);
  values = take_spare (self, n);
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

static void
rows_free (gpointer data)
{
  Rows *rows = data;

  g_free (rows->values);
  g_free (rows);
}

/* The source's rows, then the others, in the source's type or floats. */
static gboolean
read_with_rows (AdaptedWeights *self, const Rows *rows, const char *name, const guint64 *dims,
                guint n_dims, gboolean with_data, GsHostTensor *tensor, GError **error)
{
  const guint64 own[] = { dims[0] - rows->n_rows, dims[1] };
  const guint64 n = own[0] * own[1], n_more = rows->n_rows * own[1];
  GsHostTensor source;
  float *values;

  g_assert (n_dims == 2 && dims[0] > rows->n_rows && rows->n <= rows->n_rows);
  if (!read_source (self, name, own, n_dims, with_data, &source, error))
    return FALSE;
  *tensor = (GsHostTensor) { .dtype = source.dtype == GS_DTYPE_F16 ? GS_DTYPE_F16 : GS_DTYPE_F32,
                             .n_dims = 2, .dims = { dims[0], dims[1] }, .is_owned = TRUE };
  if (!with_data)
    return TRUE;
  values = g_try_malloc0 ((n + n_more) * gs_dtype_bytes (tensor->dtype));
  tensor->data = values;
  if (values == NULL)
    g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
                 "There is not enough memory for the words of textual inversion");
  else if (tensor->dtype == GS_DTYPE_F16)
    {
      const GsHostTensor more = { .dtype = GS_DTYPE_F32, .n_dims = 1, .data = rows->values,
                                  .dims = { (guint64) rows->n * rows->width } };
      guint16 *halves = (guint16 *) (gpointer) values;

      gs_host_tensor_to_halves (&source, 0, n, halves);
      if (rows->n > 0 && rows->width == own[1])
        gs_host_tensor_to_halves (&more, 0, more.dims[0], halves + n);
    }
  else
    {
      gs_host_tensor_to_floats (&source, 0, n, values);
      if (rows->n > 0 && rows->width == own[1])
        memcpy (values + n, rows->values, (gsize) rows->n * rows->width * sizeof *values);
    }
  release (self->source, &source);
  return values != NULL;
}

static gboolean
adapted_read (GsWeightSource *source, const char *name, const guint64 *dims, guint n_dims,
              gboolean with_data, GsHostTensor *tensor, GError **error)
{
  AdaptedWeights *self = (AdaptedWeights *) source;
  const GArray *changes = g_hash_table_lookup (self->changes, name);
  const Rows *rows = g_hash_table_lookup (self->rows, name);
  float *values;

  if (rows != NULL)
    return read_with_rows (self, rows, name, dims, n_dims, with_data, tensor, error);
  if (changes == NULL || !with_data)
    {
      if (!read_source (self, name, dims, n_dims, with_data, tensor, error))
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

/* What is changed is no longer what is stored. */
static gboolean
adapted_read_blocks (GsWeightSource *source, const char *name, const guint64 *dims, guint n_dims,
                     GsHostTensor *tensor)
{
  AdaptedWeights *self = (AdaptedWeights *) source;

  return self->source->klass->read_blocks != NULL
         && !g_hash_table_contains (self->changes, name)
         && !g_hash_table_contains (self->rows, name)
         && self->source->klass->read_blocks (self->source, name, dims, n_dims, tensor);
}

static void
adapted_release (GsWeightSource *source, GsHostTensor *tensor)
{
  AdaptedWeights *self = (AdaptedWeights *) source;

  if (tensor->is_owned && tensor->dtype == GS_DTYPE_F32)
    keep_spare (self, (float *) tensor->data, gs_host_tensor_n_elements (tensor));
  else if (tensor->is_owned)
    g_free ((gpointer) tensor->data);
  else
    release (self->source, tensor);
}

static void
adapted_free (GsWeightSource *source)
{
  AdaptedWeights *self = (AdaptedWeights *) source;

  g_hash_table_unref (self->changes);
  g_hash_table_unref (self->unsettled);
  g_hash_table_unref (self->rows);
  g_hash_table_unref (self->values);
  g_free (self->spare);
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
    .read_blocks = adapted_read_blocks,
    .release = adapted_release,
    .free = adapted_free,
  };
  AdaptedWeights *self = g_new0 (AdaptedWeights, 1);

  self->base.klass = &klass;
  self->source = source;
  self->as_halves = as_halves;
  self->changes = no_changes ();
  self->unsettled = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, rows_free);
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
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

/* All that are changed now. */
static void
unsettle_changes (AdaptedWeights *self)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->changes);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_hash_table_add (self->unsettled, g_strdup (name));
}

void
gs_adapted_weights_set (GsWeightSource *adapted, const GsAdapterUse *uses, guint n_uses)
{
  AdaptedWeights *self = (AdaptedWeights *) adapted;

  unsettle_changes (self);
  g_hash_table_remove_all (self->changes);
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
  unsettle_changes (self);
}

void
gs_adapted_weights_set_rows (GsWeightSource *adapted, const char *name, guint n_rows,
                             const float *values, guint n, guint width)
{
  AdaptedWeights *self = (AdaptedWeights *) adapted;
  Rows *rows = g_new0 (Rows, 1);

  *rows = (Rows) { n_rows, n, width, g_memdup2 (values, (gsize) n * width * sizeof *values) };
  g_hash_table_insert (self->rows, g_strdup (name), rows);
  g_hash_table_add (self->unsettled, g_strdup (name));
}

void
gs_adapted_weights_set_values (GsWeightSource *adapted, const char *name, const float *values)
{
  AdaptedWeights *self = (AdaptedWeights *) adapted;

  if (values != NULL)
    g_hash_table_insert (self->values, g_strdup (name), (gpointer) values);
  else
    g_hash_table_remove (self->values, name);
  g_hash_table_add (self->unsettled, g_strdup (name));
}

gboolean
gs_adapted_weights_changed (gpointer adapted, const char *name)
{
  const AdaptedWeights *self = adapted;
  g_auto (GStrv) parts = gs_joined_names_split (name);

  for (guint i = 0; parts != NULL && parts[i] != NULL; i++)
    if (g_hash_table_contains (self->unsettled, parts[i]))
      return TRUE;
  return parts == NULL && g_hash_table_contains (self->unsettled, name);
}

void
gs_adapted_weights_settle (GsWeightSource *adapted)
{
  AdaptedWeights *self = (AdaptedWeights *) adapted;

  g_hash_table_remove_all (self->unsettled);
  g_clear_pointer (&self->spare, g_free);
}
