/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weights in device memory. A weight is declared when a graph first asks for its type, gets a place
 * when the first one of its component becomes resident, and is filled when a program wants it.
 */
#include "nn/weights.h"

#include "gpu/buffer.h"
#include "io/joined-names.h"
#include "nn/pack-queue.h"

#include <string.h>

#define CHUNK_BYTES (G_GUINT64_CONSTANT (256) << 20)
#define ALIGNMENT 256

typedef struct
{
  GsBuffer *buffer; /* NULL until something in it becomes resident */
  guint64   n_bytes;
} Chunk;

typedef struct _Component Component;

typedef struct
{
  char           *name;
  const GsLayout *layout;
  Component      *component;
  guint64         dims[4]; /* as graphs ask for it */
  guint           n_dims;
  GsDtype         dtype;
  guint64         n_bytes; /* aligned */
  Chunk          *chunk;   /* NULL: no place yet */
  guint64         offset;
  gboolean        is_resident;
} Weight;

struct _Component
{
  GPtrArray *weights; /* Weight, owned, in the order of declaration */
  GPtrArray *chunks;  /* Chunk, owned                               */
};

struct _GsWeightStore
{
  GsWeights       base;
  GsDevice       *device;
  GsDtype         precision;
  gboolean        keeps_blocks; /* matrices that are stored in blocks stay so */
  GsWeightSource *source;
  GsPackQueue    *queue;
  GPtrArray      *unsettled; /* Weight: resident, but perhaps still in the queue */
  guint64         chunk_bytes;
  GHashTable     *weights;    /* "layout name" -> Weight */
  GHashTable     *components; /* name -> Component       */
};

static void
weight_free (gpointer data)
{
  Weight *weight = data;

  g_free (weight->name);
  g_free (weight);
}

static void
chunk_free (gpointer data)
{
  Chunk *chunk = data;

  gs_buffer_free (chunk->buffer);
  g_free (chunk);
}

static void
component_free (gpointer data)
{
  Component *component = data;

  g_ptr_array_unref (component->weights);
  g_ptr_array_unref (component->chunks);
  g_free (component);
}

static Component *
component_of (GsWeightStore *self, const char *name)
{
  const char *dot = strchr (name, '.');
  g_autofree char *key = g_strndup (name, dot != NULL ? (gsize) (dot - name) : strlen (name));
  Component *component = g_hash_table_lookup (self->components, key);

  if (component == NULL)
    {
      component = g_new0 (Component, 1);
      component->weights = g_ptr_array_new_with_free_func (weight_free);
      component->chunks = g_ptr_array_new_with_free_func (chunk_free);
      g_hash_table_insert (self->components, g_steal_pointer (&key), component);
    }
  return component;
}

static gboolean
choose_dtype (GsWeightStore *self, const char *name, const guint64 *dims, guint n_dims,
              const GsLayout *layout, GsDtype *dtype, GError **error)
{
  GsHostTensor tensor;

  if (self->keeps_blocks && layout->takes_blocks != NULL
      && gs_weight_source_read_blocks (self->source, name, dims, n_dims, FALSE, &tensor)
      && layout->takes_blocks (self->device, dims, n_dims, tensor.dtype))
    {
      *dtype = tensor.dtype;
      return TRUE;
    }
  if (!gs_weight_source_read (self->source, name, dims, n_dims, FALSE, &tensor, error))
    return FALSE;
  if (layout->always_f32)
    *dtype = GS_DTYPE_F32;
  else if (tensor.dtype == GS_DTYPE_F16)
    *dtype = GS_DTYPE_F16;
  else if (self->precision == GS_DTYPE_F16)
    {
      if (!gs_weight_source_read (self->source, name, dims, n_dims, TRUE, &tensor, error))
        return FALSE;
      *dtype = gs_host_tensor_fits_halves (&tensor) ? GS_DTYPE_F16 : GS_DTYPE_F32;
      gs_weight_source_release (self->source, name, &tensor);
    }
  else
    *dtype = GS_DTYPE_F32;
  return TRUE;
}

