/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks of quantised numbers: what ggml makes of the same bytes, and back. */
#include "base/block-quant.h"
#include "base/block-parts.h"
#include "base/half.h"

#include "io/stored-tensor.h"

#include <math.h>
#include <string.h>

static guint64 state;

/* Knuth's linear congruential generator. */
static guint32
next (void)
{
  state = state * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
  return (guint32) (state >> 33);
}

/* The numbers at 0, 1, n / 2 - 1, n / 2, n / 2 + 5 and n - 1 of a block of pseudorandom bytes (seed:
 * the row and 1), whose halves d and m have the upper bytes 0x2c and 0xac; computed with ggml's own
 * dequantize_row functions (ggml-quants.c). */
static const struct
{
  GsDtype dtype;
  int d, m; /* places of the halves, or -1 */
  float numbers[6];
} blocks[] = {
  { GS_DTYPE_Q8_0, 0, -1,
    { -3.92919922, -1.96459961, 2.34240723, -3.32470703, 7.4050293, -4.45812988 } },
  { GS_DTYPE_Q5_0, 0, -1,
    { -0.307617188, -0.769042969, -0.769042969, 0.538330078, -1.15356445, -0.153808594 } },
  { GS_DTYPE_Q5_1, 0, 2,
    { 0.497558594, 0.497558594, 1.06170654, 1.62585449, 0.810974121, 0.246826172 } },
  { GS_DTYPE_Q4_0, 0, -1,
    { 0.384521484, 0.192260742, 0.0640869141, 0.448608398, 0, -0.256347656 } },
  { GS_DTYPE_Q4_1, 0, 2,
    { 0.907592773, 0.122436523, 0.711303711, -0.0738525391, 0.122436523, 0.384155273 } },
  { GS_DTYPE_Q4_K, 0, 2,
    { 53.383667, 21.3035889, 30.1256104, 30.1986084, 10.8168945, 16.8959351 } },
  { GS_DTYPE_Q5_K, 0, 2,
    { 52.1273804, 74.5092163, 6.06951904, 68.9133301, 45.9855957, 6.4354248 } },
  { GS_DTYPE_Q6_K, 208, -1,
    { -30.8496094, 41.1328125, -95.8265991, -19.666626, 43.7036133, 21.5947266 } },
};

static void
make_block (guint row, guint8 *block)
{
  state = row + 1;
  for (gsize i = 0; i < gs_dtype_bytes (blocks[row].dtype); i++)
    block[i] = next () & 255;
  block[blocks[row].d + 1] = 0x2c;
  if (blocks[row].m >= 0)
    block[blocks[row].m + 1] = 0xac;
}

static void
test_reading (void)
{
  for (guint row = 0; row < G_N_ELEMENTS (blocks); row++)
    {
      const guint n = gs_dtype_block (blocks[row].dtype);
      const guint places[] = { 0, 1, n / 2 - 1, n / 2, n / 2 + 5, n - 1 };
      guint8 block[256];
      float numbers[256];

      make_block (row, block);
      gs_blocks_to_floats (blocks[row].dtype, block, 1, numbers);
      for (guint i = 0; i < G_N_ELEMENTS (places); i++)
        g_assert_cmpfloat (fabsf (numbers[places[i]] - blocks[row].numbers[i]), <=,
                           1e-7 * fabsf (blocks[row].numbers[i]));
    }
}

/* Any stretch of a tensor in blocks is what the whole has there. */
static void
test_slices (void)
{
  for (guint row = 0; row < G_N_ELEMENTS (blocks); row++)
    {
      const guint n = 2 * gs_dtype_block (blocks[row].dtype);
      const gsize n_bytes = gs_dtype_bytes (blocks[row].dtype);
      guint8 data[512];
      float whole[512], part[512];
      GsStoredTensor tensor = { .name = "x", .dtype = blocks[row].dtype, .n_dims = 1,
                                .shape = { n }, .data = data, .n_bytes = 2 * n_bytes };

      make_block (row, data);
      make_block (row, data + n_bytes);
      data[n_bytes + 5] ^= 0x55;
      g_assert_cmpuint (gs_stored_tensor_n_elements (&tensor), ==, n);
      gs_stored_tensor_to_float (&tensor, whole);
      for (guint first = 0; first < n; first += 7)
        for (guint count = 0; first + count <= n; count += 13)
          {
            gs_stored_tensor_slice_to_float (&tensor, first, count, part);
            g_assert_cmpmem (part, count * sizeof *part, whole + first, count * sizeof *whole);
          }
    }
}

