/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model's file lacks, out of other files of its family. */
#pragma once

#include "io/checkpoint.h"

G_BEGIN_DECLS

/* Gives a checkpoint of a U-Net the text encoders and the autoencoder that it lacks: of a whole model (a file
 * or a diffusers folder) whose U-Net is of the same kind, else of files of their own. paths: where to look,
 * in order; what lies beside the model comes first. Only headers are read. What cannot be found stays
 * missing. donors: gets the paths that something was taken of; notes: a sentence for each component. */
void gs_model_parts_find (GsCheckpoint *checkpoint, const GPtrArray *paths, GPtrArray *donors,
                          GPtrArray *notes);

G_END_DECLS
