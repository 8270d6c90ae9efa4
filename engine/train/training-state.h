/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A training's state in a file, whole or not at all: parameters, moments, how many steps are done and
 * what the loss was. Chance needs nothing (train/draws.h). Read back it continues to the byte.
 */
#pragma once

#include "train/trained.h"

G_BEGIN_DECLS

/* losses: one float a step done. */
gboolean gs_training_state_write (const char *path, const GsTrained *trained, GArray *losses,
                                  GError **error);

/* Into parameters that were allocated with the same tensors; losses gets as many as there are steps.
 * GS_ERROR_BAD_FILE if the file is damaged or of another training. */
gboolean gs_training_state_read  (const char *path, GsTrained *trained, GArray *losses,
                                  GError **error);

/* The losses alone, *n of them. */
float   *gs_training_state_read_losses (const char *path, guint *n, GError **error);

G_END_DECLS
