/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoWindow: the window. A canvas with the prompt under it, and the settings beside it. */
#pragma once

#include "application/gesso-application.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_WINDOW (gesso_window_get_type ())
G_DECLARE_FINAL_TYPE (GessoWindow, gesso_window, GESSO, WINDOW, AdwApplicationWindow)

/* journal: the path of one that was left and that it goes on with, or NULL. */
GessoWindow *gesso_window_new  (GessoApplication *application, const char *journal);

/* Of the note beside a journal: whether there is something that no file holds. */
gboolean     gesso_window_is_worth_keeping (const char *note);

/* An .ora becomes the window's document, or that of a new window where there is one already. A
 * picture that Gesso made restores its settings and lies on the canvas as what it is, a generated
 * layer; any other becomes the start picture, and a checkpoint becomes the model. */
void         gesso_window_open (GessoWindow *self, GFile *file);

G_END_DECLS
