/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weight store: element types, places, errors, and what it gives back. */
#include "nn/weights.h"

#include "base/half.h"
#include "gpu/buffer.h"
#include "ops/ops.h"
#include "tensor/program.h"

#include <string.h>

static GsDevice *device;

static const guint16 halves[6] = { 0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600 }; /* 1 .. 6 */
static const float floats[6] = { 0.1f, 0.2f, 0.3f, -0.4f, 0.5f, 60000 };
static const float large[6] = { 0.1f, 0.2f, 0.3f, -70000, 0.5f, 0.6f };

static const GsStoredTensor tensors[] = {
  { "unet.a.weight", GS_DTYPE_F16, 2, { 2, 3 }, halves, sizeof halves },
  { "unet.b.weight", GS_DTYPE_F32, 4, { 2, 3, 1, 1 }, floats, sizeof floats },
  { "vae.c.weight", GS_DTYPE_F32, 2, { 2, 3 }, large, sizeof large },
};

static const GsStoredTensor *
find (gpointer owner, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    if (g_str_equal (tensors[i].name, name))
      return &tensors[i];
  return NULL;
}

static gboolean
skips (void)
{
  if (device == NULL)
    g_test_skip ("no Vulkan device");
  return device == NULL;
}

static GsDtype
dtype_of (GsWeightStore *store, const char *name, const GsLayout *layout)
{
  GsWeights *weights = gs_weight_store_get_weights (store);
  const guint64 dims[] = { 2, 3 };
  g_autoptr (GError) error = NULL;
  GsDtype dtype;

  weights->klass->check (weights, name, dims, 2, layout, &dtype, &error);
  g_assert_no_error (error);
  return dtype;
}

static void
test_element_types (void)
{
  g_autoptr (GsWeightStore) half = NULL, exact = NULL;

  if (skips ())
    return;
  half = gs_weight_store_new (device, GS_DTYPE_F16, gs_file_weights_new (find, NULL, NULL));
  exact = gs_weight_store_new (device, GS_DTYPE_F32, gs_file_weights_new (find, NULL, NULL));
  g_assert_cmpint (dtype_of (half, "unet.a.weight", &gs_layout_rows), ==, GS_DTYPE_F16);
  g_assert_cmpint (dtype_of (half, "unet.b.weight", &gs_layout_rows), ==, GS_DTYPE_F16);
  g_assert_cmpint (dtype_of (half, "vae.c.weight", &gs_layout_rows), ==, GS_DTYPE_F32);
  g_assert_cmpint (dtype_of (half, "unet.a.weight", &gs_layout_vector), ==, GS_DTYPE_F32);
  g_assert_cmpint (dtype_of (exact, "unet.a.weight", &gs_layout_rows), ==, GS_DTYPE_F16);
  g_assert_cmpint (dtype_of (exact, "unet.b.weight", &gs_layout_rows), ==, GS_DTYPE_F32);
}

static void
test_errors_name_the_tensor (void)
{
  g_autoptr (GsWeightStore) store = NULL;
  const guint64 dims[] = { 2, 3 }, others[] = { 3, 2 };
  GsWeights *weights;
  g_autoptr (GError) missing = NULL, misshapen = NULL;
  GsDtype dtype;

  if (skips ())
    return;
  store = gs_weight_store_new (device, GS_DTYPE_F32, gs_file_weights_new (find, NULL, NULL));
  weights = gs_weight_store_get_weights (store);
  g_assert_true (weights->klass->has (weights, "unet.a.weight"));
  g_assert_false (weights->klass->has (weights, "unet.a.bias"));
  g_assert_false (weights->klass->check (weights, "unet.a.bias", dims, 2, &gs_layout_rows, &dtype,
                                         &missing));
  g_assert_error (missing, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (missing->message, "unet.a.bias"));
  g_assert_false (weights->klass->check (weights, "unet.b.weight", others, 2, &gs_layout_rows,
                                         &dtype, &misshapen));
  g_assert_error (misshapen, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (misshapen->message, "(3, 2)"));
}

