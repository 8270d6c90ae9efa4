/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prodigy against its sums written out in double precision, and on a problem without a known rate. */
#include "train/prodigy.h"

#include <math.h>

#define N 3
#define STEPS 12

/* The algorithm as printed: every quantity of step k from all gradients up to it. */
typedef struct
{
  double x[STEPS + 1][N], g[STEPS][N], d[STEPS + 1];
} Run;

static void
naive_step (const GsProdigy *p, Run *run, guint k)
{
  double product = 0, length = 0;

  for (guint i = 0; i < N; i++)
    {
      double s = 0, m = 0, v = 0;

      for (guint j = 0; j <= k; j++)
        {
          const double g = run->g[j][i], d = run->d[j], age = k - j;
          const double part = (1 - sqrt (p->beta2)) * pow (p->beta2, age / 2) * p->rate * d * d;

          s += part * g;
          product += part * g * (run->x[0][i] - run->x[j][i]);
          m += (1 - p->beta1) * pow (p->beta1, age) * d * g;
          v += (1 - p->beta2) * pow (p->beta2, age) * d * d * g * g;
        }
      length += fabs (s);
      run->x[k + 1][i] = run->x[k][i] * (1 - p->rate * run->d[k] * p->weight_decay)
                         - p->rate * run->d[k] * m / (sqrt (v) + run->d[k] * p->epsilon);
    }
  run->d[k + 1] = MAX (run->d[k], product / length);
}

static void
test_formula (void)
{
  static const GsProdigy settings[] = {
    { 1, 0, 0.9, 0.999, 1e-8, 1e-3 },
    { 0.5, 0.05, 0.8, 0.99, 1e-6, 1e-2 },
  };

  for (guint c = 0; c < G_N_ELEMENTS (settings); c++)
    {
      float start[N] = { 1, -0.5f, 2 }, x[N] = { 1, -0.5f, 2 }, first[N] = { 0 }, second[N] = { 0 };
      float sum[N] = { 0 }, gradient[N];
      GsFloatArray arrays[] = { { start, 2 }, { start + 2, 1 } }, firsts[] = { { first, 2 }, { first + 2, 1 } };
      GsFloatArray seconds[] = { { second, 2 }, { second + 2, 1 } }, sums[] = { { sum, 2 }, { sum + 2, 1 } };
      const GsFloatArray parameters[] = { { x, 2 }, { x + 2, 1 } };
      const GsFloatArray gradients[] = { { gradient, 2 }, { gradient + 2, 1 } };
      GsProdigyState state = { arrays, firsts, seconds, sums, 0, settings[c].first_d };
      Run run = { .x = { { 1, -0.5, 2 } }, .d = { settings[c].first_d } };

      for (guint k = 0; k < STEPS; k++)
        {
          for (guint i = 0; i < N; i++)
            run.g[k][i] = gradient[i] = (float) (0.3 * (i + 1) + 0.1 * sin (3 * k + i));
          gs_prodigy_step (&settings[c], &state, gradients, parameters, 2);
          naive_step (&settings[c], &run, k);
          /* d is read off a way of some first_d = 1e-3 between floats near 2, which are 2^-23 apart. */
          g_assert_cmpfloat_with_epsilon (state.d / run.d[k + 1], 1, 1e-4);
          for (guint i = 0; i < N; i++)
            g_assert_cmpfloat_with_epsilon (x[i], run.x[k + 1][i],
                                            1e-4 * fabs (run.x[k + 1][i] - run.x[0][i]) + 1e-6);
        }
      g_assert_cmpfloat (state.d, >, 2 * settings[c].first_d);
    }
}

/* sum |x - target|, so far away that a rate of 1e-6 would take a million steps. */
static void
test_finds_rate (void)
{
  static const float targets[N] = { 3, -7, 0.5f };
  const GsProdigy prodigy = GS_PRODIGY_DEFAULT;
  float start[N] = { 0 }, x[N] = { 0 }, first[N] = { 0 }, second[N] = { 0 }, sum[N] = { 0 };
  GsFloatArray arrays = { start, N }, firsts = { first, N }, seconds = { second, N }, sums = { sum, N };
  GsProdigyState state = { &arrays, &firsts, &seconds, &sums, 0, prodigy.first_d };

  for (guint k = 0; k < 1000; k++)
    {
      float gradient[N];

      for (guint i = 0; i < N; i++)
        gradient[i] = x[i] < targets[i] ? -1 : 1;
      gs_prodigy_step (&prodigy, &state, &(GsFloatArray) { gradient, N },
                       &(GsFloatArray) { x, N }, 1);
    }
  g_assert_cmpfloat (state.d, >, 1e-2);
  g_assert_cmpfloat (state.d, <, 7); /* a lower bound of the largest distance */
  for (guint i = 0; i < N; i++)
    {
      g_test_message ("%g of %g", x[i], targets[i]);
      g_assert_cmpfloat_with_epsilon (x[i], targets[i], 0.15);
    }
}

static void
test_no_gradient (void)
{
  const GsProdigy prodigy = GS_PRODIGY_DEFAULT;
  float start[] = { 2 }, x[] = { 2 }, first[] = { 0 }, second[] = { 0 }, sum[] = { 0 }, zero[] = { 0 };
  GsFloatArray arrays = { start, 1 }, firsts = { first, 1 }, seconds = { second, 1 }, sums = { sum, 1 };
  GsProdigyState state = { &arrays, &firsts, &seconds, &sums, 0, prodigy.first_d };

  gs_prodigy_step (&prodigy, &state, &(GsFloatArray) { zero, 1 }, &(GsFloatArray) { x, 1 }, 1);
  g_assert_cmpfloat (x[0], ==, 2);
  g_assert_cmpfloat (state.d, ==, prodigy.first_d);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/prodigy/formula", test_formula);
  g_test_add_func ("/prodigy/finds-rate", test_finds_rate);
  g_test_add_func ("/prodigy/no-gradient", test_no_gradient);
  return g_test_run ();
}
