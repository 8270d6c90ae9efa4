/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a graph asks of the weights it is built over. The store itself is nn/weights; this interface
 * stands below the ops, so that an op can say how it wants its weight laid out.
 */
#pragma once

#include "base/mapped-file.h"
#include "tensor/tensor.h"

G_BEGIN_DECLS

/* A weight as the checkpoint has it: row-major, possibly unaligned. */
typedef struct
{
  GsDtype       dtype;
  guint         n_dims;
  guint64       dims[4];
  gconstpointer data;
  gboolean      is_owned; /* its source made the data for this reader, and frees them at release */
  const GsMappedFile *file; /* in whose map the data may lie; NULL: in none */
} GsHostTensor;

/* The stored bytes of elements first ... first + n - 1: where they are, or, if that is in a file's map, read
 * into the buffer. NULL: the file cannot be read any more. */
gconstpointer gs_host_tensor_get_bytes (const GsHostTensor *tensor, guint64 first, guint64 n,
                                        gpointer buffer);

/* Elements first ... first + n - 1, as floats or rounded to halves. */
void gs_host_tensor_to_floats (const GsHostTensor *tensor, guint64 first, guint64 n, float *out);
void gs_host_tensor_to_halves (const GsHostTensor *tensor, guint64 first, guint64 n, guint16 *out);

guint64  gs_host_tensor_n_elements (const GsHostTensor *tensor);
/* TRUE if no element exceeds the range of halves. */
gboolean gs_host_tensor_fits_halves (const GsHostTensor *tensor);

/* How an op wants a weight in device memory. One static const object per layout. */
struct _GsLayout
{
  const char *name; /* part of the key under which a resident weight is found again */
  /* Size on the device. dtype: F16 or F32, the element type there. */
  guint64 (*bytes) (const guint64 *dims, guint n_dims, GsDtype dtype);
  /* Fills that many bytes (destination may be write-combined memory: written once, in runs). FALSE: the
   * source's file cannot be read any more. */
  gboolean (*pack) (const GsHostTensor *source, GsDtype dtype, gpointer destination);
  gboolean always_f32; /* vectors: biases, norms */
  /* Runs of so many of the first dimension, packed apart, give the same bytes, one after the other. 0: not. */
  guint    rows_apart;
  /* Whether on this device it also takes sources of a type in blocks as they are, for dtype of bytes() and
   * pack() alike. NULL: none. */
  gboolean (*takes_blocks) (GsDevice *device, const guint64 *dims, guint n_dims, GsDtype dtype);
};

extern const GsLayout gs_layout_vector; /* plain order, float; biases and norm scales  */
extern const GsLayout gs_layout_rows;   /* plain order, F16 or F32; embedding tables   */

typedef struct _GsWeights GsWeights;

typedef struct
{
  /* The element type the weight will have on the device under a layout; FALSE and an error naming
   * the weight if it is missing or its sizes (trailing ones aside) are others. */
  gboolean (*check)    (GsWeights *weights, const char *name, const guint64 *dims, guint n_dims,
                        const GsLayout *layout, GsDtype *dtype, GError **error);
  gboolean (*has)      (GsWeights *weights, const char *name);
  /* Says where it lies in the device's memory, and has it brought there (once per name and layout) by the
   * time that settle() returns. */
  gboolean (*resident) (GsWeights *weights, const char *name, const guint64 *dims, guint n_dims,
                        const GsLayout *layout, GsBuffer **buffer, guint64 *offset, GError **error);
  gboolean (*settle)   (GsWeights *weights, GError **error); /* NULL: nothing to wait for */
  /* Writes it as the layout wants it to host memory of tensor->n_bytes, for those that are not to be
   * resident. */
  gboolean (*load)     (GsWeights *weights, const GsTensor *weight, gpointer destination,
                        GError **error);
} GsWeightsClass;

/* Implementations embed this as their first member. */
struct _GsWeights
{
  const GsWeightsClass *klass;
};

G_END_DECLS
