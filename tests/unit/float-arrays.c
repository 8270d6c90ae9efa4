/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vectors in pieces: lengths, clipping, accumulation, running means, scaled losses. */
#include "train/average.h"
#include "train/loss-scale.h"

#include <math.h>

/* (3, 4) and (12): together of length 13. */
#define PIECES                                                                                     \
  float one[] = { 3, 4 }, two[] = { -12 };                                                         \
  const GsFloatArray arrays[] = { { one, 2 }, { two, 1 } }

static void
test_clip (void)
{
  PIECES;

  g_assert_cmpfloat (gs_float_arrays_norm (arrays, 2), ==, 13);
  g_assert_cmpfloat (gs_float_arrays_clip (arrays, 2, 0), ==, 13); /* no limit */
  g_assert_cmpfloat (gs_float_arrays_clip (arrays, 2, 14), ==, 13);
  g_assert_cmpfloat (one[0], ==, 3);
  g_assert_cmpfloat (gs_float_arrays_clip (arrays, 2, 6.5), ==, 13);
  g_assert_cmpfloat_with_epsilon (one[1], 2, 1e-6);
  g_assert_cmpfloat_with_epsilon (two[0], -6, 1e-6);
  g_assert_cmpfloat_with_epsilon (gs_float_arrays_norm (arrays, 2), 6.5, 1e-6);
}

static void
test_accumulate (void)
{
  PIECES;
  GsFloatArray *sum = gs_float_arrays_new_like (arrays, 2);

  gs_float_arrays_add (sum, arrays, 2, 0.25);
  gs_float_arrays_add (sum, arrays, 2, 0.25);
  g_assert_cmpfloat (sum[0].data[0], ==, 1.5);
  g_assert_cmpfloat (sum[1].data[0], ==, -6);
  gs_float_arrays_free (sum, 2);
}

/* The sum written out: p_k = k, kept 0.5 each time. */
static void
test_average (void)
{
  float mean[] = { 0 }, value[] = { 0 };
  double want = 0;

  for (guint step = 1; step <= 10; step++)
    {
      value[0] = step;
      gs_average_update (&(GsFloatArray) { mean, 1 }, &(GsFloatArray) { value, 1 }, 1, 0.5);
      want += step * pow (0.5, 11.0 - step);
    }
  g_assert_cmpfloat_with_epsilon (mean[0], want, 1e-6);
  g_assert_cmpfloat (gs_average_decay (0.99, 0), ==, 0.1);
  g_assert_cmpfloat (gs_average_decay (0.99, 8), ==, 0.5);
  g_assert_cmpfloat (gs_average_decay (0.99, 5000), ==, 0.99);
}

static void
test_loss_scale (void)
{
  PIECES;
  GsLossScale scale = gs_loss_scale_new (TRUE);
  const double first = scale.factor;

  scale.interval = 2;
  gs_float_arrays_scale (arrays, 2, first);
  g_assert_true (gs_loss_scale_take (&scale, arrays, 2));
  g_assert_cmpfloat (one[0], ==, 3);
  g_assert_cmpfloat (scale.factor, ==, first);
  g_assert_true (gs_loss_scale_take (&scale, arrays, 2));
  g_assert_cmpfloat (scale.factor, ==, 2 * first);
  two[0] = INFINITY;
  g_assert_false (gs_loss_scale_take (&scale, arrays, 2));
  g_assert_cmpfloat (scale.factor, ==, first);
  two[0] = NAN;
  for (guint i = 0; i < 100; i++)
    g_assert_false (gs_loss_scale_take (&scale, arrays, 2));
  g_assert_cmpfloat (scale.factor, ==, 1);
}

/* The largest floats are finite numbers, and floats are not scaled. */
static void
test_floats (void)
{
  float large[] = { 3.4e38f, -3.4e38f };
  const GsFloatArray array = { large, 2 };
  GsLossScale scale = gs_loss_scale_new (FALSE);

  g_assert_cmpfloat (scale.factor, ==, 1);
  g_assert_true (gs_loss_scale_take (&scale, &array, 1));
  g_assert_cmpfloat (large[0], ==, 3.4e38f);
  large[1] = -INFINITY;
  g_assert_false (gs_loss_scale_take (&scale, &array, 1));
  g_assert_cmpfloat (scale.factor, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/float-arrays/clip", test_clip);
  g_test_add_func ("/float-arrays/accumulate", test_accumulate);
  g_test_add_func ("/float-arrays/average", test_average);
  g_test_add_func ("/float-arrays/loss-scale", test_loss_scale);
  g_test_add_func ("/float-arrays/floats", test_floats);
  return g_test_run ();
}
