/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Element types of stored tensors. */
#include "base/dtype.h"

static const struct
{
  const char *name;
  gsize bytes;
  guint block; /* 0: 1 */
} dtypes[GS_N_DTYPES] = {
  [GS_DTYPE_F64] = { "F64", 8 },         [GS_DTYPE_F32] = { "F32", 4 },
  [GS_DTYPE_F16] = { "F16", 2 },         [GS_DTYPE_BF16] = { "BF16", 2 },
  [GS_DTYPE_F8_E4M3] = { "F8_E4M3", 1 }, [GS_DTYPE_F8_E5M2] = { "F8_E5M2", 1 },
  [GS_DTYPE_Q8_0] = { "Q8_0", 34, 32 },  [GS_DTYPE_Q5_0] = { "Q5_0", 22, 32 },
  [GS_DTYPE_Q5_1] = { "Q5_1", 24, 32 },  [GS_DTYPE_Q4_0] = { "Q4_0", 18, 32 },
  [GS_DTYPE_Q4_1] = { "Q4_1", 20, 32 },  [GS_DTYPE_Q4_K] = { "Q4_K", 144, 256 },
  [GS_DTYPE_Q5_K] = { "Q5_K", 176, 256 }, [GS_DTYPE_Q6_K] = { "Q6_K", 210, 256 },
  [GS_DTYPE_I64] = { "I64", 8 },         [GS_DTYPE_I32] = { "I32", 4 },
  [GS_DTYPE_I16] = { "I16", 2 },         [GS_DTYPE_I8] = { "I8", 1 },
  [GS_DTYPE_U64] = { "U64", 8 },         [GS_DTYPE_U32] = { "U32", 4 },
  [GS_DTYPE_U16] = { "U16", 2 },         [GS_DTYPE_U8] = { "U8", 1 },
  [GS_DTYPE_BOOL] = { "BOOL", 1 },
};

guint
gs_dtype_block (GsDtype dtype)
{
  g_assert (dtype < GS_N_DTYPES);
  return MAX (dtypes[dtype].block, 1);
}

gsize
gs_dtype_bytes (GsDtype dtype)
{
  g_assert (dtype < GS_N_DTYPES);
  return dtypes[dtype].bytes;
}

const char *
gs_dtype_name (GsDtype dtype)
{
  g_assert (dtype < GS_N_DTYPES);
  return dtypes[dtype].name;
}

gboolean
gs_dtype_from_name (const char *name, GsDtype *dtype)
{
  for (guint i = 0; i < GS_N_DTYPES; i++)
    {
      if (dtypes[i].block == 0 && g_str_equal (name, dtypes[i].name))
        {
          *dtype = i;
          return TRUE;
        }
    }
  return FALSE;
}
