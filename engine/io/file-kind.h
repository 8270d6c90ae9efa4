/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model file really is, told from its first bytes, so that the message can say what to
 * do. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  GS_FILE_SAFETENSORS, /* or nothing that is known: its reader says so */
  GS_FILE_TORCH,
  GS_FILE_GGUF,
} GsFileKind;

/* The format that bytes are to be read as; `path` decides where they do not tell. */
GsFileKind gs_file_kind (const guint8 *bytes, gsize n_bytes, const char *path);

/* TRUE if the bytes may be a safetensors file: long enough, and with a header length that the
 * file can hold. Otherwise GS_ERROR_BAD_FILE. */
gboolean gs_file_kind_check_safetensors (const guint8 *bytes, gsize n_bytes, const char *path,
                                         GError **error);

G_END_DECLS
