/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A 3x3 convolution and a linear layer by each kernel; sizes are no multiples of any tile's. Of bytes only
 * the layer, with numbers that become bytes exactly; of a workgroup's matrices more. Norms that a kernel
 * takes over are a check of their own. */
#include "base/block-parts.h"
#include "base/block-quant.h"
#include "ops/matmul-check-private.h"

#include <math.h>
#include <string.h>

#define SIDE     9
#define CHANNELS 40 /* of x: coopmat takes multiples of 8 */
#define COLUMNS  76
#define MOST_CHANNELS 64 /* bytes: two blocks */

static void
add (GArray *checks, const char *prefix, const char *kernel, gboolean needed)
{
  GsKernelCheck check = { .needed = needed };

  g_snprintf (check.name, sizeof check.name, "matmul-%s%s", prefix, kernel);
  g_array_append_val (checks, check);
}

static const char *
cpu_kernel (GsDevice *device)
{
  return gs_matmul_variant_name (gs_matmul_choose (device));
}

void
gs_matmul_checks_add (GsDevice *device, GArray *checks)
{
  g_autoptr (GArray) tiles = NULL;

  /* On a processor one kernel was chosen by trial, and the others may take long to compile. */
  if (gs_matmul_choose (device) > GS_MATMUL_TUNED)
    {
      add (checks, "", cpu_kernel (device), TRUE);
      return;
    }
  tiles = gs_matmul_list_all_tiles (device);
  for (guint i = 0; i < tiles->len; i++)
    add (checks, "", g_array_index (tiles, GsMatmulTile, i).name, i == 0);
  for (guint i = 0; i < tiles->len; i++)
    if (gs_matmul_choose (device) == GS_MATMUL_TUNED
        && gs_matmul_takes_norms (g_array_index (tiles, GsMatmulTile, i).variant))
      add (checks, GS_MATMUL_CHECK_NORMS, g_array_index (tiles, GsMatmulTile, i).name, FALSE);
}

/* Of w[column][channel][tap_y][tap_x] over x[y][x][channel], with zeros around. */
static double
sum (const float *x, const float *w, guint channels, guint column, int y, int left, guint kernel)
{
  const int pad = (int) kernel / 2;
  double total = 0;

  for (int dy = 0; dy < (int) kernel; dy++)
    for (int dx = 0; dx < (int) kernel; dx++)
      {
        const int row = y + dy - pad, place = left + dx - pad;

        if (row < 0 || row >= SIDE || place < 0 || place >= SIDE)
          continue;
        for (guint c = 0; c < channels; c++)
          total += (double) x[((guint) row * SIDE + (guint) place) * channels + c] *
                   w[((column * channels + c) * kernel + (guint) dy) * kernel + (guint) dx];
      }
  return total;
}

static double *
wanted (const float *x, const float *w, guint channels, guint kernel)
{
  double *want = g_new (double, SIDE *SIDE *COLUMNS);

  for (guint i = 0; i < SIDE * SIDE; i++)
    for (guint column = 0; column < COLUMNS; column++)
      want[i * COLUMNS + column] = sum (x, w, channels, column, (int) (i / SIDE), (int) (i % SIDE), kernel);
  return want;
}

static gboolean
find_tile (GsDevice *device, const char *kernel, GsMatmulTile *tile)
{
  g_autoptr (GArray) tiles = gs_matmul_list_all_tiles (device);

  for (guint i = 0; i < tiles->len; i++)
    if (g_str_equal (g_array_index (tiles, GsMatmulTile, i).name, kernel))
      {
        *tile = g_array_index (tiles, GsMatmulTile, i);
        return TRUE;
      }
  return FALSE;
}

/* Multiples of 1/128, and the largest of each 32 is 127/128. */
static void
make_bytes (float *x, gsize n)
{
  for (gsize i = 0; i < n; i++)
    x[i] = i % GS_BLOCK_PART == 0 ? 127.0f / 128 : roundf (x[i] * 127) / 128;
}

/* The numbers of blocks that are made of them. */
static guint8 *
make_blocks (float *w, gsize n, GsDtype dtype)
{
  const gsize n_blocks = n / gs_dtype_block (dtype);
  guint8 *blocks = g_malloc (n_blocks * gs_dtype_bytes (dtype));

  gs_blocks_from_floats (dtype, w, n_blocks, blocks);
  gs_blocks_to_floats (dtype, blocks, n_blocks, w);
  return blocks;
}

