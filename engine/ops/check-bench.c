/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operands of a check, in memory full of NaNs. */
#include "ops/check-private.h"

#include "base/half.h"

#include <math.h>
#include <string.h>

void
gs_check_bench_init (GsCheckBench *self, GsDevice *device)
{
  *self = (GsCheckBench){ .device = device, .random = g_rand_new_with_seed (1) };
}

void
gs_check_bench_clear (GsCheckBench *self)
{
  g_clear_pointer (&self->buffer, gs_buffer_free);
  g_clear_pointer (&self->random, g_rand_free);
}

void
gs_check_place (GsCheckBench *self, GsTensor *tensor, GsShape shape, GsDtype dtype, guint64 n_bytes)
{
  *tensor =
    (GsTensor){ .kind = GS_TENSOR_INPUT, .shape = shape, .dtype = dtype, .offset = self->end };
  tensor->n_bytes = n_bytes > 0 ? n_bytes : gs_shape_elements (shape) * gs_dtype_bytes (dtype);
  self->end = (self->end + tensor->n_bytes + 255) / 256 * 256;
}

gboolean
gs_check_allocate (GsCheckBench *self, GError **error)
{
  g_autofree guint8 *nans = g_malloc (self->end);

  memset (nans, 0xff, self->end); /* in both types */
  self->buffer = gs_buffer_new (self->device, GS_MEMORY_DEVICE, self->end, "check", error);
  return self->buffer != NULL && gs_buffer_write (self->buffer, 0, nans, self->end, error);
}

float *
gs_check_numbers (GsCheckBench *self, gsize n)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] =
      gs_half_to_float (gs_half_from_float ((float) g_rand_double_range (self->random, -1, 1)));
  return values;
}

gboolean
gs_check_write (GsTensor *tensor, const float *values, gsize n, GError **error)
{
  g_autofree guint16 *halves = NULL;

  if (tensor->dtype == GS_DTYPE_F32)
    return gs_buffer_write (tensor->buffer, tensor->offset, values, n * sizeof *values, error);
  halves = g_new (guint16, n);
  for (gsize i = 0; i < n; i++)
    halves[i] = gs_half_from_float (values[i]);
  return gs_buffer_write (tensor->buffer, tensor->offset, halves, n * sizeof *halves, error);
}

gboolean
gs_check_compare (GsTensor *tensor, const double *want, double *worst, GError **error)
{
  const gsize n = gs_shape_elements (tensor->shape);
  g_autofree guint8 *bytes = g_malloc (tensor->n_bytes);
  double peak = 1e-30, miss = 0;

  if (!gs_buffer_read (tensor->buffer, tensor->offset, bytes, tensor->n_bytes, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      const double got = tensor->dtype == GS_DTYPE_F32
                           ? ((const float *) (gpointer) bytes)[i]
                           : gs_half_to_float (((const guint16 *) (gpointer) bytes)[i]);

      peak = MAX (peak, fabs (want[i]));
      miss = isfinite (got) ? MAX (miss, fabs (got - want[i])) : INFINITY;
      if (isinf (miss))
        break;
    }
  *worst = miss / peak;
  return TRUE;
}
