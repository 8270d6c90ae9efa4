/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules of the learning rate against values worked out by hand. */
#include "train/learning-rate.h"

#include <math.h>

static void
test_values (void)
{
  const double third = 0.5 + 0.25 * sqrt (3); /* (1 + cos 30 degrees) / 2 */
  const struct { GsRateSchedule schedule; guint64 step; double factor; } cases[] = {
    { { GS_RATE_CONSTANT, 0, 0, 1, 0 }, 0, 1 },
    { { GS_RATE_CONSTANT, 0, 0, 1, 0 }, 1000000, 1 },
    { { GS_RATE_CONSTANT, 4, 100, 1, 0 }, 0, 0 },
    { { GS_RATE_CONSTANT, 4, 100, 1, 0 }, 3, 0.75 },
    { { GS_RATE_CONSTANT, 4, 100, 1, 0 }, 4, 1 },
    { { GS_RATE_LINEAR, 10, 110, 1, 0 }, 5, 0.5 },
    { { GS_RATE_LINEAR, 10, 110, 1, 0 }, 10, 1 },
    { { GS_RATE_LINEAR, 10, 110, 1, 0 }, 35, 0.75 },
    { { GS_RATE_LINEAR, 10, 110, 1, 0 }, 110, 0 },
    { { GS_RATE_LINEAR, 10, 110, 1, 0 }, 500, 0 },
    { { GS_RATE_COSINE, 0, 60, 1, 0 }, 0, 1 },
    { { GS_RATE_COSINE, 0, 60, 1, 0 }, 10, third },
    { { GS_RATE_COSINE, 0, 60, 1, 0 }, 20, 0.75 },
    { { GS_RATE_COSINE, 0, 60, 1, 0 }, 30, 0.5 },
    { { GS_RATE_COSINE, 0, 60, 1, 0 }, 60, 0 },
    { { GS_RATE_COSINE, 20, 80, 1, 0 }, 50, 0.5 },
    { { GS_RATE_POLYNOMIAL, 0, 10, 2, 0 }, 5, 0.25 },
    { { GS_RATE_POLYNOMIAL, 0, 10, 2, 0.5 }, 5, 0.625 },
    { { GS_RATE_POLYNOMIAL, 0, 10, 2, 0.5 }, 11, 0.5 },
    { { GS_RATE_LINEAR, 5, 5, 1, 0 }, 5, 0 }, /* all of it warm-up */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpfloat_with_epsilon (gs_rate_factor (&cases[i].schedule, cases[i].step),
                                    cases[i].factor, 1e-15);
}

static void
test_names (void)
{
  GsRateKind kind;

  for (guint i = GS_RATE_CONSTANT; i <= GS_RATE_POLYNOMIAL; i++)
    {
      g_assert_true (gs_rate_kind_from_name (gs_rate_kind_name (i), &kind));
      g_assert_cmpint (kind, ==, i);
    }
  g_assert_false (gs_rate_kind_from_name ("cosinus", &kind));
  g_assert_false (gs_rate_kind_from_name (NULL, &kind));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/learning-rate/values", test_values);
  g_test_add_func ("/learning-rate/names", test_names);
  return g_test_run ();
}
