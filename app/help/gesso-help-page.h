/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoHelpPage: how one task is done: a picture, a sentence or two, and steps.
 *
 * Properties, set at construction: "title", "introduction", "picture" (strings; the last one names the
 * resource help/<picture>.svg), "steps" (GtkStringList).
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_HELP_PAGE (gesso_help_page_get_type ())
G_DECLARE_FINAL_TYPE (GessoHelpPage, gesso_help_page, GESSO, HELP_PAGE, GtkWidget)

const char *gesso_help_page_get_title (GessoHelpPage *self);
/* Whether all of the text's words are in it, in whatever case. */
gboolean    gesso_help_page_matches   (GessoHelpPage *self, const char *text);

G_END_DECLS
