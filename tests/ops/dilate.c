/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zeros between pixels: gradients of convolutions that leave out every second pixel. */
#include "conv-gradient.h"

static const ConvCase cases[] = {
  { { 1, 1, 1, 4 }, 4, 3, 2 },       { { 2, 5, 6, 4 }, 3, 3, 2 }, { { 1, 6, 6, 4 }, 4, 3, 2 },
  { { 1, 6, 5, 4 }, 4, 3, 2, TRUE }, { { 1, 3, 4, 4 }, 4, 1, 2 },
};

static void
run (GsOpTest *test, gconstpointer data)
{
  const char *names[] = { "x" };

  conv_check_gradients (test, data, names, 1);
}

GS_OP_TEST_MAIN ("dilate", cases, run)