static Weight *
declare (GsWeightStore *self, const char *name, const guint64 *dims, guint n_dims,
         const GsLayout *layout, GError **error)
{
  g_autofree char *key = g_strconcat (layout->name, " ", name, NULL);
  Weight *weight = g_hash_table_lookup (self->weights, key);
  GsDtype dtype;

  if (weight != NULL)
    return weight;
  if (!choose_dtype (self, name, dims, n_dims, layout, &dtype, error))
    return NULL;

  weight = g_new0 (Weight, 1);
  weight->name = g_strdup (name);
  weight->layout = layout;
  weight->n_dims = n_dims;
  memcpy (weight->dims, dims, n_dims * sizeof *dims);
  weight->dtype = dtype;
  weight->n_bytes = layout->bytes (dims, n_dims, dtype);
  weight->n_bytes = (weight->n_bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  weight->component = component_of (self, name);
  g_ptr_array_add (weight->component->weights, weight);
  g_hash_table_insert (self->weights, g_steal_pointer (&key), weight);
  return weight;
}

/* Gives all weights of a component that have no place one, chunk after chunk. */
static void
place (GsWeightStore *self, Component *component)
{
  Chunk *chunk = NULL;

  for (guint i = 0; i < component->weights->len; i++)
    {
      Weight *weight = component->weights->pdata[i];

      if (weight->chunk != NULL)
        continue;
      if (chunk == NULL || chunk->n_bytes + weight->n_bytes > self->chunk_bytes)
        {
          chunk = g_new0 (Chunk, 1);
          g_ptr_array_add (component->chunks, chunk);
        }
      weight->chunk = chunk;
      weight->offset = chunk->n_bytes;
      chunk->n_bytes += weight->n_bytes;
    }
}

/* As it is to lie on the device: in its blocks or as numbers. */
static gboolean
read_for_device (GsWeightStore *self, const char *name, const guint64 *dims, guint n_dims,
                 GsDtype dtype, GsHostTensor *tensor, GError **error)
{
  if (gs_dtype_block (dtype) == 1)
    return gs_weight_source_read (self->source, name, dims, n_dims, TRUE, tensor, error);
  if (gs_weight_source_read_blocks (self->source, name, dims, n_dims, TRUE, tensor))
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
               "There is not enough memory to load the tensor %s", name);
  return FALSE;
}

static gboolean
pack_whole (GsWeightStore *self, const char *name, const guint64 *dims, guint n_dims,
            GsDtype dtype, const GsLayout *layout, gpointer to, GError **error)
{
  GsHostTensor tensor;

  return read_for_device (self, name, dims, n_dims, dtype, &tensor, error)
         && gs_pack_queue_add (self->queue, name, &tensor, dtype, layout, to, error);
}

/* What is packed is there once the queue is settled. Parts of a joined weight go to their
 * places one by one where the layout allows it, else through a copy. */
static gboolean
pack (GsWeightStore *self, const char *name, const guint64 *dims, guint n_dims, GsDtype dtype,
      const GsLayout *layout, guint8 *to, GError **error)
{
  g_auto (GStrv) names = gs_joined_names_split (name);
  const guint n = names != NULL ? g_strv_length (names) : 0;
  guint64 part_dims[4] = { 0 };

  if (n == 0 || layout->rows_apart == 0 || dims[0] % (n * layout->rows_apart) != 0)
    return pack_whole (self, name, dims, n_dims, dtype, layout, to, error);
  memcpy (part_dims, dims, n_dims * sizeof *dims);
  part_dims[0] /= n;
  for (guint i = 0; i < n; i++)
    if (!pack_whole (self, names[i], part_dims, n_dims, dtype, layout,
                     to + i * layout->bytes (part_dims, n_dims, dtype), error))
      return FALSE;
  return TRUE;
}

/* Packs straight into device memory where the host reaches it, once the queue is settled, else through a
 * copy. */
