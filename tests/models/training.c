/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients of low-rank factors through a whole U-Net: the same bytes each time, nearly the same in
 * less memory and in half precision. */
#include "models/unet.h"

#include "nn/low-rank.h"
#include "nn/weights.h"
#include "tensor/grad.h"
#include "tensor/program.h"

#include <math.h>
#include <string.h>

#define BATCH 2
#define HEIGHT 6
#define WIDTH 5
#define TOKENS 7
#define RANK 3

typedef struct
{
  GsDevice      *device;
  GsArena       *arena;
  GsWeightStore *store;
  GsUnetConfig   config;
  GsDtype        dtype;
  gboolean       again; /* values computed once more */
} Fixture;

/* Linear layers of transformers and convolutions of residual blocks. */
static gboolean
choose (const char *weight, const guint64 *dims, guint n_dims, gpointer data)
{
  return strstr (weight, ".attentions.") != NULL || strstr (weight, ".conv1.") != NULL
         || strstr (weight, "downsamplers") != NULL;
}

static void
add_gradients (const Fixture *f, GsGraph *g, GsTensor *loss)
{
  static const char *const blocks[] = { "resnets", "attentions", NULL };
  GsTensor *one = gs_graph_input (g, "scale", loss->shape, GS_DTYPE_F32);
  g_autoptr (GPtrArray) factors = g_ptr_array_new ();
  g_autofree GsTensor **gradients = NULL;

  for (guint i = 0; i < g->tensors->len; i++)
    {
      GsTensor *tensor = g->tensors->pdata[i];

      if (tensor->kind == GS_TENSOR_INPUT && g_str_has_prefix (tensor->name, "lora_"))
        g_ptr_array_add (factors, tensor);
    }
  gradients = g_new0 (GsTensor *, factors->len);
  gs_graph_output (g, loss);
  gs_graph_gradients_recomputed (g, loss, one, (GsTensor *const *) factors->pdata, factors->len,
                                 gradients, f->again ? blocks : NULL);
  for (guint i = 0; i < factors->len; i++)
    gs_graph_output (g, gradients[i]);
}

static GsProgram *
build (const Fixture *f)
{
  const GsUnetConfig *config = &f->config;
  const GsShape shape = { BATCH, HEIGHT, WIDTH, config->in_channels };
  GsGraph *g = gs_graph_new ("unet", f->dtype, gs_weight_store_get_weights (f->store));
  g_autoptr (GsLowRank) modules = gs_low_rank_new ();
  g_autoptr (GError) error = NULL;
  GsTensor *x, *noise, *time, *context, *weights;

  gs_low_rank_add_chosen (modules, choose, NULL, RANK, 1);
  gs_low_rank_attach (modules, g);
  x = gs_graph_input (g, "x", shape, f->dtype);
  noise = gs_graph_input (g, "noise", shape, f->dtype);
  time = gs_graph_input (g, "time", (GsShape) { BATCH, 1, 1, config->channels[0] }, f->dtype);
  context = gs_graph_input (g, "context", (GsShape) { BATCH, 1, TOKENS, config->context_width },
                            f->dtype);
  weights = gs_graph_input (g, "weights", (GsShape) { BATCH, 1, 1, 1 }, GS_DTYPE_F32);
  add_gradients (f, g, gs_weighted_mse (g, gs_unet (g, config, x, time, context, NULL), noise,
                                        weights));
  gs_graph_finish (g, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (gs_low_rank_get_modules (modules)->len, >, 20);
  return gs_program_new (g, f->arena);
}

/* Random inputs, by their order. Factors are small, so that they change no more than they should. */
static void
set_inputs (GsProgram *program)
{
  GPtrArray *tensors = gs_program_get_graph (program)->tensors;
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < tensors->len; i++)
    {
      const GsTensor *tensor = tensors->pdata[i];
      const gsize n = gs_shape_elements (tensor->shape);
      const double most = tensor->name != NULL && g_str_has_prefix (tensor->name, "lora_")
                            ? 0.05 : 1;
      g_autofree float *values = NULL;

      if (tensor->kind != GS_TENSOR_INPUT)
        continue;
      values = g_new (float, n);
      for (gsize k = 0; k < n; k++)
        values[k] = g_str_equal (tensor->name, "scale")
                      ? 64 : (float) g_rand_double_range (random, -most, most);
      gs_program_set_floats (program, tensor->name, values, n, &error);
      g_assert_no_error (error);
    }
}

