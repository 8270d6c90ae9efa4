/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a module of an adapter (io/adapter.h) makes of a weight, in floats:
 *
 *   LoRA          W + s alpha / rank  up down                     (Hu et al., arXiv:2106.09685)
 *   LoCon         the same for convolutions, a core between them
 *   LoHa          W + s alpha / rank  (a1 b1) * (a2 b2)           (Hyeon-Woo et al., arXiv:2108.06098)
 *   LoKr          W + s (alpha / rank)  w1 (x) w2
 *   DoRA          W + s (m (W + D) / |W + D| - W), D one of these (Liu et al., arXiv:2402.09353)
 *   differences   W + s diff
 *   IA3           W + s W * factors                               (Liu et al., arXiv:2205.05638)
 *
 * The last four in LyCORIS's conventions (github.com/KohakuBlueleaf/LyCORIS), DoRA at strengths other
 * than 1 in ComfyUI's.
 */
#pragma once

#include "base/error.h"
#include "io/adapter.h"

G_BEGIN_DECLS

/* Changes weight, row-major of sizes dims (out, in [, k, k]), or a vector. Works on several
 * processors. GS_ERROR_BAD_FILE if the module's tensors do not make such a weight: then it is as it
 * was. */
gboolean gs_adapter_apply (const GsAdapterModule *module, float strength, const guint64 *dims,
                           guint n_dims, float *weight, GError **error);

/* The same for the bias of the module's layer, which has n elements. */
gboolean gs_adapter_apply_bias (const GsAdapterModule *module, float strength, guint64 n,
                                float *bias, GError **error);

/* Whether it changes the weight, or the bias. */
gboolean gs_adapter_has_weight (const GsAdapterModule *module);
gboolean gs_adapter_has_bias   (const GsAdapterModule *module);

G_END_DECLS
