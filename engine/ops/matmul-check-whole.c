/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All that a kernel does beside multiplying, on halfs: a 3x3 convolution of x and x2 with the shortcut of a
 * third picture, biases, an addend and SiLU, of pictures so small that a tile has several; and a linear
 * layer of pairs of columns. For kernels that no device has run so far.
 */
#include "ops/check-private.h"
#include "ops/matmul-private.h"

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

/* A tensor and its numbers. */
typedef struct
{
  GsTensor tensor;
  float   *values;
  gsize    n;
} Values;

static void
place (GsCheckBench *bench, Values *self, guint32 channels, GsDtype dtype)
{
  gs_check_place (bench, &self->tensor, (GsShape){ PICTURES, HEIGHT, WIDTH, channels }, dtype, 0);
  self->n = (gsize) PIXELS * channels;
}

static void
place_bias (GsCheckBench *bench, Values *self, guint32 columns)
{
  gs_check_place (bench, &self->tensor, (GsShape){ 1, 1, 1, columns }, GS_DTYPE_F32, 0);
  self->n = columns;
}

static void
place_weights (GsCheckBench *bench, Values *self, const guint64 *dims)
{
  gs_check_place (bench, &self->tensor, (GsShape){ 1, 1, 1, 1 }, GS_DTYPE_F16,
                  gs_layout_matmul.bytes (dims, 4, GS_DTYPE_F16));
  self->n = dims[0] * dims[1] * dims[2] * dims[3];
}

static gboolean
fill (GsCheckBench *bench, Values *self, GError **error)
{
  self->values = gs_check_numbers (bench, self->n);
  self->tensor.buffer = bench->buffer;
  return gs_check_write (&self->tensor, self->values, self->n, error);
}

static gboolean
fill_weights (GsCheckBench *bench, Values *self, const guint64 *dims, GError **error)
{
  GsHostTensor source = { .dtype = GS_DTYPE_F32, .n_dims = 4,
                          .dims = { dims[0], dims[1], dims[2], dims[3] } };
  g_autofree guint8 *packed = g_malloc (self->tensor.n_bytes);

  source.data = self->values = gs_check_numbers (bench, self->n);
  self->tensor.buffer = bench->buffer;
  gs_layout_matmul.pack (&source, GS_DTYPE_F16, packed);
  return gs_buffer_write (bench->buffer, self->tensor.offset, packed, self->tensor.n_bytes, error);
}

static gboolean
run (GsDevice *device, const GsMatmulTile *tile, GsNode *node, GsTensor *const *operands, GsTensor *y,
     const GsMatmulParameters *parameters, GError **error)
{
  g_autoptr (GsCommands) commands = gs_commands_new (device, "check");

  gs_matmul_dispatch (commands, tile->variant, tile, node, operands, y, parameters);
  return gs_commands_finish (commands, error) && gs_commands_run (commands, error);
}

/* A pixel's channels by one tap's weights, which lie a stride apart. */
static double
tap (const Values *x, guint channels, const float *w, guint stride, guint pixel)
{
  double sum = 0;

  for (guint c = 0; c < channels; c++)
    sum += (double) x->values[pixel * channels + c] * w[c * stride];
  return sum;
}

static double
convolution (const Values *x, const Values *x2, const Values *w, guint picture, int y, int left, guint n)
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
wanted_convolution (const Values *v)
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

static void
values_clear (Values *values)
{
  for (guint i = 0; i < N_VALUES; i++)
    g_free (values[i].values);
}

static gboolean
check_convolution (GsCheckBench *bench, const GsMatmulTile *tile, Values *v, double *worst, GError **error)
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

  place (bench, &v[X], CHANNELS, GS_DTYPE_F16);
  place (bench, &v[X2], CHANNELS2, GS_DTYPE_F16);
  place (bench, &v[S], SHORTCUT, GS_DTYPE_F16);
  place (bench, &v[ADD], COLUMNS, GS_DTYPE_F16);
  place (bench, &v[Y], COLUMNS, GS_DTYPE_F16);
  place_bias (bench, &v[BIAS], COLUMNS);
  place_bias (bench, &v[SBIAS], COLUMNS);
  place_weights (bench, &v[W], dims);
  place_weights (bench, &v[SW], s_dims);
  if (block == NULL || !gs_check_allocate (bench, error)
      || !fill (bench, &v[X], error) || !fill (bench, &v[X2], error) || !fill (bench, &v[S], error)
      || !fill (bench, &v[ADD], error) || !fill (bench, &v[BIAS], error)
      || !fill (bench, &v[SBIAS], error) || !fill_weights (bench, &v[W], dims, error)
      || !fill_weights (bench, &v[SW], s_dims, error))
    return FALSE;
  v[Y].tensor.buffer = bench->buffer;
  want = wanted_convolution (v);
  return run (bench->device, tile, &node, operands, &v[Y].tensor, &parameters, error)
         && gs_check_compare (&v[Y].tensor, want, worst, error);
}

static double *
wanted_pairs (const Values *v)
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
check_pairs (GsCheckBench *bench, const GsMatmulTile *tile, Values *v, double *worst, GError **error)
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

  place (bench, &v[X], CHANNELS, GS_DTYPE_F16);
  place (bench, &v[Y], PAIRS, GS_DTYPE_F16);
  place_bias (bench, &v[BIAS], 2 * PAIRS);
  place_weights (bench, &v[W], dims);
  if (!gs_check_allocate (bench, error) || !fill (bench, &v[X], error) || !fill (bench, &v[BIAS], error)
      || !fill_weights (bench, &v[W], dims, error))
    return FALSE;
  v[Y].tensor.buffer = bench->buffer;
  want = wanted_pairs (v);
  return run (bench->device, tile, NULL, operands, &v[Y].tensor, &parameters, error)
         && gs_check_compare (&v[Y].tensor, want, worst, error);
}

gboolean
gs_matmul_check_whole (GsDevice *device, const GsMatmulTile *tile, double *worst, GError **error)
{
  double misses[2] = { INFINITY, INFINITY };

  for (guint i = 0; i < G_N_ELEMENTS (misses); i++)
    {
      g_auto (GsCheckBench) bench = { 0 };
      Values values[N_VALUES] = { 0 };
      gboolean done;

      gs_check_bench_init (&bench, device);
      done = i == 0 ? check_convolution (&bench, tile, values, &misses[i], error)
                    : check_pairs (&bench, tile, values, &misses[i], error);
      values_clear (values);
      if (!done)
        return FALSE;
    }
  *worst = MAX (misses[0], misses[1]);
  return TRUE;
}
