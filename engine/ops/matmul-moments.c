/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linear layers that normalise groups of channels of what they read. No workgroup could find the moments of
 * all pixels by itself, so the product that makes x leaves them, of its tiles, beside it, and a workgroup
 * takes these together before it begins: a dispatch and a tensor that is written and read back are spared.
 * Norms that stay nodes may read them, too, which spares one of two dispatches.
 *
 * What that costs both products may be more: GPUs are asked once for a class of them, as for layer norms. The
 * kernels for bytes and for matrices of a workgroup have no place for it.
 */
#include "ops/group-norm-private.h"
#include "ops/matmul-private.h"
#include "ops/tune.h"

#include "matmul.h"

#include <math.h>
#include <string.h>

#define MIN_ROWS 16 /* of a slice: fewer make too many */

/* ---- What a tile can do ---- */

guint64
gs_matmul_moments_bytes (const GsMatmulMoments *moments, GsShape y)
{
  const guint64 slices = gs_groups (gs_shape_pixels (y), moments->rows);
  const guint32 width = y.c / moments->groups;

  return slices * moments->groups * ((width - 1) / moments->columns + 2) * 2 * sizeof (float);
}

gboolean
gs_matmul_tile_keeps_moments (const GsMatmulTile *tile, const GsTensor *x,
                              const GsMatmulParameters *parameters)
{
  const GsMatmulMoments *left = &parameters->moments;
  const guint32 part_rows = tile->variant == GS_MATMUL_COOPMAT ? tile->matrix.m
                                                               : GS_MATMUL_TILE_PART_ROWS;

  if (left->groups == 0 && parameters->norm_moments.groups == 0)
    return TRUE;
  if (!gs_matmul_takes_norms (tile->variant)
      || (left->groups > 0
          && (tile->columns != left->columns || tile->rows % left->rows != 0
              || left->rows % part_rows != 0)))
    return FALSE;
  return parameters->norm_moments.groups == 0 || x->shape.n == 1
         || x->shape.h * x->shape.w % tile->rows == 0;
}

/* ---- The product that makes x ---- */

/* A product's tile as it is, and that of the kernels that have a place for norms and moments. */
typedef struct
{
  GsMatmulTile apart, together;
} Tiles;

/* FALSE: no tile has a place for them. */
static gboolean
choose_tiles (GsNode *node, GsDevice *device, Tiles *tiles)
{
  const GsMatmulVariant variant = gs_matmul_choose (device);
  GsMatmulParameters parameters = *GS_OP_PARAMETERS (node, const GsMatmulParameters);

  gs_matmul_choose_tile (device, variant, node->inputs, node->output, &parameters, &tiles->apart);
  parameters.norm_epsilon = 1;
  return gs_matmul_choose_tile (device, variant, node->inputs, node->output, &parameters,
                                &tiles->together);
}

/* How it would leave moments by the tile that it then has, in slices that end where images do. */
static gboolean
plan_moments (GsNode *node, guint32 groups, GsDevice *device, Tiles *tiles,
              GsMatmulMoments *moments)
{
  GsMatmulParameters parameters = *GS_OP_PARAMETERS (node, const GsMatmulParameters);
  const GsShape y = node->output->shape;
  const guint32 pixels = y.h * y.w;

  if (groups > GS_MATMUL_MOST_GROUPS || y.c % 4 != 0 || parameters.activation == GS_MATMUL_GEGLU
      || parameters.norm_epsilon > 0 || !choose_tiles (node, device, tiles))
    return FALSE;
  *moments = (GsMatmulMoments) { groups, tiles->together.rows, tiles->together.columns };
  while (pixels % moments->rows != 0)
    moments->rows /= 2;
  parameters.moments = *moments;
  return moments->rows >= MIN_ROWS
         && gs_matmul_tile_keeps_moments (&tiles->together, node->inputs[GS_MATMUL_X], &parameters);
}

/* ---- Which is faster ---- */

typedef struct
{
  GsMatmulTrial      base;
  Tiles              tiles;
  GsTensor           h; /* x, normalised by a dispatch of its own */
  const GsGroupNorm *norm;
  GsTensor           weight, scratch, moments;
  GsMatmulMoments    layout;
  gboolean           apart;
} Trial;

static void
record_maker (GsCommands *commands, gpointer data)
{
  Trial *trial = data;
  GsMatmulTrial *base = &trial->base;
  GsTensor *const operands[GS_MATMUL_N_OPERANDS] = { &base->x, &base->w };
  const GsMatmulTile *tile = trial->apart ? &trial->tiles.apart : &trial->tiles.together;

  base->parameters.moments = trial->apart ? (GsMatmulMoments) { 0 } : trial->layout;
  gs_matmul_dispatch (commands, tile->variant, tile, NULL, operands, &base->y,
                      trial->apart ? NULL : &trial->moments, &base->parameters);
}

