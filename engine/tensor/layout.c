/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain layouts of weights, and reading a stored weight. */
#include "tensor/weights.h"

#include "base/half.h"

#include <string.h>

float
gs_host_tensor_get (const GsHostTensor *tensor, guint64 i)
{
  const guint8 *p = (const guint8 *) tensor->data + i * gs_dtype_bytes (tensor->dtype);
  guint16 half;
  float single;
  double number;

  switch (tensor->dtype)
    {
    case GS_DTYPE_F16:
      memcpy (&half, p, sizeof half);
      return gs_half_to_float (half);
    case GS_DTYPE_BF16:
      memcpy (&half, p, sizeof half);
      return gs_bf16_to_float (half);
    case GS_DTYPE_F32:
      memcpy (&single, p, sizeof single);
      return single;
    case GS_DTYPE_F64:
      memcpy (&number, p, sizeof number);
      return (float) number;
    default:
      g_return_val_if_reached (0);
    }
}

static guint64
count (const guint64 *dims, guint n_dims)
{
  guint64 n = 1;

  for (guint i = 0; i < n_dims; i++)
    n *= dims[i];
  return n;
}

static guint64
plain_bytes (const guint64 *dims, guint n_dims, GsDtype dtype)
{
  return count (dims, n_dims) * gs_dtype_bytes (dtype);
}

static void
plain_pack (const GsHostTensor *source, GsDtype dtype, gpointer destination)
{
  guint64 n = count (source->dims, source->n_dims);

  if (dtype == source->dtype)
    memcpy (destination, source->data, n * gs_dtype_bytes (dtype));
  else if (dtype == GS_DTYPE_F16)
    for (guint64 i = 0; i < n; i++)
      ((guint16 *) destination)[i] = gs_half_from_float (gs_host_tensor_get (source, i));
  else
    for (guint64 i = 0; i < n; i++)
      ((float *) destination)[i] = gs_host_tensor_get (source, i);
}

const GsLayout gs_layout_vector = {
  .name = "vector",
  .bytes = plain_bytes,
  .pack = plain_pack,
  .always_f32 = TRUE,
};

const GsLayout gs_layout_rows = {
  .name = "rows",
  .bytes = plain_bytes,
  .pack = plain_pack,
};
