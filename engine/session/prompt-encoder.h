/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a prompt to the vectors that the U-Net attends to: tokens, chunks, text encoder, emphasis.
 */
#pragma once

#include "io/prompt.h"
#include "models/model-config.h"
#include "session/session-private.h"

G_BEGIN_DECLS

/* An encoded prompt: (n_tokens, width) floats. */
typedef struct
{
  float *values;
  guint  n_tokens; /* of all its chunks */
  guint  width;
  float *pooled;   /* of the whole text, for SDXL's label: gs_text_pooled_width () numbers; or NULL */
} GsPromptVectors;

void gs_prompt_vectors_free (GsPromptVectors *vectors);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsPromptVectors, gs_prompt_vectors_free)

/* Empties the model's cache once it holds many prompts; vectors borrowed from it are void then. */
void gs_prompt_cache_trim (GsSession *session);

/* How many chunks a prompt has: those of prompt and negative prompt must be made equal. */
gboolean gs_prompt_count_chunks (GsSession *session, const char *prompt, guint *n_chunks,
                                 GError **error);

/* Encodes a prompt (NULL: empty), filled up to n_chunks with empty ones. clip_skip: 1 the last
 * layer, 2 the last but one ...; more than there are layers is taken as the first one. See
 * gs_model_config_clip_skip ().
 * The result is borrowed from the model's cache, where it stays until the model goes. */
const GsPromptVectors *gs_encode_prompt (GsSession *session, const char *prompt, guint n_chunks,
                                         guint clip_skip, GError **error);

/* All zeros, which is what SDXL was taught to take for no prompt; n_chunks long, borrowed as above. */
const GsPromptVectors *gs_encode_nothing (GsSession *session, guint n_chunks);

/* Encodes chunks of ids, a text encoder's length each; out: (n_chunks * length, width). pooled: as in
 * GsPromptVectors, or NULL. */
gboolean gs_encode_ids (GsSession *session, const gint32 *ids, guint n_chunks, guint clip_skip,
                        float *out, float *pooled, GError **error);

/* Of all text encoders' vectors together, and of the pooled one that an encoder makes: 0 if none. */
guint gs_text_width        (const GsModelConfig *config);
guint gs_text_pooled_width (const GsModelConfig *config, GsComponent encoder);

/* Multiplies each token's vector by its weight, then brings the mean of all values back to what it
 * was. values: (n_tokens, width). */
void gs_apply_emphasis (float *values, const float *weights, guint n_tokens, guint width);

/* A text encoder's program; made if needed, borrowed. Outputs: the vectors that the U-Net attends to;
 * and where gs_text_pooled_width () is not 0 each token's projection. */
GsProgram *gs_text_program (GsSession *session, GsComponent encoder, guint clip_skip,
                            GError **error);

G_END_DECLS
