/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of weight-gradient.comp and weight-gradient-uniform.comp. */
#include "include/types.h"

struct GsWeightGradientPush
{
  gs_address x, dy, dw;
  uint       samples, height, width;  /* of x                        */
  uint       x_channels;              /* of x with its padding       */
  uint       y_height, y_width, y_channels;
  uint       channels;                /* of the weight               */
  uint       kernel, stride, pad;
  uint       elements;                /* of dw                       */
};

/* Specialization constants of weight-gradient-uniform.comp: whether vectors of x are aligned, invocations. */
#define GS_WEIGHT_GRADIENT_VECTORS 0
#define GS_WEIGHT_GRADIENT_LANES 1

/* Columns that an invocation of it makes. */
#define GS_WEIGHT_GRADIENT_ROWS 8
