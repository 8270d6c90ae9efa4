/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adapters' changes, a row of the weight at a time. */
#include "nn/adapter-delta.h"

#include "base/parallel.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* A thread more has to be worth being woken. */
#define LEAST_ELEMENTS_A_THREAD (64 * 1024)

/* ---- Products of small matrices ---- */

/* left (rows, rank) times right (rank, columns); rank 0: right alone, which is (rows, columns). */
typedef struct
{
  guint64 rows, rank, columns;
  float *left, *right;
} Product;

static void
product_clear (Product *product)
{
  g_clear_pointer (&product->left, g_free);
  g_clear_pointer (&product->right, g_free);
}

/* Four floats at any address. */
typedef float Four __attribute__ ((vector_size (16), aligned (4), may_alias));

#define RANKS 4 /* rows of right that are added at a time, so that the sums are touched less often */

/* out[i] += sum over r of weights[r] rows[r][i], rows one after the other. */
static void
add_rows_of (const float *rows, const float *weights, guint64 n, float *out)
{
  const float *const a = rows, *const b = a + n, *const c = b + n, *const d = c + n;
  guint64 i = 0;

  for (; i + 4 <= n; i += 4)
    *(Four *) (out + i) += weights[0] * *(const Four *) (a + i) + weights[1] * *(const Four *) (b + i)
                           + weights[2] * *(const Four *) (c + i)
                           + weights[3] * *(const Four *) (d + i);
  for (; i < n; i++)
    out[i] += weights[0] * a[i] + weights[1] * b[i] + weights[2] * c[i] + weights[3] * d[i];
}

/* Adds factor times a row of it. */
static void
product_add_row (const Product *product, guint64 row, float factor, float *out)
{
  const guint64 n = product->columns;
  guint64 k = 0;

  if (product->rank == 0)
    {
      for (guint64 i = 0; i < n; i++)
        out[i] += factor * product->right[row * n + i];
      return;
    }
  for (; k + RANKS <= product->rank; k += RANKS)
    {
      float weights[RANKS];

      for (guint r = 0; r < RANKS; r++)
        weights[r] = factor * product->left[row * product->rank + k + r];
      add_rows_of (product->right + k * n, weights, n, out);
    }
  for (; k < product->rank; k++)
    {
      const float weight = factor * product->left[row * product->rank + k];
      const float *right = product->right + k * n;

      for (guint64 i = 0; i < n; i++)
        out[i] += weight * right[i];
    }
}

static float *
floats_of (const GsStoredTensor *tensor)
{
  float *values = g_new (float, MAX (gs_stored_tensor_n_elements (tensor), 1));

  gs_stored_tensor_to_float (tensor, values);
  return values;
}

static guint64
side (const GsStoredTensor *tensor, guint i)
{
  return i < tensor->n_dims ? tensor->shape[i] : 1;
}

/* Elements of a matrix's row: of all dimensions but the first. */
static guint64
row_elements (const GsStoredTensor *tensor)
{
  guint64 n = 1;

  for (guint i = 1; i < tensor->n_dims; i++)
    n *= tensor->shape[i];
  return n;
}

/* out[a][i][k] = sum_b core[a][b][k] right[b][i] */
static float *
through_core (const float *core, const float *right, guint64 n_a, guint64 n_b, guint64 n_i,
              guint64 n_k)
{
  float *out = g_new0 (float, n_a * n_i * n_k);

  for (guint64 a = 0; a < n_a; a++)
    for (guint64 b = 0; b < n_b; b++)
      for (guint64 i = 0; i < n_i; i++)
        for (guint64 k = 0; k < n_k; k++)
          out[(a * n_i + i) * n_k + k] += core[(a * n_b + b) * n_k + k] * right[b * n_i + i];
  return out;
}

static void
transpose (float **values, guint64 rows, guint64 columns)
{
  float *out = g_new (float, rows * columns);

  for (guint64 i = 0; i < rows; i++)
    for (guint64 j = 0; j < columns; j++)
      out[j * rows + i] = (*values)[i * columns + j];
  g_free (*values);
  *values = out;
}

/* left times right, both as stored: (rows, rank, ...) and (rank, columns, ...). With a core (rank,
 * rank, k, k) between them right is (rank, columns / k k); left_is_turned: it is (rank, rows). FALSE
 * if their sizes do not make such a product. */
