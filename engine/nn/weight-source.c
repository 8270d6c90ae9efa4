/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weights of files: found by canonical name, checked against the sizes that the model asks for.
 */
#include "nn/weight-source.h"

/* Of a file's pages in memory at a time, beside the device's copy of the weights. */
#define RESIDENT_BYTES (32 * 1024 * 1024)

typedef struct
{
  GsWeightSource base;
  GsWeightFind   find;
  GsWeightReleasePages release_pages; /* NULL: they stay */
  GHashTable    *converted;     /* data that were made from a type that is not packed, owned */
  guint64        resident_bytes;
  gpointer       owner;
} FileWeights;

static gboolean
file_has (GsWeightSource *source, const char *name)
{
  FileWeights *self = (FileWeights *) source;

  return self->find (self->owner, name) != NULL;
}

/* Drops dimensions of 1 at the end, beyond the first. */
static guint
significant_dims (const guint64 *dims, guint n_dims)
{
  while (n_dims > 1 && dims[n_dims - 1] == 1)
    n_dims--;
  return n_dims;
}

/* The type that a stored one is handed out as. 8 bits' floats are exact in halves; numbers of blocks are
 * off by half a step already, of which halves' rounding is a sixteenth at most; floats would take twice
 * the room. */
static GsDtype
host_dtype (GsDtype stored)
{
  switch (stored)
    {
    case GS_DTYPE_F64:
    case GS_DTYPE_F32:
    case GS_DTYPE_F16:
    case GS_DTYPE_BF16:
      return stored;
    case GS_DTYPE_F8_E4M3:
    case GS_DTYPE_F8_E5M2:
      return GS_DTYPE_F16;
    default:
      return gs_dtype_block (stored) > 1 ? GS_DTYPE_F16 : GS_DTYPE_F32;
    }
}

static gboolean
convert (FileWeights *self, const GsStoredTensor *stored, GsHostTensor *tensor, GError **error)
{
  const guint64 n = gs_stored_tensor_n_elements (stored);
  gpointer data = g_try_malloc (MAX (n, 1) * gs_dtype_bytes (tensor->dtype));

  if (data == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
                   "There is not enough memory to load the tensor %s", stored->name);
      return FALSE;
    }
  if (tensor->dtype == GS_DTYPE_F16)
    gs_stored_tensor_to_half (stored, data);
  else
    gs_stored_tensor_to_float (stored, data);
  g_hash_table_add (self->converted, data);
  tensor->data = data;
  return TRUE;
}

static gboolean
file_read (GsWeightSource *source, const char *name, const guint64 *dims, guint n_dims,
           gboolean with_data, GsHostTensor *tensor, GError **error)
{
  FileWeights *self = (FileWeights *) source;
  const GsStoredTensor *stored = self->find (self->owner, name);

  if (stored == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "The model lacks the tensor %s; it is incomplete or of another kind", name);
      return FALSE;
    }
  if (!gs_stored_tensor_has_shape (stored, significant_dims (dims, n_dims), dims)
      || significant_dims (stored->shape, stored->n_dims) > G_N_ELEMENTS (tensor->dims))
    {
      g_autofree char *is = gs_stored_tensor_shape_text (stored);
      g_autofree char *expected = gs_shape_text (n_dims, dims);

      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "The model's tensor %s has the shape %s where %s is needed", name, is, expected);
      return FALSE;
    }
  *tensor = (GsHostTensor) { .dtype = host_dtype (stored->dtype), .n_dims = n_dims,
                             .data = stored->data, .file = stored->file };
  for (guint i = 0; i < n_dims; i++)
    tensor->dims[i] = dims[i];
  return tensor->dtype == stored->dtype || !with_data || convert (self, stored, tensor, error);
}

static gboolean
file_read_blocks (GsWeightSource *source, const char *name, const guint64 *dims, guint n_dims,
                  GsHostTensor *tensor)
{
  FileWeights *self = (FileWeights *) source;
  const GsStoredTensor *stored = self->find (self->owner, name);

  if (stored == NULL || gs_dtype_block (stored->dtype) == 1 || n_dims > G_N_ELEMENTS (tensor->dims)
      || !gs_stored_tensor_has_shape (stored, significant_dims (dims, n_dims), dims))
    return FALSE;
  *tensor = (GsHostTensor) { .dtype = stored->dtype, .n_dims = n_dims, .data = stored->data,
                             .file = stored->file };
  for (guint i = 0; i < n_dims; i++)
    tensor->dims[i] = dims[i];
  return TRUE;
}

static void
file_release (GsWeightSource *source, GsHostTensor *tensor)
{
  FileWeights *self = (FileWeights *) source;

  g_hash_table_remove (self->converted, tensor->data);
  self->resident_bytes += gs_host_tensor_n_elements (tensor) / gs_dtype_block (tensor->dtype)
                          * gs_dtype_bytes (tensor->dtype);
  if (self->release_pages == NULL || self->resident_bytes < RESIDENT_BYTES)
    return;
  self->release_pages (self->owner);
  self->resident_bytes = 0;
}

static void
file_free (GsWeightSource *source)
{
  g_hash_table_unref (((FileWeights *) source)->converted);
  g_free (source);
}

GsWeightSource *
gs_file_weights_new (GsWeightFind find, GsWeightReleasePages release_pages, gpointer owner)
{
  static const GsWeightSourceClass klass = {
    .has = file_has,
    .read = file_read,
    .read_blocks = file_read_blocks,
    .release = file_release,
    .free = file_free,
  };
  FileWeights *self = g_new0 (FileWeights, 1);

  self->base.klass = &klass;
  self->converted = g_hash_table_new_full (NULL, NULL, g_free, NULL);
  self->find = find;
  self->release_pages = release_pages;
  self->owner = owner;
  return &self->base;
}

void
gs_weight_source_free (GsWeightSource *source)
{
  if (source != NULL)
    source->klass->free (source);
}
