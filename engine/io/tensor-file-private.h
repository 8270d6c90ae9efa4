/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the formats' readers fill a GsTensorFile. */
#pragma once

#include "io/tensor-file.h"

G_BEGIN_DECLS

struct _GsTensorFile
{
  gatomicrefcount ref_count;
  char *path;
  const char *format;
  GBytes *bytes;        /* of the whole file */
  gboolean is_mapped;   /* from a file, by this code */
  GPtrArray *copies;    /* GBytes: tensors that do not lie in the file as they are */
  GArray *tensors;      /* GsStoredTensor, with the names of by_name */
  GHashTable *by_name;  /* owned name -> index into tensors, as a pointer */
  GHashTable *metadata; /* text -> text */
  GPtrArray *warnings;  /* text, and a NULL at the end */
};

/* One without tensors; takes a reference on `bytes`. */
GsTensorFile *gs_tensor_file_new (const char *path, const char *format, GBytes *bytes);

/* Copies the name. A tensor of the same name is replaced. */
void gs_tensor_file_add (GsTensorFile *file, const char *name, const GsStoredTensor *tensor);

/* Takes the text. At most a few are kept. */
void gs_tensor_file_warn (GsTensorFile *file, char *text);

/* One format each. `shown` is the path for messages. */
GsTensorFile *gs_safetensors_read (GBytes *bytes, const char *path, const char *shown,
                                   GError **error);
GsTensorFile *gs_torch_file_read (GBytes *bytes, const char *path, const char *shown,
                                  GError **error);
GsTensorFile *gs_gguf_read (GBytes *bytes, const char *path, const char *shown, GError **error);

G_END_DECLS