static gboolean
product_init (Product *product, const GsStoredTensor *left, const GsStoredTensor *right,
              const GsStoredTensor *core, gboolean left_is_turned, guint64 rows, guint64 columns)
{
  const guint64 taps = core != NULL ? side (core, 2) * side (core, 3) : 1;
  const guint64 rank = side (right, 0), left_rank = side (left, left_is_turned ? 0 : 1);

  if (rank == 0 || left_rank == 0 || taps == 0 || columns % taps != 0
      || gs_stored_tensor_n_elements (left) != rows * left_rank
      || gs_stored_tensor_n_elements (right) != rank * (columns / taps)
      || (core == NULL ? left_rank != rank
                       : core->n_dims < 2 || core->shape[0] != left_rank || core->shape[1] != rank
                           || gs_stored_tensor_n_elements (core) != left_rank * rank * taps))
    return FALSE;
  *product = (Product) { rows, left_rank, columns, floats_of (left), floats_of (right) };
  if (left_is_turned)
    transpose (&product->left, left_rank, rows);
  if (core != NULL)
    {
      g_autofree float *plain = g_steal_pointer (&product->right);
      g_autofree float *middle = floats_of (core);

      product->right = through_core (middle, plain, left_rank, rank, columns / taps, taps);
    }
  return TRUE;
}

static gboolean
product_init_whole (Product *product, const GsStoredTensor *tensor, guint64 rows, guint64 columns)
{
  if (gs_stored_tensor_n_elements (tensor) != rows * columns)
    return FALSE;
  *product = (Product) { rows, 0, columns, NULL, floats_of (tensor) };
  return TRUE;
}

/* ---- Changes ---- */

typedef struct
{
  Product first, second; /* LoHa: both; LoKr: w1 and w2 */
  enum { SUM, HADAMARD, KRONECKER, FACTORS_OF_ROWS, FACTORS_OF_COLUMNS } kind;
  float   scale;
  guint64 rows, columns, taps; /* of the weight: (out, in k k), k k */
} Change;

static void
change_clear (Change *change)
{
  product_clear (&change->first);
  product_clear (&change->second);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Change, change_clear)

/* alpha / rank, 1 where there is no alpha. */
static float
scale_of (const GsAdapterModule *module, guint64 rank)
{
  const GsStoredTensor *alpha = module->parts[GS_ADAPTER_ALPHA];

  return alpha != NULL && gs_stored_tensor_n_elements (alpha) == 1 && rank > 0
           ? gs_stored_tensor_get_float (alpha, 0) / rank : 1;
}

static gboolean
init_lora (Change *change, const GsAdapterModule *module)
{
  const GsStoredTensor *down = module->parts[GS_ADAPTER_DOWN];

  change->scale = scale_of (module, side (down, 0));
  return product_init (&change->first, module->parts[GS_ADAPTER_UP], down,
                       module->parts[GS_ADAPTER_MID], FALSE, change->rows, change->columns);
}

static gboolean
init_loha (Change *change, const GsAdapterModule *module)
{
  const GsStoredTensor *const *parts = module->parts;
  const gboolean has_cores = parts[GS_ADAPTER_HADA_T1] != NULL && parts[GS_ADAPTER_HADA_T2] != NULL;

  if (parts[GS_ADAPTER_HADA_W1_B] == NULL || parts[GS_ADAPTER_HADA_W2_A] == NULL
      || parts[GS_ADAPTER_HADA_W2_B] == NULL)
    return FALSE;
  change->kind = HADAMARD;
  change->scale = scale_of (module, side (parts[GS_ADAPTER_HADA_W1_B], 0));
  return product_init (&change->first, parts[GS_ADAPTER_HADA_W1_A], parts[GS_ADAPTER_HADA_W1_B],
                       has_cores ? parts[GS_ADAPTER_HADA_T1] : NULL, has_cores, change->rows,
                       change->columns)
         && product_init (&change->second, parts[GS_ADAPTER_HADA_W2_A], parts[GS_ADAPTER_HADA_W2_B],
                          has_cores ? parts[GS_ADAPTER_HADA_T2] : NULL, has_cores, change->rows,
                          change->columns);
}

/* Sides of a factor that is whole, or a product of two. FALSE if it is neither. */
static gboolean
factor_sides (const GsStoredTensor *whole, const GsStoredTensor *a, const GsStoredTensor *b,
              gboolean a_is_turned, guint64 *rows, guint64 *channels)
{
  if (whole == NULL && (a == NULL || b == NULL))
    return FALSE;
  *rows = whole != NULL ? side (whole, 0) : side (a, a_is_turned ? 1 : 0);
  *channels = side (whole != NULL ? whole : b, 1);
  return *rows > 0 && *channels > 0;
}

