/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The harness of op tests; see op-test.h. */
#include "op-test.h"

#include "base/block-quant.h"
#include "base/half.h"
#include "gpu/kernel.h"
#include "io/joined-names.h"
#include "nn/weight-source.h"
#include "ops/matmul-private.h"
#include "tensor/arena.h"
#include "tensor/grad.h"
#include "tensor/plan.h"

#include <math.h>
#include <string.h>

#define GUARD_BYTES 1024
#define POISON 0xff /* a NaN in both storage types */

/* ---- Random weights ---- */

typedef struct
{
  GsWeights   base;
  GsOpTest   *test;
  GHashTable *values;  /* name -> GArray of double */
  GHashTable *blocks;  /* name -> its bytes, of those in blocks */
  GPtrArray  *buffers; /* GsBuffer */
} TestWeights;

static double
random_value (GRand *rand)
{
  double sum = -4;

  /* Bell-shaped, and exact in half precision. */
  for (int i = 0; i < 4; i++)
    sum += g_rand_double_range (rand, 0, 2);
  return gs_half_to_float (gs_half_from_float (sum));
}

static GArray *
random_values (GRand *rand, guint64 n)
{
  GArray *values = g_array_sized_new (FALSE, FALSE, sizeof (double), n);

  for (guint64 i = 0; i < n; i++)
    {
      double value = random_value (rand);
      g_array_append_val (values, value);
    }
  return values;
}

/* A joined weight's parts have their own names, for the references. */
static void
add_parts (TestWeights *self, const char *name, guint64 n)
{
  g_auto (GStrv) names = gs_joined_names_split (name);
  const guint n_parts = names != NULL ? g_strv_length (names) : 0;
  const GArray *joined = g_hash_table_lookup (self->values, name);

  for (guint i = 0; i < n_parts; i++)
    {
      GArray *part = g_array_new (FALSE, FALSE, sizeof (double));

      g_array_append_vals (part, &g_array_index (joined, double, i * (n / n_parts)), n / n_parts);
      g_hash_table_insert (self->values, g_strdup (names[i]), part);
    }
}

/* Random bytes with scales that make numbers of an order of 1; values get what they mean. */
static GArray *
random_blocks (TestWeights *self, const char *name, guint64 n, GsDtype dtype)
{
  const gsize n_blocks = n / gs_dtype_block (dtype), n_bytes = gs_dtype_bytes (dtype);
  guint8 *bytes = g_malloc (n_blocks * n_bytes);
  g_autofree float *floats = g_new (float, n);
  GArray *values = g_array_sized_new (FALSE, FALSE, sizeof (double), n);

  for (gsize i = 0; i < n_blocks * n_bytes; i++)
    bytes[i] = g_rand_int_range (self->test->rand, 0, 256);
  for (gsize i = 0; i < n_blocks; i++)
    {
      const gboolean has_minimum = dtype != GS_DTYPE_Q8_0 && dtype != GS_DTYPE_Q5_0
                                   && dtype != GS_DTYPE_Q4_0 && dtype != GS_DTYPE_Q6_K;
      guint8 *at = bytes + i * n_bytes + (dtype == GS_DTYPE_Q6_K ? 208 : 0);
      const float scale = g_rand_double_range (self->test->rand, 0.5, 1)
                          / (dtype == GS_DTYPE_Q8_0 ? 64 : gs_dtype_block (dtype) == 256 ? 512 : 8);

      for (guint k = 0; k < (has_minimum ? 2 : 1); k++)
        {
          const guint16 half = gs_half_from_float (k == 0 ? scale : -scale);

          at[2 * k] = half & 0xff;
          at[2 * k + 1] = half >> 8;
        }
    }
  gs_blocks_to_floats (dtype, bytes, n_blocks, floats);
  for (guint64 i = 0; i < n; i++)
    {
      double value = floats[i];
      g_array_append_val (values, value);
    }
  g_hash_table_insert (self->blocks, g_strdup (name), bytes);
  return values;
}

