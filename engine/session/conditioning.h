/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What SDXL's U-Net is told beside the prompt's vectors: the pooled prompt, and the sizes that the
 * picture pretends to come from.
 */
#pragma once

#include "session/prompt-encoder.h"

G_BEGIN_DECLS

/* The label of a picture of width x height pixels, for GsDenoiseJob; NULL if the model takes none. The
 * picture is whole, not cropped, and of its own size; a refiner takes it for a good one, and that of
 * the negative prompt for a bad one. The caller frees it. */
float *gs_label_new (GsSession *session, const GsPromptVectors *prompt, gboolean is_negative,
                     guint32 width, guint32 height);

G_END_DECLS
