/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which attention kernel, and how it divides the work: on GPUs measured per class of shapes. */
#include "ops/attention-private.h"
#include "ops/check.h"
#include "ops/tune.h"

#include "attention.h"

#include <math.h>

/* ---- What there is ---- */

/* As in attention-coopmat.comp. */
static guint32
shared_bytes (const GsAttentionTile *tile, guint32 width)
{
  const guint32 rows = tile->keys * (width / 8 + 1);
  const guint32 scratch = GS_ATTENTION_COOPMAT_ROWS
                          * (MAX (tile->keys, tile->matrix.n) / 4 + 1 + tile->keys / 8 + 1);

  return 16 * ((tile->one_place ? 1 : 2) * rows + GS_ATTENTION_COOPMAT_SUBGROUPS * scratch);
}

static void
add_coopmat_tile (GArray *tiles, const GsGpuInfo *info, guint32 width, GsAttentionTile tile)
{
  g_snprintf (tile.name, sizeof tile.name, "coopmat-%u-%ux%ux%u-%u", tile.keys, tile.matrix.m,
              tile.matrix.n, tile.matrix.k, tile.lanes);
  tile.one_place = shared_bytes (&tile, width) > info->max_shared_bytes;
  if (GS_ATTENTION_COOPMAT_ROWS % tile.matrix.m == 0
      && shared_bytes (&tile, width) <= info->max_shared_bytes)
    g_array_append_val (tiles, tile);
}

/* The kernel loads 8 halfs at a time. */
static gboolean
is_in_eights (const GsTensor *tensor)
{
  return tensor->dtype == GS_DTYPE_F16 && tensor->first % 8 == 0 && gs_tensor_pitch (tensor) % 8 == 0;
}

GArray *
gs_attention_list_tiles (GsDevice *device, const GsAttention *attention)
{
  static const guint32 keys[] = { 32, 64 };
  const GsGpuInfo *info = gs_device_get_info (device);
  GArray *tiles = g_array_new (FALSE, TRUE, sizeof (GsAttentionTile));
  const GsAttentionTile plain = { GS_MATMUL_TILE, .name = "tile" };
  const guint32 head_channels = attention->q->shape.c / attention->heads;

  if (attention->weight == NULL)
    g_array_append_val (tiles, plain);
  if (!is_in_eights (attention->q) || !is_in_eights (attention->k) || !is_in_eights (attention->v)
      || attention->y->dtype != GS_DTYPE_F16 || head_channels % 8 != 0
      || head_channels > GS_ATTENTION_COOPMAT_MAX_WIDTH
      || !gs_kernel_exists ("attention-coopmat.f16"))
    return tiles;
  for (guint i = 0; i < info->n_matrix_shapes; i++)
    for (guint32 lanes = MAX (info->subgroup_min, 1); lanes <= info->subgroup_max; lanes *= 2)
      for (guint j = 0; j < G_N_ELEMENTS (keys); j++)
        add_coopmat_tile (tiles, info,
                          gs_attention_width (head_channels, &info->matrix_shapes[i]),
                          (GsAttentionTile) { GS_MATMUL_COOPMAT, keys[j], FALSE, lanes,
                                              info->matrix_shapes[i] });
  return tiles;
}

/* ---- Trials ---- */

/* Floating-point operations of one run: a few milliseconds. */
static double
trial_flop (GsDevice *device)
{
  switch (gs_device_get_info (device)->kind)
    {
    case GS_GPU_CPU:      return 1e6; /* in tests */
    case GS_GPU_DISCRETE: return 16e9;
    default:              return 2e9;
    }
}

static void
place (GsTensor *tensor, const GsTensor *like, guint32 rows, guint64 *end)
{
  *tensor = (GsTensor) { .kind = GS_TENSOR_INPUT, .dtype = like->dtype,
                         .shape = { like->shape.n, 1, rows, like->shape.c }, .offset = *end };
  tensor->n_bytes = gs_shape_elements (tensor->shape) * gs_dtype_bytes (tensor->dtype);
  *end += (tensor->n_bytes + 255) / 256 * 256;
}

/* Weights as they are, and the norm's. */
static void
place_weights (GsAttentionTrial *trial, const GsAttention *like, guint64 *end)
{
  const guint64 norm_bytes = like->q->shape.c * sizeof (float);

  if (like->weight == NULL)
    return;
  trial->weight = (GsTensor) { .kind = GS_TENSOR_INPUT, .dtype = like->weight->dtype, .offset = *end,
                               .n_bytes = like->weight->n_bytes };
  *end += (trial->weight.n_bytes + 255) / 256 * 256;
  trial->norm = (GsTensor) { .kind = GS_TENSOR_INPUT, .dtype = GS_DTYPE_F32, .offset = *end,
                             .n_bytes = norm_bytes };
  *end += norm_bytes;
  trial->attention.weight = &trial->weight;
  trial->attention.norm_weight = trial->attention.norm_bias = &trial->norm;
  trial->attention.norm_epsilon = like->norm_epsilon;
}

