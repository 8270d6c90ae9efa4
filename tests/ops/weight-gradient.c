/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients of convolutions and linear layers with respect to their weights and biases. */
#include "conv-gradient.h"

static const ConvCase cases[] = {
  { { 1, 1, 1, 4 }, 1, 0 },      { { 2, 1, 5, 24 }, 10, 0 },   { { 1, 1, 5, 3 }, 5, 0 },
  { { 2, 3, 2, 8 }, 12, 1 },     { { 1, 5, 4, 8 }, 4, 3 },     { { 1, 3, 70, 3 }, 5, 3 },
  { { 2, 5, 6, 4 }, 4, 3, 2 },   { { 1, 6, 5, 4 }, 4, 3, 2, TRUE },
  { { 2, 1, 5, 24 }, 10, 0, .variant = "uniform" }, { { 1, 3, 70, 3 }, 5, 3, .variant = "uniform" },
  { { 2, 5, 6, 20 }, 4, 3, 2, .variant = "uniform" },
  { { 1, 6, 5, 4 }, 9, 3, 2, TRUE, "uniform" },
};

static void
run (GsOpTest *test, gconstpointer data)
{
  const char *names[] = { "op.layer.weight", "op.layer.bias" };

  conv_check_gradients (test, data, names, 2);
}

GS_OP_TEST_MAIN ("weight-gradient", cases, run)
