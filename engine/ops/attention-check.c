/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An attention of two heads over a number of keys that fills no block, by each kernel. */
#include "ops/attention-private.h"
#include "ops/check-private.h"

#include <math.h>

#define QUERIES       70
#define KEYS          77
#define HEADS         2
#define HEAD_CHANNELS 40
#define CHANNELS      (HEADS * HEAD_CHANNELS)

static void
add (GArray *checks, const char *kernel, gboolean needed)
{
  GsKernelCheck check = { .needed = needed };

  g_snprintf (check.name, sizeof check.name, "attention-%s", kernel);
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
      add (checks, gs_matmul_variant_name (gs_matmul_choose (device)), TRUE);
      return;
    }
  tiles = list_tiles (device, info->storage16 ? GS_DTYPE_F16 : GS_DTYPE_F32);
  for (guint i = 0; i < tiles->len; i++)
    add (checks, g_array_index (tiles, GsAttentionTile, i).name, i == 0);
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
  g_autoptr (GArray) tiles = NULL;

  *tile = (GsAttentionTile){ gs_matmul_choose (device) };
  if (gs_matmul_choose (device) > GS_MATMUL_TUNED)
    return TRUE;
  tiles = list_tiles (device, dtype);
  for (guint i = 0; i < tiles->len; i++)
    if (g_str_equal (g_array_index (tiles, GsAttentionTile, i).name, kernel))
      {
        *tile = g_array_index (tiles, GsAttentionTile, i);
        return TRUE;
      }
  return FALSE;
}

gboolean
gs_attention_check_run (GsDevice *device, const char *kernel, GsDtype dtype, double *worst,
                        GError **error)
{
  g_auto (GsCheckBench) bench = { 0 };
  g_autoptr (GsCommands) commands = gs_commands_new (device, "check");
  g_autofree float *q = NULL, *k = NULL, *v = NULL;
  g_autofree double *want = NULL;
  GsAttention attention;
  GsTensor tensors[4], scratch;
  GsAttentionTile tile;

  if (!find_tile (device, kernel, dtype, &tile))
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
