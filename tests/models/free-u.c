/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FreeU's U-Net against its way up put together by hand, and against the one without. */
#include "models/unet.h"

#include "nn/resnet-block.h"
#include "nn/transformer-block.h"
#include "nn/weights.h"
#include "tensor/program.h"

#include <math.h>

#define HEIGHT 12
#define WIDTH 8
#define TOKENS 7

typedef enum
{
  WITHOUT,
  NEUTRAL, /* all factors 1 */
  WITH,
  BY_HAND,
} Way;

typedef struct
{
  GsArena       *arena;
  GsWeightStore *store;
  GsModelConfig  config;
  GsDtype        dtype;
} Fixture;

static const GsFreeU neutral = { { 1, 1 }, { 1, 1 } };

/* With the numbers of SD 1.x as they are published. */
static GsTensor *
go_up_by_hand (GsGraph *g, const GsUnetConfig *config, GsTensor *context, GsUnetState *state)
{
  const guint32 deepest = config->channels[config->n_levels - 1];
  GsTensor *x = state->x;

  for (guint block = 0; block < config->n_levels; block++)
    {
      const guint level = config->n_levels - 1 - block;
      GS_SCOPE (g, "up_blocks.%u", block);

      for (guint i = 0; i <= config->layers; i++)
        {
          GsTensor *skip = state->skips[--state->n_skips];
          g_autofree char *resnet = g_strdup_printf ("resnets.%u", i);
          g_autofree char *attention = g_strdup_printf ("attentions.%u", i);

          if (x->shape.c == deepest)
            {
              x = gs_backbone_scale (g, x, 1.5f);
              skip = gs_fourier_filter (g, skip, 0.9f);
            }
          else if (x->shape.c * 2 == deepest)
            {
              x = gs_backbone_scale (g, x, 1.6f);
              skip = gs_fourier_filter (g, skip, 0.2f);
            }
          x = gs_resnet_block (g, resnet, gs_concat (g, x, skip), state->time,
                               config->channels[level], config->groups, (float) config->epsilon);
          if (config->up_depth[level][i] > 0)
            x = gs_transformer (g, attention, x, context,
                                &(GsTransformerOptions) { .heads = config->heads[level],
                                                          .depth = config->up_depth[level][i],
                                                          .groups = config->groups });
        }
      if (level > 0)
        {
          const GsShape size = state->skips[state->n_skips - 1]->shape;

          x = gs_conv2d (g, "upsamplers.0.conv", gs_upsample (g, x, size.h, size.w), x->shape.c, 3);
        }
    }
  x = gs_silu (g, gs_group_norm (g, "conv_norm_out", x, config->groups, (float) config->epsilon));
  return gs_conv2d (g, "conv_out", x, config->out_channels, 3);
}

static void
set (GsProgram *program, const char *name, gsize n)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (g_str_hash (name));
  g_autofree float *values = g_new (float, n);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_rand_double_range (random, -1, 1);
  gs_program_set_floats (program, name, values, n, &error);
  g_assert_no_error (error);
}

static float *
evaluate (const Fixture *f, Way way)
{
  const GsUnetConfig *config = &f->config.unet;
  const GsShape shape = { 2, HEIGHT, WIDTH, config->in_channels };
  const GsShape time_shape = { 2, 1, 1, config->channels[0] };
  const GsShape context_shape = { 2, 1, TOKENS, config->context_width };
  GsGraph *g = gs_graph_new ("unet", f->dtype, gs_weight_store_get_weights (f->store));
  GsTensor *x = gs_graph_input (g, "x", shape, f->dtype);
  GsTensor *time = gs_graph_input (g, "time", time_shape, f->dtype);
  GsTensor *context = gs_graph_input (g, "context", context_shape, f->dtype);
  GsUnetState state = { .free_u = way == NEUTRAL ? &neutral
                                  : way == WITH  ? gs_free_u_of_family (GS_FAMILY_SD1)
                                                 : NULL };
  const gsize n = (gsize) 2 * HEIGHT * WIDTH * config->out_channels;
  float *values = g_new (float, n);
  g_autoptr (GsProgram) program = NULL;
  g_autoptr (GError) error = NULL;

  gs_unet_go_down (g, config, x, time, context, NULL, NULL, NULL, &state);
  gs_graph_output (g, way == BY_HAND ? go_up_by_hand (g, config, context, &state)
                                     : gs_unet_go_up (g, config, context, &state));
  gs_graph_finish (g, &error);
  g_assert_no_error (error);
  program = gs_program_new (g, f->arena);
  set (program, "x", gs_shape_elements (shape));
  set (program, "time", gs_shape_elements (time_shape));
  set (program, "context", gs_shape_elements (context_shape));
  gs_program_run (program, &error);
  g_assert_no_error (error);
  gs_program_get_floats (program, 0, values, n, &error);
  g_assert_no_error (error);
  return values;
}

/* Of the peak. */
static double
difference (const float *a, const float *b, gsize n)
{
  double peak = 0, worst = 0;

  for (gsize i = 0; i < n; i++)
    {
      peak = MAX (peak, fabs (b[i]));
      worst = MAX (worst, fabs (a[i] - b[i]));
    }
  return worst / peak;
}

static void
compare (const Fixture *f)
{
  const gsize n = (gsize) 2 * HEIGHT * WIDTH * f->config.unet.out_channels;
  g_autofree float *without = evaluate (f, WITHOUT), *same = evaluate (f, NEUTRAL);
  g_autofree float *with = evaluate (f, WITH), *by_hand = evaluate (f, BY_HAND);

  g_test_message ("differs by %.2g of the peak", difference (with, without, n));
  g_assert_cmpmem (with, n * sizeof *with, by_hand, n * sizeof *by_hand);
  g_assert_cmpmem (same, n * sizeof *same, without, n * sizeof *without);
  g_assert_cmpfloat (difference (with, without, n), >, 0.02);
}

static void
test_unet (gconstpointer data)
{
  const GsDtype dtype = GPOINTER_TO_UINT (data);
  g_autoptr (GsDevice) device = gs_device_new (NULL, NULL, NULL);
  Fixture f = { .dtype = dtype };

  if (device == NULL || (dtype == GS_DTYPE_F16 && !gs_device_get_info (device)->storage16))
    {
      g_test_skip (device == NULL ? "no Vulkan device" : "it cannot store half precision");
      return;
    }
  g_assert_true (gs_model_config_preset ("starter", &f.config, NULL));
  f.arena = gs_arena_new (device);
  f.store = gs_weight_store_new (device, dtype, gs_synthetic_weights_new ());
  compare (&f);
  gs_weight_store_free (f.store);
  gs_arena_free (f.arena);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/free-u/unet/f32", GUINT_TO_POINTER (GS_DTYPE_F32), test_unet);
  g_test_add_data_func ("/free-u/unet/f16", GUINT_TO_POINTER (GS_DTYPE_F16), test_unet);
  return g_test_run ();
}
