/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights of timesteps, targets and offset noise. */
#include "train/loss-weight.h"

#include <math.h>
#include <string.h>

/* alpha from the signal-to-noise ratio. */
static double
alpha_of (double snr)
{
  return snr / (1 + snr);
}

static void
test_weights (void)
{
  static const double ratios[] = { 1e-4, 0.5, 4.9, 5, 5.1, 80, 1e4 };
  GsLossWeighting weighting = { GS_TARGET_EPSILON, 0, 0.3 };

  for (guint i = 0; i < G_N_ELEMENTS (ratios); i++)
    {
      const double snr = ratios[i], alpha = alpha_of (snr);

      weighting = (GsLossWeighting) { GS_TARGET_EPSILON, 0, 0.3 };
      g_assert_cmpfloat (gs_loss_weight (&weighting, alpha, FALSE), ==, 1);
      g_assert_cmpfloat (gs_loss_weight (&weighting, alpha, TRUE), ==, 0.3);
      weighting.snr_gamma = 5;
      g_assert_cmpfloat_with_epsilon (gs_loss_weight (&weighting, alpha, FALSE),
                                      MIN (snr, 5) / snr, 1e-9);
      weighting.target = GS_TARGET_VELOCITY;
      g_assert_cmpfloat_with_epsilon (gs_loss_weight (&weighting, alpha, TRUE),
                                      0.3 * MIN (snr, 5) / (snr + 1), 1e-9);
      weighting = (GsLossWeighting) { GS_TARGET_EPSILON, 5, 0.3, 25 };
      g_assert_cmpfloat_with_epsilon (gs_loss_weight (&weighting, alpha, TRUE),
                                      0.3 * MIN (snr, 5) / snr * MIN (1 + 1 / snr, 25), 1e-9);
    }
  /* The last step of schedules that end in pure noise. */
  weighting.target = GS_TARGET_VELOCITY;
  g_assert_cmpfloat (gs_loss_weight (&weighting, 0, FALSE), ==, 0);
  weighting.target = GS_TARGET_EPSILON;
  g_assert_cmpfloat (gs_loss_weight (&weighting, 0, FALSE), ==, 25);
  weighting.noisy_gain = 0;
  g_assert_cmpfloat (gs_loss_weight (&weighting, 0, FALSE), ==, 1);
}

/* The weighted error of the target is that of the picture, times min (SNR, gamma): x0 = (x - sqrt (1 -
 * a) noise) / sqrt (a) = sqrt (a) x - sqrt (1 - a) v. */
static void
test_meaning (void)
{
  static const double ratios[] = { 0.2, 3, 40 };

  for (guint i = 0; i < G_N_ELEMENTS (ratios); i++)
    for (guint target = GS_TARGET_EPSILON; target <= GS_TARGET_VELOCITY; target++)
      {
        const double alpha = alpha_of (ratios[i]), error = 0.125;
        const double of_picture = target == GS_TARGET_EPSILON ? error * sqrt ((1 - alpha) / alpha)
                                                              : error * sqrt (1 - alpha);
        const GsLossWeighting weighting = { target, 5, 1 };

        g_assert_cmpfloat_with_epsilon (gs_loss_weight (&weighting, alpha, FALSE) * error * error,
                                        MIN (ratios[i], 5) * of_picture * of_picture, 1e-12);
      }
}

static void
test_targets (void)
{
  const float x0[] = { 1, -2, 0.5f }, noise[] = { 0.25f, 3, -1 };
  float out[3];

  gs_loss_target (GS_TARGET_EPSILON, out, x0, noise, 3, 0.36);
  g_assert_cmpmem (out, sizeof out, noise, sizeof noise);
  gs_loss_target (GS_TARGET_VELOCITY, out, x0, noise, 3, 0.36);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat_with_epsilon (out[i], 0.6 * noise[i] - 0.8 * x0[i], 1e-6);
}

static void
test_offset (void)
{
  g_autoptr (GsRandom) random = gs_random_new (GS_RNG_CPU, 7), same = gs_random_new (GS_RNG_CPU, 7);
  float noise[4 * 6] = { 0 }, levels[4];

  gs_random_normal (same, levels, 4);
  gs_noise_offset (random, noise, 4, 6, 0.1);
  for (guint i = 0; i < 24; i++)
    g_assert_cmpfloat_with_epsilon (noise[i], 0.1 * levels[i / 6], 1e-7);
  gs_noise_offset (random, noise, 4, 6, 0);
  g_assert_cmpuint (gs_random_uint32 (random), ==, gs_random_uint32 (same));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loss-weight/weights", test_weights);
  g_test_add_func ("/loss-weight/meaning", test_meaning);
  g_test_add_func ("/loss-weight/targets", test_targets);
  g_test_add_func ("/loss-weight/offset", test_offset);
  return g_test_run ();
}
