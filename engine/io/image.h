/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures of 8 bits per channel in memory, and as PNG files.
 *
 * Part of what programs see (through gs.h), so it needs nothing but GLib. Colours are sRGB as they
 * come; alpha is not premultiplied. All of this may be called from any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GS_IMAGE_MAX_SIDE 32768u
#define GS_IMAGE_MAX_PIXELS (1u << 28) /* 1 GiB as RGBA */

typedef struct
{
  guint   width, height; /* pixels, at least 1 */
  guint   channels;      /* 1: gray, 3: RGB, 4: RGBA */
  guint8 *pixels;        /* (height, width, channels), rows from top to bottom, tightly packed */
} GsImage;

/* A black (transparent) picture of sizes that are known to be within the limits. Ends the program when
 * out of memory, as g_malloc() does, and so do the functions that copy below. */
GsImage *gs_image_new  (guint width, guint height, guint channels);
void     gs_image_free (GsImage *image);

/* The same for sizes from outside. NULL with GS_ERROR_INVALID_ARGUMENT if one is zero or beyond the
 * limits, GS_ERROR_OUT_OF_MEMORY if there is not enough memory. */
GsImage *gs_image_try_new (guint width, guint height, guint channels, GError **error);

GsImage *gs_image_copy (const GsImage *image);

/* A copy with 1, 3 or 4 channels. Transparent pixels are laid over white, except that alpha is ignored
 * in the luma (Rec. 601) that makes gray. */
GsImage *gs_image_convert (const GsImage *image, guint channels);

typedef enum
{
  GS_IMAGE_LANCZOS,  /* sharp; for pictures                    */
  GS_IMAGE_BILINEAR, /* does not overshoot; for masks, previews */
} GsImageFilter;

/* A copy of another size, which must be within the limits. Both filters grow as the picture shrinks,
 * so that every pixel counts. Transparent pixels' colours do not bleed. */
GsImage *gs_image_resize (const GsImage *image, guint width, guint height, GsImageFilter filter);

/* Reads a PNG file of any kind: gray stays gray, palettes become RGB, 16 bits become 8, gray with alpha
 * and transparent colours become RGBA. parameters (may be NULL): A1111's settings text in it, UTF-8,
 * or NULL; the caller frees it. GS_ERROR_BAD_FILE. */
GsImage *gs_image_load_png       (const char *path, char **parameters, GError **error);
GsImage *gs_image_load_png_bytes (GBytes *bytes, char **parameters, GError **error);

/* Reads a picture file; so far they must be PNG. */
GsImage *gs_image_load (const char *path, GError **error);

/* The picture as a PNG file in memory; the same picture and text give the same bytes. parameters:
 * A1111's settings text, UTF-8, or NULL. GS_ERROR_OUT_OF_MEMORY. */
GBytes *gs_image_to_png (const GsImage *image, const char *parameters, GError **error);

/* The same of 16-bit samples, the machine's byte order, rows without gaps; channels: 1, 3 or 4, of
 * which alpha is straight. */
GBytes *gs_png_from_samples_16 (const guint16 *samples,
                                guint          width,
                                guint          height,
                                guint          channels,
                                const char    *parameters,
                                GError       **error);

/* The picture into a file, which is there whole or not at all. GS_ERROR_BAD_FILE if it cannot be written. */
gboolean gs_image_save_png (const GsImage *image, const char *path, const char *parameters,
                            GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsImage, gs_image_free)

G_END_DECLS
