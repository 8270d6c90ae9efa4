/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text encoder of CLIP: token ids in, one vector a token out.
 *
 * A caller strings the three parts together, so that clip skip is a matter of where it stops:
 *
 *   x = gs_clip_embed (g, config, ids);
 *   x = gs_clip_layers (g, config, x, 0, config->layers + 1 - clip_skip);
 *   x = gs_clip_final_norm (g, config, x);
 *
 * Weights are read below the graph's name ("text_encoder"): text_model.*
 */
#pragma once

#include "models/model-config.h"
#include "ops/ops.h"

G_BEGIN_DECLS

/* Token plus position embeddings. ids: (N, 1, T, 1) of U32, T = config->length -> (N, 1, T, C). */
GsTensor *gs_clip_embed      (GsGraph *g, const GsClipConfig *config, GsTensor *ids);

/* The same from the tokens' vectors, (N, 1, T, C). */
GsTensor *gs_clip_place      (GsGraph *g, const GsClipConfig *config, GsTensor *tokens);

/* Layers first .. end - 1. x: (N, 1, T, C), as its result. */
GsTensor *gs_clip_layers     (GsGraph *g, const GsClipConfig *config, GsTensor *x, guint first,
                              guint end);

GsTensor *gs_clip_final_norm (GsGraph *g, const GsClipConfig *config, GsTensor *x);

/* Into the space that texts and pictures share: (N, 1, T, C) -> (N, 1, T, config->projection_width).
 * Of the last layer behind its norm, at the text's end: the pooled vector. */
GsTensor *gs_clip_project    (GsGraph *g, const GsClipConfig *config, GsTensor *x);

/* The place of the text's end: the first end mark, else the largest id (as OpenAI's code has it). */
guint gs_clip_end_of_text (const GsClipConfig *config, const gint32 *ids, guint n);

G_END_DECLS
