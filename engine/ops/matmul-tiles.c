/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the matmul kernels for GPUs divide a product into tiles. Which tile is fastest depends on the
 * device and on the shape, and nothing that a driver reports tells it, so it is measured: once for a
 * device the shape of its matrices and the size of its subgroups, then for a class of products (sizes
 * rounded up to powers of two) the tile.
 */
#include "base/block-parts.h"
#include "ops/check.h"
#include "ops/matmul-private.h"
#include "ops/tune.h"

#include "matmul.h"

#include <math.h>
#include <string.h>

/* ---- What there is ---- */

const GsMatmulTile gs_matmul_plain_tile = { GS_MATMUL_TILE, 64, 64, 8, 4, .name = "tile-64x64" };

/* Rows and columns of a workgroup's tile, columns of an invocation's; it has
 * GS_MATMUL_TILE_PART_ROWS rows. */
static const guint32 plain_tiles[][3] = {
  { 64, 64, 4 }, { 32, 32, 4 }, { 128, 64, 4 }, { 128, 128, 8 },
};

/* Rows and columns of a workgroup's and of a subgroup's tile. The first one is the smallest: it suits
 * where there is little to share, and compiles fast. */
static const guint32 coopmat_tiles[][4] = {
  { 32, 32, 16, 16 },   { 64, 64, 32, 32 },   { 64, 32, 32, 16 },  { 128, 64, 64, 32 },
  { 64, 128, 32, 64 },  { 128, 128, 64, 32 }, { 128, 128, 64, 64 },
};

/* Rows and columns of a workgroup's tile, of bytes. */
static const guint32 dot_tiles[][2] = { { 32, 32 }, { 64, 64 }, { 128, 64 } };

#define MAX_INVOCATIONS 512
#define MAX_CPU_TILE (64 * 32) /* Mesa's CPU driver compiles 64 x 64 for 20 s, and is only tested */

static gboolean
coopmat_tile_runs (const GsGpuInfo *info, const GsMatmulTile *tile)
{
  const guint32 subgroups = tile->rows / tile->part_rows
                            * (tile->columns / tile->part_columns);
  /* As in matmul-coopmat.comp. */
  const guint32 blocks = tile->columns * (GS_MATMUL_COOPMAT_DEPTH / 8 + 1);
  const guint32 halfs = GS_MATMUL_COOPMAT_DEPTH * (tile->columns / 8 + 1);
  const guint32 slabs = 2 * 16 * (tile->rows * (GS_MATMUL_COOPMAT_DEPTH / 8 + 1)
                                  + MAX (blocks, halfs));
  const guint32 rows_of_y = 16 * tile->matrix.m * (tile->part_columns / 4 + 1) * subgroups;
  const guint32 moments = 8 * tile->rows / tile->matrix.m * tile->columns;

  if (info->kind == GS_GPU_CPU && tile->rows * tile->columns > MAX_CPU_TILE)
    return FALSE;
  return tile->part_rows % tile->matrix.m == 0 && tile->part_columns % tile->matrix.n == 0
         && subgroups * tile->lanes <= MAX_INVOCATIONS
         && MAX (slabs, rows_of_y + moments) <= info->max_shared_bytes;
}

static void
add_plain_tiles (GArray *tiles, const GsGpuInfo *info)
{
  for (guint i = 0; i < G_N_ELEMENTS (plain_tiles); i++)
    {
      const guint32 *t = plain_tiles[i];
      /* As in matmul-tile.comp. */
      const guint32 slabs = 2 * 4 * GS_MATMUL_TILE_DEPTH * (t[0] + 4 + t[1] + 4);
      GsMatmulTile tile = { GS_MATMUL_TILE, t[0], t[1], GS_MATMUL_TILE_PART_ROWS, t[2] };

      g_snprintf (tile.name, sizeof tile.name, "tile-%ux%u", t[0], t[1]);
      if (i == 0 || slabs <= info->max_shared_bytes)
        g_array_append_val (tiles, tile);
    }
}

