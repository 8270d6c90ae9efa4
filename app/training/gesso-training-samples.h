/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pictures that a training made on the way, in a flow of them, the newest first. */
#pragma once

#include "engine/gesso-training.h"

G_BEGIN_DECLS

/* training: NULL for none. */
void gesso_training_samples_bind (GtkFlowBox *box, GessoTraining *training);

G_END_DECLS
