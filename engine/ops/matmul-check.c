/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A 3x3 convolution and a linear layer by each kernel; sizes are no multiples of any tile's. */
#include "ops/check-private.h"
#include "ops/matmul-private.h"

#include <math.h>
#include <string.h>

#define SIDE     9
#define CHANNELS 40 /* of x: coopmat takes multiples of 8 */
#define COLUMNS  76

static void
add (GArray *checks, const char *kernel, gboolean needed)
{
  GsKernelCheck check = { .needed = needed };

  g_snprintf (check.name, sizeof check.name, "matmul-%s", kernel);
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
      add (checks, cpu_kernel (device), TRUE);
      return;
    }
  tiles = gs_matmul_list_all_tiles (device);
  for (guint i = 0; i < tiles->len; i++)
    add (checks, g_array_index (tiles, GsMatmulTile, i).name, i == 0);
}

/* Of w[column][channel][tap_y][tap_x] over x[y][x][channel], with zeros around. */
static double
sum (const float *x, const float *w, guint column, int y, int left, guint kernel)
{
  const int pad = (int) kernel / 2;
  double total = 0;

  for (int dy = 0; dy < (int) kernel; dy++)
    for (int dx = 0; dx < (int) kernel; dx++)
      {
        const int row = y + dy - pad, place = left + dx - pad;

        if (row < 0 || row >= SIDE || place < 0 || place >= SIDE)
          continue;
        for (guint c = 0; c < CHANNELS; c++)
          total += (double) x[((guint) row * SIDE + (guint) place) * CHANNELS + c] *
                   w[((column * CHANNELS + c) * kernel + (guint) dy) * kernel + (guint) dx];
      }
  return total;
}

static double *
wanted (const float *x, const float *w, guint kernel)
{
  double *want = g_new (double, SIDE *SIDE *COLUMNS);

  for (guint i = 0; i < SIDE * SIDE; i++)
    for (guint column = 0; column < COLUMNS; column++)
      want[i * COLUMNS + column] = sum (x, w, column, (int) (i / SIDE), (int) (i % SIDE), kernel);
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

static gboolean
check_product (GsDevice *device, const char *kernel, GsDtype dtype, guint taps, double *worst,
               GError **error)
{
  const guint64 dims[] = { COLUMNS, CHANNELS, taps, taps };
  const guint64 n_weights = (guint64) COLUMNS * CHANNELS * taps * taps;
  const GsMatmulParameters parameters = { COLUMNS, .kernel = taps, .stride = 1, .pad = taps / 2 };
  g_auto (GsCheckBench) bench = { 0 };
  g_autoptr (GsCommands) commands = gs_commands_new (device, "check");
  g_autofree float *x_values = NULL, *w_values = NULL;
  g_autofree double *want = NULL;
  g_autofree guint8 *packed = NULL;
  GsHostTensor source = { .dtype = GS_DTYPE_F32, .n_dims = 4 };
  GsTensor x, w, y;
  GsTensor *const operands[GS_MATMUL_N_OPERANDS] = { &x, &w };
  const gboolean tiled = gs_matmul_choose (device) <= GS_MATMUL_TUNED;
  GsMatmulTile tile;

  gs_check_bench_init (&bench, device);
  gs_check_place (&bench, &x, (GsShape){ 1, SIDE, SIDE, CHANNELS }, dtype, 0);
  gs_check_place (&bench, &w, (GsShape){ 1, 1, 1, 1 }, GS_DTYPE_F16,
                  gs_layout_matmul.bytes (dims, 4, GS_DTYPE_F16));
  gs_check_place (&bench, &y, (GsShape){ 1, SIDE, SIDE, COLUMNS }, dtype, 0);
  if (!gs_check_allocate (&bench, error))
    return FALSE;
  x.buffer = w.buffer = y.buffer = bench.buffer;
  x_values = gs_check_numbers (&bench, SIDE * SIDE * CHANNELS);
  w_values = gs_check_numbers (&bench, n_weights);
  want = wanted (x_values, w_values, taps);
  packed = g_malloc (w.n_bytes);
  memcpy (source.dims, dims, sizeof dims);
  source.data = w_values;
  gs_layout_matmul.pack (&source, GS_DTYPE_F16, packed);
  if (!gs_check_write (&x, x_values, SIDE * SIDE * CHANNELS, error) ||
      !gs_buffer_write (bench.buffer, w.offset, packed, w.n_bytes, error))
    return FALSE;
  if (tiled && !find_tile (device, kernel, &tile))
    return TRUE; /* not on this device any more */
  gs_matmul_dispatch (commands, tiled ? tile.variant : gs_matmul_choose (device),
                      tiled ? &tile : NULL, NULL, operands, &y, &parameters);
  return gs_commands_finish (commands, error) && gs_commands_run (commands, error) &&
         gs_check_compare (&y, want, worst, error);
}

gboolean
gs_matmul_check_run (GsDevice *device, const char *kernel, GsDtype dtype, double *worst,
                     GError **error)
{
  double linear = 0;

  if (!check_product (device, kernel, dtype, 3, worst, error) ||
      !check_product (device, kernel, dtype, 1, &linear, error))
    return FALSE;
  *worst = MAX (*worst, linear);
  return TRUE;
}
