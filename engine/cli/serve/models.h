/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files that the server offers by name: read once, and again when a program asks for it.
 * One thread: the one that answers.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "gs.h"

G_BEGIN_DECLS

typedef struct _GsServeModels GsServeModels;

/* folders: an artist's library, ended by NULL, or NULL; model: the one to begin with, NULL: the starter. */
GsServeModels *gs_serve_models_new     (const char *const *folders, const char *model);
void           gs_serve_models_free    (GsServeModels *self);
void           gs_serve_models_refresh (GsServeModels *self);

/* The checkpoint that a program means by a title, a name, with or without ending or "[hash]", or
 * NULL. Borrowed until the next refresh. */
const char    *gs_serve_models_find    (GsServeModels *self, const char *name);

/* The title of a checkpoint: its file's name. Borrowed. */
const char    *gs_serve_models_title   (GsServeModels *self, const char *path);

/* Answers of /sdapi/v1/sd-models, /loras, /sd-vae, /embeddings, as values at builder's place. */
void gs_serve_models_add_checkpoints (GsServeModels *self, JsonBuilder *builder);
void gs_serve_models_add_loras       (GsServeModels *self, JsonBuilder *builder);
void gs_serve_models_add_vaes        (GsServeModels *self, JsonBuilder *builder);
void gs_serve_models_add_embeddings  (GsServeModels *self, JsonBuilder *builder);

G_END_DECLS
