/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One matrix product on the device: which kernel, with which constants, over which grid. */
#include "ops/lanes-private.h"
#include "ops/matmul-private.h"

#include "matmul.h"

typedef struct
{
  GsCommands       *commands;
  GsTensor *const *operands;
  guint32           kernel; /* taps along an axis */
  struct GsMatmulPush push;
  struct GsMatmulShortcut shortcut;
  guint32           constants[GS_MATMUL_N_CONSTANTS];
} Call;

static void
cover (Call *call, guint32 rows, guint32 columns)
{
  call->push.row_blocks = gs_groups (call->push.rows, rows);
  call->push.column_blocks = gs_groups (call->push.columns, columns);
}

/* name: of matmul-tile, or of matmul-dot, which divides y likewise. */
static const char *
use_tile (Call *call, const char *name, const GsMatmulTile *tile)
{
  cover (call, tile->rows, tile->columns);
  call->constants[GS_MATMUL_TILE_ROWS] = tile->rows;
  call->constants[GS_MATMUL_TILE_COLUMNS] = tile->columns;
  call->constants[GS_MATMUL_TILE_PART_COLUMNS] = tile->part_columns;
  call->constants[GS_MATMUL_TILE_INVOCATIONS] = tile->rows / tile->part_rows
                                                * (tile->columns / tile->part_columns);
  return name;
}

static const char *
use_coopmat (Call *call, const GsMatmulTile *tile)
{
  const guint32 subgroups = tile->rows / tile->part_rows
                            * (tile->columns / tile->part_columns);

  cover (call, tile->rows, tile->columns);
  call->constants[GS_MATMUL_COOPMAT_ROWS] = tile->rows;
  call->constants[GS_MATMUL_COOPMAT_COLUMNS] = tile->columns;
  call->constants[GS_MATMUL_COOPMAT_SUBGROUP_ROWS] = tile->part_rows;
  call->constants[GS_MATMUL_COOPMAT_SUBGROUP_COLUMNS] = tile->part_columns;
  call->constants[GS_MATMUL_COOPMAT_M] = tile->matrix.m;
  call->constants[GS_MATMUL_COOPMAT_N] = tile->matrix.n;
  call->constants[GS_MATMUL_COOPMAT_K] = tile->matrix.k;
  call->constants[GS_MATMUL_COOPMAT_INVOCATIONS] = subgroups * tile->lanes;
  call->constants[GS_MATMUL_COOPMAT_LANES] = tile->lanes;
  return "matmul-coopmat";
}

static const char *
use_coopmat2 (Call *call, const GsMatmulTile *tile)
{
  const GsGpuInfo *info = gs_device_get_info (gs_commands_get_device (call->commands));

  return gs_matmul_coopmat2_use (info, tile, &call->push, call->constants);
}

static const char *
use_texel (Call *call)
{
  cover (call, GS_MATMUL_LANES_ROWS, GS_MATMUL_TEXEL_COLUMNS);
  call->push.x = gs_lanes_bind_texels (call->commands, 0, call->operands[GS_MATMUL_X]);
  if (call->operands[GS_MATMUL_X2] != NULL)
    call->push.x2 = gs_lanes_first_texel (call->operands[GS_MATMUL_X2]);
  call->push.w = gs_lanes_bind_texels (call->commands, 1, call->operands[GS_MATMUL_WEIGHT]);
  return "matmul-texel";
}

/* Whether whole turns of so many fours make up the channels of x and of x2. */
static gboolean
divides_sources (const Call *call, guint32 fours)
{
  return call->push.x_channels % (4 * fours) == 0 && call->push.channels % (4 * fours) == 0;
}

static const char *
use_gather (Call *call)
{
  cover (call, GS_MATMUL_LANES_ROWS, GS_MATMUL_LANES_COLUMNS);
  call->push.zeros = gs_lanes_zeros (call->operands[GS_MATMUL_X], call->push.channels);
  call->constants[GS_MATMUL_UNROLL] = divides_sources (call, 2) ? 2 : 1;
  return "matmul-gather";
}