static gboolean
read_into_place (GsWeightStore *self, Weight *weight, GError **error)
{
  guint8 *mapped = gs_buffer_get_data (weight->chunk->buffer);
  g_autofree guint8 *copy = NULL;

  if (mapped != NULL)
    return pack (self, weight->name, weight->dims, weight->n_dims, weight->dtype, weight->layout,
                 mapped + weight->offset, error);
  copy = g_try_malloc0 (weight->n_bytes);
  if (copy == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
                   "There is not enough memory to load the tensor %s", weight->name);
      return FALSE;
    }
  return pack (self, weight->name, weight->dims, weight->n_dims, weight->dtype, weight->layout, copy,
               error)
         && gs_pack_queue_settle (self->queue, error)
         && gs_buffer_write (weight->chunk->buffer, weight->offset, copy, weight->n_bytes, error);
}

/* Nobody has waited for them, or one of them has failed: they are read again when they are wanted. */
static void
forget_unsettled (GsWeightStore *self)
{
  gs_pack_queue_drop (self->queue);
  for (guint i = 0; i < self->unsettled->len; i++)
    ((Weight *) self->unsettled->pdata[i])->is_resident = FALSE;
  g_ptr_array_set_size (self->unsettled, 0);
}

static gboolean
make_resident (GsWeightStore *self, Weight *weight, GError **error)
{
  if (!gs_device_poll (self->device, error))
    return FALSE;
  if (weight->chunk == NULL)
    place (self, weight->component);
  if (weight->chunk->buffer == NULL)
    weight->chunk->buffer = gs_buffer_new (self->device, GS_MEMORY_DEVICE, weight->chunk->n_bytes,
                                           "weights", error);
  if (weight->chunk->buffer == NULL)
    return FALSE;
  if (!read_into_place (self, weight, error))
    {
      forget_unsettled (self);
      return FALSE;
    }
  weight->is_resident = TRUE;
  g_ptr_array_add (self->unsettled, weight);
  return TRUE;
}

static gboolean
store_settle (GsWeights *weights, GError **error)
{
  GsWeightStore *self = (GsWeightStore *) weights;
  const gboolean done = gs_pack_queue_settle (self->queue, error);

  if (done)
    g_ptr_array_set_size (self->unsettled, 0);
  else
    forget_unsettled (self);
  return done;
}

static gboolean
store_has (GsWeights *weights, const char *name)
{
  GsWeightStore *self = (GsWeightStore *) weights;

  return gs_weight_source_has (self->source, name);
}

static gboolean
store_check (GsWeights *weights, const char *name, const guint64 *dims, guint n_dims,
             const GsLayout *layout, GsDtype *dtype, GError **error)
{
  Weight *weight = declare ((GsWeightStore *) weights, name, dims, n_dims, layout, error);

  if (weight == NULL)
    return FALSE;
  *dtype = weight->dtype;
  return TRUE;
}

static gboolean
store_resident (GsWeights *weights, const char *name, const guint64 *dims, guint n_dims,
                const GsLayout *layout, GsBuffer **buffer, guint64 *offset, GError **error)
{
  GsWeightStore *self = (GsWeightStore *) weights;
  Weight *weight = declare (self, name, dims, n_dims, layout, error);

  if (weight == NULL)
    return FALSE;
  if (!weight->is_resident && !make_resident (self, weight, error))
    return FALSE;
  *buffer = weight->chunk->buffer;
  *offset = weight->offset;
  return TRUE;
}

static gboolean
store_load (GsWeights *weights, const GsTensor *weight, gpointer destination, GError **error)
{
  GsWeightStore *self = (GsWeightStore *) weights;

  return gs_device_poll (self->device, error)
         && pack (self, weight->name, weight->dims, weight->n_dims, weight->dtype, weight->layout,
                  destination, error)
         && store_settle (weights, error);
}

GsWeightStore *
gs_weight_store_new (GsDevice *device, GsDtype precision, GsWeightSource *source)
{
  static const GsWeightsClass klass = {
    .check = store_check,
    .has = store_has,
    .resident = store_resident,
    .settle = store_settle,
    .load = store_load,
  };
  GsWeightStore *self = g_new0 (GsWeightStore, 1);

  self->base.klass = &klass;
  self->device = device;
  self->precision = precision;
  self->source = source;
  self->queue = gs_pack_queue_new (source);
  self->unsettled = g_ptr_array_new ();
  self->chunk_bytes = MIN (CHUNK_BYTES, gs_device_get_info (device)->max_allocation_bytes
                                            - GS_BUFFER_PADDING_BYTES);
  self->weights = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->components = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, component_free);
  return self;
}

