/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoTrainingView: the page of a training: how far it is, its loss, the pictures made on the way, and
 * what can be done with it.
 *
 * Signals:
 *   used (GessoTraining *)   what it has learnt is wanted in the prompt
 */
#pragma once

#include "training/gesso-trainings.h"

G_BEGIN_DECLS

#define GESSO_TYPE_TRAINING_VIEW (gesso_training_view_get_type ())
G_DECLARE_FINAL_TYPE (GessoTrainingView, gesso_training_view, GESSO, TRAINING_VIEW, GtkWidget)

/* Shows the current one of them, or else the newest. */
GtkWidget     *gesso_training_view_new          (GessoTrainings *trainings);
/* One of those. */
void           gesso_training_view_set_training (GessoTrainingView *self, GessoTraining *training);
GessoTraining *gesso_training_view_get_training (GessoTrainingView *self);

G_END_DECLS