/* The same, of halfs in pairs. */
static void
add_half_tiles (GArray *tiles, const GsGpuInfo *info)
{
  for (guint i = 0; i < G_N_ELEMENTS (plain_tiles); i++)
    {
      const guint32 *t = plain_tiles[i];
      /* As in matmul-half.comp. */
      const guint32 slabs = 2 * 4 * GS_MATMUL_HALF_DEPTH * ((t[0] + 2) / 2 + t[1] / 2 + 2);
      GsMatmulTile tile = { GS_MATMUL_HALF, t[0], t[1], GS_MATMUL_TILE_PART_ROWS, t[2] };

      g_snprintf (tile.name, sizeof tile.name, "half-%ux%u", t[0], t[1]);
      if (slabs <= info->max_shared_bytes
          && (info->kind != GS_GPU_CPU || t[0] * t[1] <= MAX_CPU_TILE))
        g_array_append_val (tiles, tile);
    }
}

static void
add_coopmat_tiles (GArray *tiles, const GsGpuInfo *info, GsMatrixShape matrix, guint32 lanes)
{
  for (guint i = 0; i < G_N_ELEMENTS (coopmat_tiles); i++)
    {
      const guint32 *t = coopmat_tiles[i];
      GsMatmulTile tile = { GS_MATMUL_COOPMAT, t[0], t[1], t[2], t[3], lanes, matrix };

      g_snprintf (tile.name, sizeof tile.name, "coopmat-%ux%u-%ux%u-%ux%ux%u-%u", t[0], t[1], t[2],
                  t[3], matrix.m, matrix.n, matrix.k, lanes);
      if (coopmat_tile_runs (info, &tile))
        g_array_append_val (tiles, tile);
    }
}

/* Only where they may be chosen, or are asked for. */
static gboolean
has_dots (const GsGpuInfo *info)
{
  const char *asked = g_getenv ("GESSO_KERNELS");

  return info->dots_of_bytes && ((info->fast_dots && info->n_matrix_shapes == 0)
                                 || (asked != NULL && g_str_has_prefix (asked, "dot")));
}

static void
add_dot_tiles (GArray *tiles, const GsGpuInfo *info)
{
  for (guint i = 0; i < G_N_ELEMENTS (dot_tiles); i++)
    {
      const guint32 *t = dot_tiles[i];
      /* As in matmul-dot.comp: bytes of 32 k, a scale, a sum or a minimum. */
      const guint32 slabs = 2 * 4 * (32 / 4 + 2) * (t[0] + 4 + t[1] + 4);
      GsMatmulTile tile = { GS_MATMUL_DOT, t[0], t[1], GS_MATMUL_TILE_PART_ROWS, 4 };

      g_snprintf (tile.name, sizeof tile.name, "dot-%ux%u", t[0], t[1]);
      if (slabs <= info->max_shared_bytes)
        g_array_append_val (tiles, tile);
    }
}

GArray *
gs_matmul_list_all_tiles (GsDevice *device)
{
  const GsGpuInfo *info = gs_device_get_info (device);
  GArray *tiles = g_array_new (FALSE, TRUE, sizeof (GsMatmulTile));

  add_plain_tiles (tiles, info);
  if (info->storage16 && info->arithmetic16)
    add_half_tiles (tiles, info);
  if (gs_kernel_exists ("matmul-coopmat.f16"))
    for (guint i = 0; i < info->n_matrix_shapes; i++)
      for (guint32 lanes = MAX (info->subgroup_min, 1); lanes <= info->subgroup_max; lanes *= 2)
        add_coopmat_tiles (tiles, info, info->matrix_shapes[i], lanes);
  gs_matmul_coopmat2_add_tiles (tiles, info);
  if (has_dots (info))
    add_dot_tiles (tiles, info);
  return tiles;
}

static char *
check_name (const GsMatmulTile *tile)
{
  return g_strconcat ("matmul-", tile->name, NULL);
}

GArray *
gs_matmul_list_tiles (GsDevice *device)
{
  GArray *tiles = gs_matmul_list_all_tiles (device);

  for (guint i = tiles->len; i-- > 1;)
    {
      g_autofree char *name = check_name (&g_array_index (tiles, GsMatmulTile, i));

      if (!gs_kernel_check_allows (device, name))
        g_array_remove_index (tiles, i);
    }
  return tiles;
}