/* rows: as many as fill the vector registers, of which AVX2 has 16 and AVX-512 has 32. */
static const char *
use_uniform (Call *call, guint32 rows)
{
  const guint32 lanes = gs_device_get_info (gs_commands_get_device (call->commands))->subgroup_size;
  const gboolean in_blocks = gs_dtype_block (call->operands[GS_MATMUL_WEIGHT]->dtype) > 1;
  guint32 fours = GS_MATMUL_UNIFORM_FOURS;

  while (!divides_sources (call, fours))
    fours -= in_blocks ? 8 : 1; /* whole blocks of 32 */
  cover (call, rows, 2 * lanes);
  call->push.zeros = gs_lanes_zeros (call->operands[GS_MATMUL_X], call->push.channels);
  call->constants[GS_MATMUL_UNROLL] = fours;
  call->constants[GS_MATMUL_ROWS] = rows;
  call->constants[GS_MATMUL_LANES] = lanes;
  call->constants[GS_MATMUL_KERNEL] = call->kernel;
  call->constants[GS_MATMUL_SOURCES] = call->operands[GS_MATMUL_X2] != NULL ? 2 : 1;
  call->constants[GS_MATMUL_PLAIN] = call->kernel == 1 && call->push.stride == 1
                                     && call->push.pad == 0;
  return "matmul-uniform";
}

/* x2 is read through the view of x's buffer. */
static gboolean
fits_texels (GsCommands *commands, GsTensor *const *operands)
{
  GsTensor *x = operands[GS_MATMUL_X], *x2 = operands[GS_MATMUL_X2];

  return gs_lanes_fits_texels (commands, x)
         && gs_lanes_fits_texels (commands, operands[GS_MATMUL_WEIGHT])
         && (x2 == NULL || gs_tensor_root (x2)->buffer == gs_tensor_root (x)->buffer);
}

static GsMatmulVariant
usable_variant (GsCommands *commands, GsTensor *const *operands, GsMatmulVariant variant)
{
  if (gs_dtype_block (operands[GS_MATMUL_WEIGHT]->dtype) > 1
      && (variant == GS_MATMUL_TEXEL || variant == GS_MATMUL_GATHER))
    return GS_MATMUL_TILE;
  if (variant == GS_MATMUL_TEXEL && !fits_texels (commands, operands))
    return GS_MATMUL_TILE;
  if (variant >= GS_MATMUL_GATHER
      && gs_lanes_zeros (operands[GS_MATMUL_X], gs_matmul_depth (operands)) == 0)
    return GS_MATMUL_TILE;
  return variant;
}

static const char *
use (Call *call, GsMatmulVariant variant, const GsMatmulTile *tile)
{
  if (usable_variant (call->commands, call->operands, variant) != variant)
    return use_tile (call, "matmul-tile", &gs_matmul_plain_tile);
  switch (variant)
    {
    case GS_MATMUL_COOPMAT: return use_coopmat (call, tile);
    case GS_MATMUL_COOPMAT2: return use_coopmat2 (call, tile);
    case GS_MATMUL_TEXEL:   return use_texel (call);
    case GS_MATMUL_GATHER:  return use_gather (call);
    case GS_MATMUL_UNIFORM: return use_uniform (call, GS_MATMUL_UNIFORM_ROWS);
    case GS_MATMUL_UNIFORM_TALL: return use_uniform (call, 2 * GS_MATMUL_UNIFORM_ROWS);
    case GS_MATMUL_TILE:    return use_tile (call, "matmul-tile", tile);
    case GS_MATMUL_HALF:    return use_tile (call, "matmul-half", tile);
    case GS_MATMUL_DOT:     return use_tile (call, "matmul-dot", tile);
    default:                return use_tile (call, "matmul-tile", &gs_matmul_plain_tile);
    }
}

/* Rows of y to a row of the addend: it is y's shape, or one row per sample. */
static guint32
add_period (const GsTensor *add, const GsTensor *y)
{
  return add == NULL ? 1 : gs_shape_pixels (y->shape) / gs_shape_pixels (add->shape);
}

