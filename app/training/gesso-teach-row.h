/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoTeachRow: a picture of a lesson in a list: what is learned from, its caption, and away with it. */
#pragma once

#include "training/gesso-teach-picture.h"

G_BEGIN_DECLS

/* removed: called with the picture and data. */
typedef void (*GessoTeachRowFunc) (GessoTeachPicture *picture, gpointer data);

GtkWidget *gesso_teach_row_new (GessoTeachPicture *picture,
                                guint              native_size,
                                GessoTeachRowFunc  removed,
                                gpointer           data);

G_END_DECLS
