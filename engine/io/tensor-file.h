/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of named tensors, memory-mapped, whatever its format: safetensors, PyTorch's pickles, GGUF.
 * What it is, is seen from its first bytes, not from its name.
 *
 * Files are hostile until proved otherwise: every length, offset and shape is checked against the file
 * before a tensor is handed out, and nothing is allocated in proportion to a number the file claims.
 *
 * A GsTensorFile is immutable and may be shared between threads. */
#pragma once

#include "io/stored-tensor.h"

G_BEGIN_DECLS

typedef struct _GsTensorFile GsTensorFile;

/* Opens and checks a file. GS_ERROR_BAD_FILE where it is damaged or something else (a Git LFS pointer, a
 * web page). Free with gs_tensor_file_unref (). */
GsTensorFile *gs_tensor_file_open (const char *path, GError **error);

/* The same from memory; `path` is for messages and, where the bytes do not tell, for the format. Takes a
 * reference on `bytes`. */
GsTensorFile *gs_tensor_file_open_bytes (GBytes *bytes, const char *path, GError **error);

/* Takes the file's pages out of this process: they stay in the system's cache, and come back when
 * they are read again. For when data were copied elsewhere. */
void gs_tensor_file_release_pages (const GsTensorFile *file);

GsTensorFile *gs_tensor_file_ref (GsTensorFile *file);
void gs_tensor_file_unref (GsTensorFile *file);

const char *gs_tensor_file_path (const GsTensorFile *file);

/* "safetensors", "PyTorch" or "GGUF". */
const char *gs_tensor_file_format (const GsTensorFile *file);

/* Tensors in the order of their data, or of the file's list. */
guint gs_tensor_file_n_tensors (const GsTensorFile *file);
const GsStoredTensor *gs_tensor_file_tensor (const GsTensorFile *file, guint i);

/* By the name in the file, or NULL. */
const GsStoredTensor *gs_tensor_file_find (const GsTensorFile *file, const char *name);

/* What the file says beside its tensors: name -> text; borrowed, never NULL. */
GHashTable *gs_tensor_file_metadata (const GsTensorFile *file);

/* What was odd but harmless (bytes after the last tensor, metadata that are no strings): a
 * NULL-terminated list of sentences, mostly empty; borrowed. */
const char *const *gs_tensor_file_warnings (const GsTensorFile *file);

/* For writers of such files: the n_bytes bytes of a tensor, valid until the next call. NULL with error
 * stops. */
typedef gconstpointer (*GsTensorBytes) (const GsStoredTensor *tensor, gpointer user_data,
                                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsTensorFile, gs_tensor_file_unref)

G_END_DECLS
