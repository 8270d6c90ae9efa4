/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoTeachDialog: what is to be taught: the word, what it stands for, how, and the pictures. Files and
 * folders can be dropped on it. It is not modal, so that they can come from the gallery's window.
 *
 * Signals:
 *   teach (GessoTraining *)   its folder is there, and it can be run; the dialog closes
 *   layers ()                 somebody wants the painting's layers in it
 */
#pragma once

#include "engine/gesso-engine.h"
#include "training/gesso-teach-picture.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_TEACH_DIALOG (gesso_teach_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GessoTeachDialog, gesso_teach_dialog, GESSO, TEACH_DIALOG, AdwWindow)

/* model: path, empty for the starter; native_size: of it, in pixels. names: GtkStringObjects in lists
 * (GListModel) of words that are taken, each may be NULL. */
GessoTeachDialog *gesso_teach_dialog_new (GtkWindow   *parent,
                                          GessoEngine *engine,
                                          const char  *model,
                                          guint        native_size,
                                          GListModel  *embeddings,
                                          GListModel  *loras);

/* Files or folders (GFile); read on a thread. */
void        gesso_teach_dialog_add_files   (GessoTeachDialog *self, GListModel *files);
void        gesso_teach_dialog_add_picture (GessoTeachDialog *self, GessoTeachPicture *picture);
/* Whether it is known what it will take, or that it cannot be. */
gboolean    gesso_teach_dialog_has_estimate (GessoTeachDialog *self);
/* Whether a word and pictures are there and nothing is wrong with them. */
gboolean    gesso_teach_dialog_can_go      (GessoTeachDialog *self);
/* As its button does it. */
void        gesso_teach_dialog_go          (GessoTeachDialog *self);
/* GessoTeachPictures. */
GListModel *gesso_teach_dialog_get_pictures (GessoTeachDialog *self);

G_END_DECLS
