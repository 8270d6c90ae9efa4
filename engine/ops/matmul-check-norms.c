/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Norms that a tile's kernel takes over: a layer norm of what it reads; moments of groups of channels that a
 * product leaves, beside its y that is right, too; a linear layer that puts these together, and a group norm
 * that does.
 */
#include "ops/group-norm-private.h"
#include "ops/matmul-check-private.h"

#include "matmul.h"

#include <math.h>

#define COLUMNS 76
#define EPSILON 0.1f /* so large that it counts */

/* Of the layer norm: rows that fill no tile. */
#define ROWS 60
#define CHANNELS 72

/* Of the groups, in pictures that are whole tiles; tiles of 32, 64 and 128 columns end within groups. */
#define PICTURES 2
#define PIXELS 128 /* of a picture */
#define CHANNELS_BEFORE 40
#define GROUPS 7
#define GROUPED (GROUPS * 24)

enum { X, W, BIAS, MADE, READER, NORM_WEIGHT, NORM_BIAS, LEFT, Y, H, N_VALUES };

/* ---- In double precision ---- */

static double *
wanted_product (const double *x, const float *w, const float *bias, guint rows, guint depth,
                guint columns)
{
  double *y = g_new (double, rows * columns);

  for (guint m = 0; m < rows; m++)
    for (guint n = 0; n < columns; n++)
      {
        double sum = bias != NULL ? bias[n] : 0;

        for (guint c = 0; c < depth; c++)
          sum += x[m * depth + c] * w[n * depth + c];
        y[m * columns + n] = sum;
      }
  return y;
}

/* Of so many rows together, and channels from first to end. */
static void
normalise (double *x, guint rows, guint channels, guint first, guint end, const GsCheckValues *v)
{
  const double n = (double) rows * (end - first);
  double mean = 0, squares = 0;

  for (guint m = 0; m < rows; m++)
    for (guint c = first; c < end; c++)
      mean += x[m * channels + c] / n;
  for (guint m = 0; m < rows; m++)
    for (guint c = first; c < end; c++)
      squares += (x[m * channels + c] - mean) * (x[m * channels + c] - mean);
  for (guint m = 0; m < rows; m++)
    for (guint c = first; c < end; c++)
      x[m * channels + c] = (x[m * channels + c] - mean) / sqrt (squares / n + EPSILON)
                              * v[NORM_WEIGHT].values[c]
                            + v[NORM_BIAS].values[c];
}

static double *
to_doubles (const GsCheckValues *values)
{
  double *doubles = g_new (double, values->n);

  for (gsize i = 0; i < values->n; i++)
    doubles[i] = values->values[i];
  return doubles;
}

/* ---- A layer norm ---- */

static gboolean
check_layer_norm (GsCheckBench *bench, const GsMatmulTile *tile, GsDtype dtype, GsCheckValues *v,
                  double *worst, GError **error)
{
  const guint64 dims[] = { COLUMNS, CHANNELS, 1, 1 };
  const GsShape shape = { 1, 1, ROWS, 0 };
  const GsMatmulParameters parameters = { COLUMNS, .kernel = 1, .stride = 1, .norm_epsilon = EPSILON };
  GsTensor *const operands[GS_MATMUL_N_OPERANDS] = {
    [GS_MATMUL_X] = &v[X].tensor,
    [GS_MATMUL_WEIGHT] = &v[W].tensor,
    [GS_MATMUL_NORM_WEIGHT] = &v[NORM_WEIGHT].tensor,
    [GS_MATMUL_NORM_BIAS] = &v[NORM_BIAS].tensor,
  };
  g_autofree double *x = NULL, *want = NULL;

  gs_check_place_picture (bench, &v[X], shape, CHANNELS, dtype);
  gs_check_place_picture (bench, &v[Y], shape, COLUMNS, dtype);
  gs_check_place_vector (bench, &v[NORM_WEIGHT], CHANNELS);
  gs_check_place_vector (bench, &v[NORM_BIAS], CHANNELS);
  gs_check_place_weights (bench, &v[W], dims);
  if (!gs_check_allocate (bench, error) || !gs_check_fill (bench, &v[X], error)
      || !gs_check_fill (bench, &v[NORM_WEIGHT], error) || !gs_check_fill (bench, &v[NORM_BIAS], error)
      || !gs_check_fill_weights (bench, &v[W], dims, error))
    return FALSE;
  v[Y].tensor.buffer = bench->buffer;
  x = to_doubles (&v[X]);
  for (guint m = 0; m < ROWS; m++)
    normalise (x + m * CHANNELS, 1, CHANNELS, 0, CHANNELS, v);
  want = wanted_product (x, v[W].values, NULL, ROWS, CHANNELS, COLUMNS);
  return gs_check_multiply (bench->device, tile, NULL, operands, &v[Y].tensor, NULL, &parameters, error)
         && gs_check_compare (&v[Y].tensor, want, worst, error);
}