/* Blocks of one scale, one tap, channels of x and of x2 in whole blocks. */
static gboolean
dots_fit (GsTensor *const *operands)
{
  const GsTensor *w = operands[GS_MATMUL_WEIGHT];
  guint64 taps = 1;
  guint bits;
  gboolean has_minima, has_two_scales;

  for (guint i = 2; i < w->n_dims; i++)
    taps *= w->dims[i];
  if (gs_dtype_block (w->dtype) == 1 || taps > 1 || operands[GS_MATMUL_SHORTCUT_X] != NULL
      || operands[GS_MATMUL_NORM_WEIGHT] != NULL)
    return FALSE;
  gs_block_format (w->dtype, &bits, &has_minima, &has_two_scales);
  return !has_two_scales;
}

/* Whether a tile that fits is tried. GS_MATMUL_DOT rounds x to 8 bits of the largest of 32: half a percent
 * of numbers that are spread like noise, 20 times what halfs do to them. That is far below what 4 and 5
 * bits did to the weights (9 and 4 percent), but not below what 8 bits do to them; and it is not for
 * somebody who asked for single precision. Matrix units are faster, and round nothing. Matrices of a
 * workgroup have not met a driver yet: their kernel is nowhere trusted that it was not checked on. */
static gboolean
is_tried (GsDevice *device, const GsMatmulTile *tile, GsTensor *const *operands)
{
  const GsGpuInfo *info = gs_device_get_info (device);
  g_autofree char *name = check_name (tile);
  guint bits;
  gboolean has_minima, has_two_scales;

  if (tile->variant == GS_MATMUL_COOPMAT2)
    return gs_kernel_check_passes (device, name);
  if (tile->variant != GS_MATMUL_DOT)
    return TRUE;
  gs_block_format (operands[GS_MATMUL_WEIGHT]->dtype, &bits, &has_minima, &has_two_scales);
  return info->fast_dots && info->n_matrix_shapes == 0 && bits <= 5
         && operands[GS_MATMUL_X]->dtype == GS_DTYPE_F16;
}

gboolean
gs_matmul_tile_fits (const GsMatmulTile *tile, GsTensor *const *operands, const GsTensor *y,
                     const GsMatmulParameters *parameters)
{
  const GsTensor *x = operands[GS_MATMUL_X];
  const GsDtype weights = operands[GS_MATMUL_WEIGHT]->dtype;
  const guint32 depth = gs_matmul_depth (operands);

  if (tile->variant == GS_MATMUL_DOT)
    return dots_fit (operands);
  if (tile->variant == GS_MATMUL_COOPMAT2 && !gs_matmul_coopmat2_fits (operands, y, parameters))
    return FALSE;
  return tile->variant == GS_MATMUL_TILE
         || (x->dtype == GS_DTYPE_F16 && y->dtype == GS_DTYPE_F16
             && (weights == GS_DTYPE_F16
                 || (gs_dtype_block (weights) > 1 && tile->variant == GS_MATMUL_COOPMAT))
             && x->shape.c % 8 == 0 && depth % 8 == 0);
}

/* ---- Trials ---- */

typedef struct
{
  GsMatmulTrial       base;
  const GsMatmulTile *tile;
  GArray             *tiles; /* the candidates */
} Trial;

/* Floating-point operations of one run: a few milliseconds. */
static double
trial_flop (GsDevice *device)
{
  switch (gs_device_get_info (device)->kind)
    {
    case GS_GPU_CPU:      return 1e7; /* in tests */
    case GS_GPU_DISCRETE: return 16e9;
    default:              return 4e9;
    }
}

