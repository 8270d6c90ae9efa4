/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights that are several of a source's, one after the other. */
#include "nn/weight-source.h"

#include "io/joined-names.h"

#include <string.h>

gboolean
gs_weight_source_has (GsWeightSource *source, const char *name)
{
  g_auto (GStrv) names = gs_joined_names_split (name);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (source->klass->has (source, names[i]))
      return TRUE;
  return names == NULL && source->klass->has (source, name);
}

static void
release_part (GsWeightSource *source, GsHostTensor *tensor)
{
  if (source->klass->release != NULL)
    source->klass->release (source, tensor);
}

/* The elements of part i, in the joined one's type. */
static void
copy_part (const GsHostTensor *part, const GsHostTensor *joined, guint i)
{
  const guint64 n = gs_host_tensor_n_elements (part);
  const gsize n_bytes = n * gs_dtype_bytes (joined->dtype);
  guint8 *out = (guint8 *) joined->data + i * n_bytes;

  if (part->dtype == joined->dtype)
    memcpy (out, part->data, n_bytes);
  else if (joined->dtype == GS_DTYPE_F16)
    gs_host_tensor_to_halves (part, 0, n, (guint16 *) (gpointer) out);
  else
    gs_host_tensor_to_floats (part, 0, n, (float *) (gpointer) out);
}

/* Checks all parts, and finds their type: floats if they differ. */
static gboolean
describe (GsWeightSource *source, char **names, const guint64 *part_dims, guint n_dims,
          GsHostTensor *joined, GError **error)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      GsHostTensor part;

      if (!source->klass->read (source, names[i], part_dims, n_dims, FALSE, &part, error))
        return FALSE;
      joined->dtype = i == 0 || part.dtype == joined->dtype ? part.dtype : GS_DTYPE_F32;
    }
  return TRUE;
}

static gboolean
read_joined (GsWeightSource *source, char **names, const guint64 *dims, guint n_dims,
             gboolean with_data, GsHostTensor *joined, GError **error)
{
  const guint n = g_strv_length (names);
  guint64 part_dims[G_N_ELEMENTS (joined->dims)] = { 0 };

  g_assert (n_dims > 0 && n_dims <= G_N_ELEMENTS (part_dims) && n > 0 && dims[0] % n == 0);
  *joined = (GsHostTensor) { .n_dims = n_dims };
  memcpy (joined->dims, dims, n_dims * sizeof *dims);
  memcpy (part_dims, dims, n_dims * sizeof *dims);
  part_dims[0] /= n;
  if (!describe (source, names, part_dims, n_dims, joined, error))
    return FALSE;
  if (!with_data)
    return TRUE;
  joined->data = g_try_malloc (gs_host_tensor_n_elements (joined)
                               * gs_dtype_bytes (joined->dtype));
  if (joined->data == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
                   "There is not enough memory to load the tensor %s", names[0]);
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    {
      GsHostTensor part;

      if (!source->klass->read (source, names[i], part_dims, n_dims, TRUE, &part, error))
        {
          g_free ((gpointer) joined->data);
          return FALSE;
        }
      copy_part (&part, joined, i);
      release_part (source, &part);
    }
  return TRUE;
}

gboolean
gs_weight_source_read (GsWeightSource *source, const char *name, const guint64 *dims, guint n_dims,
                       gboolean with_data, GsHostTensor *tensor, GError **error)
{
  g_auto (GStrv) names = gs_joined_names_split (name);

  return names != NULL
           ? read_joined (source, names, dims, n_dims, with_data, tensor, error)
           : source->klass->read (source, name, dims, n_dims, with_data, tensor, error);
}

/* Rows of blocks, one part's after the other's. */
static gboolean
join_blocks (GsWeightSource *source, char **names, const guint64 *dims, guint n_dims,
             gboolean with_data, GsHostTensor *joined)
{
  const guint n = g_strv_length (names);
  guint64 part_dims[G_N_ELEMENTS (joined->dims)] = { 0 };
  gsize n_bytes = 0;

  memcpy (part_dims, dims, n_dims * sizeof *dims);
  part_dims[0] /= n;
  *joined = (GsHostTensor) { .n_dims = n_dims };
  memcpy (joined->dims, dims, n_dims * sizeof *dims);
  for (guint i = 0; i < n; i++)
    {
      GsHostTensor part;

      if (!source->klass->read_blocks (source, names[i], part_dims, n_dims, &part)
          || (i > 0 && part.dtype != joined->dtype))
        return FALSE;
      joined->dtype = part.dtype;
      n_bytes = gs_host_tensor_n_elements (&part) / gs_dtype_block (part.dtype)
                * gs_dtype_bytes (part.dtype);
    }
  if (!with_data)
    return TRUE;
  joined->data = g_try_malloc (n * n_bytes);
  for (guint i = 0; joined->data != NULL && i < n; i++)
    {
      GsHostTensor part;

      source->klass->read_blocks (source, names[i], part_dims, n_dims, &part);
      memcpy ((guint8 *) joined->data + i * n_bytes, part.data, n_bytes);
      release_part (source, &part);
    }
  return joined->data != NULL;
}

gboolean
gs_weight_source_read_blocks (GsWeightSource *source, const char *name, const guint64 *dims,
                              guint n_dims, gboolean with_data, GsHostTensor *tensor)
{
  g_auto (GStrv) names = gs_joined_names_split (name);

  if (source->klass->read_blocks == NULL)
    return FALSE;
  return names != NULL ? join_blocks (source, names, dims, n_dims, with_data, tensor)
                       : source->klass->read_blocks (source, name, dims, n_dims, tensor);
}

void
gs_weight_source_release (GsWeightSource *source, const char *name, GsHostTensor *tensor)
{
  if (strchr (name, '{') == NULL)
    release_part (source, tensor);
  else
    g_free ((gpointer) tensor->data);
}
