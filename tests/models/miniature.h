/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A miniature of SDXL, put together from the golden networks, for whole jobs. */
#pragma once

#include "io/checkpoint.h"

G_BEGIN_DECLS

/* A new folder with the vocabulary of the golden text encoders; owned. */
char *miniature_folder_new (void);

/* Removes it with all that is in it, and frees its name. */
void miniature_folder_remove (char *folder);

/* NULL where the golden files are not. is_refiner: without the first text encoder. */
GsCheckpoint *miniature_sdxl (const char *folder, gboolean is_refiner);

G_END_DECLS
