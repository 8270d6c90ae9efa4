/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The GGUF format (ggml-org/ggml: docs/gguf.md), version 3. Read through io/tensor-file. */
#pragma once

#include "io/tensor-file.h"

G_BEGIN_DECLS

/* The format's number of an element type, or the type of a number; FALSE if it has none. */
gboolean gs_gguf_type_of    (GsDtype dtype, guint32 *number);
gboolean gs_gguf_type_from  (guint64 number, GsDtype *dtype);

/* Key under which the shape of a tensor stands that was made two-dimensional: blocks must not cross
 * rows. The name follows. */
#define GS_GGUF_ORIGINAL_SHAPE "comfy.gguf.orig_shape."

/* TRUE if a tensor's numbers can stand in blocks of that type: whole ones in a row, or at least in all
 * that follows one index of the first dimension. */
gboolean gs_gguf_can_hold (const GsStoredTensor *tensor, GsDtype dtype);

/* Writes a file, as gs_safetensors_write_from() does. metadata: text -> text, with
 * "general.architecture" in it. GS_ERROR_UNSUPPORTED for types that the format lacks. */
gboolean gs_gguf_write_from (const char *path, const GsStoredTensor *tensors, guint n_tensors,
                             GHashTable *metadata, GsTensorBytes bytes, gpointer user_data,
                             GError **error);

G_END_DECLS