/* All outputs of one run, one after the other. */
static GArray *
run (GsProgram *program)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GError) error = NULL;

  set_inputs (program);
  gs_program_run (program, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < gs_program_get_graph (program)->outputs->len; i++)
    {
      const gsize n = gs_shape_elements (gs_program_get_shape (program, i)), first = all->len;

      g_array_set_size (all, first + n);
      gs_program_get_floats (program, i, &g_array_index (all, float, first), n, &error);
      g_assert_no_error (error);
    }
  return all;
}

static GArray *
run_new (const Fixture *f, guint64 *arena_bytes)
{
  g_autoptr (GsProgram) program = build (f);

  *arena_bytes = gs_program_get_arena_bytes (program);
  return run (program);
}

static double
length (const GArray *a, const GArray *b)
{
  double squares = 0;

  g_assert_true (b == NULL || a->len == b->len);
  for (guint i = 0; i < a->len; i++)
    {
      const double d = g_array_index (a, float, i) - (b != NULL ? g_array_index (b, float, i) : 0);

      squares += d * d;
    }
  return sqrt (squares);
}

static Fixture
fixture_new (GsDevice *device, GsDtype dtype)
{
  Fixture f = { .device = device, .dtype = dtype };
  GsModelConfig config;

  g_assert_true (gs_model_config_preset ("starter", &config, NULL));
  f.config = config.unet;
  f.arena = gs_arena_new (device);
  f.store = gs_weight_store_new (device, dtype, gs_synthetic_weights_new ());
  return f;
}

static void
fixture_clear (Fixture *f)
{
  gs_weight_store_free (f->store);
  gs_arena_free (f->arena);
}

static GsDevice *
open_device (void)
{
  GsDevice *device = gs_device_new (NULL, NULL, NULL);

  if (device == NULL)
    g_test_skip ("no Vulkan device");
  return device;
}

static void
test_same_bytes (void)
{
  g_autoptr (GsDevice) device = open_device ();
  g_autoptr (GArray) first = NULL, second = NULL;
  guint64 arena_bytes;
  Fixture f;

  if (device == NULL)
    return;
  f = fixture_new (device, GS_DTYPE_F32);
  first = run_new (&f, &arena_bytes);
  g_assert_cmpfloat (length (first, NULL), >, 0);
  second = run_new (&f, &arena_bytes);
  g_assert_cmpmem (first->data, first->len * sizeof (float), second->data,
                   second->len * sizeof (float));
  fixture_clear (&f);
}

/* What is fused rounds otherwise: a few units in the last place of values that are added up. */
static void
test_recompute (void)
{
  g_autoptr (GsDevice) device = open_device ();
  g_autoptr (GArray) kept = NULL, again = NULL;
  guint64 kept_bytes, again_bytes;
  Fixture f;

  if (device == NULL)
    return;
  f = fixture_new (device, GS_DTYPE_F32);
  kept = run_new (&f, &kept_bytes);
  f.again = TRUE;
  again = run_new (&f, &again_bytes);
  g_test_message ("arena %" G_GUINT64_FORMAT " -> %" G_GUINT64_FORMAT " bytes, difference %g",
                  kept_bytes, again_bytes, length (kept, again) / length (kept, NULL));
  g_assert_cmpfloat (length (kept, again) / length (kept, NULL), <, 1e-5);
  g_assert_cmpuint (again_bytes, <, kept_bytes * 2 / 3);
  fixture_clear (&f);
}

/* Some hundred roundings to halfs one after the other, each of 2^-11 / sqrt (3) on average, add up like a
 * random walk on the way up and again on the way down: sqrt (2 x 250) 2.8e-4 = 6e-3. */
static void
test_half (void)
{
  g_autoptr (GsDevice) device = open_device ();
  g_autoptr (GArray) floats = NULL, halfs = NULL;
  guint64 float_bytes, half_bytes;
  Fixture f;

  if (device == NULL)
    return;
  if (!gs_device_get_info (device)->storage16)
    {
      g_test_skip ("it cannot store half precision");
      return;
    }
  f = fixture_new (device, GS_DTYPE_F32);
  floats = run_new (&f, &float_bytes);
  fixture_clear (&f);
  f = fixture_new (device, GS_DTYPE_F16);
  halfs = run_new (&f, &half_bytes);
  fixture_clear (&f);
  g_test_message ("difference %g", length (floats, halfs) / length (floats, NULL));
  g_assert_cmpfloat (length (floats, halfs) / length (floats, NULL), <, 6e-3);
  g_assert_cmpuint (half_bytes, <, float_bytes * 2 / 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/training/same-bytes", test_same_bytes);
  g_test_add_func ("/training/recompute", test_recompute);
  g_test_add_func ("/training/half", test_half);
  return g_test_run ();
}
