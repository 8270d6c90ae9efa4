/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What teaching will take, found by a few steps on one picture in a folder that is removed afterwards.
 * Fails with a sentence where the model cannot be taught at all, or not in this memory.
 */
#pragma once

#include "engine/gesso-engine.h"
#include "training/gesso-teach-picture.h"

G_BEGIN_DECLS

/* A cancelled one makes room at once. */
void     gesso_teach_trial_async  (GessoEngine        *engine,
                                   GessoTeachPicture  *picture,
                                   gboolean            is_lora,
                                   const char         *model,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            data);
gboolean gesso_teach_trial_finish (GAsyncResult *result, GessoTrial *trial, GError **error);

G_END_DECLS
