/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests: a folder of pictures to learn from, drawn: a purple ball with an orange band. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A new folder with n pictures of 128 x 128 pixels: 0.png and so on, or all as JPEG, with captions in
 * .txt files for the first two. broken: and one file that is no picture. Free the path. */
char *lesson_files_make (guint n, gboolean jpeg, gboolean broken);

G_END_DECLS
