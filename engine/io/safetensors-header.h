/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The JSON header of a safetensors file, as checked entries. Used by safetensors.c alone. */
#pragma once

#include "io/stored-tensor.h"

G_BEGIN_DECLS

typedef struct
{
  GArray *tensors; /* GsStoredTensor sorted by offset; names owned by `names`, data pointers set */
  GHashTable *by_name;  /* owned name -> index into tensors, as a pointer */
  GHashTable *metadata; /* text -> text */
  GPtrArray *warnings;  /* text, not NULL-terminated */
} GsSafetensorsHeader;

void gs_safetensors_header_clear (GsSafetensorsHeader *header);

/* Reads `n_bytes` of header text that describe the `n_data` bytes at `data`. On an error the
 * header is cleared and the message names `path`. */
gboolean gs_safetensors_header_read (GsSafetensorsHeader *header, const char *text, gsize n_bytes,
                                     const guint8 *data, gsize n_data, const char *path,
                                     GError **error);

G_END_DECLS
