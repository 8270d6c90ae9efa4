/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of A1111's HTTP interface that its clients need, on top of the engine. JSON in, JSON out;
 * errors are {"detail": "one sentence"}. Names of routes and members follow modules/api/api.py of
 * AUTOMATIC1111/stable-diffusion-webui. One thread: that of the main context it was made in.
 */
#pragma once

#include "cli/serve/models.h"
#include "cli/serve/worker.h"

G_BEGIN_DECLS

typedef struct _GsServer GsServer;

/* Takes workers and models over. model: a path, the one to begin with, or NULL: the starter. token: to ask
 * for, or NULL. */
GsServer *gs_server_new    (GsServeWorkers *workers, GsServeModels *models, const char *model,
                            const char *token);
void      gs_server_free   (GsServer *self);

/* address: an IP address to listen at; port 0: any that is free. Returns the port, 0 with error. */
guint     gs_server_listen (GsServer *self, const char *address, guint port, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsServer, gs_server_free)

G_END_DECLS
