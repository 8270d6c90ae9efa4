/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Element types of stored tensors, named as the safetensors format names them, and GGUF's blocks, named
 * as that names them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  GS_DTYPE_F64,
  GS_DTYPE_F32,
  GS_DTYPE_F16,
  GS_DTYPE_BF16,
  GS_DTYPE_F8_E4M3,
  GS_DTYPE_F8_E5M2,
  GS_DTYPE_Q8_0, /* blocks of several elements: see base/block-quant.h */
  GS_DTYPE_Q5_0,
  GS_DTYPE_Q5_1,
  GS_DTYPE_Q4_0,
  GS_DTYPE_Q4_1,
  GS_DTYPE_Q4_K,
  GS_DTYPE_Q5_K,
  GS_DTYPE_Q6_K,
  GS_DTYPE_I64,
  GS_DTYPE_I32,
  GS_DTYPE_I16,
  GS_DTYPE_I8,
  GS_DTYPE_U64,
  GS_DTYPE_U32,
  GS_DTYPE_U16,
  GS_DTYPE_U8,
  GS_DTYPE_BOOL,
  GS_N_DTYPES
} GsDtype;

/* Elements of one block: 1 for ordinary types. */
guint gs_dtype_block (GsDtype dtype);

/* Bytes of one element, or block of elements. */
gsize gs_dtype_bytes (GsDtype dtype);

/* Its name ("F16", "Q4_0"). */
const char *gs_dtype_name (GsDtype dtype);

/* The type of a safetensors name, whose types have no blocks; FALSE if there is none of that name. */
gboolean gs_dtype_from_name (const char *name, GsDtype *dtype);

G_END_DECLS
