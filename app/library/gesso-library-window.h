/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoLibraryWindow: what the library has, and, on another page, what could be fetched.
 *
 * Signal: "used" (GessoLibraryItem): one that fits was activated. Actions: library-window.get,
 * library-window.back.
 */
#pragma once

#include "library/gesso-downloads.h"
#include "library/gesso-library.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_LIBRARY_WINDOW (gesso_library_window_get_type ())
G_DECLARE_FINAL_TYPE (GessoLibraryWindow, gesso_library_window, GESSO, LIBRARY_WINDOW, AdwWindow)

GtkWidget *gesso_library_window_new (GtkWindow      *parent,
                                     GessoLibrary   *library,
                                     GessoDownloads *downloads);
/* get: the page of what could be fetched. */
void       gesso_library_window_show (GessoLibraryWindow *self, gboolean get);

G_END_DECLS
