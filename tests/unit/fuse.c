/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is left of a diagram after fusing: kinds of nodes and how many. */
#include "tensor/fuse.h"

#include "gpu/kernel.h"
#include "models/model-config.h"
#include "models/unet.h"
#include "ops/ops.h"
#include "tensor/cut.h"
#include "tensor/op-class.h"
#include "tensor/plan.h"

/* ---- A checkpoint that has every weight of such a U-Net ---- */

static gboolean
check (GsWeights *weights, const char *name, const guint64 *dims, guint n_dims,
       const GsLayout *layout, GsDtype *dtype, GError **error)
{
  *dtype = layout->always_f32 ? GS_DTYPE_F32 : GS_DTYPE_F16;
  return TRUE;
}

static gboolean
has (GsWeights *weights, const char *name)
{
  return !g_str_has_suffix (name, ".to_q.bias");
}

static const GsWeightsClass weights_class = { .check = check, .has = has };
static GsWeights weights = { &weights_class };

/* ---- Counting ---- */

/* Live nodes of an op; of all, if it is NULL. */
static guint
count (GsGraph *graph, const char *op)
{
  guint n = 0;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const GsNode *node = graph->nodes->pdata[i];

      n += !node->dead && (op == NULL || g_str_equal (node->klass->name, op));
    }
  return n;
}

/* A guided evaluation of SD 1.5's U-Net as a step runs it, which every step of every picture pays
 * for: nothing but products, attention and norms, and no more of these than the paper draws. */
static GsGraph *
unet_new (void)
{
  static const char *const of_context[] = { "context", NULL }, *const of_time[] = { "time", NULL };
  g_autoptr (GError) error = NULL;
  GsGraph *g = gs_graph_new ("unet", GS_DTYPE_F16, &weights);
  GsModelConfig config = { 0 };
  GsTensor *x, *time, *context;

  g_assert_true (gs_model_config_preset ("sd15", &config, &error));
  x = gs_graph_input (g, "x", (GsShape) { 2, 64, 64, 4 }, GS_DTYPE_F16);
  time = gs_graph_input (g, "time", (GsShape) { 2, 1, 1, 320 }, GS_DTYPE_F16);
  context = gs_graph_input (g, "context", (GsShape) { 2, 1, 77, 768 }, GS_DTYPE_F16);
  gs_graph_output (g, gs_unet (g, &config.unet, x, time, context, NULL));
  gs_graph_drop_prologue (g, of_context);
  gs_graph_drop_prologue (g, of_time);
  gs_graph_finish (g, &error);
  g_assert_no_error (error);
  return g;
}

static void
test_unet (void)
{
  g_autoptr (GsGraph) g = unet_new ();

  g_assert_cmpuint (count (g, "conv2d"), ==, 2 * 22 + 3 + 3 + 2);
  g_assert_cmpuint (count (g, "linear"), ==, 16 * 8);
  g_assert_cmpuint (count (g, "attention"), ==, 16 * 2);
  g_assert_cmpuint (count (g, "group-norm"), ==, 2 * 22 + 16 + 1);
  g_assert_cmpuint (count (g, "layer-norm"), ==, 16 * 3);
  g_assert_cmpuint (count (g, NULL), ==, 321);
  /* 120 MiB where activations are floats; without what attention needs while it runs. */
  g_assert_cmpuint (gs_plan_arena (g, 0), <, 60 << 20);
}

/* Norms that are two dispatches, the first one for moments in memory of its own. */
static guint
count_double_norms (GsGraph *graph, GsDevice *device)
{
  guint n = 0;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const GsNode *node = graph->nodes->pdata[i];

      n += !node->dead && g_str_equal (node->klass->name, "group-norm")
           && node->klass->scratch_bytes (node, device) > 0;
    }
  return n;
}

/* The kernels for GPUs normalise tokens while they read them, and pixels in front of a linear layer; those
 * for matrix units make queries of texts. What is left of two dispatches are norms of joined pictures. */
