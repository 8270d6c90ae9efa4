/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Safetensors files. */
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n)
{
  fuzz_tensor_file (data, n, "x.safetensors");
  return 0;
}
