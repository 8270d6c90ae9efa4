/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradient of an autoencoder's whole loss, through encoder and decoder, against what the loss itself
 * does when the pictures change. */
#include "train/autoencoder-loss.h"

#include "nn/weights.h"
#include "tensor/grad.h"
#include "tensor/program.h"

#include <math.h>

#define BATCH 2
#define HEIGHT 16
#define WIDTH 24

typedef struct
{
  GsProgram *program;
  gsize      n_pictures, n_noise;
  float     *pictures, *noise;
  float     *gradient;
  GsAutoencoderWeights weights;
} Fixture;

static GsProgram *
build (GsWeightStore *store, GsArena *arena, const GsVaeConfig *config,
       const GsAutoencoderWeights *weights)
{
  GsGraph *g = gs_graph_new ("vae", GS_DTYPE_F32, gs_weight_store_get_weights (store));
  const guint32 factor = 1u << (config->n_levels - 1);
  GsTensor *pictures, *noise, *one, *gradient;
  g_autoptr (GError) error = NULL;
  GsAutoencoderLoss loss;

  pictures = gs_graph_input (g, "pictures", (GsShape) { BATCH, HEIGHT, WIDTH, 3 }, GS_DTYPE_F32);
  noise = gs_graph_input (g, "noise", (GsShape) { BATCH, HEIGHT / factor, WIDTH / factor,
                                                  config->latent_channels }, GS_DTYPE_F32);
  one = gs_graph_input (g, "one", (GsShape) { 1, 1, 1, 1 }, GS_DTYPE_F32);
  loss = gs_autoencoder_loss (g, config, pictures, noise, weights);
  gs_graph_output (g, loss.total);
  gs_graph_output (g, loss.pictures);
  gs_graph_output (g, loss.moments);
  gs_graph_gradients (g, loss.total, one, &pictures, 1, &gradient);
  gs_graph_output (g, gradient);
  gs_graph_finish (g, &error);
  g_assert_no_error (error);
  return gs_program_new (g, arena);
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

static void
set (GsProgram *program, const char *name, const float *values, gsize n)
{
  g_autoptr (GError) error = NULL;

  gs_program_set_floats (program, name, values, n, &error);
  g_assert_no_error (error);
}

static float *
get (GsProgram *program, guint i)
{
  const gsize n = gs_shape_elements (gs_program_get_shape (program, i));
  float *values = g_new (float, n);
  g_autoptr (GError) error = NULL;

  gs_program_get_floats (program, i, values, n, &error);
  g_assert_no_error (error);
  return values;
}

/* The mean over all of the squares of differences with the neighbour so far away; where there is none it
 * is 0. */
static double
edges (const float *a, const float *b)
{
  double sum = 0;

  for (guint n = 0; n < BATCH; n++)
    for (guint i = 0; i < HEIGHT; i++)
      for (guint j = 0; j < WIDTH; j++)
        for (guint c = 0; c < 3; c++)
          {
            const guint at = ((n * HEIGHT + i) * WIDTH + j) * 3 + c;
            const double d = (double) a[at] - b[at];

            if (j + 1 < WIDTH)
              sum += pow ((double) a[at + 3] - b[at + 3] - d, 2);
            if (i + 1 < HEIGHT)
              sum += pow ((double) a[at + WIDTH * 3] - b[at + WIDTH * 3] - d, 2);
          }
  return sum / (BATCH * HEIGHT * WIDTH * 6);
}

/* The loss from pictures and moments that the program made. */
static double
expected_loss (const Fixture *f, const float *pictures, guint channels)
{
  g_autofree float *out = get (f->program, 1), *moments = get (f->program, 2);
  double squares = 0, divergence = 0;

  for (gsize i = 0; i < f->n_pictures; i++)
    squares += pow ((double) out[i] - pictures[i], 2) / f->n_pictures;
  for (gsize i = 0; i < f->n_noise; i++)
    {
      const double mean = moments[i / channels * 2 * channels + i % channels];
      const double v = moments[i / channels * 2 * channels + channels + i % channels];

      divergence += 0.5 * (mean * mean + exp (v) - 1 - v) / BATCH;
    }
  return squares + f->weights.gradient * edges (out, pictures) + f->weights.divergence * divergence;
}

/* At the pictures plus so much of the gradient's direction. */
static double
loss_at (const Fixture *f, double step, guint channels)
{
  g_autofree float *moved = g_new (float, f->n_pictures), *loss = NULL;
  g_autoptr (GError) error = NULL;
  double length = 0;

  for (gsize i = 0; i < f->n_pictures && f->gradient != NULL; i++)
    length += (double) f->gradient[i] * f->gradient[i];
  length = sqrt (length);
  for (gsize i = 0; i < f->n_pictures; i++)
    moved[i] = (float) (f->pictures[i] + (step != 0 ? step * f->gradient[i] / length : 0));
  set (f->program, "pictures", moved, f->n_pictures);
  gs_program_run (f->program, &error);
  g_assert_no_error (error);
  loss = get (f->program, 0);
  g_assert_cmpfloat_with_epsilon (loss[0] / expected_loss (f, moved, channels), 1, 1e-5);
  return expected_loss (f, moved, channels); /* summed in double precision */
}

/* Central differences along the gradient are its length. A step moves pictures of length 30 by a fiftieth
 * of one, so that the third derivative counts little, and the loss by far more than it rounds. */
static void
check_gradient (Fixture *f, guint channels)
{
  const double step = 0.02;
  double length = 0, slope;

  loss_at (f, 0, channels);
  f->gradient = get (f->program, 3);
  for (gsize i = 0; i < f->n_pictures; i++)
    length += (double) f->gradient[i] * f->gradient[i];
  length = sqrt (length);
  slope = (loss_at (f, step, channels) - loss_at (f, -step, channels)) / (2 * step);
  g_test_message ("gradient's length %g, slope %g", length, slope);
  g_assert_cmpfloat (length, >, 1e-3);
  g_assert_cmpfloat_with_epsilon (slope / length, 1, 2e-3);
}

static void
test_gradient (void)
{
  static const GsAutoencoderWeights weights[] = { { 0, 0 }, { 1e-3, 0.5 }, { 0.1, 0 } };
  g_autoptr (GsDevice) device = gs_device_new (NULL, NULL, NULL);
  GsModelConfig config;

  if (device == NULL)
    {
      g_test_skip ("no Vulkan device");
      return;
    }
  g_assert_true (gs_model_config_preset ("starter", &config, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (weights); i++)
    {
      const guint channels = config.vae.latent_channels, factor = 1u << (config.vae.n_levels - 1);
      GsArena *arena = gs_arena_new (device);
      GsWeightStore *store = gs_weight_store_new (device, GS_DTYPE_F32,
                                                  gs_synthetic_weights_new ());
      Fixture f = { .program = build (store, arena, &config.vae, &weights[i]),
                    .weights = weights[i],
                    .n_pictures = BATCH * HEIGHT * WIDTH * 3,
                    .n_noise = BATCH * (HEIGHT / factor) * (WIDTH / factor) * channels };

      f.pictures = draw (f.n_pictures, 1);
      f.noise = draw (f.n_noise, 2);
      set (f.program, "noise", f.noise, f.n_noise);
      set (f.program, "one", (float[]) { 1 }, 1);
      check_gradient (&f, channels);
      g_free (f.pictures);
      g_free (f.noise);
      g_free (f.gradient);
      gs_program_free (f.program);
      gs_weight_store_free (store);
      gs_arena_free (arena);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/autoencoder-loss/gradient", test_gradient);
  return g_test_run ();
}
