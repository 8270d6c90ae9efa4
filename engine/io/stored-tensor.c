/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tensor as it lies in a file: conversions out of the mapped bytes. */
#include "io/stored-tensor.h"

#include "base/block-quant.h"
#include "base/half.h"

#include <math.h>
#include <string.h>

/* Elements converted at a time on the way to halves: small enough for the stack, large enough to
 * vectorise. */
#define CHUNK 1024

#define MAX_BLOCK 256 /* elements of any type's block */

guint64
gs_stored_tensor_n_elements (const GsStoredTensor *tensor)
{
  return tensor->n_bytes / gs_dtype_bytes (tensor->dtype) * gs_dtype_block (tensor->dtype);
}

/* 8-bit floats after "FP8 Formats for Deep Learning" (Micikevicius et al. 2022): E4M3 has no
 * infinity and one NaN pattern, E5M2 is the upper byte of an IEEE half. */
static float
float_from_e4m3 (guint8 bits)
{
  guint exponent = bits >> 3 & 15, mantissa = bits & 7;
  float value;

  if ((bits & 0x7f) == 0x7f)
    return NAN;
  value = exponent == 0 ? ldexpf ((float) mantissa, -9)
                        : ldexpf ((float) (8 + mantissa), (int) exponent - 10);
  return bits & 0x80 ? -value : value;
}

/* The blocks that hold elements first ... first + count - 1, one after the other. */
static void
floats_from_blocks (const GsStoredTensor *tensor, guint64 first, guint64 count, float *out)
{
  const guint n = gs_dtype_block (tensor->dtype);
  float block[MAX_BLOCK];

  while (count > 0)
    {
      const guint64 index = first / n;
      const guint skip = (guint) (first % n), take = (guint) MIN (count, n - skip);

      gs_blocks_to_floats (tensor->dtype,
                           (const guint8 *) tensor->data + index * gs_dtype_bytes (tensor->dtype), 1,
                           block);
      memcpy (out, block + skip, take * sizeof *out);
      out += take;
      first += take;
      count -= take;
    }
}

#define CONVERT(Type, expression)                                \
  for (guint64 i = 0; i < count; i++)                            \
    {                                                            \
      Type stored;                                               \
      memcpy (&stored, from + i * sizeof (Type), sizeof (Type)); \
      out[i] = (float) (expression);                             \
    }                                                            \
  break

void
gs_stored_tensor_slice_to_float (const GsStoredTensor *tensor, guint64 first, guint64 count,
                                 float *out)
{
  const guint8 *from;

  g_assert (first + count <= gs_stored_tensor_n_elements (tensor));
  if (count == 0)
    return;
  if (gs_dtype_block (tensor->dtype) > 1)
    {
      floats_from_blocks (tensor, first, count, out);
      return;
    }
  from = (const guint8 *) tensor->data + first * gs_dtype_bytes (tensor->dtype);
  switch (tensor->dtype)
    {
    case GS_DTYPE_F32:
      memcpy (out, from, count * sizeof (float));
      break;
    case GS_DTYPE_F64:
      CONVERT (double, stored);
    case GS_DTYPE_F16:
      CONVERT (guint16, gs_half_to_float (stored));
    case GS_DTYPE_BF16:
      CONVERT (guint16, gs_bf16_to_float (stored));
    case GS_DTYPE_F8_E4M3:
      CONVERT (guint8, float_from_e4m3 (stored));
    case GS_DTYPE_F8_E5M2:
      CONVERT (guint8, gs_half_to_float ((guint16) (stored << 8)));
    case GS_DTYPE_I64:
      CONVERT (gint64, stored);
    case GS_DTYPE_I32:
      CONVERT (gint32, stored);
    case GS_DTYPE_I16:
      CONVERT (gint16, stored);
    case GS_DTYPE_I8:
      CONVERT (gint8, stored);
    case GS_DTYPE_U64:
      CONVERT (guint64, stored);
    case GS_DTYPE_U32:
      CONVERT (guint32, stored);
    case GS_DTYPE_U16:
      CONVERT (guint16, stored);
    case GS_DTYPE_U8:
      CONVERT (guint8, stored);
    case GS_DTYPE_BOOL:
      CONVERT (guint8, stored != 0);
    default:
      g_assert_not_reached ();
    }
}

#undef CONVERT