static gboolean
weights_check (GsWeights *weights, const char *name, const guint64 *dims, guint n_dims,
               const GsLayout *layout, GsDtype *dtype, GError **error)
{
  TestWeights *self = (TestWeights *) weights;
  guint64 n = 1;

  for (guint i = 0; i < n_dims; i++)
    n *= dims[i];
  *dtype = layout->always_f32 ? GS_DTYPE_F32 : self->test->weight_dtype;
  if (!g_hash_table_contains (self->values, name))
    {
      GArray *values = gs_dtype_block (*dtype) > 1 ? random_blocks (self, name, n, *dtype)
                                                   : random_values (self->test->rand, n);

      for (guint i = 0; self->test->weight_scale > 0 && i < n; i++)
        {
          double *value = &g_array_index (values, double, i);

          *value = gs_half_to_float (gs_half_from_float (*value * self->test->weight_scale));
        }
      g_hash_table_insert (self->values, g_strdup (name), values);
    }
  add_parts (self, name, n);
  return TRUE;
}

static gboolean
weights_has (GsWeights *weights, const char *name)
{
  return TRUE;
}

static gboolean
weights_resident (GsWeights *weights, const char *name, const guint64 *dims, guint n_dims,
                  const GsLayout *layout, GsBuffer **buffer, guint64 *offset, GError **error)
{
  TestWeights *self = (TestWeights *) weights;
  GArray *values = g_hash_table_lookup (self->values, name);
  const GsDtype dtype = layout->always_f32 ? GS_DTYPE_F32 : self->test->weight_dtype;
  g_autofree float *floats = g_new (float, values->len);
  GsHostTensor source = { .dtype = GS_DTYPE_F32, .n_dims = n_dims, .data = floats };
  const guint64 n_bytes = layout->bytes (dims, n_dims, dtype);
  g_autofree gpointer packed = g_malloc (n_bytes);

  for (guint i = 0; i < values->len; i++)
    floats[i] = g_array_index (values, double, i);
  memcpy (source.dims, dims, n_dims * sizeof *dims);
  if (gs_dtype_block (dtype) > 1)
    {
      source.dtype = dtype;
      source.data = g_hash_table_lookup (self->blocks, name);
    }
  layout->pack (&source, dtype, packed);

  *buffer = gs_buffer_new (self->test->device, GS_MEMORY_DEVICE, n_bytes, name, error);
  *offset = 0;
  if (*buffer == NULL)
    return FALSE;
  g_ptr_array_add (self->buffers, *buffer);
  return gs_buffer_write (*buffer, 0, packed, n_bytes, error);
}

static const GsWeightsClass test_weights_class = { weights_check, weights_has, weights_resident };

static TestWeights *
test_weights_new (GsOpTest *test)
{
  TestWeights *self = g_new0 (TestWeights, 1);

  self->base.klass = &test_weights_class;
  self->test = test;
  self->blocks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify) g_array_unref);
  self->buffers = g_ptr_array_new_with_free_func ((GDestroyNotify) gs_buffer_free);
  return self;
}

static void
test_weights_free (TestWeights *self)
{
  g_hash_table_unref (self->values);
  g_hash_table_unref (self->blocks);
  g_ptr_array_unref (self->buffers);
  g_free (self);
}

/* ---- Operands ---- */

GsTensor *
gs_op_test_input (GsOpTest *test, const char *name, GsShape shape)
{
  g_hash_table_insert (test->inputs, g_strdup (name),
                       random_values (test->rand, gs_shape_elements (shape)));
  return gs_graph_input (test->graph, name, shape, test->dtype);
}

void
gs_op_test_use_floats (GsOpTest *test, GsTensor *input)
{
  input->dtype = GS_DTYPE_F32;
  input->n_bytes = gs_shape_elements (input->shape) * gs_dtype_bytes (input->dtype);
}

GsTensor *
gs_op_test_ids (GsOpTest *test, const char *name, GsShape shape, guint32 limit)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint64 i = 0; i < gs_shape_elements (shape); i++)
    {
      double id = g_rand_int_range (test->rand, 0, limit);
      g_array_append_val (values, id);
    }
  g_hash_table_insert (test->inputs, g_strdup (name), values);
  return gs_graph_input (test->graph, name, shape, GS_DTYPE_U32);
}

const double *
gs_op_test_values (GsOpTest *test, const char *name)
{
  GArray *values = g_hash_table_lookup (test->inputs, name);

  if (values == NULL)
    values = g_hash_table_lookup (((TestWeights *) test->weights)->values, name);
  g_assert_nonnull (values);
  return (const double *) (gpointer) values->data;
}

void
gs_op_test_offset (GsOpTest *test, const char *name, double offset)
{
  GArray *values = g_hash_table_lookup (test->inputs, name);

  g_assert_nonnull (values);
  for (guint i = 0; i < values->len; i++)
    {
      double *value = &g_array_index (values, double, i);
      *value = gs_half_to_float (gs_half_from_float (*value + offset));
    }
}

