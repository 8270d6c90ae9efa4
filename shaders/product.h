/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of product.comp. */
#include "include/types.h"

struct GsProductPush
{
  gs_address a, b, y;
  uint       rows, columns, depth;
  uint       a_row, a_step; /* elements of a from row to row, and along the depth */
  uint       b_row, b_step;
  float      scale;
};

/* Specialization constants: whether the operand is float whatever activations are stored as. */
#define GS_PRODUCT_FLOAT_A 0
#define GS_PRODUCT_FLOAT_B 1
#define GS_PRODUCT_FLOAT_Y 2
#define GS_PRODUCT_FOURS 3 /* both operands are plain, and depth is a multiple of 4 */
