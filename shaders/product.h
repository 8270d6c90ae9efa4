/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of product.comp and product-uniform.comp. */
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
#define GS_PRODUCT_FOURS 3    /* product: both operands are plain, and depth is a multiple of 4 */
#define GS_PRODUCT_VECTORS 4  /* product-uniform: columns of b lie side by side and are aligned  */
#define GS_PRODUCT_STEP_ONE 5 /* product-uniform: a_step is 1                                    */
#define GS_PRODUCT_LANES 6    /* product-uniform: invocations                                    */
#define GS_PRODUCT_N_CONSTANTS 7

/* Rows that an invocation of product-uniform makes. */
#define GS_PRODUCT_UNIFORM_ROWS 8