void
gs_op_test_use_bytes (GsOpTest *test, const char *name)
{
  GArray *values = g_hash_table_lookup (test->inputs, name);

  g_assert_nonnull (values);
  for (guint i = 0; i < values->len; i++) /* steps of 1/64, the first of each 32 being the largest */
    {
      double *value = &g_array_index (values, double, i);
      *value = i % 32 == 0 ? 127.0 / 64 : nearbyint (CLAMP (*value * 64, -127, 127)) / 64;
    }
}

guint
gs_op_test_output (GsOpTest *test, GsTensor *tensor)
{
  guint i;

  if (g_ptr_array_find (test->outputs, tensor, &i)) /* two gradients may be the same */
    return i;
  g_ptr_array_add (test->outputs, gs_graph_output (test->graph, tensor));
  return test->outputs->len - 1;
}

gboolean
gs_op_test_use_kernels (GsOpTest *test, const char *variant)
{
  g_unsetenv ("GESSO_KERNELS");
  if (variant == NULL)
    return TRUE;
  if (g_str_has_prefix (variant, "uniform") && test->dtype == GS_DTYPE_F16
      && (gs_matmul_choose (test->device) == GS_MATMUL_TEXEL
          || gs_matmul_choose (test->device) == GS_MATMUL_GATHER))
    {
      g_test_skip ("a driver that does without these kernels compiles them for minutes");
      return FALSE;
    }
  if (g_str_has_prefix (variant, "half")
      && (test->dtype != GS_DTYPE_F16 || !gs_device_get_info (test->device)->arithmetic16))
    {
      g_test_skip ("no halfs to calculate with, here or in this test");
      return FALSE;
    }
  if (g_str_has_prefix (variant, "coopmat2")) /* elsewhere it is emulated */
    {
      if (test->dtype != GS_DTYPE_F16)
        {
          g_test_skip ("matrices of workgroups are of halfs");
          return FALSE;
        }
    }
  else if (g_str_has_prefix (variant, "coopmat")
           && (gs_device_get_info (test->device)->n_matrix_shapes == 0
               || !gs_kernel_exists ("matmul-coopmat.f16")))
    {
      g_test_skip ("no kernels for matrix units, here or in this build");
      return FALSE;
    }
  if (g_str_has_prefix (variant, "dot") && !gs_device_get_info (test->device)->dots_of_bytes)
    {
      g_test_skip ("the driver sums no products of bytes");
      return FALSE;
    }
  g_setenv ("GESSO_KERNELS", variant, TRUE);
  return TRUE;
}

gboolean
gs_op_test_use_blocks (GsOpTest *test, GsDtype blocks, const char *variant, gboolean is_sample)
{
  GsMatmulVariant chosen;

  if (gs_dtype_block (blocks) <= 1)
    return TRUE;
  g_unsetenv ("GESSO_KERNELS"); /* of the case before */
  chosen = gs_matmul_choose (test->device);
  if (test->weight_dtype != test->dtype)
    {
      g_test_skip ("its weights are neither floats nor halfs");
      return FALSE;
    }
  if (g_str_has_prefix (variant, "coopmat") && test->dtype != GS_DTYPE_F16)
    {
      g_test_skip ("matrix units multiply halfs");
      return FALSE;
    }
  if (!is_sample && !g_str_has_prefix (variant, "coopmat")
      && (chosen == GS_MATMUL_TEXEL || chosen == GS_MATMUL_GATHER))
    {
      g_test_skip ("this driver takes seconds to compile it, and never chooses it");
      return FALSE;
    }
  test->weight_dtype = blocks;
  return TRUE;
}

/* ---- Running ---- */

static void
poison (GsOpTest *test)
{
  const guint64 n_bytes = gs_program_get_arena_bytes (test->program);
  g_autofree guint8 *bytes = g_malloc (n_bytes);
  g_autoptr (GError) error = NULL;

  if (n_bytes == 0)
    return;
  memset (bytes, POISON, n_bytes);
  gs_buffer_write (gs_arena_get_buffer (test->arena), 0, bytes, n_bytes, &error);
  g_assert_no_error (error);
}

static void
mark_used (guint8 *used, guint64 offset, guint64 n_bytes)
{
  memset (used + offset, 1, n_bytes);
}