static void
test_unet_on_gpu (void)
{
  g_autoptr (GsDevice) device = gs_device_new (NULL, NULL, NULL);
  g_autoptr (GsGraph) g = unet_new (), of_matrices = unet_new ();

  if (device == NULL)
    {
      g_test_skip ("there is no Vulkan device");
      return;
    }
  g_setenv ("GESSO_KERNELS", "uniform", TRUE);
  gs_graph_fuse_on (g, device);
  g_assert_cmpuint (count (g, "layer-norm"), ==, 16 * 3);
  g_setenv ("GESSO_KERNELS", "tile", TRUE);
  g_assert_cmpuint (count_double_norms (g, device), ==, 5 + 8 + 6);
  gs_graph_fuse_on (g, device);
  g_assert_cmpuint (count_double_norms (g, device), ==, 6);
  g_assert_cmpuint (count (g, "layer-norm"), ==, 0);
  g_assert_cmpuint (count (g, "group-norm"), ==, 2 * 22 + 1);
  g_assert_cmpuint (count (g, NULL), ==, 321 - 16 * 3 - 16);
  g_assert_cmpuint (gs_plan_arena (g, 0), <, 60 << 20);
  g_setenv ("GESSO_KERNELS", "coopmat", TRUE);
  if (gs_device_get_info (device)->n_matrix_shapes > 0 && gs_kernel_exists ("matmul-coopmat.f16"))
    {
      gs_graph_fuse_on (of_matrices, device);
      g_assert_cmpuint (count (of_matrices, "linear"), ==, 16 * 7);
      g_assert_cmpuint (count (of_matrices, NULL), ==, 321 - 16 * 3 - 16 - 16);
    }
  g_unsetenv ("GESSO_KERNELS");
}

static GsTensor *
gated_layer (GsGraph *g, guint32 columns, GsTensor **layer)
{
  GsTensor *x = gs_graph_input (g, "x", (GsShape) { 1, 1, 7, 8 }, GS_DTYPE_F32);

  *layer = gs_linear (g, "layer", x, columns);
  return gs_geglu (g, *layer);
}

static void
test_geglu (void)
{
  g_autoptr (GsGraph) g = gs_graph_new ("g", GS_DTYPE_F32, &weights);
  GsTensor *layer, *y = gs_graph_output (g, gated_layer (g, 64, &layer));

  g_assert_true (gs_graph_finish (g, NULL));
  g_assert_cmpuint (count (g, NULL), ==, 1);
  g_assert_cmpuint (y->shape.c, ==, 32);
  g_assert_cmpfloat (gs_graph_flop (g), ==, 2.0 * 7 * 8 * 64);
}

/* Where halves are no whole panels, and where something else wants the layer itself: gradients do. */
static void
test_geglu_alone (void)
{
  g_autoptr (GsGraph) narrow = gs_graph_new ("g", GS_DTYPE_F32, &weights);
  g_autoptr (GsGraph) used = gs_graph_new ("g", GS_DTYPE_F32, &weights);
  GsTensor *layer;

  gs_graph_output (narrow, gated_layer (narrow, 48, &layer));
  g_assert_true (gs_graph_finish (narrow, NULL));
  g_assert_cmpuint (count (narrow, "geglu"), ==, 1);

  gs_graph_output (used, gs_silu (used, gated_layer (used, 64, &layer)));
  gs_graph_output (used, gs_relu (used, layer));
  g_assert_true (gs_graph_finish (used, NULL));
  g_assert_cmpuint (count (used, "geglu"), ==, 1);
  g_assert_cmpuint (count (used, "linear"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fuse/unet", test_unet);
  g_test_add_func ("/fuse/unet-on-gpu", test_unet_on_gpu);
  g_test_add_func ("/fuse/geglu", test_geglu);
  g_test_add_func ("/fuse/geglu-alone", test_geglu_alone);
  return g_test_run ();
}
