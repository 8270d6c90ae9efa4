/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A training's options: a copy that owns its strings, their ranges, and a file of them. */
#pragma once

#include "gs.h"

G_BEGIN_DECLS

/* Copies; gs_training_options_clear() frees what it owns. */
void     gs_training_options_copy  (GsTrainingOptions *to, const GsTrainingOptions *from);
void     gs_training_options_clear (GsTrainingOptions *options);

/* GS_ERROR_INVALID_ARGUMENT that names the first one out of range. */
gboolean gs_training_options_check (const GsTrainingOptions *options, GError **error);

/* The settings file; facts: further "key=value" that must be the same to continue (the pictures' hash,
 * the model's), name -> text. Whole or not at all. */
gboolean gs_training_options_save  (const GsTrainingOptions *options, GHashTable *facts,
                                    const char *path, GError **error);
/* options own their strings; those that the file does not have are the default's. */
gboolean gs_training_options_load  (GsTrainingOptions *options, const char *path, GError **error);

/* Whether the file at path is of these options and facts, as far as they must not differ. FALSE with
 * GS_ERROR_INVALID_ARGUMENT that names the first difference. */
gboolean gs_training_options_match (const GsTrainingOptions *options, GHashTable *facts,
                                    const char *path, GError **error);

G_END_DECLS
