/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tensors of a graph: four sizes, an element type, and where the planner put them.
 *
 * Activations are always (N, H, W, C) with C contiguous. Token sequences are (N, 1, T, C), vectors
 * per sample (N, 1, 1, C); so a sequence and a picture of the same number of pixels are the same
 * memory, and no transposes stand between convolution and attention.
 */
#pragma once

#include "base/dtype.h"
#include "gpu/buffer.h"

G_BEGIN_DECLS

typedef struct _GsGraph GsGraph;
typedef struct _GsNode GsNode;
typedef struct _GsOpClass GsOpClass;
typedef struct _GsLayout GsLayout;

typedef struct
{
  guint32 n, h, w, c;
} GsShape;

typedef enum
{
  GS_TENSOR_INPUT,      /* written before a run, by the host or gs_program_run_into() */
  GS_TENSOR_WEIGHT,     /* from the checkpoint, resident                  */
  GS_TENSOR_ACTIVATION, /* in the arena, alive from its node to its users */
  GS_TENSOR_VIEW,       /* the memory of another tensor under other sizes */
  GS_TENSOR_UNUSED,     /* an input that was cut off (tensor/cut.h)       */
} GsTensorKind;

typedef struct _GsTensor
{
  GsGraph      *graph;
  GsTensorKind  kind;
  GsShape       shape;
  GsDtype       dtype;     /* F32 or F16; U32 for ids                                   */
  char         *name;      /* input: its name; weight: canonical name in the checkpoint;
                              prologue's output: the input's that takes it               */
  GsNode       *producer;  /* activation: the node that writes it                       */
  struct _GsTensor *base;  /* view: whose memory                                        */
  guint32       first, pitch; /* slice of channels: its first one in each pixel of base, and
                              the channels of base; pitch 0: no slice                   */
  gboolean      is_output; /* read back by the host after a run                         */

  const GsLayout *layout;          /* weight: how it lies in device memory               */
  guint64         dims[4];         /* weight: sizes as the checkpoint has them           */
  guint           n_dims;

  GsBuffer *buffer;        /* filled by the planner: where it lies ...                  */
  guint64   offset;        /* ... in bytes                                              */
  guint64   n_bytes;
} GsTensor;

static inline guint64
gs_shape_elements (GsShape shape)
{
  return (guint64) shape.n * shape.h * shape.w * shape.c;
}

static inline guint64
gs_shape_pixels (GsShape shape)
{
  return (guint64) shape.n * shape.h * shape.w;
}

static inline gboolean
gs_shape_equal (GsShape a, GsShape b)
{
  return a.n == b.n && a.h == b.h && a.w == b.w && a.c == b.c;
}

/* The tensor whose memory this one uses: itself, or what it is a view of. */
GsTensor *gs_tensor_root (GsTensor *tensor);

/* Elements from one pixel to the next. */
static inline guint32
gs_tensor_pitch (const GsTensor *tensor)
{
  return tensor->pitch > 0 ? tensor->pitch : tensor->shape.c;
}

G_END_DECLS
