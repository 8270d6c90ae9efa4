/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GGUF files. */
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n)
{
  fuzz_tensor_file (data, n, "x.gguf");
  return 0;
}