/* ---- Groups ---- */

static const guint64 dims_before[] = { GROUPED, CHANNELS_BEFORE, 1, 1 };
static const guint64 dims_reader[] = { COLUMNS, GROUPED, 1, 1 };

/* Two slices of a tile if it can. */
static GsMatmulMoments
layout (const GsMatmulTile *tile, const GsTensor *x)
{
  GsMatmulParameters parameters = { .moments = { GROUPS, tile->rows / 2, tile->columns } };

  if (!gs_matmul_tile_keeps_moments (tile, x, &parameters))
    parameters.moments.rows = tile->rows;
  return parameters.moments;
}

static gboolean
place_groups (GsCheckBench *bench, const GsMatmulTile *tile, GsDtype dtype, GsCheckValues *v,
              GsMatmulMoments *moments, GError **error)
{
  const GsShape shape = { PICTURES, 1, PIXELS, 0 };

  gs_check_place_picture (bench, &v[X], shape, CHANNELS_BEFORE, dtype);
  gs_check_place_picture (bench, &v[MADE], shape, GROUPED, dtype);
  gs_check_place_picture (bench, &v[H], shape, GROUPED, dtype);
  gs_check_place_picture (bench, &v[Y], shape, COLUMNS, dtype);
  gs_check_place_vector (bench, &v[BIAS], GROUPED);
  gs_check_place_vector (bench, &v[NORM_WEIGHT], GROUPED);
  gs_check_place_vector (bench, &v[NORM_BIAS], GROUPED);
  gs_check_place_weights (bench, &v[W], dims_before);
  gs_check_place_weights (bench, &v[READER], dims_reader);
  *moments = layout (tile, &v[X].tensor);
  gs_check_place (bench, &v[LEFT].tensor, (GsShape){ 1, 1, 1, 1 }, GS_DTYPE_F32,
                  gs_matmul_moments_bytes (moments, v[MADE].tensor.shape));
  if (!gs_check_allocate (bench, error))
    return FALSE;
  v[MADE].tensor.buffer = v[H].tensor.buffer = v[Y].tensor.buffer = bench->buffer;
  v[LEFT].tensor.buffer = bench->buffer;
  return gs_check_fill (bench, &v[X], error) && gs_check_fill (bench, &v[BIAS], error)
         && gs_check_fill (bench, &v[NORM_WEIGHT], error) && gs_check_fill (bench, &v[NORM_BIAS], error)
         && gs_check_fill_weights (bench, &v[W], dims_before, error)
         && gs_check_fill_weights (bench, &v[READER], dims_reader, error);
}

static gboolean
run_group_norm (GsDevice *device, GsCheckValues *v, const GsMatmulMoments *moments, GError **error)
{
  const GsGroupNorm norm = { GROUPS, EPSILON, .moments = *moments };
  GsTensor *const operands[GS_GROUP_NORM_N_OPERANDS] = {
    [GS_GROUP_NORM_X] = &v[MADE].tensor,
    [GS_GROUP_NORM_WEIGHT] = &v[NORM_WEIGHT].tensor,
    [GS_GROUP_NORM_BIAS] = &v[NORM_BIAS].tensor,
    [GS_GROUP_NORM_MOMENTS] = &v[LEFT].tensor,
  };
  g_autoptr (GsCommands) commands = gs_commands_new (device, "check");

  gs_group_norm_dispatch (commands, operands, &norm, NULL, &v[H].tensor);
  return gs_commands_finish (commands, error) && gs_commands_run (commands, error);
}

