/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All that a kernel does beside multiplying, on halfs: a 3x3 convolution of x and x2 with the shortcut of a
 * third picture, biases, an addend and SiLU, of pictures so small that a tile has several; and a linear
 * layer of pairs of columns. For kernels that no device has run so far.
 */
#include "ops/matmul-check-private.h"

#include "matmul.h"
#include "unary.h"

#include <math.h>

#define PICTURES 5
#define HEIGHT 3
#define WIDTH 4
#define PIXELS (PICTURES * HEIGHT * WIDTH)
#define CHANNELS 24 /* of x */
#define CHANNELS2 16
#define SHORTCUT 72 /* channels: more than a slab */
#define COLUMNS 76
#define PAIRS 48

static const GsShape shape = { PICTURES, HEIGHT, WIDTH, 0 };

/* A pixel's channels by one tap's weights, which lie a stride apart. */
static double
tap (const GsCheckValues *x, guint channels, const float *w, guint stride, guint pixel)
{
  double sum = 0;

  for (guint c = 0; c < channels; c++)
    sum += (double) x->values[pixel * channels + c] * w[c * stride];
  return sum;
}

static double
convolution (const GsCheckValues *x, const GsCheckValues *x2, const GsCheckValues *w, guint picture, int y,
             int left, guint n)
{
  const guint channels = CHANNELS + CHANNELS2;
  double sum = 0;

  for (int i = 0; i < 9; i++)
    {
      const int row = y + i / 3 - 1, column = left + i % 3 - 1;
      const guint pixel = (picture * HEIGHT + (guint) row) * WIDTH + (guint) column;
      const float *weights = w->values + n * channels * 9 + i;

      if (row >= 0 && row < HEIGHT && column >= 0 && column < WIDTH)
        sum += tap (x, CHANNELS, weights, 9, pixel)
               + tap (x2, CHANNELS2, weights + CHANNELS * 9, 9, pixel);
    }
  return sum;
}

enum { X, X2, W, BIAS, ADD, S, SW, SBIAS, Y, N_VALUES };

static double *
wanted_convolution (const GsCheckValues *v)
{
  double *want = g_new (double, PIXELS *COLUMNS);

  for (guint m = 0; m < PIXELS; m++)
    for (guint n = 0; n < COLUMNS; n++)
      {
        const double sum = convolution (&v[X], &v[X2], &v[W], m / (HEIGHT * WIDTH), m / WIDTH % HEIGHT,
                                        m % WIDTH, n)
                           + tap (&v[S], SHORTCUT, v[SW].values + n * SHORTCUT, 1, m)
                           + v[BIAS].values[n] + v[SBIAS].values[n] + v[ADD].values[m * COLUMNS + n];

        want[m * COLUMNS + n] = sum / (1 + exp (-sum));
      }
  return want;
}

static gboolean
check_convolution (GsCheckBench *bench, const GsMatmulTile *tile, GsCheckValues *v, double *worst,
                   GError **error)
{
  const guint64 dims[] = { COLUMNS, CHANNELS + CHANNELS2, 3, 3 }, s_dims[] = { COLUMNS, SHORTCUT, 1, 1 };
  const GsMatmulParameters parameters = { COLUMNS, .kernel = 3, .stride = 1, .pad = 1,
                                          .activation = GS_UNARY_SILU + 1 };
  GsTensor *const operands[GS_MATMUL_N_OPERANDS] = {
    [GS_MATMUL_X] = &v[X].tensor,
    [GS_MATMUL_WEIGHT] = &v[W].tensor,
    [GS_MATMUL_BIAS] = &v[BIAS].tensor,
    [GS_MATMUL_ADD] = &v[ADD].tensor,
    [GS_MATMUL_X2] = &v[X2].tensor,
    [GS_MATMUL_SHORTCUT_X] = &v[S].tensor,
    [GS_MATMUL_SHORTCUT_WEIGHT] = &v[SW].tensor,
    [GS_MATMUL_SHORTCUT_BIAS] = &v[SBIAS].tensor,
  };
  g_autoptr (GsBuffer) block = gs_buffer_new (bench->device, GS_MEMORY_UPLOAD,
                                              sizeof (struct GsMatmulShortcut), "check", error);
  GsNode node = { .block = block, .block_bytes = sizeof (struct GsMatmulShortcut) };
  g_autofree double *want = NULL;

  gs_check_place_picture (bench, &v[X], shape, CHANNELS, GS_DTYPE_F16);
  gs_check_place_picture (bench, &v[X2], shape, CHANNELS2, GS_DTYPE_F16);
  gs_check_place_picture (bench, &v[S], shape, SHORTCUT, GS_DTYPE_F16);
  gs_check_place_picture (bench, &v[ADD], shape, COLUMNS, GS_DTYPE_F16);
  gs_check_place_picture (bench, &v[Y], shape, COLUMNS, GS_DTYPE_F16);
  gs_check_place_vector (bench, &v[BIAS], COLUMNS);
  gs_check_place_vector (bench, &v[SBIAS], COLUMNS);
  gs_check_place_weights (bench, &v[W], dims);
  gs_check_place_weights (bench, &v[SW], s_dims);
  if (block == NULL || !gs_check_allocate (bench, error)
      || !gs_check_fill (bench, &v[X], error) || !gs_check_fill (bench, &v[X2], error)
      || !gs_check_fill (bench, &v[S], error) || !gs_check_fill (bench, &v[ADD], error)
      || !gs_check_fill (bench, &v[BIAS], error) || !gs_check_fill (bench, &v[SBIAS], error)
      || !gs_check_fill_weights (bench, &v[W], dims, error)
      || !gs_check_fill_weights (bench, &v[SW], s_dims, error))
    return FALSE;
  v[Y].tensor.buffer = bench->buffer;
  want = wanted_convolution (v);
  return gs_check_multiply (bench->device, tile, &node, operands, &v[Y].tensor, NULL, &parameters, error)
         && gs_check_compare (&v[Y].tensor, want, worst, error);
}

