/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long submits become on devices of every kind and speed. */
#include "gpu/pace.h"

#define STEP 1.6e12 /* of SD 1.5 with guidance at 512 x 512 */

/* Runs steps on a device of some speed, recording anew where that is asked for. */
static guint
run_steps (GsGpuKind kind, double rate, guint n_steps, double *submit_seconds, guint *n_submits)
{
  GsPace pace = { 0 };
  double submit_work = gs_pace_submit_work (&pace, kind);
  guint n_recordings = 1;

  for (guint i = 0; i < n_steps; i++)
    {
      *n_submits = (guint) (STEP / submit_work) + 1;
      *submit_seconds = STEP / *n_submits / rate;
      gs_pace_note (&pace, kind, STEP, STEP / rate);
      if (gs_pace_is_stale (&pace, kind, *n_submits, STEP / *n_submits, submit_work))
        {
          submit_work = gs_pace_submit_work (&pace, kind);
          n_recordings++;
        }
    }
  return n_recordings;
}

static void
test_discrete (void)
{
  double seconds;
  guint n_submits;

  /* 100 TFLOP/s: a step takes 16 ms and is one submit. */
  g_assert_cmpuint (run_steps (GS_GPU_DISCRETE, 100e12, 4, &seconds, &n_submits), ==, 2);
  g_assert_cmpuint (n_submits, ==, 1);
  /* 0.5 TFLOP/s: a step takes 3.2 s; a cancel must not. */
  g_assert_cmpuint (run_steps (GS_GPU_DISCRETE, 0.5e12, 4, &seconds, &n_submits), ==, 2);
  g_assert_cmpfloat (seconds, <=, 0.2);
  g_assert_cmpfloat (seconds, >, 0.1);
}

static void
test_integrated (void)
{
  static const double rates[] = { 0.05e12, 0.4e12, 3e12 };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      double seconds;
      guint n_submits;

      g_assert_cmpuint (run_steps (GS_GPU_INTEGRATED, rates[i], 5, &seconds, &n_submits), <=, 2);
      g_assert_cmpfloat (seconds, <=, 0.1);
      g_assert_cmpfloat (seconds, >, 0.02);
    }
}

/* The CPU driver's are as they are, whatever is measured. */
static void
test_cpu (void)
{
  double seconds;
  guint n_submits;

  g_assert_cmpuint (run_steps (GS_GPU_CPU, 30e9, 3, &seconds, &n_submits), ==, 1);
  g_assert_cmpuint (n_submits, ==, STEP / 0.5e9 + 1);
}

/* Uploads and short recordings, in which little but latency is measured, do not count. */
static void
test_latency (void)
{
  GsPace pace = { 0 };
  const double guess = gs_pace_submit_work (&pace, GS_GPU_DISCRETE);

  for (guint i = 0; i < 50; i++)
    gs_pace_note (&pace, GS_GPU_DISCRETE, 32e6, 3e-3);
  gs_pace_note (&pace, GS_GPU_DISCRETE, 13e9, 2e-3);
  gs_pace_note (&pace, GS_GPU_DISCRETE, 0, 1);
  g_assert_cmpfloat (gs_pace_submit_work (&pace, GS_GPU_DISCRETE), ==, guess);
  gs_pace_note (&pace, GS_GPU_DISCRETE, STEP, STEP / 10e12);
  gs_pace_note (&pace, GS_GPU_DISCRETE, STEP, 0);
  g_assert_cmpfloat_with_epsilon (gs_pace_submit_work (&pace, GS_GPU_DISCRETE), 0.2 * 10e12, 1e6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pace/discrete", test_discrete);
  g_test_add_func ("/pace/integrated", test_integrated);
  g_test_add_func ("/pace/cpu", test_cpu);
  g_test_add_func ("/pace/latency", test_latency);
  return g_test_run ();
}
