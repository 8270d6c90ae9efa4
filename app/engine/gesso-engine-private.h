/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of GessoEngine share. */
#pragma once

#include "gesso-devices-private.h"
#include "gesso-engine.h"
#include "gesso-worker.h"

G_BEGIN_DECLS

/* Of the first device. */
GessoWorker *gesso_engine_get_worker     (GessoEngine *self);
/* Of what is made from now on; a GsPreview. */
guint        gesso_engine_get_preview    (GessoEngine *self);
/* Orders that the server makes. */
void         gesso_engine_count_away     (GessoEngine *self, int change);

G_END_DECLS
