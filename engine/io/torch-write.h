/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing PyTorch's files: a zip archive of a pickle and the tensors' storages, none compressed
 * (torch/serialization.py; opcodes of Python's Lib/pickletools.py, protocol 2). Only what small files of
 * dicts need.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GsTorchWriter GsTorchWriter;

GsTorchWriter *gs_torch_writer_new  (void);
void           gs_torch_writer_free (GsTorchWriter *writer);

/* One dict is the root: begin, then a key and a value by turns, then end. Dicts may be values. */
void gs_torch_begin_dict (GsTorchWriter *writer);
void gs_torch_end_dict   (GsTorchWriter *writer);
void gs_torch_text       (GsTorchWriter *writer, const char *text); /* a key or a value */
void gs_torch_integer    (GsTorchWriter *writer, gint64 value);
void gs_torch_none       (GsTorchWriter *writer);
/* Floats of sizes (rows, columns); copied. */
void gs_torch_floats     (GsTorchWriter *writer, const float *values, guint rows, guint columns);

/* Whole or not at all. GS_ERROR_BAD_FILE. */
gboolean gs_torch_write (GsTorchWriter *writer, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsTorchWriter, gs_torch_writer_free)

G_END_DECLS
