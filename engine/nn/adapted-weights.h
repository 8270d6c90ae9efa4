/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weights with adapters on top: those that an adapter changes are read anew and changed, each time
 * from what the source has, so that strengths can go up and down without leaving a trace.
 */
#pragma once

#include "io/adapter.h"
#include "nn/weight-source.h"

G_BEGIN_DECLS

/* An adapter that gs_adapter_match() matched to the source's checkpoint. */
typedef struct
{
  const GsAdapter *adapter;
  float            strength;      /* of the U-Net's part         */
  float            text_strength; /* of the text encoders' parts */
} GsAdapterUse;

/* Takes source. as_halves: changed weights count as halves if they were halves (rounded then); else
 * they count as floats. */
GsWeightSource *gs_adapted_weights_new (GsWeightSource *source, gboolean as_halves);

/* From now on these apply, one after the other; their adapters must outlive that. Strengths of 0 are
 * none. */
void gs_adapted_weights_set (GsWeightSource *adapted, const GsAdapterUse *uses, guint n_uses);

/* The weight called name has n_rows rows more than the source's, which begin with the given ones (n of
 * width elements each; copied) and are zeros behind them. Kept until given anew. */
void gs_adapted_weights_set_rows (GsWeightSource *adapted, const char *name, guint n_rows,
                                  const float *rows, guint n, guint width);

/* The weight called name is these floats instead of the source's, from now on: borrowed, and to be given
 * again whenever they have changed. NULL: the source's again. Its shape stays. */
void gs_adapted_weights_set_values (GsWeightSource *adapted, const char *name,
                                    const float *values);

/* Whether the weight of this name, or a part of a joined one, may be another than when the store last
 * settled. A GsWeightChanged. */
gboolean gs_adapted_weights_changed (gpointer adapted, const char *name);

/* The store has what there is now. */
void gs_adapted_weights_settle (GsWeightSource *adapted);

G_END_DECLS
