/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights to begin with: norms are ones, biases zeros, branches end in zeros, and layers keep the size of
 * what they are given. */
#include "train/initial-weights.h"

#include <math.h>
#include <string.h>

static double
deviation (const GsTrained *trained, guint i)
{
  const GsTrainedTensor *tensor = gs_trained_tensor (trained, i);
  double sum = 0;

  for (gsize k = 0; k < tensor->n; k++)
    sum += (double) trained->values[tensor->first + k] * trained->values[tensor->first + k];
  return sqrt (sum / tensor->n);
}

static GsTrained *
make (guint64 seed)
{
  static const struct { const char *name; guint64 dims[4]; guint n_dims; } tensors[] = {
    { "unet.conv_in.weight", { 64, 16, 3, 3 }, 4 },
    { "unet.mid_block.resnets.0.conv2.weight", { 32, 32, 3, 3 }, 4 },
    { "unet.mid_block.attentions.0.proj_out.weight", { 32, 32, 1, 1 }, 4 },
    { "vae.encoder.mid_block.attentions.0.to_out.0.weight", { 32, 32 }, 2 },
    { "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_out.0.weight", { 64, 64 }, 2 },
    { "unet.conv_norm_out.weight", { 64 }, 1 },
    { "unet.conv_norm_out.bias", { 64 }, 1 },
    { "text_encoder.embeddings.token_embedding.weight", { 100, 64 }, 2 },
  };
  const GsTrainedRule rule = { .rate = 1 };
  GsTrained *trained = gs_trained_new ();

  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    gs_trained_add (trained, tensors[i].name, tensors[i].dims, tensors[i].n_dims, 1);
  gs_trained_allocate (trained, &rule, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    gs_initial_weights (trained, i, seed);
  return trained;
}

static void
test_sizes (void)
{
  static const double expected[] = { 1 / 12.0, 0, 0, 0, 1 / 8.0, 1, 0, 0.1 };
  g_autoptr (GsTrained) trained = make (1);

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpfloat_with_epsilon (deviation (trained, i), expected[i], 0.05 * expected[i] + 1e-9);
}

static void
test_seeds (void)
{
  g_autoptr (GsTrained) a = make (1), b = make (1), c = make (2);

  g_assert_cmpmem (a->values, a->n * sizeof (float), b->values, b->n * sizeof (float));
  g_assert_true (memcmp (a->values, c->values, a->n * sizeof (float)) != 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/initial-weights/sizes", test_sizes);
  g_test_add_func ("/initial-weights/seeds", test_seeds);
  return g_test_run ();
}
