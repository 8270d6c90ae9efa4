/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The factor on a loss whose gradients are halfs, so that small ones do not vanish (Micikevicius et
 * al., "Mixed precision training", section 3.2): doubled after many steps without an overflow, halved
 * by each one, and that step is left out. In float the factor is 1 and stays.
 */
#pragma once

#include "train/float-arrays.h"

G_BEGIN_DECLS

typedef struct
{
  double  factor;   /* the loss's gradient in the graph                   */
  guint64 good;     /* steps since the factor last changed                */
  guint64 interval; /* of good steps until it grows; 0: it never changes  */
} GsLossScale;

/* For gradients that are halfs, or floats. */
GsLossScale gs_loss_scale_new (gboolean halfs);

/* Divides the gradients by the factor; FALSE if one of them is not a finite number: then the step is
 * to be left out. The factor for the next step is set. */
gboolean gs_loss_scale_take (GsLossScale *scale, const GsFloatArray *gradients, guint n_arrays);

G_END_DECLS
