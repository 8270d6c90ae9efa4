/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of mse.comp and mse-gradient.comp. */
#include "include/types.h"

struct GsMsePush
{
  gs_address a, b;
  gs_address y;      /* mse: one float; mse-gradient: its gradient */
  gs_address da;     /* mse-gradient                               */
  gs_address weights; /* a float for each sample, or 0: all 1      */
  uint       elements;
  uint       sample_elements;
  float      factor; /* 1 / elements; mse-gradient: 2 / elements, negative for b's gradient */
};

#define GS_MSE_LANES 256