static gboolean
check_product (GsDevice *device, const char *kernel, GsDtype dtype, guint taps, double *worst,
               GError **error)
{
  const gboolean of_bytes = g_str_has_prefix (kernel, "dot");
  const GsDtype w_dtype = of_bytes ? GS_DTYPE_Q8_0 : GS_DTYPE_F16;
  const guint channels = of_bytes ? MOST_CHANNELS : CHANNELS;
  const guint64 dims[] = { COLUMNS, channels, taps, taps };
  const guint64 n_weights = (guint64) COLUMNS * channels * taps * taps;
  const GsMatmulParameters parameters = { COLUMNS, .kernel = taps, .stride = 1, .pad = taps / 2 };
  g_auto (GsCheckBench) bench = { 0 };
  g_autoptr (GsCommands) commands = gs_commands_new (device, "check");
  g_autofree float *x_values = NULL, *w_values = NULL;
  g_autofree double *want = NULL;
  g_autofree guint8 *packed = NULL, *blocks = NULL;
  GsHostTensor source = { .dtype = of_bytes ? w_dtype : GS_DTYPE_F32, .n_dims = 4 };
  GsTensor x, w, y;
  GsTensor *const operands[GS_MATMUL_N_OPERANDS] = { &x, &w };
  const gboolean tiled = gs_matmul_choose (device) <= GS_MATMUL_TUNED;
  GsMatmulTile tile;

  if (of_bytes && taps > 1)
    {
      *worst = 0;
      return TRUE;
    }
  gs_check_bench_init (&bench, device);
  gs_check_place (&bench, &x, (GsShape){ 1, SIDE, SIDE, channels }, dtype, 0);
  gs_check_place (&bench, &w, (GsShape){ 1, 1, 1, 1 }, w_dtype,
                  gs_layout_matmul.bytes (dims, 4, w_dtype));
  gs_check_place (&bench, &y, (GsShape){ 1, SIDE, SIDE, COLUMNS }, dtype, 0);
  if (!gs_check_allocate (&bench, error))
    return FALSE;
  x.buffer = w.buffer = y.buffer = bench.buffer;
  x_values = gs_check_numbers (&bench, SIDE * SIDE * channels);
  w_values = gs_check_numbers (&bench, n_weights);
  if (of_bytes)
    {
      make_bytes (x_values, SIDE * SIDE * channels);
      blocks = make_blocks (w_values, n_weights, w_dtype);
    }
  want = wanted (x_values, w_values, channels, taps);
  packed = g_malloc (w.n_bytes);
  memcpy (source.dims, dims, sizeof dims);
  source.data = of_bytes ? (gconstpointer) blocks : w_values;
  gs_layout_matmul.pack (&source, w_dtype, packed);
  if (!gs_check_write (&x, x_values, SIDE * SIDE * channels, error) ||
      !gs_buffer_write (bench.buffer, w.offset, packed, w.n_bytes, error))
    return FALSE;
  if (tiled && !find_tile (device, kernel, &tile))
    return TRUE; /* not on this device any more */
  gs_matmul_dispatch (commands, tiled ? tile.variant : gs_matmul_choose (device),
                      tiled ? &tile : NULL, NULL, operands, &y, NULL, &parameters);
  return gs_commands_finish (commands, error) && gs_commands_run (commands, error) &&
         gs_check_compare (&y, want, worst, error);
}

gboolean
gs_matmul_check_run (GsDevice *device, const char *kernel, GsDtype dtype, double *worst,
                     GError **error)
{
  double linear = 0, whole = 0;
  GsMatmulTile tile;

  if (g_str_has_prefix (kernel, GS_MATMUL_CHECK_NORMS))
    return !find_tile (device, kernel + strlen (GS_MATMUL_CHECK_NORMS), &tile)
           || gs_matmul_check_norms (device, &tile, dtype, worst, error);
  if (!check_product (device, kernel, dtype, 3, worst, error) ||
      !check_product (device, kernel, dtype, 1, &linear, error))
    return FALSE;
  if (g_str_has_prefix (kernel, "coopmat2-") && find_tile (device, kernel, &tile) &&
      !gs_matmul_check_whole (device, &tile, &whole, error))
    return FALSE;
  *worst = MAX (*worst, MAX (linear, whole));
  return TRUE;
}
