/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AdamW against its formula in double precision, and its fixed points. */
#include "train/adamw.h"

#include <math.h>

#define STEPS 20

/* The parameter after so many steps with gradients sin (k), from the sums written out. */
static double
naive (const GsAdamW *adamw, double parameter)
{
  for (guint step = 1; step <= STEPS; step++)
    {
      double first = 0, second = 0;

      for (guint k = 1; k <= step; k++)
        {
          const double g = sin (k);

          first += (1 - adamw->beta1) * pow (adamw->beta1, step - k) * g;
          second += (1 - adamw->beta2) * pow (adamw->beta2, step - k) * g * g;
        }
      first /= 1 - pow (adamw->beta1, step);
      second /= 1 - pow (adamw->beta2, step);
      parameter -= adamw->rate * adamw->weight_decay * parameter;
      parameter -= adamw->rate * first / (sqrt (second) + adamw->epsilon);
    }
  return parameter;
}

static void
test_formula (void)
{
  static const GsAdamW settings[] = {
    { 1e-2, 0, 0.9, 0.999, 1e-8 },
    { 1e-2, 0.1, 0.9, 0.999, 1e-8 },
    { 5e-3, 0.01, 0.5, 0.9, 1e-3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      float parameter = 0.75, first = 0, second = 0;

      for (guint step = 1; step <= STEPS; step++)
        gs_adamw_step (&settings[i], step, (GsAdamWMoments) { &first, &second },
                       (float[]) { (float) sin (step) }, &parameter, 1);
      g_assert_cmpfloat_with_epsilon (parameter, naive (&settings[i], 0.75), 2e-6);
    }
}

/* Without a gradient only the decay is left; the first step's length is the rate. */
static void
test_first_step (void)
{
  const GsAdamW adamw = { 0.1, 0.5, 0.9, 0.999, 1e-8 };
  float parameters[] = { 1, 1, 1 }, first[3] = { 0 }, second[3] = { 0 };

  gs_adamw_step (&adamw, 1, (GsAdamWMoments) { first, second }, (float[]) { 0, 1e-3f, -50 },
                 parameters, 3);
  g_assert_cmpfloat_with_epsilon (parameters[0], 0.95, 1e-6);
  g_assert_cmpfloat_with_epsilon (parameters[1], 0.85, 1e-5);
  g_assert_cmpfloat_with_epsilon (parameters[2], 1.05, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/adamw/formula", test_formula);
  g_test_add_func ("/adamw/first-step", test_first_step);
  return g_test_run ();
}
