/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tensor as it lies in a file: name, type, shape, and a pointer into the mapped bytes.
 *
 * The data may stand at any address: read it through these functions or memcpy, never through a
 * cast. */
#pragma once

#include "base/dtype.h"
#include "base/mapped-file.h"

G_BEGIN_DECLS

#define GS_STORED_MAX_DIMS 8

typedef struct
{
  const char *name; /* as in the file */
  GsDtype dtype;
  guint n_dims; /* 0 is a scalar */
  guint64 shape[GS_STORED_MAX_DIMS];
  const void *data; /* row-major, little-endian; valid as long as the file it came from */
  gsize n_bytes;    /* elements over gs_dtype_block () times gs_dtype_bytes () */
  const GsMappedFile *file; /* in whose map the data may lie; NULL: in none */
} GsStoredTensor;

guint64 gs_stored_tensor_n_elements (const GsStoredTensor *tensor);

/* The element at row-major place `index`; BOOL and integers come as numbers. */
float gs_stored_tensor_get_float (const GsStoredTensor *tensor, guint64 index);

/* All elements, converted; `out` has room for n_elements. */
void gs_stored_tensor_to_float (const GsStoredTensor *tensor, float *out);

/* All elements as IEEE halves, rounded to nearest even (a plain copy where they are stored so). */
void gs_stored_tensor_to_half (const GsStoredTensor *tensor, guint16 *out);

/* `count` elements from place `first` on, for loading in pieces. */
void gs_stored_tensor_slice_to_float (const GsStoredTensor *tensor, guint64 first, guint64 count,
                                      float *out);
void gs_stored_tensor_slice_to_half (const GsStoredTensor *tensor, guint64 first, guint64 count,
                                     guint16 *out);

/* TRUE if the shapes agree, dimensions of 1 at the end aside: (C, C, 1, 1) is (C, C). */
gboolean gs_stored_tensor_has_shape (const GsStoredTensor *tensor, guint n_dims,
                                     const guint64 *shape);

/* "(320, 4, 3, 3)"; the caller frees it. */
char *gs_stored_tensor_shape_text (const GsStoredTensor *tensor);
char *gs_shape_text (guint n_dims, const guint64 *shape);

/* Text of a file (a name, a value) as messages show it: valid UTF-8 on one line, nothing that a
 * terminal obeys, at most 120 characters. The caller frees it. */
char *gs_text_for_message (const char *text);

/* FALSE if any element is an infinity or not a number. */
gboolean gs_stored_tensor_is_finite (const GsStoredTensor *tensor);

G_END_DECLS
