/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Orders of a server's model, and of the starter, run to their end. */
#pragma once

#include "engine/gesso-engine.h"
#include "engine/gesso-result.h"

G_BEGIN_DECLS

typedef struct
{
  GPtrArray *results; /* GessoResult */
  GPtrArray *previews; /* GdkTexture, as they came */
  GError    *error;
  gboolean   done;
  GessoJob  *job;     /* while it runs */
} ServerRun;

void server_run_clear (ServerRun *run);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ServerRun, server_run_clear)

/* model: NULL for the starter. masked: a picture with a mask rather than the prompt alone. */
GessoOrder *server_order_new (const char *model, gboolean masked, guint steps, guint batch);

/* Starts it; again: see gesso_engine_run_async(). run must be clear. */
void server_run_start (ServerRun *run, GessoEngine *engine, GessoOrder *order, gboolean again);
void server_run_wait  (ServerRun *run);

/* The server of an engine, looked at. */
gboolean server_look (GessoEngine *engine, const char *address, const char *token, GError **error);

G_END_DECLS