static void
read_shortcut (Call *call)
{
  GsTensor *const *operands = call->operands;

  if (operands[GS_MATMUL_SHORTCUT_X] == NULL)
    return;
  call->shortcut = (struct GsMatmulShortcut) {
    .x = gs_op_read (call->commands, operands[GS_MATMUL_SHORTCUT_X]),
    .x2 = gs_op_read (call->commands, operands[GS_MATMUL_SHORTCUT_X2]),
    .w = gs_op_read (call->commands, operands[GS_MATMUL_SHORTCUT_WEIGHT]),
    .bias = gs_op_read (call->commands, operands[GS_MATMUL_SHORTCUT_BIAS]),
    .channels = gs_matmul_shortcut_depth (operands),
    .x_channels = operands[GS_MATMUL_SHORTCUT_X]->shape.c,
  };
  call->constants[GS_MATMUL_SHORTCUT] = TRUE;
}

/* A linear layer has neither a shortcut nor, on GPUs, use for zeros: their places are a norm's. */
static void
read_norm (Call *call, const GsMatmulParameters *parameters)
{
  const union { float epsilon; guint32 bits; } constant = { parameters->norm_epsilon };

  if (parameters->norm_epsilon <= 0)
    return;
  call->push.shortcut = gs_op_read (call->commands, call->operands[GS_MATMUL_NORM_WEIGHT]);
  call->push.zeros = gs_op_read (call->commands, call->operands[GS_MATMUL_NORM_BIAS]);
  call->constants[GS_MATMUL_NORM] = constant.bits;
}

/* Workgroups that follow each other share what is larger, so that it is read once. */
static guint32
inner_rows (const Call *call)
{
  const GsTensor *x = call->operands[GS_MATMUL_X], *x2 = call->operands[GS_MATMUL_X2];
  const guint64 x_bytes = x->n_bytes + (x2 != NULL ? x2->n_bytes : 0);

  return call->operands[GS_MATMUL_WEIGHT]->n_bytes > 3 * x_bytes ? call->push.row_blocks : 1;
}

static void
dispatch (GsCommands *commands, GsMatmulVariant variant, const GsMatmulTile *tile, GsNode *node,
          GsTensor *const *operands, GsTensor *y, const GsMatmulParameters *parameters)
{
  GsTensor *x = operands[GS_MATMUL_X], *w = operands[GS_MATMUL_WEIGHT];
  const GsShape shape = gs_matmul_is_pointwise (parameters) ? x->shape : y->shape;
  const guint32 rows = gs_shape_pixels (shape), columns = gs_matmul_columns (parameters, y);
  const guint32 channels = gs_matmul_depth (operands);
  const double depth = (double) parameters->kernel * parameters->kernel * channels
                       + gs_matmul_shortcut_depth (operands);
  const char *name;
  Call call = {
    .commands = commands,
    .operands = operands,
    .kernel = parameters->kernel,
    .push = {
      .x = gs_op_read (commands, x),
      .x2 = gs_op_read (commands, operands[GS_MATMUL_X2]),
      .w = gs_op_read (commands, w),
      .bias = gs_op_read (commands, operands[GS_MATMUL_BIAS]),
      .add = gs_op_read (commands, operands[GS_MATMUL_ADD]),
      .y = gs_op_write (commands, y),
      .rows = rows,
      .columns = columns,
      .channels = channels,
      .x_channels = x->shape.c,
      .width = parameters->upsample > 0 ? shape.w : x->shape.w,
      .height = parameters->upsample > 0 ? shape.h : x->shape.h,
      .y_width = shape.w,
      .y_height = shape.h,
      .kernel = parameters->kernel,
      .stride = parameters->stride,
      .pad = parameters->pad,
      .upsample = parameters->upsample,
      .add_period = add_period (operands[GS_MATMUL_ADD], y),
    },
    .constants = {
      [GS_MATMUL_ACTIVATION] = parameters->activation,
      [GS_MATMUL_FORMAT] = gs_matmul_weight_format (w->dtype),
      [GS_MATMUL_BY_4] = columns % 4 == 0,
    },
  };

  read_shortcut (&call);
  read_norm (&call, parameters);
  name = use (&call, variant, tile);
  if (call.constants[GS_MATMUL_SHORTCUT])
    call.push.shortcut = gs_op_block (commands, node, &call.shortcut, sizeof call.shortcut);
  call.push.inner_rows = inner_rows (&call);
  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, name, y->dtype, call.constants,
                                     GS_MATMUL_N_CONSTANTS),
                       &call.push, sizeof call.push,
                       (guint64) call.push.row_blocks * call.push.column_blocks,
                       2.0 * rows * columns * depth);
}

