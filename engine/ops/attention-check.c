/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An attention of two heads over a number of keys that fills no block, by each kernel; and by those that
 * make queries, of x and of x that is normalised, as checks of their own. */
#include "ops/attention-private.h"
#include "ops/matmul-check-private.h"

#include <math.h>
#include <string.h>

#define QUERIES       70
#define KEYS          77
#define HEADS         2
#define HEAD_CHANNELS 40
#define CHANNELS      (HEADS * HEAD_CHANNELS)
#define EPSILON       0.1f /* so large that it counts */

static void
add (GArray *checks, const char *prefix, const char *kernel, gboolean needed)
{
  GsKernelCheck check = { .needed = needed };

  g_snprintf (check.name, sizeof check.name, "attention-%s%s", prefix, kernel);
  g_array_append_val (checks, check);
}

static void
place (GsCheckBench *bench, GsAttention *attention, GsTensor *tensors, GsDtype dtype)
{
  gs_check_place (bench, &tensors[0], (GsShape){ 1, 1, QUERIES, CHANNELS }, dtype, 0);
  gs_check_place (bench, &tensors[1], (GsShape){ 1, 1, KEYS, CHANNELS }, dtype, 0);
  gs_check_place (bench, &tensors[2], (GsShape){ 1, 1, KEYS, CHANNELS }, dtype, 0);
  gs_check_place (bench, &tensors[3], (GsShape){ 1, 1, QUERIES, CHANNELS }, dtype, 0);
  *attention = (GsAttention){ &tensors[0], &tensors[1], &tensors[2], &tensors[3], HEADS, FALSE };
}

static GArray *
list_tiles (GsDevice *device, GsDtype dtype)
{
  g_auto (GsCheckBench) bench = { 0 };
  GsAttention attention;
  GsTensor tensors[4];

  gs_check_bench_init (&bench, device);
  place (&bench, &attention, tensors, dtype);
  return gs_attention_list_tiles (device, &attention);
}

void
gs_attention_checks_add (GsDevice *device, GArray *checks)
{
  const GsGpuInfo *info = gs_device_get_info (device);
  g_autoptr (GArray) tiles = NULL;

  if (gs_matmul_choose (device) > GS_MATMUL_TUNED)
    {
      add (checks, "", gs_matmul_variant_name (gs_matmul_choose (device)), TRUE);
      return;
    }
  tiles = list_tiles (device, info->storage16 ? GS_DTYPE_F16 : GS_DTYPE_F32);
  for (guint i = 0; i < tiles->len; i++)
    add (checks, "", g_array_index (tiles, GsAttentionTile, i).name, i == 0);
  for (guint i = 0; i < tiles->len; i++)
    if (gs_matmul_choose (device) == GS_MATMUL_TUNED
        && g_array_index (tiles, GsAttentionTile, i).variant == GS_MATMUL_COOPMAT)
      add (checks, GS_ATTENTION_CHECK_QUERIES, g_array_index (tiles, GsAttentionTile, i).name, FALSE);
}

static double
score (const float *q, const float *k, guint query, guint key, guint head)
{
  double sum = 0;

  for (guint c = 0; c < HEAD_CHANNELS; c++)
    sum += (double) q[query * CHANNELS + head * HEAD_CHANNELS + c] *
           k[key * CHANNELS + head * HEAD_CHANNELS + c];
  return sum / sqrt (HEAD_CHANNELS);
}

static void
attend (const float *q, const float *k, const float *v, guint query, guint head, double *out)
{
  double weights[KEYS], total = 0;

  for (guint key = 0; key < KEYS; key++)
    total += weights[key] = exp (score (q, k, query, key, head));
  for (guint c = 0; c < HEAD_CHANNELS; c++)
    {
      out[c] = 0;
      for (guint key = 0; key < KEYS; key++)
        out[c] += weights[key] / total * v[key * CHANNELS + head * HEAD_CHANNELS + c];
    }
}

