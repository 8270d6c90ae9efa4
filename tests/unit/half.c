/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Half and bfloat16 conversions: every half round-trips, rounding is to nearest even. */
#include "base/half.h"

#include <math.h>

static void
test_round_trip (void)
{
  for (guint i = 0; i < 65536; i++)
    {
      float value = gs_half_to_float (i);

      if (isnan (value))
        g_assert_true (isnan (gs_half_to_float (gs_half_from_float (value))));
      else
        g_assert_cmpuint (gs_half_from_float (value), ==, i);
    }
}

static void
test_rounding (void)
{
  g_assert_cmpuint (gs_half_from_float (1.0f), ==, 0x3c00);
  g_assert_cmpuint (gs_half_from_float (1.0f + 0x1p-11f), ==, 0x3c00); /* tie to even */
  g_assert_cmpuint (gs_half_from_float (1.0f + 0x3p-11f), ==, 0x3c02);
  g_assert_cmpuint (gs_half_from_float (65504.0f), ==, 0x7bff);
  g_assert_cmpuint (gs_half_from_float (65519.9f), ==, 0x7bff);
  g_assert_cmpuint (gs_half_from_float (65520.0f), ==, 0x7c00);
  g_assert_cmpuint (gs_half_from_float (-1e9f), ==, 0xfc00);
  g_assert_cmpuint (gs_half_from_float (0x1p-25f), ==, 0x0000);
  g_assert_cmpuint (gs_half_from_float (0x1.8p-25f), ==, 0x0001);
  g_assert_cmpuint (gs_half_from_float (0x1.fffp-15f), ==, 0x0400);
  g_assert_cmpfloat (gs_half_to_float (0x0001), ==, 0x1p-24f);
}

static void
test_bf16 (void)
{
  g_assert_cmpfloat (gs_bf16_to_float (0x3f80), ==, 1.0f);
  g_assert_cmpuint (gs_bf16_from_float (1.0f + 0x1p-8f), ==, 0x3f80); /* tie to even */
  g_assert_cmpuint (gs_bf16_from_float (1.0f + 0x3p-8f), ==, 0x3f82);
  g_assert_true (isnan (gs_bf16_to_float (gs_bf16_from_float (NAN))));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/half/round-trip", test_round_trip);
  g_test_add_func ("/half/rounding", test_rounding);
  g_test_add_func ("/half/bf16", test_bf16);
  return g_test_run ();
}
