/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the checks of matrix products and of what is joined with them share: operands with their numbers. */
#pragma once

#include "ops/check-private.h"
#include "ops/matmul-private.h"

G_BEGIN_DECLS

typedef struct
{
  GsTensor tensor;
  float   *values; /* NULL before it is filled */
  gsize    n;
} GsCheckValues;

/* Places, before gs_check_allocate(): of channels for each pixel of a shape, of a vector in floats, of a
 * layer's weights in halfs. */
void gs_check_place_picture (GsCheckBench *bench, GsCheckValues *self, GsShape shape, guint32 channels,
                             GsDtype dtype);
void gs_check_place_vector  (GsCheckBench *bench, GsCheckValues *self, guint32 channels);
void gs_check_place_weights (GsCheckBench *bench, GsCheckValues *self, const guint64 *dims);

/* Random numbers for them, after it. */
gboolean gs_check_fill         (GsCheckBench *bench, GsCheckValues *self, GError **error);
gboolean gs_check_fill_weights (GsCheckBench *bench, GsCheckValues *self, const guint64 *dims,
                                GError **error);
void     gs_check_values_clear (GsCheckValues *values, guint n);

/* One product, to its end; as gs_matmul_dispatch(). */
gboolean gs_check_multiply (GsDevice *device, const GsMatmulTile *tile, GsNode *node,
                            GsTensor *const *operands, GsTensor *y, GsTensor *left,
                            const GsMatmulParameters *parameters, GError **error);

G_END_DECLS