static double *
wanted (const float *q, const float *k, const float *v)
{
  double *want = g_new (double, QUERIES *CHANNELS);

  for (guint query = 0; query < QUERIES; query++)
    for (guint head = 0; head < HEADS; head++)
      attend (q, k, v, query, head, want + query * CHANNELS + head * HEAD_CHANNELS);
  return want;
}

/* FALSE where the device has no such tile for this type. */
static gboolean
find_tile (GsDevice *device, const char *kernel, GsDtype dtype, GsAttentionTile *tile)
{
  g_autoptr (GArray) tiles = list_tiles (device, dtype);

  for (guint i = 0; i < tiles->len; i++)
    if (g_str_equal (g_array_index (tiles, GsAttentionTile, i).name, kernel))
      {
        *tile = g_array_index (tiles, GsAttentionTile, i);
        return TRUE;
      }
  return FALSE;
}

static gboolean
check_attention (GsDevice *device, const char *kernel, GsDtype dtype, double *worst,
                        GError **error)
{
  g_auto (GsCheckBench) bench = { 0 };
  g_autoptr (GsCommands) commands = gs_commands_new (device, "check");
  g_autofree float *q = NULL, *k = NULL, *v = NULL;
  g_autofree double *want = NULL;
  GsAttention attention;
  GsTensor tensors[4], scratch;
  GsAttentionTile tile = { 0 };

  tile.variant = gs_matmul_choose (device);
  if (tile.variant <= GS_MATMUL_TUNED && !find_tile (device, kernel, dtype, &tile))
    return TRUE;
  gs_check_bench_init (&bench, device);
  place (&bench, &attention, tensors, dtype);
  gs_check_place (&bench, &scratch, (GsShape){ 1, 1, 1, 1 }, GS_DTYPE_F32,
                  gs_attention_scratch_bytes (&attention));
  if (!gs_check_allocate (&bench, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    tensors[i].buffer = bench.buffer;
  attention.scratch = gs_buffer_get_address (bench.buffer) + scratch.offset;
  q = gs_check_numbers (&bench, QUERIES * CHANNELS);
  k = gs_check_numbers (&bench, KEYS * CHANNELS);
  v = gs_check_numbers (&bench, KEYS * CHANNELS);
  want = wanted (q, k, v);
  if (!gs_check_write (&tensors[0], q, QUERIES * CHANNELS, error) ||
      !gs_check_write (&tensors[1], k, KEYS * CHANNELS, error) ||
      !gs_check_write (&tensors[2], v, KEYS * CHANNELS, error))
    return FALSE;
  gs_attention_dispatch (commands, &tile, &attention);
  return gs_commands_finish (commands, error) && gs_commands_run (commands, error) &&
         gs_check_compare (&tensors[3], want, worst, error);
}

/* ---- Queries ---- */

enum { X, K, V, Y, WEIGHT, NORM_WEIGHT, NORM_BIAS, N_VALUES };

static void
normalise (const GsCheckValues *v, guint row, double *out)
{
  const float *x = v[X].values + row * CHANNELS;
  double mean = 0, squares = 0;

  for (guint c = 0; c < CHANNELS; c++)
    mean += (double) x[c] / CHANNELS;
  for (guint c = 0; c < CHANNELS; c++)
    squares += (x[c] - mean) * (x[c] - mean);
  for (guint c = 0; c < CHANNELS; c++)
    out[c] = (x[c] - mean) / sqrt (squares / CHANNELS + EPSILON) * v[NORM_WEIGHT].values[c]
             + v[NORM_BIAS].values[c];
}

static float *
wanted_queries (const GsCheckValues *v, gboolean is_normed)
{
  float *q = g_new (float, QUERIES *CHANNELS);

  for (guint row = 0; row < QUERIES; row++)
    {
      double x[CHANNELS];

      for (guint c = 0; c < CHANNELS; c++)
        x[c] = v[X].values[row * CHANNELS + c];
      if (is_normed)
        normalise (v, row, x);
      for (guint n = 0; n < CHANNELS; n++)
        {
          double sum = 0;

          for (guint c = 0; c < CHANNELS; c++)
            sum += x[c] * v[WEIGHT].values[n * CHANNELS + c];
          q[row * CHANNELS + n] = (float) sum;
        }
    }
  return q;
}

static gboolean
fill_all (GsCheckBench *bench, GsCheckValues *v, const guint64 *dims, GError **error)
{
  const GsShape queries = { 1, 1, QUERIES, 0 }, keys = { 1, 1, KEYS, 0 };

  for (guint i = X; i <= Y; i++)
    gs_check_place_picture (bench, &v[i], i == K || i == V ? keys : queries, CHANNELS, GS_DTYPE_F16);
  gs_check_place_weights (bench, &v[WEIGHT], dims);
  gs_check_place_vector (bench, &v[NORM_WEIGHT], CHANNELS);
  gs_check_place_vector (bench, &v[NORM_BIAS], CHANNELS);
  if (!gs_check_allocate (bench, error))
    return FALSE;
  v[Y].tensor.buffer = bench->buffer;
  return gs_check_fill (bench, &v[X], error) && gs_check_fill (bench, &v[K], error)
         && gs_check_fill (bench, &v[V], error) && gs_check_fill (bench, &v[NORM_WEIGHT], error)
         && gs_check_fill (bench, &v[NORM_BIAS], error)
         && gs_check_fill_weights (bench, &v[WEIGHT], dims, error);
}

static gboolean
check_queries (GsCheckBench *bench, const GsAttentionTile *tile, GsCheckValues *v, gboolean is_normed,
               double *worst, GError **error)
{
  const guint64 dims[] = { CHANNELS, CHANNELS, 1, 1 };
  const GsAttention attention = { .q = &v[X].tensor,
                                  .k = &v[K].tensor,
                                  .v = &v[V].tensor,
                                  .y = &v[Y].tensor,
                                  .heads = HEADS,
                                  .weight = &v[WEIGHT].tensor,
                                  .norm_weight = is_normed ? &v[NORM_WEIGHT].tensor : NULL,
                                  .norm_bias = is_normed ? &v[NORM_BIAS].tensor : NULL,
                                  .norm_epsilon = is_normed ? EPSILON : 0 };
  g_autoptr (GsCommands) commands = gs_commands_new (bench->device, "check");
  g_autofree float *q = NULL;
  g_autofree double *want = NULL;

  if (!fill_all (bench, v, dims, error))
    return FALSE;
  q = wanted_queries (v, is_normed);
  want = wanted (q, v[K].values, v[V].values);
  gs_attention_dispatch (commands, tile, &attention);
  return gs_commands_finish (commands, error) && gs_commands_run (commands, error)
         && gs_check_compare (&v[Y].tensor, want, worst, error);
}

static gboolean
check_all_queries (GsDevice *device, const GsAttentionTile *tile, double *worst, GError **error)
{
  for (guint i = 0; i < 2; i++)
    {
      g_auto (GsCheckBench) bench = { 0 };
      GsCheckValues values[N_VALUES] = { 0 };
      double miss = INFINITY;
      gboolean done;

      gs_check_bench_init (&bench, device);
      done = check_queries (&bench, tile, values, i == 1, &miss, error);
      gs_check_values_clear (values, N_VALUES);
      if (!done)
        return FALSE;
      *worst = MAX (*worst, miss);
    }
  return TRUE;
}

gboolean
gs_attention_check_run (GsDevice *device, const char *kernel, GsDtype dtype, double *worst, GError **error)
{
  GsAttentionTile tile;

  if (!g_str_has_prefix (kernel, GS_ATTENTION_CHECK_QUERIES))
    return check_attention (device, kernel, dtype, worst, error);
  return !find_tile (device, kernel + strlen (GS_ATTENTION_CHECK_QUERIES), dtype, &tile)
         || check_all_queries (device, &tile, worst, error);
}
