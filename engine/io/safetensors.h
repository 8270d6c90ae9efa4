/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files in the safetensors format, memory-mapped: 8 bytes header length, JSON header, raw data.
 *
 * Files are hostile until proved otherwise: every length, offset and shape is checked against
 * the file before a tensor is handed out, nothing is allocated in proportion to a number the
 * file claims, and a tensor's data are always within the map. Format:
 * https://github.com/huggingface/safetensors.
 *
 * A GsSafetensors is immutable and may be shared between threads. */
#pragma once

#include "io/stored-tensor.h"

G_BEGIN_DECLS

/* The reference implementation's limit too. */
#define GS_SAFETENSORS_MAX_HEADER (100u * 1000 * 1000)

typedef struct _GsSafetensors GsSafetensors;

/* Opens and checks a file. GS_ERROR_BAD_FILE where it is damaged or something else (a Git LFS
 * pointer, a web page); GS_ERROR_UNSUPPORTED for a pickle or GGUF file. Free with
 * gs_safetensors_unref (). */
GsSafetensors *gs_safetensors_open (const char *path, GError **error);

/* The same from memory; `path` is for messages. Takes a reference on `bytes`. */
GsSafetensors *gs_safetensors_open_bytes (GBytes *bytes, const char *path, GError **error);

/* Takes the file's pages out of this process: they stay in the system's cache, and come back when
 * they are read again. For when data were copied elsewhere. */
void gs_safetensors_release_pages (const GsSafetensors *file);

GsSafetensors *gs_safetensors_ref (GsSafetensors *file);
void gs_safetensors_unref (GsSafetensors *file);

const char *gs_safetensors_path (const GsSafetensors *file);

/* Tensors in the order of their data. */
guint gs_safetensors_n_tensors (const GsSafetensors *file);
const GsStoredTensor *gs_safetensors_tensor (const GsSafetensors *file, guint i);

/* By the name in the file, or NULL. */
const GsStoredTensor *gs_safetensors_find (const GsSafetensors *file, const char *name);

/* The header's "__metadata__": name -> text; borrowed, never NULL. */
GHashTable *gs_safetensors_metadata (const GsSafetensors *file);

/* What was odd but harmless (bytes after the last tensor, metadata that are no strings): a
 * NULL-terminated list of sentences, mostly empty; borrowed. */
const char *const *gs_safetensors_warnings (const GsSafetensors *file);

/* Writes a file: whole or not at all (a temporary file beside it, renamed at the end). `tensors`
 * are written in the given order after sorting by element size, as the format's alignment rule
 * asks; `metadata` (text -> text) may be NULL. Names must be unique UTF-8. Errors:
 * GS_ERROR_BAD_FILE with the system's reason. */
gboolean gs_safetensors_write (const char *path, const GsStoredTensor *tensors, guint n_tensors,
                               GHashTable *metadata, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsSafetensors, gs_safetensors_unref)

G_END_DECLS
