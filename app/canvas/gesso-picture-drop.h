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
typedef void (*GessoPictureDropped) (GtkWidget  *widget,
                                     GFile      *file,
                                     GdkTexture *texture,
                                     gpointer    owner);

/* owner (a GObject, which outlives the widget or is it) is held while something that was dropped is read.
 * In the capture phase the widget takes pictures before its children can, such as a text view that would
 * write the file's name down. */
void gesso_picture_drop_add (GtkWidget          *widget,
                             GtkPropagationPhase phase,
                             GessoPictureDropped dropped,
                             gpointer            owner);

/* Whether a target on widget takes what is dragged; nothing from the window that widget is in. */
gboolean gesso_picture_drop_accepts (GdkDrop *drop, GtkWidget *widget);

/* On the web: a browser gives the picture itself besides. */
gboolean gesso_picture_is_far (GFile *file);

G_END_DECLS