static gboolean
init_lokr (Change *change, const GsAdapterModule *module)
{
  const GsStoredTensor *const *parts = module->parts;
  const GsStoredTensor *w1 = parts[GS_ADAPTER_LOKR_W1], *w2 = parts[GS_ADAPTER_LOKR_W2];
  const GsStoredTensor *w1_b = parts[GS_ADAPTER_LOKR_W1_B], *w2_b = parts[GS_ADAPTER_LOKR_W2_B];
  const GsStoredTensor *core = parts[GS_ADAPTER_LOKR_T2];
  guint64 rows_1, channels_1, rows_2, channels_2, rank = 0;

  if (!factor_sides (w1, parts[GS_ADAPTER_LOKR_W1_A], w1_b, FALSE, &rows_1, &channels_1)
      || !factor_sides (w2, parts[GS_ADAPTER_LOKR_W2_A], w2_b, core != NULL, &rows_2, &channels_2)
      || change->rows % rows_1 != 0 || change->rows / rows_1 != rows_2
      || change->columns % channels_1 != 0
      || change->columns / channels_1 != channels_2 * change->taps)
    return FALSE;
  if (w1 == NULL)
    rank = side (w1_b, 0);
  if (w2 == NULL)
    rank = side (w2_b, 0);
  change->kind = KRONECKER;
  change->scale = scale_of (module, rank); /* of whole factors: 1 */
  return (w1 != NULL ? product_init_whole (&change->first, w1, rows_1, channels_1)
                     : product_init (&change->first, parts[GS_ADAPTER_LOKR_W1_A], w1_b, NULL, FALSE,
                                     rows_1, channels_1))
         && (w2 != NULL ? product_init_whole (&change->second, w2, rows_2, channels_2 * change->taps)
                        : product_init (&change->second, parts[GS_ADAPTER_LOKR_W2_A], w2_b, core,
                                        core != NULL, rows_2, channels_2 * change->taps));
}

static gboolean
init_factors (Change *change, const GsAdapterModule *module)
{
  const GsStoredTensor *factors = module->parts[GS_ADAPTER_SCALE];
  const GsStoredTensor *on_input = module->parts[GS_ADAPTER_ON_INPUT];
  const gboolean of_columns = on_input != NULL && gs_stored_tensor_n_elements (on_input) == 1
                              && gs_stored_tensor_get_float (on_input, 0) != 0;

  change->kind = of_columns ? FACTORS_OF_COLUMNS : FACTORS_OF_ROWS;
  return product_init_whole (&change->first, factors, 1,
                             of_columns ? change->columns / change->taps : change->rows);
}

static gboolean
change_init (Change *change, const GsAdapterModule *module, const guint64 *dims, guint n_dims)
{
  change->rows = dims[0];
  change->columns = change->taps = change->scale = 1;
  for (guint i = 1; i < n_dims; i++)
    change->columns *= dims[i];
  for (guint i = 2; i < n_dims; i++)
    change->taps *= dims[i];
  if (module->parts[GS_ADAPTER_UP] != NULL && module->parts[GS_ADAPTER_DOWN] != NULL)
    return init_lora (change, module);
  if (module->parts[GS_ADAPTER_HADA_W1_A] != NULL)
    return init_loha (change, module);
  if (module->parts[GS_ADAPTER_LOKR_W1] != NULL || module->parts[GS_ADAPTER_LOKR_W1_A] != NULL)
    return init_lokr (change, module);
  if (module->parts[GS_ADAPTER_DIFF] != NULL)
    return product_init_whole (&change->first, module->parts[GS_ADAPTER_DIFF], change->rows,
                               change->columns);
  return module->parts[GS_ADAPTER_SCALE] != NULL && init_factors (change, module);
}

/* Adds strength times the change of a row to it. room: of a row, for LoHa. */
static void
add_row (const Change *change, guint64 row, float strength, float *out, float *room)
{
  const float factor = strength * change->scale;
  const guint64 n = change->columns;

  switch (change->kind)
    {
    case SUM:
      product_add_row (&change->first, row, factor, out);
      break;
    case HADAMARD:
      memset (room, 0, 2 * n * sizeof *room);
      product_add_row (&change->first, row, factor, room);
      product_add_row (&change->second, row, 1, room + n);
      for (guint64 i = 0; i < n; i++)
        out[i] += room[i] * room[n + i];
      break;
    case KRONECKER:
      memset (room, 0, change->first.columns * sizeof *room);
      product_add_row (&change->first, row / change->second.rows, factor, room);
      for (guint64 i = 0; i < change->first.columns; i++)
        product_add_row (&change->second, row % change->second.rows, room[i],
                         out + i * change->second.columns);
      break;
    case FACTORS_OF_ROWS:
      for (guint64 i = 0; i < n; i++)
        out[i] += out[i] * factor * change->first.right[row];
      break;
    case FACTORS_OF_COLUMNS:
      for (guint64 i = 0; i < n; i++)
        out[i] += out[i] * factor * change->first.right[i / change->taps];
      break;
    }
}

typedef struct
{
  const Change *change;
  float strength;
  float *weight;
} Rows;

