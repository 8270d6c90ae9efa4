/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The gallery's folder and the index of it: what the PNG files in it say, without opening those
 * that did not change. The index is a cache; a damaged or missing one is made again.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads the folder's pictures (GessoGalleryItem, newest first), with the help of the index, which
 * it then writes anew. A folder that is not there is empty. */
GPtrArray *gesso_gallery_index_read (const char   *folder,
                                     const char   *index,
                                     GCancellable *cancellable,
                                     GError      **error);

/* A1111's text in a PNG file, without reading its pixels; NULL if there is none, or no PNG. */
char      *gesso_gallery_index_read_parameters (const char *path);

G_END_DECLS