/* The norm alone, or none for which moments are left. */
static void
record_norm (GsCommands *commands, gpointer data)
{
  Trial *trial = data;
  GsTensor *const operands[GS_GROUP_NORM_N_OPERANDS] = {
    [GS_GROUP_NORM_X] = &trial->base.x,
    [GS_GROUP_NORM_WEIGHT] = &trial->weight,
    [GS_GROUP_NORM_BIAS] = &trial->weight,
    [GS_GROUP_NORM_MOMENTS] = &trial->moments,
  };
  GsGroupNorm norm = *trial->norm;

  norm.moments = trial->apart ? (GsMatmulMoments) { 0 } : trial->layout;
  gs_group_norm_dispatch (commands, operands, &norm, &trial->scratch, &trial->h);
}

static void
record_reader (GsCommands *commands, gpointer data)
{
  Trial *trial = data;
  GsMatmulTrial *base = &trial->base;
  GsTensor *const normed[GS_GROUP_NORM_N_OPERANDS] = { &base->x, &trial->weight, &trial->weight };
  GsTensor *const operands[GS_MATMUL_N_OPERANDS] = {
    [GS_MATMUL_X] = trial->apart ? &trial->h : &base->x,
    [GS_MATMUL_WEIGHT] = &base->w,
    [GS_MATMUL_NORM_WEIGHT] = trial->apart ? NULL : &trial->weight,
    [GS_MATMUL_NORM_BIAS] = trial->apart ? NULL : &trial->weight,
    [GS_MATMUL_NORM_MOMENTS] = trial->apart ? NULL : &trial->moments,
  };
  const GsMatmulTile *tile = trial->apart ? &trial->tiles.apart : &trial->tiles.together;

  base->parameters.norm_epsilon = trial->apart ? 0 : trial->norm->epsilon;
  base->parameters.norm_moments = trial->apart ? (GsMatmulMoments) { 0 } : trial->layout;
  if (trial->apart)
    gs_group_norm_dispatch (commands, normed, trial->norm, &trial->scratch, &trial->h);
  gs_matmul_dispatch (commands, tile->variant, tile, NULL, operands, &base->y, NULL,
                      &base->parameters);
}

/* Places a tensor behind what there is; returns where it ends. */
static guint64
place (GsTensor *tensor, guint64 end)
{
  tensor->kind = GS_TENSOR_INPUT;
  tensor->offset = (end + 255) / 256 * 256;
  return tensor->offset + tensor->n_bytes;
}

static double
time_trial (GsDevice *device, Trial *trial, GsTuneRecordFunc record, gboolean apart)
{
  GsTensor *const all[] = { &trial->base.x, &trial->base.w, &trial->base.y, &trial->h, &trial->weight,
                            &trial->scratch, &trial->moments };
  const GsShape left = record == record_maker ? trial->base.y.shape : trial->base.x.shape;
  GsTensor normed = { .shape = left };
  GsTensor *const operands[GS_GROUP_NORM_N_OPERANDS] = { &normed };
  guint64 end = trial->base.n_bytes;
  g_autoptr (GsBuffer) buffer = NULL;

  trial->apart = apart;
  trial->h = trial->base.x;
  trial->weight = (GsTensor) { .shape = { 1, 1, 1, left.c }, .n_bytes = left.c * sizeof (float) };
  trial->scratch = (GsTensor) { .n_bytes = gs_group_norm_scratch_bytes (device, operands, trial->norm) };
  trial->moments = (GsTensor) { .n_bytes = gs_matmul_moments_bytes (&trial->layout, left) };
  for (guint i = 3; i < G_N_ELEMENTS (all); i++)
    end = place (all[i], end);
  buffer = gs_buffer_new (device, GS_MEMORY_DEVICE, end, "tuning", NULL);
  if (buffer == NULL)
    return INFINITY;
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    all[i]->buffer = buffer;
  return gs_tune_time (device, record, trial);
}

static double
time_both (GsDevice *device, guint candidate, gpointer data)
{
  Trial *trials = data;

  return time_trial (device, &trials[0], record_maker, candidate == 0)
         + time_trial (device, &trials[1], record_reader, candidate == 0);
}

/* y of the maker's trial is x of the norm's. */
static double
time_norm (GsDevice *device, guint candidate, gpointer data)
{
  Trial *trial = data;
  Trial normed = *trial;

  normed.base.x.shape = trial->base.y.shape;
  normed.base.x.n_bytes = trial->base.y.n_bytes;
  normed.base.x.offset = 0;
  normed.base.n_bytes = trial->base.n_bytes + trial->base.y.n_bytes;
  return time_trial (device, trial, record_maker, candidate == 0)
         + time_trial (device, &normed, record_norm, candidate == 0);
}

static gboolean
is_faster_left (GsDevice *device, GsNode *maker, const GsGroupNorm *norm,
                const GsMatmulMoments *moments, const Tiles *tiles)
{
  static const char *const names[] = { "apart", "left" };
  Trial trial = { .norm = norm, .layout = *moments, .tiles = *tiles };
  g_autofree char *makes = NULL, *key = NULL;

  gs_matmul_trial_init (&trial.base, device, maker->inputs, maker->output,
                        GS_OP_PARAMETERS (maker, const GsMatmulParameters));
  makes = gs_matmul_trial_class (&trial.base);
  key = g_strdup_printf ("group-norm-%u-%s", norm->groups, makes);
  return gs_tune_choose (device, key, names, G_N_ELEMENTS (names), time_norm, &trial) == 1;
}