void
gs_matmul_trial_init (GsMatmulTrial *trial, GsDevice *device, GsTensor *const *operands,
                      const GsTensor *y, const GsMatmulParameters *parameters)
{
  const GsTensor *x = operands[GS_MATMUL_X], *w = operands[GS_MATMUL_WEIGHT];
  const guint32 taps = parameters->kernel * parameters->kernel;
  const guint32 depth = gs_matmul_depth (operands);
  const guint32 columns = gs_matmul_columns (parameters, y);
  const guint64 w_dims[] = { columns, depth, parameters->kernel, parameters->kernel };
  const double row_flop = 2.0 * columns * taps * depth;
  const double rows = MAX (trial_flop (device) / row_flop,
                           gs_device_get_info (device)->kind == GS_GPU_CPU ? 64 : 1024);
  guint32 width = y->shape.w, height = y->shape.n * y->shape.h;

  while ((double) width * height > rows && width * height > 1)
    if (height > 1)
      height = (height + 1) / 2;
    else
      width = (width + 1) / 2;
  trial->parameters = *parameters;
  trial->parameters.activation = 0;
  trial->parameters.norm_epsilon = 0;
  trial->parameters.norm_moments = trial->parameters.moments = (GsMatmulMoments) { 0 };
  trial->x = (GsTensor) { .kind = GS_TENSOR_INPUT, .dtype = x->dtype,
                          .shape = { 1, height * parameters->stride, width * parameters->stride,
                                     depth } };
  trial->w = (GsTensor) { .kind = GS_TENSOR_INPUT, .dtype = w->dtype,
                          .n_bytes = gs_layout_matmul.bytes (w_dims, 4, w->dtype) };
  trial->y = (GsTensor) { .kind = GS_TENSOR_INPUT, .dtype = y->dtype,
                          .shape = { 1, height, width, columns } };
  trial->x.n_bytes = gs_shape_elements (trial->x.shape) * gs_dtype_bytes (x->dtype);
  trial->y.n_bytes = gs_shape_elements (trial->y.shape) * gs_dtype_bytes (y->dtype);
  trial->w.offset = (trial->x.n_bytes + 255) / 256 * 256;
  trial->y.offset = (trial->w.offset + trial->w.n_bytes + 255) / 256 * 256;
  trial->n_bytes = trial->y.offset + trial->y.n_bytes;
}

char *
gs_matmul_trial_class (const GsMatmulTrial *trial)
{
  return g_strdup_printf ("%s-%s-k%u-s%u%s-%u-%u-%u", gs_dtype_name (trial->x.dtype),
                          gs_dtype_name (trial->w.dtype), trial->parameters.kernel,
                          trial->parameters.stride, trial->parameters.upsample > 0 ? "-u" : "",
                          g_bit_storage (gs_shape_pixels (trial->y.shape) - 1),
                          g_bit_storage (trial->y.shape.c - 1), g_bit_storage (trial->x.shape.c - 1));
}

static void
record_trial (GsCommands *commands, gpointer data)
{
  Trial *trial = data;
  GsTensor *const operands[GS_MATMUL_N_OPERANDS] = { &trial->base.x, &trial->base.w };

  gs_matmul_dispatch (commands, trial->tile->variant, trial->tile, NULL, operands, &trial->base.y,
                      NULL, &trial->base.parameters);
}

static double
time_tile (GsDevice *device, guint candidate, gpointer data)
{
  Trial *trial = data;
  g_autoptr (GsBuffer) buffer = gs_buffer_new (device, GS_MEMORY_DEVICE, trial->base.n_bytes,
                                               "tuning", NULL);

  if (buffer == NULL)
    return INFINITY;
  trial->base.x.buffer = trial->base.w.buffer = trial->base.y.buffer = buffer;
  trial->tile = &g_array_index (trial->tiles, GsMatmulTile, candidate);
  return gs_tune_time (device, record_trial, trial);
}

static guint
choose (GsDevice *device, const char *key, GArray *tiles, Trial *trial)
{
  g_autofree const char **names = g_new (const char *, tiles->len);

  for (guint i = 0; i < tiles->len; i++)
    names[i] = g_array_index (tiles, GsMatmulTile, i).name;
  trial->tiles = tiles;
  return gs_tune_choose (device, key, names, tiles->len, time_tile, trial);
}

/* ---- Choosing ---- */

/* Keeps the tiles with matrices and subgroups like those of one, and the plain ones. */
static void
keep_like (GArray *tiles, const GsMatmulTile *one)
{
  for (guint i = tiles->len; i-- > 0;)
    {
      const GsMatmulTile *tile = &g_array_index (tiles, GsMatmulTile, i);

      if (tile->variant == GS_MATMUL_COOPMAT
          && (tile->lanes != one->lanes
              || memcmp (&tile->matrix, &one->matrix, sizeof tile->matrix) != 0))
        g_array_remove_index (tiles, i);
    }
}

