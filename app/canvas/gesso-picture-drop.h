/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A drop target for a picture. Its file is what is wanted, for it may say how the picture was made; of
 * one that a browser shows, whose address lies on another computer, the pixels that it hands over are
 * taken. Nothing is fetched from anywhere.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* One of file and texture, or neither: there is nothing but an address. Main thread. */
typedef void (*GessoPictureDropped) (GtkEventController *target,
                                     GFile              *file,
                                     GdkTexture         *texture,
                                     gpointer            owner);

/* owner (a GObject) is held while something that was dropped on it is read. */
GtkEventController *gesso_picture_drop_new     (GessoPictureDropped dropped, gpointer owner);
gboolean            gesso_picture_drop_accepts (GdkContentFormats *formats);

G_END_DECLS