static gboolean
is_faster (GsDevice *device, GsNode *maker, GsNode *node, const GsGroupNorm *norm,
           const GsMatmulMoments *moments, const Tiles *tiles)
{
  static const char *const names[] = { "apart", "together" };
  GsNode *const nodes[] = { maker, node };
  Trial trials[2] = { 0 };
  g_autofree char *makes = NULL, *reads = NULL, *key = NULL;

  for (guint i = 0; i < 2; i++)
    {
      trials[i].norm = norm;
      trials[i].layout = *moments;
      trials[i].tiles = tiles[i];
      gs_matmul_trial_init (&trials[i].base, device, nodes[i]->inputs, nodes[i]->output,
                            GS_OP_PARAMETERS (nodes[i], const GsMatmulParameters));
    }
  makes = gs_matmul_trial_class (&trials[0].base);
  reads = gs_matmul_trial_class (&trials[1].base);
  key = g_strdup_printf ("matmul-groups-%u-%s-%s", norm->groups, makes, reads);
  return gs_tune_choose (device, key, names, G_N_ELEMENTS (names), time_both, trials) == 1;
}

/* ---- Taking over ---- */

/* Has the node leave moments; NULL if others want them otherwise. */
static GsTensor *
ask_for_moments (GsNode *node, const GsMatmulMoments *moments)
{
  GsMatmulParameters *parameters = GS_OP_PARAMETERS (node, GsMatmulParameters);
  const guint64 n_bytes = gs_matmul_moments_bytes (moments, node->output->shape);

  if (node->second != NULL)
    return memcmp (&parameters->moments, moments, sizeof *moments) == 0 ? node->second : NULL;
  parameters->moments = *moments;
  return gs_graph_add_second (node, (GsShape) { 1, 1, 1, n_bytes / sizeof (float) }, GS_DTYPE_F32);
}

/* The product that makes a norm's x, if it is one; NULL else. */
static GsNode *
find_maker (const GsNode *norm)
{
  GsTensor *x = norm->inputs[GS_GROUP_NORM_X];
  GsNode *maker = x->producer;

  return maker != NULL && maker->klass->record == gs_matmul_record && maker->output == x
             && norm->inputs[GS_GROUP_NORM_X2] == NULL
           ? maker
           : NULL;
}

void
gs_matmul_leave_moments (GsNode *norm, GsDevice *device)
{
  GsGroupNorm *asked = GS_OP_PARAMETERS (norm, GsGroupNorm);
  const GsMatmulVariant variant = gs_matmul_choose (device);
  GsNode *maker = find_maker (norm);
  GsMatmulMoments moments;
  Tiles tiles;

  if (!gs_matmul_takes_norms (variant) || maker == NULL
      || !plan_moments (maker, asked->groups, device, &tiles, &moments)
      || (variant == GS_MATMUL_TUNED && !is_faster_left (device, maker, asked, &moments, &tiles)))
    return;
  norm->inputs[GS_GROUP_NORM_MOMENTS] = ask_for_moments (maker, &moments);
  if (norm->inputs[GS_GROUP_NORM_MOMENTS] != NULL)
    asked->moments = moments;
}

gboolean
gs_matmul_absorb_group_norm (GsNode *node, GsNode *norm, GsDevice *device)
{
  GsMatmulParameters *parameters = GS_OP_PARAMETERS (node, GsMatmulParameters);
  GsMatmulParameters wanted = *parameters;
  const GsMatmulVariant variant = gs_matmul_choose (device);
  const GsGroupNorm *asked = gs_group_norm_get (norm);
  GsTensor *x = norm->inputs[GS_GROUP_NORM_X], *moments;
  GsNode *maker = find_maker (norm);
  Tiles tiles[2];

  if (!gs_matmul_takes_norms (variant) || asked->silu || maker == NULL
      || node->inputs[GS_MATMUL_X2] != NULL || parameters->moments.groups > 0
      || !plan_moments (maker, asked->groups, device, &tiles[0], &wanted.norm_moments)
      || !choose_tiles (node, device, &tiles[1]))
    return FALSE;
  if (!gs_matmul_tile_keeps_moments (&tiles[1].together, x, &wanted)
      || (variant == GS_MATMUL_TUNED
          && !is_faster (device, maker, node, asked, &wanted.norm_moments, tiles)))
    return FALSE;
  moments = ask_for_moments (maker, &wanted.norm_moments);
  if (moments == NULL)
    return FALSE;
  *parameters = wanted;
  parameters->norm_epsilon = asked->epsilon;
  node->inputs[GS_MATMUL_X] = x;
  node->inputs[GS_MATMUL_NORM_WEIGHT] = norm->inputs[GS_GROUP_NORM_WEIGHT];
  node->inputs[GS_MATMUL_NORM_BIAS] = norm->inputs[GS_GROUP_NORM_BIAS];
  node->inputs[GS_MATMUL_NORM_MOMENTS] = moments;
  return TRUE;
}
