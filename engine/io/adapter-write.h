/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a LoRA as kohya's scripts do. */
#pragma once

#include "io/stored-tensor.h"

G_BEGIN_DECLS

/* A safetensors file of the tensors with the metadata (text -> text), to which the hash of all data
 * ("sshs_model_hash") is added, by which A1111 knows the file. GS_ERROR_BAD_FILE. */
gboolean gs_adapter_write (const char *path, const GsStoredTensor *tensors, guint n_tensors,
                           GHashTable *metadata, GError **error);

G_END_DECLS
