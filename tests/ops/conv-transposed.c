/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients of convolutions and linear layers with respect to what they are applied to. */
#include "conv-gradient.h"

static const ConvCase cases[] = {
  { { 1, 1, 1, 4 }, 1, 0 },        { { 2, 1, 5, 24 }, 10, 0 },     { { 1, 1, 5, 3 }, 5, 0 },
  { { 2, 3, 2, 8 }, 12, 1 },       { { 1, 5, 4, 8 }, 12, 3 },      { { 1, 4, 3, 3 }, 5, 3 },
  { { 1, 5, 6, 8 }, 4, 3, 2 },     { { 1, 6, 5, 4 }, 4, 3, 2, TRUE },
  { { 1, 5, 4, 8 }, 12, 3, 1, FALSE, "tile" },   { { 1, 5, 4, 8 }, 12, 3, 1, FALSE, "texel" },
  { { 1, 5, 4, 8 }, 12, 3, 1, FALSE, "gather" }, { { 1, 5, 4, 8 }, 12, 3, 1, FALSE, "uniform" },
};

static void
run (GsOpTest *test, gconstpointer data)
{
  const char *names[] = { "x" };

  conv_check_gradients (test, data, names, 1);
}

GS_OP_TEST_MAIN ("conv-transposed", cases, run)
