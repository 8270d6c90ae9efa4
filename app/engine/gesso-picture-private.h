/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What app/engine alone knows of a picture: its pixels as the engine holds them. */
#pragma once

#include "gesso-picture.h"

#include "gs.h"

G_BEGIN_DECLS

/* Takes the image (any channel count; converted to RGB if need be) and the text. Any thread. */
GessoPicture  *gesso_picture_new_take  (GsImage *image, char *parameters);

/* Borrowed for the picture's life, RGB. Any thread. */
const GsImage *gesso_picture_get_image (GessoPicture *self);

/* A texture of a copy of the pixels. Any thread. */
GdkTexture    *gesso_texture_from_image (const GsImage *image);

/* The same, as transparent as coverage (gray, of any size) says. Any thread. */
GdkTexture    *gesso_texture_from_covered (const GsImage *image, const GsImage *coverage);

G_END_DECLS