static void
add_rows (guint64 begin, guint64 end, gpointer data)
{
  const Rows *rows = data;
  g_autofree float *room = g_new (float, 2 * rows->change->columns);

  for (guint64 row = begin; row < end; row++)
    add_row (rows->change, row, rows->strength, rows->weight + row * rows->change->columns, room);
}

static void
add_change (const Change *change, float strength, float *weight)
{
  Rows rows = { change, strength, weight };

  gs_parallel (change->rows, LEAST_ELEMENTS_A_THREAD / MAX (change->columns, 1) + 1, add_rows,
               &rows);
}

/* ---- DoRA ---- */

/* Factors that give the merged weight its lengths, of rows or of input channels. FALSE if the
 * magnitudes have another size. */
static gboolean
magnitude_factors (const Change *change, const GsStoredTensor *magnitudes, const float *merged,
                   gboolean *of_rows, double **factors)
{
  const guint64 channels = change->columns / change->taps;
  guint64 n;

  *of_rows = side (magnitudes, 0) == change->rows && row_elements (magnitudes) == 1;
  n = *of_rows ? change->rows : channels;
  if (gs_stored_tensor_n_elements (magnitudes) != n)
    return FALSE;
  *factors = g_new0 (double, n);
  for (guint64 i = 0; i < change->rows * change->columns; i++)
    (*factors)[*of_rows ? i / change->columns : i % change->columns / change->taps]
      += (double) merged[i] * merged[i];
  for (guint64 i = 0; i < n; i++)
    (*factors)[i] = gs_stored_tensor_get_float (magnitudes, i) / (sqrt ((*factors)[i]) + FLT_EPSILON);
  return TRUE;
}

static gboolean
apply_dora (const Change *change, const GsStoredTensor *magnitudes, float strength, float *weight)
{
  const guint64 n = change->rows * change->columns;
  g_autofree float *merged = g_memdup2 (weight, n * sizeof *weight);
  g_autofree double *factors = NULL;
  gboolean of_rows;

  add_change (change, 1, merged);
  if (!magnitude_factors (change, magnitudes, merged, &of_rows, &factors))
    return FALSE;
  for (guint64 i = 0; i < n; i++)
    {
      const double factor = factors[of_rows ? i / change->columns
                                            : i % change->columns / change->taps];

      weight[i] += strength * (float) (merged[i] * factor - weight[i]);
    }
  return TRUE;
}

/* ---- Interface ---- */

static gboolean
misfit (const GsAdapterModule *module, const guint64 *dims, guint n_dims, GError **error)
{
  g_autofree char *shape = gs_shape_text (n_dims, dims);
  g_autofree char *name = gs_text_for_message (module->name);

  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
               "The LoRA's tensors of %s do not make a weight of %s; it is damaged, or made for "
               "another kind of model", name, shape);
  return FALSE;
}

gboolean
gs_adapter_apply (const GsAdapterModule *module, float strength, const guint64 *dims, guint n_dims,
                  float *weight, GError **error)
{
  g_auto (Change) change = { 0 };
  const GsStoredTensor *magnitudes = module->parts[GS_ADAPTER_DORA_SCALE];

  if (!change_init (&change, module, dims, n_dims))
    return misfit (module, dims, n_dims, error);
  if (magnitudes != NULL)
    return apply_dora (&change, magnitudes, strength, weight)
           || misfit (module, dims, n_dims, error);
  add_change (&change, strength, weight);
  return TRUE;
}

gboolean
gs_adapter_apply_bias (const GsAdapterModule *module, float strength, guint64 n, float *bias,
                       GError **error)
{
  const GsStoredTensor *difference = module->parts[GS_ADAPTER_DIFF_BIAS];

  if (gs_stored_tensor_n_elements (difference) != n)
    return misfit (module, &n, 1, error);
  for (guint64 i = 0; i < n; i++)
    bias[i] += strength * gs_stored_tensor_get_float (difference, i);
  return TRUE;
}

gboolean
gs_adapter_has_weight (const GsAdapterModule *module)
{
  static const GsAdapterPart tell[] = { GS_ADAPTER_UP, GS_ADAPTER_DOWN, GS_ADAPTER_HADA_W1_A,
                                        GS_ADAPTER_LOKR_W1, GS_ADAPTER_LOKR_W1_A, GS_ADAPTER_DIFF,
                                        GS_ADAPTER_SCALE };

  for (guint i = 0; i < G_N_ELEMENTS (tell); i++)
    if (module->parts[tell[i]] != NULL)
      return TRUE;
  return FALSE;
}

gboolean
gs_adapter_has_bias (const GsAdapterModule *module)
{
  return module->parts[GS_ADAPTER_DIFF_BIAS] != NULL;
}
