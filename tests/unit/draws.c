/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chance in training: the same again from any place, everything once an epoch, no likeness of
 * neighbours. */
#include "train/draws.h"

#include <math.h>
#include <string.h>

#define N 7

static void
test_epochs (void)
{
  guint32 order[N], seen[3 * N];
  guint64 epoch = G_MAXUINT64;
  gboolean differ = FALSE;

  for (guint i = 0; i < 3 * N; i++)
    seen[i] = gs_draws_pick (5, i, N, order, &epoch);
  for (guint e = 0; e < 3; e++)
    {
      guint found = 0;

      for (guint i = 0; i < N; i++)
        found |= 1u << seen[e * N + i];
      g_assert_cmpuint (found, ==, (1u << N) - 1);
      differ |= memcmp (seen, seen + e * N, N * sizeof *seen) != 0;
    }
  g_assert_true (differ);
  for (guint i = 3 * N; i-- > 0;) /* continued anywhere */
    {
      guint32 again[N];
      guint64 none = G_MAXUINT64;

      g_assert_cmpuint (gs_draws_pick (5, i, N, again, &none), ==, seen[i]);
    }
}

static void
test_streams (void)
{
  const guint n = 4000;
  g_autofree float *a = g_new (float, n), *b = g_new (float, n);
  const guint64 steps[][2] = { { 0, 1 }, { 1, 2 }, { 1000, 1001 } };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (GsRandom) one = gs_draws_random (3, steps[i][0], 0);
      g_autoptr (GsRandom) two = gs_draws_random (3, steps[i][1], 0);
      g_autoptr (GsRandom) same = gs_draws_random (3, steps[i][0], 0);
      double sum = 0, square = 0, both = 0;

      gs_random_normal (one, a, n);
      gs_random_normal (two, b, n);
      for (guint k = 0; k < n; k++)
        {
          sum += a[k];
          square += a[k] * a[k];
          both += a[k] * b[k];
        }
      /* Five standard deviations of each. */
      g_assert_cmpfloat (fabs (sum / n), <, 5 / sqrt (n));
      g_assert_cmpfloat (fabs (square / n - 1), <, 5 * sqrt (2.0 / n));
      g_assert_cmpfloat (fabs (both / n), <, 5 / sqrt (n));
      gs_random_normal (same, b, n);
      g_assert_true (memcmp (a, b, n * sizeof *a) == 0);
    }
}

static void
test_uniform (void)
{
  g_autoptr (GsRandom) random = gs_draws_random (1, 2, 3);
  double sum = 0;

  for (guint i = 0; i < 1000; i++)
    {
      const double u = gs_draws_uniform (random);

      g_assert_true (u >= 0 && u < 1);
      sum += u;
    }
  g_assert_cmpfloat (fabs (sum / 1000 - 0.5), <, 5 * sqrt (1.0 / 12 / 1000));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draws/epochs", test_epochs);
  g_test_add_func ("/draws/streams", test_streams);
  g_test_add_func ("/draws/uniform", test_uniform);
  return g_test_run ();
}
