/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weight panels, byte for byte against the naive definition of shaders/matmul.h. */
#include <string.h>

#include "base/half.h"
#include "matmul.h"
#include "ops/matmul-private.h"

typedef struct
{
  guint64 dims[4];
  guint   n_dims;
} Case;

static const Case cases[] = {
  { { 1 }, 1 },
  { { 1, 1 }, 2 },
  { { 3, 5 }, 2 },
  { { 16, 4 }, 2 },
  { { 17, 64 }, 2 },
  { { 33, 1281 }, 2 },
  { { 320, 1280 }, 2 },
  { { 2000, 771 }, 2 }, /* large enough for several threads */
  { { 5, 7, 1, 1 }, 4 },
  { { 1, 1, 3, 3 }, 4 },
  { { 4, 3, 3, 3 }, 4 },
  { { 16, 64, 3, 3 }, 4 },
  { { 37, 66, 3, 3 }, 4 },
  { { 40, 200, 3, 3 }, 4 },
  { { 160, 320, 3, 3 }, 4 },
  { { 18, 70, 2, 2 }, 4 },
  { { 3, 2, 7, 7 }, 4 },
  { { 2, 5, 3, 1 }, 4 },
  { { 2, 3, 25, 25 }, 4 }, /* a block of one channel */
};

static float
value_of (guint64 i)
{
  const guint32 mixed = (guint32) i * 2654435761u;

  return ((gint32) mixed >> 8) * (i % 7 == 0 ? 0x1p-40f : 0x1p-20f);
}

static void
store (GsDtype dtype, guint8 *to, float value)
{
  if (dtype == GS_DTYPE_F64)
    memcpy (to, &(double) { value }, 8);
  else if (dtype == GS_DTYPE_F32)
    memcpy (to, &value, 4);
  else
    memcpy (to, &(guint16) { dtype == GS_DTYPE_F16 ? gs_half_from_float (value)
                                                   : gs_bf16_from_float (value) }, 2);
}

static float
fetch (GsDtype dtype, const guint8 *from)
{
  guint16 half;
  float single;
  double number;

  switch (dtype)
    {
    case GS_DTYPE_F64:
      memcpy (&number, from, 8);
      return (float) number;
    case GS_DTYPE_F32:
      memcpy (&single, from, 4);
      return single;
    case GS_DTYPE_F16:
      memcpy (&half, from, 2);
      return gs_half_to_float (half);
    default:
      memcpy (&half, from, 2);
      return gs_bf16_to_float (half);
    }
}

/* [columns / 16][tap][channels to a multiple of 4][16], zeros where there is nothing. */
static guint8 *
reference (const GsHostTensor *source, GsDtype dtype, gsize *n_bytes)
{
  const guint64 columns = source->dims[0], channels = source->n_dims > 1 ? source->dims[1] : 1;
  const guint64 padded = (columns + 15) / 16 * 16, fours = (channels + 3) / 4;
  const gsize from_bytes = gs_dtype_bytes (source->dtype), to_bytes = gs_dtype_bytes (dtype);
  guint64 taps = 1;
  guint8 *out;

  for (guint i = 2; i < source->n_dims; i++)
    taps *= source->dims[i];
  *n_bytes = padded * taps * fours * 4 * to_bytes;
  out = g_malloc0 (*n_bytes);
  for (guint64 n = 0; n < columns; n++)
    for (guint64 c = 0; c < channels; c++)
      for (guint64 tap = 0; tap < taps; tap++)
        {
          const guint64 from = (n * channels + c) * taps + tap;
          const guint64 to = (((n / 16) * taps + tap) * fours * 4 + c) * 16 + n % 16;

          store (dtype, out + to * to_bytes,
                 fetch (source->dtype, (const guint8 *) source->data + from * from_bytes));
        }
  return out;
}

static void
check (const Case *shape, GsDtype from, GsDtype to, guint misalignment)
{
  GsHostTensor source = { .dtype = from, .n_dims = shape->n_dims };
  g_autofree guint8 *data = NULL, *expected = NULL, *packed = NULL;
  gsize n_bytes;

  memcpy (source.dims, shape->dims, sizeof source.dims);
  /* Nothing beyond the source may be read: the sanitizer watches. */
  data = g_malloc (misalignment + gs_host_tensor_n_elements (&source) * gs_dtype_bytes (from));
  source.data = data + misalignment;
  for (guint64 i = 0; i < gs_host_tensor_n_elements (&source); i++)
    store (from, data + misalignment + i * gs_dtype_bytes (from), value_of (i));
  expected = reference (&source, to, &n_bytes);
  g_assert_cmpuint (gs_layout_matmul.bytes (source.dims, source.n_dims, to), ==, n_bytes);
  packed = g_malloc (misalignment + n_bytes + 1);
  memset (packed, 0xa5, misalignment + n_bytes + 1);
  gs_layout_matmul.pack (&source, to, packed + misalignment);
  g_assert_cmpmem (packed + misalignment, n_bytes, expected, n_bytes);
  g_assert_cmphex (packed[misalignment + n_bytes], ==, 0xa5);
}

static void
test_packing (gconstpointer data)
{
  static const GsDtype types[] = { GS_DTYPE_F16, GS_DTYPE_BF16, GS_DTYPE_F32, GS_DTYPE_F64 };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    for (guint misalignment = 0; misalignment < 2; misalignment++)
      {
        check (data, types[i], GS_DTYPE_F16, misalignment);
        check (data, types[i], GS_DTYPE_F32, misalignment);
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const guint64 *dims = cases[i].dims;
      g_autofree char *path = g_strdup_printf ("/matmul-panels/%ux%u%s%u", (guint) dims[0],
                                               (guint) dims[1], cases[i].n_dims > 2 ? "x" : "-",
                                               (guint) dims[2]);

      g_test_add_data_func (path, &cases[i], test_packing);
    }
  return g_test_run ();
}
