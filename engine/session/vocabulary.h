/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The vocabulary of a session's model: its own, one that lies where all look, or that of another model in the
 * library. */
#pragma once

#include "session/model.h"
#include "session/session-private.h"

G_BEGIN_DECLS

/* The model's; NULL with the reason. One that has come since the model was opened is found too. */
GsTokenizer *gs_session_get_tokenizer (GsSession *session, GError **error);

G_END_DECLS
