/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine thread's end of a training. */
#pragma once

#include "gesso-training.h"

#include "gs.h"

G_BEGIN_DECLS

/* Main thread, before it runs. */
void     gesso_training_prepare        (GessoTraining *self);
/* Main thread, afterwards: hands out at once what is still on its way. */
void     gesso_training_flush          (GessoTraining *self);
void     gesso_training_set_result     (GessoTraining *self, const char *path);

/* Any thread. */
gboolean gesso_training_is_interrupted (GessoTraining *self);
gboolean gesso_training_is_stopped     (GessoTraining *self);
void     gesso_training_report         (GessoTraining *self, const GsTrainingProgress *progress);
/* All losses so far, rather than those that were reported. */
void     gesso_training_report_losses  (GessoTraining *self, const float *losses, guint n);

G_END_DECLS
