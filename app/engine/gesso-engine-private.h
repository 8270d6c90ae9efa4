/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of GessoEngine share. */
#pragma once

#include "gesso-engine.h"
#include "gesso-worker.h"

G_BEGIN_DECLS

GessoWorker *gesso_engine_get_worker     (GessoEngine *self);
void         gesso_engine_set_can_decode (GessoEngine *self, gboolean can_decode);
/* A GsPreview. */
int          gesso_engine_get_preview    (GessoEngine *self);

G_END_DECLS
