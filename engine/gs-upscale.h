/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enlarging pictures: part of gs.h. */
#pragma once

#include "gs-image.h"

G_BEGIN_DECLS

typedef struct
{
  const char *model;  /* an upscaler of the ESRGAN family, .pth or .safetensors; NULL: Lanczos */
  double scale;       /* of the result, 0: the model's own, or 2 without one                   */
  guint  width, height; /* of the result, instead of a scale; 0: as scale says                 */
  guint  tile;        /* side of the tiles that the model sees at a time, in the picture's pixels,
                         32..4096; 0: as large as memory allows, up to 512                     */
} GsUpscaleOptions;

/* What gs_session_upscale() will make of a picture of width x height. model_scale: of an upscaler,
 * 0 without one. GS_ERROR_INVALID_ARGUMENT if that is beyond the limits of pictures. Any thread. */
gboolean gs_upscale_size (const GsUpscaleOptions *options, guint model_scale, guint *width,
                          guint *height, GError **error);

/* How much larger an upscaler makes a picture by itself, from its file's header. 0 with
 * GS_ERROR_UNSUPPORTED if it is none, or GS_ERROR_BAD_FILE. Any thread. */
guint gs_upscaler_get_scale (const char *model, GError **error);

G_END_DECLS
