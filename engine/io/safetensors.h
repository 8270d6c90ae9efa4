/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The safetensors format: 8 bytes header length, JSON header, raw data
 * (https://github.com/huggingface/safetensors). Read through io/tensor-file. */
#pragma once

#include "io/tensor-file.h"

G_BEGIN_DECLS

/* The reference implementation's limit too. */
#define GS_SAFETENSORS_MAX_HEADER (100u * 1000 * 1000)

/* Writes a file: whole or not at all (a temporary file beside it, renamed at the end). `tensors`
 * are written in the given order after sorting by element size, as the format's alignment rule
 * asks; `metadata` (text -> text) may be NULL. Names must be unique UTF-8. Errors:
 * GS_ERROR_BAD_FILE with the system's reason. */
gboolean gs_safetensors_write (const char *path, const GsStoredTensor *tensors, guint n_tensors,
                               GHashTable *metadata, GError **error);

/* The same with the data from a function, one tensor after the other, so that they need not all be in
 * memory. */
gboolean gs_safetensors_write_from (const char *path, const GsStoredTensor *tensors,
                                    guint n_tensors, GHashTable *metadata, GsTensorBytes bytes,
                                    gpointer user_data, GError **error);

G_END_DECLS
