/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights of files are handed out in types that the device's layouts are made from, whatever they are
 * stored as. */
#include "nn/weight-source.h"

#include "base/block-quant.h"
#include "base/half.h"

#include <string.h>

static guint8 data[2 * 34];
static GsStoredTensor stored;

static const GsStoredTensor *
find (gpointer owner, const char *name)
{
  return g_str_equal (name, "w") ? &stored : NULL;
}

/* Reads all of the tensor as floats through the source. */
static void
read_floats (GsDtype dtype, gsize n_bytes, GsDtype expected, float *out)
{
  g_autoptr (GsWeightSource) source = gs_file_weights_new (find, NULL, NULL);
  g_autoptr (GError) error = NULL;
  const guint64 dims[] = { 2, 32 };
  GsHostTensor tensor;

  stored = (GsStoredTensor) { .name = "w", .dtype = dtype, .n_dims = 2, .shape = { 2, 32 },
                              .data = data, .n_bytes = n_bytes };
  gs_weight_source_read (source, "w", dims, 2, FALSE, &tensor, &error);
  g_assert_no_error (error);
  g_assert_cmpint (tensor.dtype, ==, expected);
  gs_weight_source_read (source, "w", dims, 2, TRUE, &tensor, &error);
  g_assert_no_error (error);
  g_assert_cmpint (tensor.dtype, ==, expected);
  gs_host_tensor_to_floats (&tensor, 0, 64, out);
  gs_weight_source_release (source, "w", &tensor);
}

/* All 64 bit patterns from 0 on, and those of negative numbers; as in "FP8 Formats for Deep Learning",
 * table 1: the smallest and some ordinary numbers of either kind. */
static void
test_eight_bits (void)
{
  float e4m3[64], e5m2[64];

  for (guint i = 0; i < 64; i++)
    data[i] = (guint8) (2 * i + (i % 2 == 0 ? 0 : 0x80));
  read_floats (GS_DTYPE_F8_E4M3, 64, GS_DTYPE_F16, e4m3);
  read_floats (GS_DTYPE_F8_E5M2, 64, GS_DTYPE_F16, e5m2);
  g_assert_cmpfloat (e4m3[0], ==, 0);
  g_assert_cmpfloat (e4m3[1], ==, -2 * 0x1p-9f); /* 0x82: the second subnormal */
  g_assert_cmpfloat (e4m3[28], ==, 1);           /* 0x38 */
  g_assert_cmpfloat (e4m3[62], ==, 1.5f * 256);  /* 0x7c */
  g_assert_cmpfloat (e5m2[0], ==, 0);
  g_assert_cmpfloat (e5m2[1], ==, -2 * 0x1p-16f);
  g_assert_cmpfloat (e5m2[30], ==, 1);           /* 0x3c */
  g_assert_cmpfloat (e5m2[61], ==, -0x1.8p15f);  /* 0xfa */
}

static void
test_blocks (void)
{
  float numbers[64], want[64];

  for (guint i = 0; i < 64; i++)
    numbers[i] = (float) ((int) i - 30) / 8;
  gs_blocks_from_floats (GS_DTYPE_Q8_0, numbers, 2, data);
  gs_blocks_to_floats (GS_DTYPE_Q8_0, data, 2, want);
  read_floats (GS_DTYPE_Q8_0, sizeof data, GS_DTYPE_F16, numbers);
  for (guint i = 0; i < 64; i++)
    g_assert_cmpfloat (numbers[i], ==, gs_half_to_float (gs_half_from_float (want[i])));
}

/* Types that layouts are made from pass as they lie. */
static void
test_plain (void)
{
  guint8 halves[128];
  float numbers[64];

  for (guint i = 0; i < 64; i++)
    {
      const guint16 bits = gs_half_from_float ((float) i / 4);

      memcpy (halves + 2 * i, &bits, 2);
    }
  {
    g_autoptr (GsWeightSource) source = gs_file_weights_new (find, NULL, NULL);
    GsHostTensor tensor;

    stored = (GsStoredTensor) { .name = "w", .dtype = GS_DTYPE_F16, .n_dims = 1, .shape = { 64 },
                                .data = halves, .n_bytes = sizeof halves };
    g_assert_true (gs_weight_source_read (source, "w", (const guint64[]) { 64 }, 1, TRUE, &tensor,
                                          NULL));
    g_assert_true (tensor.data == halves);
    gs_host_tensor_to_floats (&tensor, 0, 64, numbers);
    gs_weight_source_release (source, "w", &tensor);
  }
  for (guint i = 0; i < 64; i++)
    g_assert_cmpfloat (numbers[i], ==, (float) i / 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weight-source/eight-bits", test_eight_bits);
  g_test_add_func ("/weight-source/blocks", test_blocks);
  g_test_add_func ("/weight-source/plain", test_plain);
  return g_test_run ();
}
