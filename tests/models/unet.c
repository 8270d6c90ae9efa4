/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The U-Net cut by how often its parts run gives the very same bytes as the whole diagram. */
#include "models/unet.h"

#include "nn/weights.h"
#include "tensor/cut.h"
#include "tensor/program.h"

#include <string.h>

#define BATCH 2
#define HEIGHT 6
#define WIDTH 5
#define TOKENS 7
#define TIMES 16 /* samples of the times' graph: more than an evaluation has */

typedef enum
{
  WHOLE,
  CONTEXT,
  TIMES_ONLY,
  STEPS,
} Part;

typedef struct
{
  GsDevice      *device;
  GsArena       *arena;
  GsWeightStore *store;
  GsUnetConfig   config;
  GsDtype        dtype;
} Fixture;

static const char *const context_inputs[] = { "context", NULL };
static const char *const time_inputs[] = { "time", "label", NULL };

static GsProgram *
build (const Fixture *f, Part part)
{
  const guint32 batch = part == TIMES_ONLY ? TIMES : BATCH;
  const gboolean any_x = part == CONTEXT || part == TIMES_ONLY;
  GsGraph *g = gs_graph_new ("unet", f->dtype, gs_weight_store_get_weights (f->store));
  g_autoptr (GError) error = NULL;
  GsTensor *x, *time, *context, *label = NULL;

  x = gs_graph_input (g, "x", (GsShape) { batch, any_x ? 1 : HEIGHT, any_x ? 1 : WIDTH,
                                          f->config.in_channels }, f->dtype);
  time = gs_graph_input (g, "time", (GsShape) { batch, 1, 1, f->config.channels[0] }, f->dtype);
  context = gs_graph_input (g, "context", (GsShape) { batch, 1, TOKENS, f->config.context_width },
                            f->dtype);
  if (f->config.label_width > 0)
    label = gs_graph_input (g, "label", (GsShape) { batch, 1, 1, f->config.label_width },
                            f->dtype);
  gs_graph_output (g, gs_unet (g, &f->config, x, time, context, label));
  if (part == CONTEXT)
    gs_graph_keep_prologue (g, context_inputs, FALSE);
  if (part == TIMES_ONLY)
    gs_graph_keep_prologue (g, time_inputs, TRUE);
  if (part == STEPS)
    {
      gs_graph_drop_prologue (g, context_inputs);
      gs_graph_drop_prologue (g, time_inputs);
    }
  gs_graph_finish (g, &error);
  g_assert_no_error (error);
  return gs_program_new (g, f->arena);
}

static void
set (GsProgram *program, const char *input, const float *values, gsize n)
{
  g_autoptr (GError) error = NULL;

  gs_program_set_floats (program, input, values, n, &error);
  g_assert_no_error (error);
}

static void
run (GsProgram *program)
{
  g_autoptr (GError) error = NULL;

  gs_program_run (program, &error);
  g_assert_no_error (error);
}

static float *
draw (gsize n, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_rand_double_range (random, -1, 1);
  return values;
}

/* What an evaluation is given; of times and labels, more samples than it uses. */
typedef struct
{
  float *x, *time, *context, *label;
  gsize  n_x, n_time, n_context, n_label; /* of one sample */
} Inputs;

static void
set_whole (GsProgram *whole, const Inputs *in)
{
  set (whole, "x", in->x, BATCH * in->n_x);
  set (whole, "time", in->time, BATCH * in->n_time);
  set (whole, "context", in->context, BATCH * in->n_context);
  if (in->n_label > 0)
    set (whole, "label", in->label, BATCH * in->n_label);
}

/* Runs the parts one after the other. The other samples of the times are others' steps. */
static void
run_parts (const Fixture *f, GsProgram *steps, const Inputs *in)
{
  g_autoptr (GsProgram) context = build (f, CONTEXT), times = build (f, TIMES_ONLY);
  g_autofree gpointer sample = g_malloc (gs_program_get_sample_bytes (times));
  g_autoptr (GError) error = NULL;

  set (context, "context", in->context, BATCH * in->n_context);
  gs_program_run_into (context, steps, &error);
  g_assert_no_error (error);
  set (times, "time", in->time, TIMES * in->n_time);
  if (in->n_label > 0)
    set (times, "label", in->label, TIMES * in->n_label);
  run (times);
  for (guint b = 0; b < BATCH; b++)
    {
      gs_program_get_sample (times, b, sample, &error);
      g_assert_no_error (error);
      gs_program_give_sample (times, sample, steps, b, &error);
      g_assert_no_error (error);
    }
  set (steps, "x", in->x, BATCH * in->n_x);
  run (steps);
}

static guint
count_live (GsProgram *program)
{
  GPtrArray *nodes = gs_program_get_graph (program)->nodes;
  guint n = 0;

  for (guint i = 0; i < nodes->len; i++)
    n += !((GsNode *) nodes->pdata[i])->dead;
  return n;
}

static void
compare (const Fixture *f)
{
  const gsize n = (gsize) BATCH * HEIGHT * WIDTH * f->config.out_channels;
  Inputs in = {
    .n_x = HEIGHT * WIDTH * f->config.in_channels,
    .n_time = f->config.channels[0],
    .n_context = TOKENS * f->config.context_width,
    .n_label = f->config.label_width,
  };
  g_autoptr (GsProgram) whole = build (f, WHOLE), steps = build (f, STEPS);
  g_autofree float *want = g_new (float, n), *got = g_new (float, n);
  g_autoptr (GError) error = NULL;

  in.x = draw (BATCH * in.n_x, 1);
  in.time = draw (TIMES * in.n_time, 2);
  in.context = draw (BATCH * in.n_context, 3);
  in.label = draw (TIMES * in.n_label, 4);
  set_whole (whole, &in);
  run (whole);
  g_assert_true (gs_program_get_floats (whole, 0, want, n, &error));
  run_parts (f, steps, &in);
  g_assert_true (gs_program_get_floats (steps, 0, got, n, &error));
  g_assert_cmpmem (got, n * sizeof *got, want, n * sizeof *want);
  g_assert_cmpuint (count_live (steps), <, count_live (whole));

  g_assert_false (gs_program_set_floats (steps, "context", in.context, BATCH * in.n_context,
                                         &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
  g_free (in.x);
  g_free (in.time);
  g_free (in.context);
  g_free (in.label);
}

static void
test_parts (gconstpointer data)
{
  const GsDtype dtype = GPOINTER_TO_UINT (data);
  g_autoptr (GsDevice) device = gs_device_new (NULL, NULL, NULL);
  GsModelConfig config;

  if (device == NULL || (dtype == GS_DTYPE_F16 && !gs_device_get_info (device)->storage16))
    {
      g_test_skip (device == NULL ? "no Vulkan device" : "it cannot store half precision");
      return;
    }
  g_assert_true (gs_model_config_preset ("starter", &config, NULL));
  for (guint label_width = 0; label_width <= 20; label_width += 20)
    {
      Fixture f = { .device = device, .config = config.unet, .dtype = dtype };

      f.config.label_width = label_width;
      f.arena = gs_arena_new (device);
      f.store = gs_weight_store_new (device, dtype, gs_synthetic_weights_new ());
      compare (&f);
      gs_weight_store_free (f.store);
      gs_arena_free (f.arena);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/unet/parts/f32", GUINT_TO_POINTER (GS_DTYPE_F32), test_parts);
  g_test_add_data_func ("/unet/parts/f16", GUINT_TO_POINTER (GS_DTYPE_F16), test_parts);
  return g_test_run ();
}