void
gs_attention_trial_init (GsAttentionTrial *trial, GsDevice *device, const GsAttention *attention)
{
  const GsShape q = attention->q->shape, k = attention->k->shape;
  const double most = trial_flop (device);
  guint32 queries = q.h * q.w;
  guint64 end = 0;

  while (queries > 64 && 4.0 * q.n * q.c * queries * k.h * k.w > most)
    queries /= 2;
  place (&trial->q, attention->q, queries, &end);
  place (&trial->k, attention->k, k.h * k.w, &end);
  place (&trial->v, attention->v, k.h * k.w, &end);
  place (&trial->y, attention->y, queries, &end);
  trial->attention = (GsAttention) { &trial->q, &trial->k, &trial->v, &trial->y, attention->heads,
                                     attention->causal };
  place_weights (trial, attention, &end);
  trial->n_bytes = end;
}

char *
gs_attention_trial_class (const GsAttentionTrial *trial)
{
  const GsAttention *attention = &trial->attention;

  return g_strdup_printf ("%s-%u-%u-%u-%u%s%s", gs_dtype_name (trial->q.dtype),
                          trial->q.shape.c / attention->heads,
                          g_bit_storage (trial->q.shape.n * attention->heads - 1),
                          g_bit_storage (trial->q.shape.w - 1), g_bit_storage (trial->k.shape.w - 1),
                          attention->causal ? "-causal" : "",
                          attention->weight == NULL        ? ""
                          : attention->norm_epsilon > 0 ? "-of-norm" : "-of-x");
}

static void
record_trial (GsCommands *commands, gpointer data)
{
  GsAttentionTrial *trial = data;

  gs_attention_dispatch (commands, trial->tile, &trial->attention);
}

double
gs_attention_trial_time (GsAttentionTrial *trial, GsDevice *device)
{
  g_autoptr (GsBuffer) buffer = gs_buffer_new (device, GS_MEMORY_DEVICE, trial->n_bytes, "tuning",
                                               NULL);

  if (buffer == NULL)
    return INFINITY;
  trial->q.buffer = trial->k.buffer = trial->v.buffer = trial->y.buffer = buffer;
  trial->weight.buffer = trial->norm.buffer = buffer;
  return gs_tune_time (device, record_trial, trial);
}

/* ---- Choosing ---- */

typedef struct
{
  GsAttentionTrial base;
  GArray          *tiles; /* the candidates */
} Trial;

static double
time_tile (GsDevice *device, guint candidate, gpointer data)
{
  Trial *trial = data;

  trial->base.tile = &g_array_index (trial->tiles, GsAttentionTile, candidate);
  return gs_attention_trial_time (&trial->base, device);
}

static guint
choose_tuned (GsDevice *device, GArray *tiles, const GsAttention *attention)
{
  Trial trial = { .tiles = tiles };
  g_autofree const char **names = g_new (const char *, tiles->len);
  g_autofree char *klass = NULL, *key = NULL;

  for (guint i = 0; i < tiles->len; i++)
    names[i] = g_array_index (tiles, GsAttentionTile, i).name;
  gs_attention_trial_init (&trial.base, device, attention);
  klass = gs_attention_trial_class (&trial.base);
  key = g_strconcat ("attention-", klass, NULL);
  return gs_tune_choose (device, key, names, tiles->len, time_tile, &trial);
}

/* Those that are known to compute wrong, see check.h. */
static void
drop_failed (GsDevice *device, GArray *tiles)
{
  for (guint i = tiles->len; i-- > 0;)
    {
      g_autofree char *name
          = g_strconcat ("attention-", g_array_index (tiles, GsAttentionTile, i).name, NULL);

      if (g_array_index (tiles, GsAttentionTile, i).variant != GS_MATMUL_TILE
          && !gs_kernel_check_allows (device, name))
        g_array_remove_index (tiles, i);
    }
}

/* Whether the queries that it makes are right: under tuning checked now, else as far as is known. */
static gboolean
makes_right_queries (GsDevice *device, GsMatmulVariant variant, const GsAttentionTile *tile)
{
  g_autofree char *name = g_strconcat ("attention-" GS_ATTENTION_CHECK_QUERIES, tile->name, NULL);

  return variant == GS_MATMUL_TUNED ? gs_kernel_check_passes (device, name)
                                    : gs_kernel_check_allows (device, name);
}

gboolean
gs_attention_choose (GsDevice *device, const GsAttention *attention, GsAttentionTile *tile)
{
  const GsMatmulVariant variant = gs_matmul_choose (device);
  g_autoptr (GArray) tiles = NULL;
  guint i = 0;

  *tile = (GsAttentionTile) { variant };
  if (variant > GS_MATMUL_TUNED)
    return attention->weight == NULL;
  tiles = gs_attention_list_tiles (device, attention);
  drop_failed (device, tiles);
  while (tiles->len > 0)
    {
      if (variant == GS_MATMUL_TUNED)
        i = choose_tuned (device, tiles, attention);
      else if (attention->weight == NULL
               && (variant == GS_MATMUL_COOPMAT || variant == GS_MATMUL_COOPMAT2))
        i = MIN (1, tiles->len - 1);
      *tile = g_array_index (tiles, GsAttentionTile, i);
      if (attention->weight == NULL || makes_right_queries (device, variant, tile))
        return TRUE;
      g_array_remove_index (tiles, i);
      i = 0;
    }
  return FALSE;
}
