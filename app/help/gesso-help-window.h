/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoHelpWindow: the help, one page a task, with a search. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_HELP_WINDOW (gesso_help_window_get_type ())
G_DECLARE_FINAL_TYPE (GessoHelpWindow, gesso_help_window, GESSO, HELP_WINDOW, AdwWindow)

GtkWindow  *gesso_help_window_new         (GtkWindow *parent);
/* name: of a page, as in gesso-help-pages.ui; TRUE if there is one. */
gboolean    gesso_help_window_show_page   (GessoHelpWindow *self, const char *name);
const char *gesso_help_window_get_page    (GessoHelpWindow *self);
/* Only pages with these words; shows the first of them. "": all, and the page stays. */
void        gesso_help_window_search      (GessoHelpWindow *self, const char *text);

G_END_DECLS
