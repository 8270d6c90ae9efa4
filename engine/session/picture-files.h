/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files that a picture is made with, in its parameters: what gs_used_files_list() reads. */
#pragma once

#include "io/parameters.h"
#include "session/session-private.h"

G_BEGIN_DECLS

/* The session's model, autoencoder and LoRA, as they are set now, and words of textual inversion in the
 * prompts; names, and hashes where they are known. */
void gs_picture_files_set (GsParameters *parameters, GsSession *session, const GsRequest *request);

G_END_DECLS
