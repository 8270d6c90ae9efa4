/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoTeachPicture: a picture to learn from: a file of any format that GdkPixbuf reads, or a texture.
 * What is kept of a file is its look; the pixels are read again when they are written.
 *
 * Properties:
 *   caption   string: what is to be seen, or empty
 *   crop      boxed GdkRectangle: what is to be learned from, in the picture's pixels; of no width: all
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_TEACH_PICTURE (gesso_teach_picture_get_type ())
G_DECLARE_FINAL_TYPE (GessoTeachPicture, gesso_teach_picture, GESSO, TEACH_PICTURE, GObject)

/* Reads the file, and the caption beside it in a .txt (or .caption) of its name; any thread. A file that
 * cannot be read becomes a broken picture. subset: the folder in kohya's manner that it lies in, as
 * "10_red dog", or NULL. */
GessoTeachPicture *gesso_teach_picture_new_from_file    (GFile *file, const char *subset);
GessoTeachPicture *gesso_teach_picture_new_from_texture (GdkTexture *texture, const char *name);

const char   *gesso_teach_picture_get_name    (GessoTeachPicture *self);
const char   *gesso_teach_picture_get_subset  (GessoTeachPicture *self);
/* Why it cannot be used, or NULL. */
const char   *gesso_teach_picture_get_problem (GessoTeachPicture *self);
/* At most some hundred pixels; NULL of a broken one. */
GdkPaintable *gesso_teach_picture_get_look    (GessoTeachPicture *self);
int           gesso_teach_picture_get_width   (GessoTeachPicture *self);
int           gesso_teach_picture_get_height  (GessoTeachPicture *self);

const char   *gesso_teach_picture_get_caption (GessoTeachPicture *self);
/* Within the picture; or of no width. */
void          gesso_teach_picture_set_crop    (GessoTeachPicture *self, const GdkRectangle *crop);
/* All of it where nothing is chosen. */
void          gesso_teach_picture_get_crop    (GessoTeachPicture *self, GdkRectangle *crop);
gboolean      gesso_teach_picture_is_cropped  (GessoTeachPicture *self);

/* As a PNG file, cropped, and no larger than training has a use for; any thread while nothing is set. */
gboolean      gesso_teach_picture_write (GessoTeachPicture *self, const char *path, GError **error);

G_END_DECLS
