/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture of an order in A1111's words; any thread. */
#pragma once

#include "gesso-request.h"
#include "gesso-server.h"

#include "gs-elsewhere.h"

G_BEGIN_DECLS

/* What is asked for, "txt2img" or "img2img", and how. model: the server's name of it; index: in the batch;
 * host: for sentences. notes: gets one (owned) for each thing that the server cannot do. body is NULL, with a
 * sentence, if it cannot be asked for at all. */
const char *gesso_server_request_write (const GessoRequest     *request,
                                        const GsElsewhere      *elsewhere,
                                        const GessoServerStock *stock,
                                        const char             *model,
                                        const char             *host,
                                        guint                   index,
                                        GPtrArray              *notes,
                                        char                  **body,
                                        GError                **error);

G_END_DECLS