static gboolean
run_groups (GsDevice *device, const GsMatmulTile *tile, GsCheckValues *v, const GsMatmulMoments *moments,
            GError **error)
{
  const GsMatmulParameters makes = { GROUPED, .kernel = 1, .stride = 1, .moments = *moments };
  const GsMatmulParameters reads = { COLUMNS, .kernel = 1, .stride = 1, .norm_epsilon = EPSILON,
                                     .norm_moments = *moments };
  GsTensor *const of_maker[GS_MATMUL_N_OPERANDS] = {
    [GS_MATMUL_X] = &v[X].tensor,
    [GS_MATMUL_WEIGHT] = &v[W].tensor,
    [GS_MATMUL_BIAS] = &v[BIAS].tensor,
  };
  GsTensor *const of_reader[GS_MATMUL_N_OPERANDS] = {
    [GS_MATMUL_X] = &v[MADE].tensor,
    [GS_MATMUL_WEIGHT] = &v[READER].tensor,
    [GS_MATMUL_NORM_WEIGHT] = &v[NORM_WEIGHT].tensor,
    [GS_MATMUL_NORM_BIAS] = &v[NORM_BIAS].tensor,
    [GS_MATMUL_NORM_MOMENTS] = &v[LEFT].tensor,
  };

  return gs_check_multiply (device, tile, NULL, of_maker, &v[MADE].tensor, &v[LEFT].tensor, &makes, error)
         && gs_check_multiply (device, tile, NULL, of_reader, &v[Y].tensor, NULL, &reads, error)
         && run_group_norm (device, v, moments, error);
}

static gboolean
check_groups (GsCheckBench *bench, const GsMatmulTile *tile, GsDtype dtype, GsCheckValues *v,
              double *worst, GError **error)
{
  g_autofree double *x = NULL, *made = NULL, *want = NULL;
  double misses[3] = { INFINITY, INFINITY, INFINITY };
  GsMatmulMoments moments;

  if (!place_groups (bench, tile, dtype, v, &moments, error)
      || !run_groups (bench->device, tile, v, &moments, error))
    return FALSE;
  x = to_doubles (&v[X]);
  made = wanted_product (x, v[W].values, v[BIAS].values, PICTURES * PIXELS, CHANNELS_BEFORE, GROUPED);
  if (!gs_check_compare (&v[MADE].tensor, made, &misses[0], error))
    return FALSE;
  for (guint i = 0; i < PICTURES; i++)
    for (guint group = 0; group < GROUPS; group++)
      normalise (made + i * PIXELS * GROUPED, PIXELS, GROUPED, group * (GROUPED / GROUPS),
                 (group + 1) * (GROUPED / GROUPS), v);
  want = wanted_product (made, v[READER].values, NULL, PICTURES * PIXELS, GROUPED, COLUMNS);
  if (!gs_check_compare (&v[H].tensor, made, &misses[1], error)
      || !gs_check_compare (&v[Y].tensor, want, &misses[2], error))
    return FALSE;
  *worst = MAX (misses[0], MAX (misses[1], misses[2]));
  return TRUE;
}

gboolean
gs_matmul_check_norms (GsDevice *device, const GsMatmulTile *tile, GsDtype dtype, double *worst,
                       GError **error)
{
  double misses[2] = { INFINITY, INFINITY };

  for (guint i = 0; i < G_N_ELEMENTS (misses); i++)
    {
      g_auto (GsCheckBench) bench = { 0 };
      GsCheckValues values[N_VALUES] = { 0 };
      gboolean done;

      gs_check_bench_init (&bench, device);
      done = i == 0 ? check_layer_norm (&bench, tile, dtype, values, &misses[i], error)
                    : check_groups (&bench, tile, dtype, values, &misses[i], error);
      gs_check_values_clear (values, N_VALUES);
      if (!done)
        return FALSE;
    }
  *worst = MAX (misses[0], misses[1]);
  return TRUE;
}