void
gs_weight_store_keep_blocks (GsWeightStore *self, gboolean keeps)
{
  self->keeps_blocks = keeps;
}

void
gs_weight_store_free (GsWeightStore *self)
{
  if (self == NULL)
    return;
  gs_pack_queue_free (self->queue);
  g_ptr_array_unref (self->unsettled);
  g_hash_table_unref (self->weights);
  g_hash_table_unref (self->components);
  gs_weight_source_free (self->source);
  g_free (self);
}

GsWeights *
gs_weight_store_get_weights (GsWeightStore *self)
{
  return &self->base;
}

/* Bytes of the chunks that a component's weights lie or will lie in, padding included. Those that
 * have no place yet are counted as place() will lay them out. */
static guint64
component_bytes (const GsWeightStore *self, const Component *component)
{
  guint64 sum = 0, open_chunk = 0;

  for (guint i = 0; i < component->chunks->len; i++)
    sum += ((const Chunk *) component->chunks->pdata[i])->n_bytes + GS_BUFFER_PADDING_BYTES;
  for (guint i = 0; i < component->weights->len; i++)
    {
      const Weight *weight = component->weights->pdata[i];

      if (weight->chunk != NULL)
        continue;
      if (open_chunk == 0 || open_chunk + weight->n_bytes > self->chunk_bytes)
        {
          sum += GS_BUFFER_PADDING_BYTES;
          open_chunk = 0;
        }
      open_chunk += weight->n_bytes;
      sum += weight->n_bytes;
    }
  return sum;
}

guint64
gs_weight_store_get_declared_bytes (GsWeightStore *self, const char *name)
{
  GHashTableIter iter;
  gpointer key, value;
  guint64 sum = 0;

  g_hash_table_iter_init (&iter, self->components);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (name == NULL || g_str_equal (name, key))
      sum += component_bytes (self, value);
  return sum;
}

void
gs_weight_store_evict (GsWeightStore *self, const char *name)
{
  Component *component = g_hash_table_lookup (self->components, name);

  if (component == NULL)
    return;
  forget_unsettled (self);
  for (guint i = 0; i < component->weights->len; i++)
    {
      Weight *weight = component->weights->pdata[i];

      weight->chunk = NULL;
      weight->is_resident = FALSE;
    }
  g_ptr_array_set_size (component->chunks, 0);
}

void
gs_weight_store_reset (GsWeightStore *self)
{
  forget_unsettled (self);
  g_hash_table_remove_all (self->weights);
  g_hash_table_remove_all (self->components);
}

/* Of those, whether all keep their type. */
static gboolean
keep_types (GsWeightStore *self, GPtrArray *weights, gboolean *stay, GError **error)
{
  *stay = TRUE;
  for (guint i = 0; i < weights->len && *stay; i++)
    {
      const Weight *weight = weights->pdata[i];
      GsDtype dtype;

      if (!choose_dtype (self, weight->name, weight->dims, weight->n_dims, weight->layout, &dtype,
                         error))
        return FALSE;
      *stay = dtype == weight->dtype;
    }
  return TRUE;
}

gboolean
gs_weight_store_refresh (GsWeightStore *self, GsWeightChanged changed, gpointer data,
                         gboolean *stay, GError **error)
{
  g_autoptr (GPtrArray) weights = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  forget_unsettled (self);
  g_hash_table_iter_init (&iter, self->weights);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (changed (data, ((Weight *) value)->name))
      g_ptr_array_add (weights, value);
  if (!keep_types (self, weights, stay, error) || !*stay)
    return !*stay;
  for (guint i = 0; i < weights->len; i++)
    {
      Weight *weight = weights->pdata[i];

      if (weight->is_resident && !read_into_place (self, weight, error))
        return FALSE;
    }
  return gs_pack_queue_settle (self->queue, error);
}