void
gs_stored_tensor_slice_to_half (const GsStoredTensor *tensor, guint64 first, guint64 count,
                                guint16 *out)
{
  float chunk[CHUNK];

  g_assert (first + count <= gs_stored_tensor_n_elements (tensor));
  if (tensor->dtype == GS_DTYPE_F16)
    {
      if (count > 0)
        memcpy (out, (const guint8 *) tensor->data + 2 * first, 2 * count);
      return;
    }
  for (guint64 done = 0; done < count; done += CHUNK)
    {
      guint64 n = MIN (CHUNK, count - done);

      gs_stored_tensor_slice_to_float (tensor, first + done, n, chunk);
      for (guint64 i = 0; i < n; i++)
        out[done + i] = gs_half_from_float (chunk[i]);
    }
}

void
gs_stored_tensor_to_float (const GsStoredTensor *tensor, float *out)
{
  gs_stored_tensor_slice_to_float (tensor, 0, gs_stored_tensor_n_elements (tensor), out);
}

void
gs_stored_tensor_to_half (const GsStoredTensor *tensor, guint16 *out)
{
  gs_stored_tensor_slice_to_half (tensor, 0, gs_stored_tensor_n_elements (tensor), out);
}

float
gs_stored_tensor_get_float (const GsStoredTensor *tensor, guint64 index)
{
  float value;

  gs_stored_tensor_slice_to_float (tensor, index, 1, &value);
  return value;
}

gboolean
gs_stored_tensor_has_shape (const GsStoredTensor *tensor, guint n_dims, const guint64 *shape)
{
  for (guint i = 0; i < MAX (n_dims, tensor->n_dims); i++)
    {
      guint64 stored = i < tensor->n_dims ? tensor->shape[i] : 1;
      guint64 wanted = i < n_dims ? shape[i] : 1;

      if (stored != wanted)
        return FALSE;
    }
  return TRUE;
}

char *
gs_shape_text (guint n_dims, const guint64 *shape)
{
  GString *text = g_string_new ("(");

  for (guint i = 0; i < n_dims; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i > 0 ? ", " : "", shape[i]);
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

char *
gs_stored_tensor_shape_text (const GsStoredTensor *tensor)
{
  return gs_shape_text (tensor->n_dims, tensor->shape);
}

char *
gs_text_for_message (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *shown = g_string_new (NULL);
  glong n = 0;

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (n++ == 120)
        {
          g_string_append (shown, "…");
          break;
        }
      g_string_append_unichar (shown, g_unichar_isprint (c) ? c : 0xfffd);
    }
  return g_string_free (shown, FALSE);
}

/* Four 16-bit floats at a time, by their bits: `exponent` has ones in the exponent's field. One
 * unit of it, added to a field of ones, carries into the sign's place. 256 MiB take 45 ms. */
static gboolean
halves_are_finite (const guint8 *from, guint64 count, guint16 exponent)
{
  const guint64 lanes = G_GUINT64_CONSTANT (0x0001000100010001);
  const guint64 mask = exponent * lanes, unit = (exponent & -exponent) * lanes;
  guint64 bad = 0, four = 0;

  for (guint64 i = 0; i + 4 <= count; i += 4)
    {
      memcpy (&four, from + 2 * i, 8);
      bad |= ((four & mask) + unit) & (0x8000 * lanes);
    }
  four = 0;
  if (count % 4 > 0)
    memcpy (&four, from + 2 * (count / 4 * 4), 2 * (count % 4));
  bad |= ((four & mask) + unit) & (0x8000 * lanes);
  return bad == 0;
}

gboolean
gs_stored_tensor_is_finite (const GsStoredTensor *tensor)
{
  guint64 count = gs_stored_tensor_n_elements (tensor);
  float chunk[CHUNK];

  if (tensor->dtype == GS_DTYPE_F16)
    return halves_are_finite (tensor->data, count, 0x7c00);
  if (tensor->dtype == GS_DTYPE_BF16)
    return halves_are_finite (tensor->data, count, 0x7f80);
  if (tensor->dtype >= GS_DTYPE_I64)
    return TRUE;
  for (guint64 done = 0; done < count; done += CHUNK)
    {
      guint64 n = MIN (CHUNK, count - done);

      gs_stored_tensor_slice_to_float (tensor, done, n, chunk);
      for (guint64 i = 0; i < n; i++)
        if (!isfinite (chunk[i]))
          return FALSE;
    }
  return TRUE;
}
