/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reference of tests about gradients of convolutions. */
#pragma once

#include "op-test.h"

typedef struct
{
  GsShape  x;
  guint32  channels;
  guint32  kernel;  /* 0: a linear layer */
  guint32  stride;
  gboolean pad_end_only;
  const char *variant; /* of the kernel: GESSO_KERNELS; NULL: as the device likes */
} ConvCase;

/* The element (o, i, j) of sample n. */
static inline double
conv_at (GsOpTest *test, const ConvCase *c, guint n, guint i, guint j, guint o)
{
  const double *x = gs_op_test_values (test, "x");
  const double *weight = gs_op_test_values (test, "op.layer.weight");
  const guint k = MAX (c->kernel, 1), pad = c->pad_end_only ? 0 : k / 2;
  double sum = gs_op_test_values (test, "op.layer.bias")[o];

  for (guint ky = 0; ky < k; ky++)
    for (guint kx = 0; kx < k; kx++)
      {
        const guint row = i * MAX (c->stride, 1) + ky - pad; /* wraps round outside of x */
        const guint column = j * MAX (c->stride, 1) + kx - pad;

        for (guint in = 0; row < c->x.h && column < c->x.w && in < c->x.c; in++)
          sum += x[((n * c->x.h + row) * c->x.w + column) * c->x.c + in]
                 * weight[((o * c->x.c + in) * k + ky) * k + kx];
      }
  return sum;
}

static inline void
conv_reference (GsOpTest *test, gconstpointer data, double *y)
{
  const ConvCase *c = data;
  const guint k = MAX (c->kernel, 1), stride = MAX (c->stride, 1);
  const guint pads = c->pad_end_only ? 1 : k / 2 * 2;

  for (guint n = 0; n < c->x.n; n++)
    for (guint i = 0; i <= (c->x.h + pads - k) / stride; i++)
      for (guint j = 0; j <= (c->x.w + pads - k) / stride; j++)
        for (guint o = 0; o < c->channels; o++)
          *y++ = conv_at (test, c, n, i, j, o);
}

static inline void
conv_check_gradients (GsOpTest *test, gconstpointer data, const char *const *names, guint n)
{
  const ConvCase *c = data;
  GsTensor *x = gs_op_test_input (test, "x", c->x), *y;

  if (!gs_op_test_use_kernels (test, c->variant))
    return;
  y = c->kernel == 0 ? gs_linear (test->graph, "layer", x, c->channels)
                     : gs_conv2d (test->graph, "layer", x, c->channels, c->kernel,
                                  .stride = c->stride, .pad_end_only = c->pad_end_only);
  gs_op_test_check_gradients (test, y, names, n, conv_reference, c);
}