/* What no tensor owns must be as it was. */
static void
check_guards (GsOpTest *test)
{
  const guint64 n_bytes = gs_program_get_arena_bytes (test->program);
  g_autofree guint8 *bytes = g_malloc (n_bytes);
  g_autofree guint8 *used = g_malloc0 (n_bytes);
  g_autoptr (GError) error = NULL;

  if (n_bytes == 0)
    return;
  for (guint i = 0; i < test->graph->nodes->len; i++)
    {
      const GsNode *node = g_ptr_array_index (test->graph->nodes, i);

      if (node->dead)
        continue;
      mark_used (used, node->output->offset, node->output->n_bytes);
      mark_used (used, node->scratch_offset, node->scratch_bytes);
    }
  gs_buffer_read (gs_arena_get_buffer (test->arena), 0, bytes, n_bytes, &error);
  g_assert_no_error (error);
  for (guint64 i = 0; i < n_bytes; i++)
    if (!used[i] && bytes[i] != POISON)
      {
        g_test_message ("byte %" G_GUINT64_FORMAT " outside all tensors was overwritten", i);
        g_test_fail ();
        return;
      }
}

static void
upload_inputs (GsOpTest *test)
{
  GHashTableIter iter;
  gpointer name;
  GArray *values;

  g_hash_table_iter_init (&iter, test->inputs);
  while (g_hash_table_iter_next (&iter, &name, (gpointer *) &values))
    {
      g_autofree float *floats = g_new (float, values->len);
      g_autofree guint32 *ids = g_new (guint32, values->len);
      g_autoptr (GError) error = NULL;

      for (guint i = 0; i < values->len; i++)
        {
          floats[i] = g_array_index (values, double, i);
          ids[i] = fabs (g_array_index (values, double, i));
        }
      if (!gs_program_set_floats (test->program, name, floats, values->len, &error))
        {
          g_clear_error (&error);
          gs_program_set_ids (test->program, name, ids, values->len, &error);
        }
      g_assert_no_error (error);
    }
}

static void
run_program (GsOpTest *test)
{
  g_autoptr (GError) error = NULL;

  gs_graph_finish (test->graph, &error);
  g_assert_no_error (error);
  test->program = gs_program_new (test->graph, test->arena);
  gs_program_prepare (test->program, &error);
  g_assert_no_error (error);
  upload_inputs (test);
  poison (test);
  gs_program_run (test->program, &error);
  g_assert_no_error (error);
  check_guards (test);
}

void
gs_op_test_check (GsOpTest *test, guint i, const double *want)
{
  const GsTensor *tensor = g_ptr_array_index (test->outputs, i);
  const gsize n = gs_shape_elements (tensor->shape);
  g_autofree float *got = g_new (float, n);
  g_autoptr (GError) error = NULL;
  double peak = 1e-30, worst = 0;
  gsize where = 0;

  if (test->program == NULL)
    run_program (test);
  gs_program_get_floats (test->program, i, got, n, &error);
  g_assert_no_error (error);
  for (gsize k = 0; k < n; k++)
    {
      double miss = fabs (got[k] - want[k]);

      peak = MAX (peak, fabs (want[k]));
      if (!(miss <= worst)) /* NaN counts */
        {
          worst = isnan (miss) ? INFINITY : miss;
          where = k;
        }
    }
  g_test_message ("largest error %.3g of the peak", worst / peak);
  if (!(worst / peak <= test->tolerance))
    {
      g_test_message ("element %" G_GSIZE_FORMAT " is %.9g, not %.9g; allowed is %g of the peak %g",
                      where, got[where], want[where], test->tolerance, peak);
      g_test_fail ();
    }
}

/* ---- Gradients ---- */

#define DIFFERENCE 1e-4 /* truncated terms and rounding are both far below the tolerance */

/* sum (y dy) by the reference. */
static double
weighted_sum (GsOpTest *test, const GsTensor *y, GsOpTestReference reference, gconstpointer data)
{
  const gsize n = gs_shape_elements (y->shape);
  const double *dy = gs_op_test_values (test, "dy");
  g_autofree double *values = g_new0 (double, n);
  double sum = 0;

  reference (test, data, values);
  for (gsize i = 0; i < n; i++)
    sum += values[i] * dy[i];
  return sum;
}

