/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Push constants of the matrix product kernels: an implicit GEMM for linear layers and convolutions.
 *
 *   y[m][n] = sum over taps (i, j) and channels c of  x[pixel (m, i, j)][c] * w[(i, j, c)][n]
 *             + bias[n] + add[m][n]
 *
 * m runs over the output's pixels (samples, rows, columns), and pixel (m, i, j) is the one at
 * stride * row + i - pad, stride * column + j - pad, or zeros outside of x.
 *
 * Weights lie in panels of 16 columns, four consecutive channels of one column side by side:
 *   w[n / 16][k / 4][n % 16][k % 4],  k = (i * kernel + j) * channels + c
 * padded with zeros, as float or, with WEIGHT_F16, as pairs of halfs. channels is a multiple of 4.
 */
#include "include/types.h"

struct GsMatmulPush
{
  gs_address x, w, bias, add, y; /* bias, add: 0 where absent */
  uint       rows, columns;      /* of y */
  uint       channels;           /* of x */
  uint       kernel, stride, pad;
  uint       height, width;      /* of x */
  uint       y_height, y_width;
};

#define GS_MATMUL_PANEL 16
