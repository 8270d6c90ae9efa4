/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights in blocks as kernels find them: every number of a convolution, in each kind of format, read back
 * as shaders/include/quant.glsl says. */
#include "base/block-parts.h"
#include "base/block-quant.h"
#include "ops/matmul-private.h"

#include "matmul.h"

#include <string.h>

#define COLUMNS  20
#define CHANNELS 64
#define TAPS     9

typedef struct
{
  guint bits, scales;
  gboolean has_minima;
  const guint8 *group; /* of a panel and 32 channels */
} Format;

static guint32
word_at (const Format *format, guint row, guint column)
{
  guint32 word;

  memcpy (&word, format->group + (row * GS_MATMUL_PANEL + column) * 4, 4);
  return word;
}

static float
float_at (const Format *format, guint row, guint column)
{
  const guint32 word = word_at (format, row, column);
  float value;

  memcpy (&value, &word, 4);
  return value;
}

/* Rows of a tap's bits. */
static guint
bit_rows (const Format *format)
{
  return format->bits == 8 ? 8 : format->bits == 6 ? 6 : format->bits == 5 ? 5 : 4;
}

static float
number_at (const Format *format, guint column, guint channel, guint tap)
{
  const guint place = channel * TAPS + tap, in_word = format->bits == 8 ? 4 : 8;
  const guint first = TAPS * (format->scales + format->has_minima) + tap * bit_rows (format);
  const float scale = float_at (format, place / (32 / format->scales), column);
  guint q = word_at (format, first + channel / in_word, column) >> (channel % in_word * (32 / in_word));

  q &= format->bits == 8 ? 255 : 15;
  if (format->bits == 5)
    q |= (word_at (format, first + 4, column) >> channel & 1) << 4;
  if (format->bits == 6)
    q |= (word_at (format, first + 4 + channel / 16, column) >> (channel % 16 * 2) & 3) << 4;
  if (format->has_minima)
    return scale * (float) q + float_at (format, TAPS * format->scales + place / 32, column);
  return scale * (float) ((int) q - (1 << (format->bits - 1)));
}

static void
test_numbers (gconstpointer data)
{
  const GsDtype dtype = (GsDtype) GPOINTER_TO_UINT (data);
  const guint64 dims[] = { COLUMNS, CHANNELS, 3, 3 };
  const gsize n = COLUMNS * CHANNELS * TAPS, n_blocks = n / gs_dtype_block (dtype);
  g_autofree guint8 *blocks = g_malloc (n_blocks * gs_dtype_bytes (dtype));
  g_autofree float *want = g_new (float, n);
  g_autofree guint8 *packed = NULL;
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  GsHostTensor source = { .dtype = dtype, .n_dims = 4, .data = blocks };
  gboolean has_two_scales;
  Format format;
  gsize group_bytes;

  for (gsize i = 0; i < n_blocks * gs_dtype_bytes (dtype); i++)
    blocks[i] = (guint8) g_rand_int_range (random, 0, 64); /* halfs that are small and finite */
  gs_blocks_to_floats (dtype, blocks, n_blocks, want);
  gs_block_format (dtype, &format.bits, &format.has_minima, &has_two_scales);
  format.scales = has_two_scales ? 2 : 1;
  g_assert_true (gs_matmul_takes_blocks (dims, 4, dtype));
  group_bytes = TAPS * (format.scales + format.has_minima + bit_rows (&format)) * GS_MATMUL_PANEL * 4;
  g_assert_cmpuint (gs_layout_matmul.bytes (dims, 4, dtype), ==, 2 * CHANNELS / 32 * group_bytes);
  packed = g_malloc (2 * CHANNELS / 32 * group_bytes);
  memcpy (source.dims, dims, sizeof dims);
  gs_layout_matmul.pack (&source, dtype, packed);
  for (guint column = 0; column < COLUMNS; column++)
    for (guint channel = 0; channel < CHANNELS; channel++)
      for (guint tap = 0; tap < TAPS; tap++)
        {
          format.group = packed + (column / GS_MATMUL_PANEL * (CHANNELS / 32) + channel / 32) * group_bytes;
          g_assert_cmpfloat (number_at (&format, column % GS_MATMUL_PANEL, channel % 32, tap), ==,
                             want[(column * CHANNELS + channel) * TAPS + tap]);
        }
}

static void
test_what_stays (void)
{
  g_assert_true (gs_matmul_takes_blocks ((const guint64[]){ 4, 320 }, 2, GS_DTYPE_Q4_K));
  g_assert_true (gs_matmul_takes_blocks ((const guint64[]){ 4, 320, 1, 1 }, 4, GS_DTYPE_Q8_0));
  g_assert_false (gs_matmul_takes_blocks ((const guint64[]){ 32, 48, 3, 3 }, 4, GS_DTYPE_Q4_0));
  g_assert_false (gs_matmul_takes_blocks ((const guint64[]){ 4, 320 }, 2, GS_DTYPE_F16));
  g_assert_false (gs_matmul_takes_blocks ((const guint64[]){ 320 }, 1, GS_DTYPE_Q8_0));
}

int
main (int argc, char **argv)
{
  static const GsDtype dtypes[] = { GS_DTYPE_Q8_0, GS_DTYPE_Q5_0, GS_DTYPE_Q5_1, GS_DTYPE_Q4_0,
                                    GS_DTYPE_Q4_1, GS_DTYPE_Q4_K, GS_DTYPE_Q5_K, GS_DTYPE_Q6_K };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/matmul-blocks/%s", gs_dtype_name (dtypes[i]));

      g_test_add_data_func (path, GUINT_TO_POINTER (dtypes[i]), test_numbers);
    }
  g_test_add_func ("/matmul-blocks/what-stays", test_what_stays);
  return g_test_run ();
}
