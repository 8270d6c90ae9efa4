/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures, and the settings in them. */
#include "fuzz-file.h"

#include "io/image.h"
#include "io/parameters.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n)
{
  g_autoptr (GBytes) bytes = fuzz_mend_png (data, n);
  g_autofree char *text = NULL;
  GsImage *image = gs_image_load_png_bytes (bytes, &text, NULL);

  gs_image_free (image);
  if (text != NULL)
    gs_parameters_free (gs_parameters_parse (text, NULL));
  return 0;
}
