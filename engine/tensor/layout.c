/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain layouts of weights, and reading a stored weight. */
#include "tensor/weights.h"

#include "base/half-array.h"
#include "base/parallel.h"

#include <string.h>

/* Elements converted at a time on the way to another type. */
#define CHUNK 1024
/* A thread more has to be worth being woken. */
#define LEAST_A_THREAD (256 * 1024)
/* Of a file at a time, where what is read is not kept. */
#define READ_AT_A_TIME (8 * 1024)

static void
floats_from_doubles (float *to, const guint8 *from, guint64 n)
{
  for (guint64 i = 0; i < n; i++)
    {
      double number;

      memcpy (&number, from + i * sizeof number, sizeof number);
      to[i] = (float) number;
    }
}

void
gs_host_tensor_to_floats (const GsHostTensor *tensor, guint64 first, guint64 n, float *out)
{
  const guint8 *from = (const guint8 *) tensor->data + first * gs_dtype_bytes (tensor->dtype);

  switch (tensor->dtype)
    {
    case GS_DTYPE_F16:
      gs_floats_from_halves (out, from, n);
      break;
    case GS_DTYPE_BF16:
      gs_floats_from_bf16 (out, from, n);
      break;
    case GS_DTYPE_F32:
      memcpy (out, from, n * sizeof (float));
      break;
    case GS_DTYPE_F64:
      floats_from_doubles (out, from, n);
      break;
    default:
      memset (out, 0, n * sizeof (float));
      g_return_if_reached ();
    }
}

void
gs_host_tensor_to_halves (const GsHostTensor *tensor, guint64 first, guint64 n, guint16 *out)
{
  const guint8 *data = tensor->data;
  float chunk[CHUNK];

  if (tensor->dtype == GS_DTYPE_F16)
    memcpy (out, data + first * sizeof *out, n * sizeof *out);
  else if (tensor->dtype == GS_DTYPE_F32)
    gs_halves_from_floats (out, data + first * sizeof (float), n);
  else
    for (guint64 done = 0, part; done < n; done += part)
      {
        part = MIN (n - done, CHUNK);
        gs_host_tensor_to_floats (tensor, first + done, part, chunk);
        gs_halves_from_floats (out + done, chunk, part);
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

guint64
gs_host_tensor_n_elements (const GsHostTensor *tensor)
{
  return count (tensor->dims, tensor->n_dims);
}

gconstpointer
gs_host_tensor_get_bytes (const GsHostTensor *tensor, guint64 first, guint64 n, gpointer buffer)
{
  const guint block = gs_dtype_block (tensor->dtype);
  const gsize size = gs_dtype_bytes (tensor->dtype), n_bytes = n / block * size;
  const guint8 *data = (const guint8 *) tensor->data + first / block * size;

  g_assert (first % block == 0 && n % block == 0);
  if (!gs_mapped_file_holds (tensor->file, data, n_bytes))
    return data;
  return gs_mapped_file_read (tensor->file, data, n_bytes, buffer) ? buffer : NULL;
}

typedef struct
{
  const GsHostTensor *tensor;
  gint exceeds;
} Check;

static void
check_some (guint64 begin, guint64 end, gpointer data)
{
  Check *check = data;
  guint8 buffer[READ_AT_A_TIME * sizeof (double)];
  float chunk[CHUNK];

  for (guint64 first = begin, n; first < end && !g_atomic_int_get (&check->exceeds); first += n)
    {
      GsHostTensor run = { .dtype = check->tensor->dtype };

      n = MIN (end - first, READ_AT_A_TIME);
      run.data = gs_host_tensor_get_bytes (check->tensor, first, n, buffer);
      for (guint64 done = 0, part; run.data != NULL && done < n; done += part)
        {
          part = MIN (n - done, CHUNK);
          gs_host_tensor_to_floats (&run, done, part, chunk);
          if (!gs_floats_fit_halves (chunk, part))
            g_atomic_int_set (&check->exceeds, TRUE);
        }
    }
}

/* Of a file that cannot be read any more nothing is said: packing will tell. */
gboolean
gs_host_tensor_fits_halves (const GsHostTensor *tensor)
{
  Check check = { .tensor = tensor };

  gs_parallel (gs_host_tensor_n_elements (tensor), LEAST_A_THREAD, check_some, &check);
  return !check.exceeds;
}

static guint64
plain_bytes (const guint64 *dims, guint n_dims, GsDtype dtype)
{
  return count (dims, n_dims) * gs_dtype_bytes (dtype);
}

typedef struct
{
  const GsHostTensor *source;
  GsDtype  dtype; /* there */
  guint8  *destination;
  gint     has_failed;
} Plain;

/* A file's bytes go straight to the destination where that has their type. */
static gboolean
pack_run (const Plain *plain, guint64 first, guint64 n, gpointer buffer)
{
  const GsHostTensor *source = plain->source;
  guint8 *to = plain->destination + first * gs_dtype_bytes (plain->dtype);
  const gboolean is_same = plain->dtype == source->dtype;
  GsHostTensor run = { .dtype = source->dtype };

  run.data = gs_host_tensor_get_bytes (source, first, n, is_same ? to : buffer);
  if (run.data == NULL)
    return FALSE;
  if (run.data == to)
    return TRUE;
  if (plain->dtype == GS_DTYPE_F16)
    gs_host_tensor_to_halves (&run, 0, n, (guint16 *) (gpointer) to);
  else
    gs_host_tensor_to_floats (&run, 0, n, (float *) (gpointer) to);
  return TRUE;
}

static void
pack_some (guint64 begin, guint64 end, gpointer data)
{
  Plain *plain = data;
  guint8 buffer[READ_AT_A_TIME * sizeof (double)];
  const guint64 chunk = plain->dtype == plain->source->dtype ? LEAST_A_THREAD : READ_AT_A_TIME;

  for (guint64 first = begin; first < end; first += chunk)
    if (!pack_run (plain, first, MIN (chunk, end - first), buffer))
      {
        g_atomic_int_set (&plain->has_failed, TRUE);
        return;
      }
}

static gboolean
plain_pack (const GsHostTensor *source, GsDtype dtype, gpointer destination)
{
  Plain plain = { .source = source, .dtype = dtype, .destination = destination };

  gs_parallel (gs_host_tensor_n_elements (source), LEAST_A_THREAD, pack_some, &plain);
  return !plain.has_failed;
}

const GsLayout gs_layout_vector = {
  .name = "vector",
  .bytes = plain_bytes,
  .pack = plain_pack,
  .always_f32 = TRUE,
  .rows_apart = 1,
};

const GsLayout gs_layout_rows = {
  .name = "rows",
  .bytes = plain_bytes,
  .pack = plain_pack,
  .rows_apart = 1,
};
