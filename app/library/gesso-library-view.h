/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoLibraryView: the library as a list with a search, and its folders. Enter or a double click uses
 * a file.
 *
 * Actions: library.add-folder (asks for one), library.remove-folder (s: path).
 * Signal: "used" (GessoLibraryItem): one that fits was activated.
 */
#pragma once

#include "library/gesso-library.h"

G_BEGIN_DECLS

#define GESSO_TYPE_LIBRARY_VIEW (gesso_library_view_get_type ())
G_DECLARE_FINAL_TYPE (GessoLibraryView, gesso_library_view, GESSO, LIBRARY_VIEW, GtkWidget)

/* Once. */
void  gesso_library_view_set_library  (GessoLibraryView *self, GessoLibrary *library);
/* The words to look for, as if they were typed. */
void  gesso_library_view_search       (GessoLibraryView *self, const char *text);
/* 0: all kinds, else the GessoLibraryKind + 1. */
void  gesso_library_view_set_kind     (GessoLibraryView *self, guint kind);
guint gesso_library_view_get_n_shown  (GessoLibraryView *self);
/* As Enter does. */
void  gesso_library_view_activate     (GessoLibraryView *self, guint position);

G_END_DECLS
