/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PyTorch files: zip archives and bare pickles. */
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n)
{
  fuzz_tensor_file (data, n, "x.pt");
  return 0;
}
