/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classifier-free guidance, its rescaling, and the ways of reading a prediction. */
#include "sample/guidance.h"

#include <math.h>
#include <string.h>

static void
test_guide (void)
{
  static const float cond[4] = { 1.0f, 2.0f, -3.0f, 0.0f }, uncond[4] = { 0.0f, 2.0f, 1.0f, -0.5f };
  static const float want[4] = { 7.5f, 2.0f, -29.0f, 3.25f };
  float out[4];

  gs_guide (out, cond, uncond, 4, 7.5);
  g_assert_cmpmem (out, sizeof out, want, sizeof want);

  /* Scale 1 is the conditional prediction, 0 the other; in place too. */
  memcpy (out, cond, sizeof out);
  gs_guide (out, out, uncond, 4, 1.0);
  g_assert_cmpmem (out, sizeof out, cond, sizeof cond);
  gs_guide (out, out, uncond, 4, 0.0);
  g_assert_cmpmem (out, sizeof out, uncond, sizeof uncond);
}

static double
deviation (const float *values, guint n)
{
  double mean = 0.0, sum = 0.0;

  for (guint i = 0; i < n; i++)
    mean += values[i] / n;
  for (guint i = 0; i < n; i++)
    sum += pow (values[i] - mean, 2.0);
  return sqrt (sum / (n - 1));
}

static void
test_rescale (void)
{
  static const float cond[5] = { 0.3f, -1.0f, 0.8f, 1.1f, -0.4f };
  static const float strong[5] = { 3.0f, -7.0f, 2.0f, 9.0f, -4.0f };
  float full[5], part[5], none[5];

  memcpy (full, strong, sizeof full);
  memcpy (part, strong, sizeof part);
  memcpy (none, strong, sizeof none);
  gs_guidance_rescale (full, cond, 5, 1.0);
  gs_guidance_rescale (part, cond, 5, 0.7);
  gs_guidance_rescale (none, cond, 5, 0.0);
  g_assert_cmpfloat_with_epsilon (deviation (full, 5), deviation (cond, 5), 1e-6);
  g_assert_cmpmem (none, sizeof none, strong, sizeof strong);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpfloat_with_epsilon (part[i], 0.7 * full[i] + 0.3 * strong[i], 1e-5);
}

static void
test_rescale_flat (void)
{
  float flat[3] = { 2.0f, 2.0f, 2.0f };
  float single[1] = { 5.0f };

  /* Nothing to divide by: left alone. */
  gs_guidance_rescale (flat, flat, 3, 1.0);
  g_assert_cmpfloat (flat[1], ==, 2.0f);
  gs_guidance_rescale (single, single, 1, 1.0);
  g_assert_cmpfloat (single[0], ==, 5.0f);
}

static void
test_predictions (void)
{
  static const float x0[3] = { 0.5f, -2.0f, 1.0f }, n[3] = { 1.0f, 0.25f, -1.5f };
  const double signal = 0.6, noise = 0.8;
  float x[3], v[3], out[3];

  for (guint i = 0; i < 3; i++)
    {
      x[i] = (float) (signal * x0[i] + noise * n[i]);
      v[i] = (float) (signal * n[i] - noise * x0[i]);
    }
  const struct
  {
    GsPrediction prediction;
    const float *output;
  } ways[] = { { GS_PREDICT_EPSILON, n }, { GS_PREDICT_V, v }, { GS_PREDICT_SAMPLE, x0 } };

  for (guint w = 0; w < G_N_ELEMENTS (ways); w++)
    {
      gs_prediction_to_x0 (out, ways[w].prediction, x, ways[w].output, 3, signal, noise);
      for (guint i = 0; i < 3; i++)
        g_assert_cmpfloat_with_epsilon (out[i], x0[i], 1e-6);
      gs_prediction_to_noise (out, ways[w].prediction, x, ways[w].output, 3, signal, noise);
      for (guint i = 0; i < 3; i++)
        g_assert_cmpfloat_with_epsilon (out[i], n[i], 1e-6);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guidance/guide", test_guide);
  g_test_add_func ("/guidance/rescale", test_rescale);
  g_test_add_func ("/guidance/rescale-flat", test_rescale_flat);
  g_test_add_func ("/guidance/predictions", test_predictions);
  return g_test_run ();
}