static void
check_gradient (GsOpTest *test, guint output, const char *name, const GsTensor *y,
                GsOpTestReference reference, gconstpointer data)
{
  const GsTensor *tensor = g_ptr_array_index (test->outputs, output);
  const gsize n = gs_shape_elements (tensor->shape);
  double *values = (double *) gs_op_test_values (test, name);
  g_autofree double *want = g_new (double, n);

  for (gsize i = 0; i < n; i++)
    {
      const double value = values[i];

      values[i] = value + DIFFERENCE;
      want[i] = weighted_sum (test, y, reference, data);
      values[i] = value - DIFFERENCE;
      want[i] = (want[i] - weighted_sum (test, y, reference, data)) / (2 * DIFFERENCE);
      values[i] = value;
    }
  g_test_message ("gradient of %s", name);
  gs_op_test_check (test, output, want);
}

void
gs_op_test_check_gradients (GsOpTest *test, GsTensor *y, const char *const *names, guint n,
                            GsOpTestReference reference, gconstpointer data)
{
  GsTensor *tensors[GS_MAX_OPERANDS], *gradients[GS_MAX_OPERANDS], *dy;
  guint outputs[GS_MAX_OPERANDS];

  g_assert (n <= GS_MAX_OPERANDS);
  g_hash_table_insert (test->inputs, g_strdup ("dy"),
                       random_values (test->rand, gs_shape_elements (y->shape)));
  dy = gs_graph_input (test->graph, "dy", y->shape, y->dtype);
  for (guint i = 0; i < n; i++)
    {
      tensors[i] = gs_graph_find (test->graph, names[i]);
      g_assert_nonnull (tensors[i]);
    }
  gs_graph_gradients (test->graph, y, dy, tensors, n, gradients);
  for (guint i = 0; i < n; i++)
    outputs[i] = gs_op_test_output (test, gradients[i]);
  for (guint i = 0; i < n; i++)
    check_gradient (test, outputs[i], names[i], y, reference, data);
}

/* ---- Cases ---- */

typedef struct
{
  GsOpTestFunc  func;
  gconstpointer data;
  GsDtype       dtype, weight_dtype;
} Run;

static GsDevice *device; /* one for all cases */

static void
test_run (gconstpointer data)
{
  const Run *run = data;
  GsOpTest test = { .device = device, .dtype = run->dtype, .weight_dtype = run->weight_dtype };
  TestWeights *weights;

  if (run->dtype == GS_DTYPE_F16 && !gs_device_get_info (device)->storage16)
    {
      g_test_skip ("the device does not store halfs");
      return;
    }
  test.tolerance = run->dtype == GS_DTYPE_F16 ? 2e-3 : 1e-5;
  test.rand = g_rand_new_with_seed (1234);
  test.inputs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify) g_array_unref);
  test.outputs = g_ptr_array_new ();
  test.arena = gs_arena_new (device);
  gs_arena_set_guard_bytes (test.arena, GUARD_BYTES);
  weights = test_weights_new (&test);
  test.weights = &weights->base;
  test.graph = gs_graph_new ("op", run->dtype, test.weights);

  run->func (&test, run->data);

  if (test.program != NULL)
    gs_program_free (test.program);
  else
    gs_graph_free (test.graph);
  test_weights_free (weights);
  gs_arena_free (test.arena);
  g_ptr_array_unref (test.outputs);
  g_hash_table_unref (test.inputs);
  g_rand_free (test.rand);
}

int
gs_op_test_main (int argc, char **argv, const char *name, gconstpointer cases, gsize case_bytes,
                 guint n_cases, GsOpTestFunc func)
{
  static const struct
  {
    const char *name;
    GsDtype dtype, weight_dtype;
  } types[] = {
    { "f32", GS_DTYPE_F32, GS_DTYPE_F32 },
    { "f32-weights-f16", GS_DTYPE_F32, GS_DTYPE_F16 },
    { "f16", GS_DTYPE_F16, GS_DTYPE_F16 },
  };
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  device = gs_device_new (NULL, NULL, &error);
  if (device == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 77;
    }
  for (guint t = 0; t < G_N_ELEMENTS (types); t++)
    for (guint i = 0; i < n_cases; i++)
      {
        g_autofree char *path = g_strdup_printf ("/%s/%s/%u", name, types[t].name, i);
        Run *run = g_new (Run, 1);

        *run = (Run) { func, (const guint8 *) cases + i * case_bytes, types[t].dtype,
                       types[t].weight_dtype };
        g_test_add_data_func_full (path, run, test_run, g_free);
      }
  status = g_test_run ();
  gs_device_free (device);
  return status;
}
