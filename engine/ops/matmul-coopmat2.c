/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tiles that a whole workgroup multiplies as one matrix, for matmul-coopmat2. */
#include "ops/matmul-private.h"

#include "matmul.h"

#define MOST_BYTES G_GUINT64_CONSTANT (0x7fffffff) /* of a tensor: places in it are of 32 bits */
#define BOX_WIDTH 16 /* pixels; the nearer a box to a square, the more its taps have in common */

/* Rows, columns, invocations. */
static const guint32 coopmat2_tiles[][3] = {
  { 64, 64, 128 }, { 128, 64, 128 }, { 128, 128, 256 }, { 256, 128, 256 }, { 128, 256, 256 },
};

/* Half the columns are a matrix of their own where pairs of them make one. */
static gboolean
takes (const GsGroupMatrix *matrix, guint32 rows, guint32 columns)
{
  return rows % matrix->step.m == 0 && columns / 2 % MAX (matrix->step.n, GS_MATMUL_PANEL) == 0
         && GS_MATMUL_COOPMAT2_DEPTH % matrix->step.k == 0
         && MAX (MAX (rows, columns), GS_MATMUL_COOPMAT2_DEPTH) <= matrix->longest;
}

static void
add_tile (GArray *tiles, guint32 rows, guint32 columns, guint32 invocations)
{
  GsMatmulTile tile = { GS_MATMUL_COOPMAT2, rows, columns, .lanes = invocations };

  g_snprintf (tile.name, sizeof tile.name, "coopmat2-%ux%u-%u", rows, columns, invocations);
  g_array_append_val (tiles, tile);
}

static gboolean
is_real (const GsGpuInfo *info)
{
  return info->n_group_matrices > 0 && gs_kernel_exists ("matmul-coopmat2.f16");
}

void
gs_matmul_coopmat2_add_tiles (GArray *tiles, const GsGpuInfo *info)
{
  const char *asked = g_getenv ("GESSO_KERNELS");

  if (!is_real (info) && info->storage16 && asked != NULL && g_str_has_prefix (asked, "coopmat2"))
    add_tile (tiles, GS_MATMUL_COOPMAT2_EMULATED_SIDE, GS_MATMUL_COOPMAT2_EMULATED_SIDE,
              GS_MATMUL_COOPMAT2_EMULATED);
  for (guint i = 0; is_real (info) && i < G_N_ELEMENTS (coopmat2_tiles); i++)
    for (guint j = 0; j < info->n_group_matrices; j++)
      {
        const guint32 *t = coopmat2_tiles[i];

        if (info->group_matrices[j].invocations == t[2] && takes (&info->group_matrices[j], t[0], t[1]))
          add_tile (tiles, t[0], t[1], t[2]);
      }
}

gboolean
gs_matmul_coopmat2_fits (GsTensor *const *operands, const GsTensor *y,
                         const GsMatmulParameters *parameters)
{
  for (guint i = 0; i < GS_MATMUL_N_OPERANDS; i++)
    if (operands[i] != NULL && (operands[i]->n_bytes > MOST_BYTES || operands[i]->first % 8 != 0))
      return FALSE;
  return operands[GS_MATMUL_WEIGHT]->dtype == GS_DTYPE_F16 && operands[GS_MATMUL_NORM_WEIGHT] == NULL
         && parameters->stride == 1 && parameters->upsample == 0 && y->n_bytes <= MOST_BYTES;
}

static guint32
power_of_two_from (guint32 n)
{
  return 1u << g_bit_storage (n - 1);
}

const char *
gs_matmul_coopmat2_use (const GsGpuInfo *info, const GsMatmulTile *tile, struct GsMatmulPush *push,
                        guint32 *constants)
{
  guint32 width, height, pictures;

  /* Under one tap pixels have no neighbours, and are one line. */
  if (push->kernel == 1 && push->pad == 0 && push->width == push->y_width
      && push->height == push->y_height)
    {
      push->width = push->y_width = push->rows;
      push->height = push->y_height = 1;
    }
  pictures = push->rows / (push->y_width * push->y_height);
  width = push->y_height == 1 ? tile->rows : MIN (BOX_WIDTH, power_of_two_from (push->y_width));
  height = MIN (tile->rows / width, power_of_two_from (push->y_height));
  push->row_blocks = gs_groups (push->y_width, width) * gs_groups (push->y_height, height)
                     * gs_groups (pictures, tile->rows / (width * height));
  push->column_blocks = gs_groups (push->columns, tile->columns);
  constants[GS_MATMUL_COOPMAT2_ROWS] = tile->rows;
  constants[GS_MATMUL_COOPMAT2_COLUMNS] = tile->columns;
  constants[GS_MATMUL_COOPMAT2_BOX_WIDTH] = width;
  constants[GS_MATMUL_COOPMAT2_BOX_HEIGHT] = height;
  constants[GS_MATMUL_COOPMAT2_INVOCATIONS] = tile->lanes;
  return is_real (info) ? "matmul-coopmat2" : "matmul-coopmat2-emulated";
}
