/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Push and specialization constants of matmul-tile.comp, matmul-texel.comp and matmul-gather.comp:
 *   y[m][n] = act (sum_k x[m][k] w[k][n] + bias[n] + add[m / add_period][n])
 * as an implicit convolution: row m is an output pixel, k runs over (ky, kx, channel), and then, where
 * matmul-tile, -half and -coopmat are given a shortcut, over the channels of another picture's pixel m,
 * which has weights of its own. Where they are given a layer norm, x is normalised first.
 *
 * w lies in panels [columns / 16][k][16]: 16 columns of a k together, zeros where columns or channels
 * end.
 */
#include "include/types.h"

#define GS_MATMUL_PANEL 16

/* An activation of pairs of columns: y[m][n] = v[m][n] gelu (v[m][n + columns / 2]), so that y has half
 * as many. Half of the columns are whole panels, and nothing is added. */
#define GS_MATMUL_GEGLU 16

/* One line of workgroups covers row_blocks x column_blocks tiles of y. */
#define GS_MATMUL_LANES_ROWS 32 /* matmul-texel, matmul-gather */
#define GS_MATMUL_LANES_COLUMNS 16 /* matmul-gather        */
#define GS_MATMUL_TEXEL_COLUMNS 32 /* matmul-texel: a fetch of x is a call and feeds twice as many */
#define GS_MATMUL_UNIFORM_ROWS 6 /* matmul-uniform, or twice as many */
#define GS_MATMUL_UNIFORM_FOURS 16 /* of k at most a turn; 20 were no faster */

/* Specialization constants. */
#define GS_MATMUL_ACTIVATION 0 /* GS_UNARY_... + 1, GS_MATMUL_GEGLU, or 0       */
#define GS_MATMUL_FORMAT 1     /* what w holds, see below                       */
#define GS_MATMUL_BY_4 2       /* columns % 4 == 0                              */
#define GS_MATMUL_UNROLL 3     /* matmul-gather: 2, or 1 if channels % 8 != 0   */
#define GS_MATMUL_ROWS 4         /* matmul-uniform: of a workgroup                  */
#define GS_MATMUL_LANES 5        /* matmul-uniform: invocations of a vector         */
#define GS_MATMUL_KERNEL 6       /* matmul-uniform: kernel                          */
#define GS_MATMUL_PLAIN 7        /* matmul-uniform: row m of y is pixel m of x      */
#define GS_MATMUL_SOURCES 8      /* matmul-uniform: 2 if there is x2, else 1        */
/* matmul-tile, -half, -dot: of y, what a workgroup and an invocation make; invocations of a workgroup. */
#define GS_MATMUL_TILE_ROWS 3
#define GS_MATMUL_TILE_COLUMNS 4
#define GS_MATMUL_TILE_PART_COLUMNS 5
#define GS_MATMUL_TILE_INVOCATIONS 6
/* matmul-coopmat: of y, what a workgroup and a subgroup make; the shape of the device's matrices;
 * invocations of a workgroup and of a subgroup. */
#define GS_MATMUL_COOPMAT_ROWS 3
#define GS_MATMUL_COOPMAT_COLUMNS 4
#define GS_MATMUL_COOPMAT_SUBGROUP_ROWS 5
#define GS_MATMUL_COOPMAT_SUBGROUP_COLUMNS 6
#define GS_MATMUL_COOPMAT_M 7
#define GS_MATMUL_COOPMAT_N 8
#define GS_MATMUL_COOPMAT_K 9
#define GS_MATMUL_COOPMAT_INVOCATIONS 10
/* matmul-coopmat2: of y, what a workgroup makes; the box of pixels that the rows are; its invocations. */
#define GS_MATMUL_COOPMAT2_ROWS 3
#define GS_MATMUL_COOPMAT2_COLUMNS 4
#define GS_MATMUL_COOPMAT2_BOX_WIDTH 5
#define GS_MATMUL_COOPMAT2_BOX_HEIGHT 6
#define GS_MATMUL_COOPMAT2_INVOCATIONS 7
#define GS_MATMUL_SHORTCUT 11 /* matmul-tile, -half, -coopmat, -coopmat2: 1 if there is a shortcut */
#define GS_MATMUL_NORM 12     /* the same: bits of a layer norm's epsilon, 0: none */
#define GS_MATMUL_COOPMAT_LANES 13
#define GS_MATMUL_N_CONSTANTS 14

/* What weights are: floats, halfs, or numbers of so many bits in blocks (include/quant.glsl), which
 * matmul-tile, -coopmat, -dot and -uniform read. _MIN: blocks have minima. */
#define GS_MATMUL_WEIGHT_F32 0
#define GS_MATMUL_WEIGHT_F16 1
#define GS_MATMUL_WEIGHT_4 2
#define GS_MATMUL_WEIGHT_4_MIN 3
#define GS_MATMUL_WEIGHT_5 4
#define GS_MATMUL_WEIGHT_5_MIN 5
#define GS_MATMUL_WEIGHT_6 6
#define GS_MATMUL_WEIGHT_8 7

/* k that matmul-tile multiplies at a time, and rows to an invocation, of matmul-half too. */
#define GS_MATMUL_TILE_DEPTH 16
#define GS_MATMUL_TILE_PART_ROWS 8

/* k that matmul-half multiplies at a time, and those of them that it adds up in halfs. */
#define GS_MATMUL_HALF_DEPTH 32
#define GS_MATMUL_HALF_CHUNK 16

/* k that matmul-coopmat multiplies at a time; multiples of the device's K. */
#define GS_MATMUL_COOPMAT_DEPTH 32

/* The same of matmul-coopmat2. */
#define GS_MATMUL_COOPMAT2_DEPTH 64

/* What tests take for matrices of a workgroup where there are none (include/group-matrix-emulated.glsl):
 * invocations, rows and columns, and sums of an invocation. */
#define GS_MATMUL_COOPMAT2_EMULATED 64
#define GS_MATMUL_COOPMAT2_EMULATED_SIDE 32
#define GS_MATMUL_COOPMAT2_EMULATED_SUMS 16

/* A pixel product that is added: in kernels, one more tap, above the middle, of other channels. Its y
 * and x are of one size. In memory, not pushed. */
struct GsMatmulShortcut
{
  gs_address x, x2, w, bias;       /* as below */
  uint       channels, x_channels;
};

/* x may lie in two places: its first x_channels channels in x, the others in x2. */
struct GsMatmulPush
{
  gs_address x, x2, w;           /* x2: 0 if all is in x; matmul-texel: their first texels     */
  gs_address bias, add, y;       /* bias, add: 0 if there is none                              */
  gs_address shortcut;           /* of GsMatmulShortcut; 0 if there is none; a norm's weight    */
  gs_address zeros;              /* matmul-gather: channels elements that are zero; a norm's bias */
  uint       rows, columns;      /* of the product                                             */
  uint       channels;           /* of x and x2, multiples of 4                                */
  uint       x_channels;         /* of x alone                                                 */
  uint       width, height;      /* of x, enlarged                                             */
  uint       y_width, y_height;  /* of y                                                       */
  uint       kernel, stride;     /* taps along an axis; pixels of x from pixel to pixel of y   */
  uint       pad;                /* zeros left of and above x                                  */
  uint       upsample;           /* a pixel of x is seen 1 << upsample times along an axis     */
  uint       add_period;         /* rows of y to a row of add                                  */
  uint       row_blocks, column_blocks;
  uint       inner_rows;         /* so many blocks of rows take the same columns one after the
                                    other; a divisor of row_blocks                             */
};