/* Whether the kernel can go on over the shortcut's channels. Those for CPU drivers could, but were slower
 * so: one dispatch took 1.02 to 1.10 of two's processor time on Mesa 26.2 and 0.96 to 1.03 on Mesa 22.3
 * (SD 1.5's sizes at 256 x 256), perhaps as what is read again and again fits into a core's cache no
 * more. */
static gboolean
takes_shortcut (GsCommands *commands, GsMatmulVariant variant, GsTensor *const *operands)
{
  GsTensor *x = operands[GS_MATMUL_SHORTCUT_X], *x2 = operands[GS_MATMUL_SHORTCUT_X2];

  switch (usable_variant (commands, operands, variant))
    {
    case GS_MATMUL_TILE:
      return TRUE;
    case GS_MATMUL_HALF:
    case GS_MATMUL_COOPMAT:
    case GS_MATMUL_COOPMAT2:
      return x->shape.c % 8 == 0 && (x2 == NULL || x2->shape.c % 8 == 0);
    default:
      return FALSE;
    }
}

/* The shortcut into y, and then y and the rest. */
static void
dispatch_apart (GsCommands *commands, GsMatmulVariant variant, const GsMatmulTile *tile,
                GsTensor *const *operands, GsTensor *y, const GsMatmulParameters *parameters)
{
  GsTensor *const shortcut[GS_MATMUL_N_OPERANDS] = {
    [GS_MATMUL_X] = operands[GS_MATMUL_SHORTCUT_X],
    [GS_MATMUL_WEIGHT] = operands[GS_MATMUL_SHORTCUT_WEIGHT],
    [GS_MATMUL_BIAS] = operands[GS_MATMUL_SHORTCUT_BIAS],
    [GS_MATMUL_X2] = operands[GS_MATMUL_SHORTCUT_X2],
  };
  GsTensor *const rest[GS_MATMUL_N_OPERANDS] = {
    [GS_MATMUL_X] = operands[GS_MATMUL_X],
    [GS_MATMUL_WEIGHT] = operands[GS_MATMUL_WEIGHT],
    [GS_MATMUL_BIAS] = operands[GS_MATMUL_BIAS],
    [GS_MATMUL_ADD] = y,
    [GS_MATMUL_X2] = operands[GS_MATMUL_X2],
  };
  const GsMatmulParameters pointwise = { y->shape.c, .kernel = 1, .stride = 1 };

  if (variant <= GS_MATMUL_COOPMAT2 && !gs_matmul_tile_fits (tile, shortcut, y, &pointwise))
    dispatch (commands, GS_MATMUL_TILE, &gs_matmul_plain_tile, NULL, shortcut, y, &pointwise);
  else
    dispatch (commands, variant, tile, NULL, shortcut, y, &pointwise);
  dispatch (commands, variant, tile, NULL, rest, y, parameters);
}

void
gs_matmul_dispatch (GsCommands *commands, GsMatmulVariant variant, const GsMatmulTile *tile,
                    GsNode *node, GsTensor *const *operands, GsTensor *y,
                    const GsMatmulParameters *parameters)
{
  if (operands[GS_MATMUL_SHORTCUT_X] == NULL || takes_shortcut (commands, variant, operands))
    dispatch (commands, variant, tile, node, operands, y, parameters);
  else
    dispatch_apart (commands, variant, tile, operands, y, parameters);
}