/* Rounded to the nearest of so many steps between the ends; the last of Q4_0 and Q5_0 is cut off on one
 * side. Halves' rounding of the scale adds a little. */
static void
test_writing (void)
{
  static const struct
  {
    GsDtype dtype;
    double steps, worst;
  } types[] = {
    { GS_DTYPE_Q8_0, 254, 0.5 }, { GS_DTYPE_Q5_0, 32, 1 }, { GS_DTYPE_Q5_1, 31, 0.5 },
    { GS_DTYPE_Q4_0, 16, 1 },    { GS_DTYPE_Q4_1, 15, 0.5 },
  };

  state = 7;
  for (guint t = 0; t < G_N_ELEMENTS (types); t++)
    for (guint repeat = 0; repeat < 100; repeat++)
      {
        float numbers[32], back[32], largest = 0;
        guint8 block[64];

        g_assert_true (gs_blocks_can_write (types[t].dtype));
        for (guint i = 0; i < 32; i++)
          {
            numbers[i] = (float) ((int) (next () % 2001) - 1000) / 777.0f;
            largest = MAX (largest, fabsf (numbers[i]));
          }
        if (repeat == 0)
          memset (numbers, 0, sizeof numbers);
        gs_blocks_from_floats (types[t].dtype, numbers, 1, block);
        gs_blocks_to_floats (types[t].dtype, block, 1, back);
        for (guint i = 0; i < 32; i++)
          g_assert_cmpfloat (fabsf (numbers[i] - back[i]), <=,
                             2 * largest / types[t].steps * types[t].worst + largest * 0x1p-9);
      }
  g_assert_false (gs_blocks_can_write (GS_DTYPE_Q6_K));
  g_assert_false (gs_blocks_can_write (GS_DTYPE_F16));
}

/* Blocks of random bytes, but for their halves, taken apart and put together again. */
static void
test_parts (void)
{
  for (GsDtype dtype = GS_DTYPE_Q8_0; dtype <= GS_DTYPE_Q6_K; dtype++)
    {
      const guint n = gs_dtype_block (dtype), n_parts = n / GS_BLOCK_PART;
      guint8 row[2 * 256];
      float numbers[2 * 256];
      gboolean has_minima, has_two_scales;
      guint bits;

      state = dtype;
      for (gsize i = 0; i < sizeof row; i++)
        row[i] = next () & 0xff;
      for (guint block = 0; block < 2; block++)
        for (guint half = 0; half < 2; half++)
          {
            guint8 *at = row + block * gs_dtype_bytes (dtype) + (dtype == GS_DTYPE_Q6_K ? 208 : 0);
            const guint16 value = gs_half_from_float (0.01f * (1 + block + 2 * half));

            if (half == 0 || (dtype != GS_DTYPE_Q6_K && dtype != GS_DTYPE_Q8_0))
              memcpy (at + 2 * half, &value, sizeof value);
          }
      gs_blocks_to_floats (dtype, row, 2, numbers);
      gs_block_format (dtype, &bits, &has_minima, &has_two_scales);
      for (guint p = 0; p < 2 * n_parts; p++)
        {
          GsBlockPart part;

          gs_block_get_part (dtype, row, p, &part);
          g_assert_true (has_two_scales || part.scales[0] == part.scales[1]);
          for (guint i = 0; i < GS_BLOCK_PART; i++)
            {
              const float scale = part.scales[i / 16], q = part.q[i];
              const float value = has_minima ? scale * q + part.minimum
                                             : scale * (q - (float) (1 << (bits - 1)));

              g_assert_cmpint (part.q[i], <, 1 << bits);
              g_assert_cmpfloat (fabsf (value - numbers[p * GS_BLOCK_PART + i]), <=,
                                 fabsf (value) * 0x1p-22 + fabsf (part.minimum) * 0x1p-22);
            }
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/block-quant/reading", test_reading);
  g_test_add_func ("/block-quant/slices", test_slices);
  g_test_add_func ("/block-quant/writing", test_writing);
  g_test_add_func ("/block-quant/parts", test_parts);
  return g_test_run ();
}
