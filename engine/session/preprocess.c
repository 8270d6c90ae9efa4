/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preprocessors by name, and the simple ones. */
#include "session/preprocess.h"

#include <string.h>

#include "session/resample.h"

/* A drawing's dark pixels, as the first ControlNet's scribbles were read (lllyasviel/ControlNet,
 * gradio_scribble2image.py). */
#define SCRIBBLE_DARK 127
#define TILE_SHRINK 8

static const char *const ids[GS_N_PREPROCESS] = {
  [GS_PREPROCESS_NONE] = "none",
  [GS_PREPROCESS_CANNY] = "canny",
  [GS_PREPROCESS_SCRIBBLE] = "scribble",
  [GS_PREPROCESS_LINES] = "lines",
  [GS_PREPROCESS_SOFT_EDGE] = "soft-edge",
  [GS_PREPROCESS_INVERT] = "invert",
  [GS_PREPROCESS_TILE] = "tile",
  [GS_PREPROCESS_INPAINT] = "inpaint",
};

const char *
gs_preprocess_id (GsPreprocess preprocess)
{
  return (guint) preprocess < GS_N_PREPROCESS ? ids[preprocess] : ids[GS_PREPROCESS_NONE];
}

gboolean
gs_preprocess_lookup (const char *id, GsPreprocess *preprocess)
{
  for (guint i = 0; id != NULL && i < GS_N_PREPROCESS; i++)
    if (g_ascii_strcasecmp (id, ids[i]) == 0)
      {
        *preprocess = (GsPreprocess) i;
        return TRUE;
      }
  return FALSE;
}

static void
mark_dark (const guint8 *in, gsize n, guint8 *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = MIN (in[3 * i], MIN (in[3 * i + 1], in[3 * i + 2])) < SCRIBBLE_DARK ? 255 : 0;
}

/* As if from a picture that is eight times as small. */
static void
coarsen (GsImage *image)
{
  const gsize n = (gsize) 3 * image->width * image->height;
  const guint32 width = (image->width + TILE_SHRINK - 1) / TILE_SHRINK;
  const guint32 height = (image->height + TILE_SHRINK - 1) / TILE_SHRINK;
  g_autofree float *values = g_new (float, n);
  g_autofree float *small = g_new (float, (gsize) 3 * width * height);

  for (gsize i = 0; i < n; i++)
    values[i] = image->pixels[i];
  gs_resample (values, image->width, image->height, small, width, height, 3);
  gs_resample (small, width, height, values, image->width, image->height, 3);
  for (gsize i = 0; i < n; i++)
    image->pixels[i] = (guint8) (CLAMP (values[i], 0, 255) + 0.5f);
}

static void
spread_gray (const guint8 *gray, GsImage *image)
{
  for (gsize i = 0; i < (gsize) image->width * image->height; i++)
    memset (image->pixels + 3 * i, gray[i], 3);
}

GsImage *
gs_preprocess_image (const GsImage *image, GsPreprocess preprocess, float low, float high)
{
  GsImage *out = gs_image_convert (image, 3);
  const guint32 width = out->width, height = out->height;
  const gsize n = (gsize) width * height;
  g_autofree guint8 *gray = g_new (guint8, n);

  switch (preprocess)
    {
    case GS_PREPROCESS_CANNY:
      if (low == 0 && high == 0)
        gs_canny (out->pixels, width, height, GS_CANNY_LOW, GS_CANNY_HIGH, gray);
      else
        gs_canny (out->pixels, width, height, low, high, gray);
      spread_gray (gray, out);
      break;
    case GS_PREPROCESS_SCRIBBLE:
      mark_dark (out->pixels, n, gray);
      spread_gray (gray, out);
      break;
    case GS_PREPROCESS_LINES:
      gs_dark_lines (out->pixels, width, height, gray);
      spread_gray (gray, out);
      break;
    case GS_PREPROCESS_SOFT_EDGE:
      gs_soft_edges (out->pixels, width, height, gray);
      spread_gray (gray, out);
      break;
    case GS_PREPROCESS_INVERT:
      for (gsize i = 0; i < 3 * n; i++)
        out->pixels[i] = 255 - out->pixels[i];
      break;
    case GS_PREPROCESS_TILE:
      coarsen (out);
      break;
    default:
      break;
    }
  return out;
}
