/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which files a model consists of, and what they say about it.
 */
#pragma once

#include "gs.h"
#include "io/checkpoint.h"

G_BEGIN_DECLS

/* Opens a model's file or folder (NULL: the starter model), puts another autoencoder in place of
 * its own if options ask for one, and adds TAESD if a file of it is found. options may be NULL. */
GsCheckpoint *gs_model_files_open (const char *path, const GsModelOptions *options,
                                   GError **error);

G_END_DECLS