/* Makes a weight of (2, 3) resident and reads it back as the device has it. */
static void
read_back (GsWeightStore *store, const char *name, gpointer out, gsize n_bytes)
{
  GsWeights *weights = gs_weight_store_get_weights (store);
  const guint64 dims[] = { 2, 3 };
  g_autoptr (GError) error = NULL;
  GsBuffer *buffer;
  guint64 offset;

  weights->klass->resident (weights, name, dims, 2, &gs_layout_rows, &buffer, &offset, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (offset % 256, ==, 0);
  g_assert_true (gs_buffer_read (buffer, offset, out, n_bytes, &error));
}

static void
test_resident (void)
{
  g_autoptr (GsWeightStore) store = NULL;
  guint64 before, declared;
  guint16 got_halves[6];
  float got_floats[6];

  if (skips ())
    return;
  before = gs_device_get_used_bytes (device);
  store = gs_weight_store_new (device, GS_DTYPE_F32, gs_file_weights_new (find, NULL, NULL));
  dtype_of (store, "unet.a.weight", &gs_layout_rows);
  dtype_of (store, "unet.b.weight", &gs_layout_rows);
  dtype_of (store, "vae.c.weight", &gs_layout_rows);
  declared = gs_weight_store_get_declared_bytes (store, NULL);
  g_assert_cmpuint (gs_device_get_used_bytes (device), ==, before); /* nothing is there yet */

  for (guint round = 0; round < 2; round++) /* once more after it was given back */
    {
      read_back (store, "unet.a.weight", got_halves, sizeof got_halves);
      g_assert_cmpmem (got_halves, sizeof halves, halves, sizeof halves);
      read_back (store, "unet.b.weight", got_floats, sizeof got_floats);
      g_assert_cmpmem (got_floats, sizeof floats, floats, sizeof floats);
      read_back (store, "vae.c.weight", got_floats, sizeof got_floats);
      g_assert_cmpmem (got_floats, sizeof large, large, sizeof large);
      g_assert_cmpuint (gs_device_get_used_bytes (device), ==, before + declared);
      g_assert_cmpuint (gs_weight_store_get_declared_bytes (store, NULL), ==, declared);

      gs_weight_store_evict (store, "unet");
      g_assert_cmpuint (gs_device_get_used_bytes (device), ==,
                        before + gs_weight_store_get_declared_bytes (store, "vae"));
    }
}

static void
test_synthetic (void)
{
  g_autoptr (GsWeightSource) source = gs_synthetic_weights_new ();
  const guint64 dims[] = { 64, 320, 3, 3 }, vector[] = { 64 };
  GsHostTensor first, second, norm;
  double sum = 0, squares = 0;
  guint n = 64 * 320 * 9;
  g_autofree float *values = g_new (float, n);

  g_assert_true (source->klass->read (source, "unet.conv1.weight", dims, 4, TRUE, &first, NULL));
  g_assert_true (source->klass->read (source, "unet.conv1.weight", dims, 4, TRUE, &second, NULL));
  g_assert_true (source->klass->read (source, "unet.norm1.weight", vector, 1, TRUE, &norm, NULL));
  g_assert_cmpmem (first.data, n * 2, second.data, n * 2);
  gs_host_tensor_to_floats (&first, 0, n, values);
  for (guint i = 0; i < n; i++)
    {
      sum += values[i];
      squares += values[i] * values[i];
    }
  g_assert_cmpfloat_with_epsilon (squares / n * 320 * 9, 1, 0.1);
  g_assert_cmpfloat_with_epsilon (sum / n, 0, 1e-3);
  gs_host_tensor_to_floats (&norm, 5, 1, values);
  g_assert_cmpfloat (values[0], ==, 1);
  source->klass->release (source, &first);
  source->klass->release (source, &second);
  source->klass->release (source, &norm);
  g_assert_false (source->klass->has (source, "unet.mid_block.x.attn1.to_q.bias"));
  g_assert_true (source->klass->has (source, "unet.mid_block.x.attn1.to_out.0.bias"));
}

/* Two of the file's as one, as floats where their types differ. */
static void
test_joined (void)
{
  g_autoptr (GsWeightSource) source = gs_file_weights_new (find, NULL, NULL);
  const char *name = "unet.{a,b}.weight", *incomplete = "unet.{a,missing}.weight";
  const guint64 dims[] = { 4, 3 };
  g_autoptr (GError) error = NULL;
  GsHostTensor joined;
  float values[12];

  g_assert_true (gs_weight_source_has (source, name));
  g_assert_true (gs_weight_source_has (source, incomplete)); /* so that reading it is tried */
  g_assert_false (gs_weight_source_has (source, "unet.{none,missing}.weight"));
  g_assert_true (gs_weight_source_read (source, name, dims, 2, TRUE, &joined, &error));
  g_assert_no_error (error);
  g_assert_cmpint (joined.dtype, ==, GS_DTYPE_F32);
  gs_host_tensor_to_floats (&joined, 0, 12, values);
  for (guint i = 0; i < 6; i++)
    {
      g_assert_cmpfloat (values[i], ==, i + 1);
      g_assert_cmpfloat (values[6 + i], ==, floats[i]);
    }
  gs_weight_source_release (source, name, &joined);

  g_assert_false (gs_weight_source_read (source, incomplete, dims, 2, TRUE, &joined, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (error->message, "unet.missing.weight"));
}

/* A program's weights are there before it is recorded, which takes none again. */
static void
test_brought (void)
{
  g_autoptr (GsWeightStore) store = NULL;
  g_autoptr (GsArena) arena = NULL;
  g_autoptr (GsProgram) program = NULL;
  g_autoptr (GError) error = NULL;
  GsGraph *graph;
  guint64 before, brought;

  if (skips ())
    return;
  store = gs_weight_store_new (device, GS_DTYPE_F16, gs_file_weights_new (find, NULL, NULL));
  arena = gs_arena_new (device);
  graph = gs_graph_new ("unet", GS_DTYPE_F32, gs_weight_store_get_weights (store));
  gs_graph_output (graph, gs_linear (graph, "a", gs_graph_input (graph, "x",
                                                                 (GsShape) { 1, 1, 1, 3 },
                                                                 GS_DTYPE_F32), 2));
  gs_graph_finish (graph, &error);
  g_assert_no_error (error);
  program = gs_program_new (graph, arena);
  g_assert_true (gs_program_ask_kernels (program, &error));
  before = gs_device_get_used_bytes (device);
  g_assert_true (gs_program_bring_weights (program, &error));
  brought = gs_device_get_used_bytes (device);
  g_assert_cmpuint (brought - before, ==, gs_weight_store_get_declared_bytes (store, "unet"));
  g_assert_cmpuint (gs_program_get_n_dispatches (program), ==, 0);
  g_assert_true (gs_program_prepare (program, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (gs_device_get_used_bytes (device), ==, brought);
  g_assert_cmpuint (gs_program_get_n_dispatches (program), >, 0);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  device = gs_device_new (NULL, NULL, NULL);
  g_test_add_func ("/weights/element-types", test_element_types);
  g_test_add_func ("/weights/errors", test_errors_name_the_tensor);
  g_test_add_func ("/weights/resident", test_resident);
  g_test_add_func ("/weights/synthetic", test_synthetic);
  g_test_add_func ("/weights/joined", test_joined);
  g_test_add_func ("/weights/brought", test_brought);
  status = g_test_run ();
  gs_device_free (device);
  return status;
}