/* Of the matrices and subgroups a device offers, the best at tiles of 64 x 64. */
static void
choose_matrix (GsDevice *device, GArray *tiles, Trial *trial)
{
  g_autoptr (GArray) like = g_array_new (FALSE, FALSE, sizeof (GsMatmulTile));

  for (guint i = 0; i < tiles->len; i++)
    {
      const GsMatmulTile *tile = &g_array_index (tiles, GsMatmulTile, i);

      if (tile->variant == GS_MATMUL_COOPMAT && tile->rows == 64 && tile->columns == 64)
        g_array_append_vals (like, tile, 1);
    }
  if (like->len > 0)
    keep_like (tiles, &g_array_index (like, GsMatmulTile,
                                      choose (device, "matmul-matrix", like, trial)));
}

/* is_part: the tiles are those that have a place for norms and moments, of a device that has others, or
 * others whose norms are wrong. */
static guint
choose_tuned (GsDevice *device, GArray *tiles, gboolean is_part, GsTensor *const *operands,
              const GsTensor *y, const GsMatmulParameters *parameters)
{
  Trial trial;
  g_autofree char *klass = NULL, *key = NULL;

  for (guint i = tiles->len; i-- > 0;)
    if (!is_tried (device, &g_array_index (tiles, GsMatmulTile, i), operands))
      g_array_remove_index (tiles, i);
  gs_matmul_trial_init (&trial.base, device, operands, y, parameters);
  choose_matrix (device, tiles, &trial);
  klass = gs_matmul_trial_class (&trial.base);
  key = g_strconcat (is_part ? "matmul-of-norm-" : "matmul-", klass, NULL);
  return choose (device, key, tiles, &trial);
}

/* Whether the norms that a tile's kernel takes over, and the moments it leaves, are right: checked now, or as
 * far as is known. */
static gboolean
has_right_norms (GsDevice *device, const GsMatmulTile *tile, gboolean is_checked)
{
  g_autofree char *name = g_strconcat ("matmul-" GS_MATMUL_CHECK_NORMS, tile->name, NULL);

  return is_checked ? gs_kernel_check_passes (device, name) : gs_kernel_check_allows (device, name);
}

static void
drop_wrong_norms (GsDevice *device, GArray *tiles)
{
  for (guint i = tiles->len; i-- > 0;)
    if (!has_right_norms (device, &g_array_index (tiles, GsMatmulTile, i), FALSE))
      g_array_remove_index (tiles, i);
}

/* Of the variant that was asked for, the first, or one whose name begins as asked. */
static guint
find_asked (GArray *tiles)
{
  const char *asked = g_getenv ("GESSO_KERNELS");

  for (guint i = 0; asked != NULL && i < tiles->len; i++)
    if (g_str_has_prefix (g_array_index (tiles, GsMatmulTile, i).name, asked))
      return i;
  return 0;
}

gboolean
gs_matmul_choose_tile (GsDevice *device, GsMatmulVariant variant, GsTensor *const *operands,
                       const GsTensor *y, const GsMatmulParameters *parameters, GsMatmulTile *tile)
{
  g_autoptr (GArray) tiles = gs_matmul_list_tiles (device);
  const gboolean needs_place = parameters->norm_epsilon > 0 || parameters->moments.groups > 0;
  gboolean is_part = FALSE;

  for (guint j = tiles->len; j-- > 0;)
    {
      const GsMatmulTile *one = &g_array_index (tiles, GsMatmulTile, j);
      const gboolean has_no_place = needs_place && !gs_matmul_takes_norms (one->variant);

      is_part |= has_no_place;
      if (has_no_place || !gs_matmul_tile_fits (one, operands, y, parameters)
          || !gs_matmul_tile_keeps_moments (one, operands[GS_MATMUL_X], parameters))
        g_array_remove_index (tiles, j);
    }
  /* Chosen first and checked then: others need no check, and what tuning knows of products without norms
   * is not asked of fewer tiles than those have. */
  while (tiles->len > 0)
    {
      const guint i = variant == GS_MATMUL_TUNED
                        ? choose_tuned (device, tiles, is_part, operands, y, parameters)
                        : find_asked (tiles);

      *tile = g_array_index (tiles, GsMatmulTile, i);
      if (!needs_place || has_right_norms (device, tile, variant == GS_MATMUL_TUNED))
        return TRUE;
      g_array_remove_index (tiles, i);
      drop_wrong_norms (device, tiles);
      is_part = TRUE;
    }
  *tile = gs_matmul_plain_tile;
  return FALSE;
}
