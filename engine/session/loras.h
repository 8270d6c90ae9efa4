/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The LoRA that prompts ask for, on the session's model. */
#pragma once

#include "session/model.h"

G_BEGIN_DECLS

/* Makes those that the prompt names, and no others, apply to the model's weights: resident ones are
 * changed in their places, so that programs stay. notes: gets sentences about what the model has no
 * place for, or NULL. On error none applies. GS_ERROR_BAD_FILE if one is not found or damaged. */
gboolean gs_session_use_loras (GsSession *session, const char *prompt, char ***notes,
                               GError **error);

/* Path of the LoRA called name (a file's without its ending) for a model's file; NULL if there is
 * none. The caller's. */
char *gs_lora_find (const char *model_path, const char *name);

G_END_DECLS
