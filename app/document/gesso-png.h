/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PNG for the document's files: planes there and back to the byte. 8 bits are written; whatever
 * PNG allows is read. (Pictures of people go through app/engine/gesso-picture.)
 */
#pragma once

#include "gesso-tiles.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Gives rows of the picture: premultiplied RGBA, or 1 byte a pixel. */
typedef void (*GessoPngRows) (const GdkRectangle *area, guint8 *pixels, gsize stride, gpointer data);
/* Reads up to n bytes; fewer only at the end, negative with an error set. */
typedef gssize (*GessoPngRead) (guint8 *bytes, gsize n, gpointer data, GError **error);

/* area of what rows gives; n_channels is 1 (grey) or 4 (RGBA, straight in the file). */
GBytes     *gesso_png_write       (const GdkRectangle *area,
                                   guint               n_channels,
                                   GessoPngRows        rows,
                                   gpointer            data,
                                   GCancellable       *cancellable,
                                   GError            **error);
GBytes     *gesso_png_write_tiles (GessoTiles         *tiles,
                                   const GdkRectangle *area,
                                   GCancellable       *cancellable,
                                   GError            **error);

/* With its upper left corner at x, y of a new plane of n_channels; *max_pixels goes down by the
 * picture's, and a picture of more is not read. Messages name what is read. */
GessoTiles *gesso_png_read        (GessoPngRead        read,
                                   gpointer            data,
                                   const char         *name,
                                   guint               n_channels,
                                   int                 x,
                                   int                 y,
                                   guint64            *max_pixels,
                                   GdkRectangle       *area,
                                   GError            **error);

G_END_DECLS