static double *
wanted_pairs (const GsCheckValues *v)
{
  double *want = g_new (double, PIXELS *PAIRS);

  for (guint m = 0; m < PIXELS; m++)
    for (guint n = 0; n < PAIRS; n++)
      {
        const guint other = PAIRS + n;
        const double gate = tap (&v[X], CHANNELS, v[W].values + other * CHANNELS, 1, m)
                            + v[BIAS].values[other];

        want[m * PAIRS + n] = (tap (&v[X], CHANNELS, v[W].values + n * CHANNELS, 1, m)
                               + v[BIAS].values[n])
                              * 0.5 * gate * (1 + erf (gate * M_SQRT1_2));
      }
  return want;
}

static gboolean
check_pairs (GsCheckBench *bench, const GsMatmulTile *tile, GsCheckValues *v, double *worst,
             GError **error)
{
  const guint64 dims[] = { 2 * PAIRS, CHANNELS, 1, 1 };
  const GsMatmulParameters parameters = { 2 * PAIRS, .kernel = 1, .stride = 1,
                                          .activation = GS_MATMUL_GEGLU };
  GsTensor *const operands[GS_MATMUL_N_OPERANDS] = {
    [GS_MATMUL_X] = &v[X].tensor,
    [GS_MATMUL_WEIGHT] = &v[W].tensor,
    [GS_MATMUL_BIAS] = &v[BIAS].tensor,
  };
  g_autofree double *want = NULL;

  gs_check_place_picture (bench, &v[X], shape, CHANNELS, GS_DTYPE_F16);
  gs_check_place_picture (bench, &v[Y], shape, PAIRS, GS_DTYPE_F16);
  gs_check_place_vector (bench, &v[BIAS], 2 * PAIRS);
  gs_check_place_weights (bench, &v[W], dims);
  if (!gs_check_allocate (bench, error) || !gs_check_fill (bench, &v[X], error)
      || !gs_check_fill (bench, &v[BIAS], error) || !gs_check_fill_weights (bench, &v[W], dims, error))
    return FALSE;
  v[Y].tensor.buffer = bench->buffer;
  want = wanted_pairs (v);
  return gs_check_multiply (bench->device, tile, NULL, operands, &v[Y].tensor, NULL, &parameters, error)
         && gs_check_compare (&v[Y].tensor, want, worst, error);
}

gboolean
gs_matmul_check_whole (GsDevice *device, const GsMatmulTile *tile, double *worst, GError **error)
{
  double misses[2] = { INFINITY, INFINITY };

  for (guint i = 0; i < G_N_ELEMENTS (misses); i++)
    {
      g_auto (GsCheckBench) bench = { 0 };
      GsCheckValues values[N_VALUES] = { 0 };
      gboolean done;

      gs_check_bench_init (&bench, device);
      done = i == 0 ? check_convolution (&bench, tile, values, &misses[i], error)
                    : check_pairs (&bench, tile, values, &misses[i], error);
      gs_check_values_clear (values, N_VALUES);
      if (!done)
        return FALSE;
    }
  *worst = MAX (misses[0], misses[1]);
  return TRUE;
}
