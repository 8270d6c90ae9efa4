/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoLibraryRow: a file of the library with its picture; what cannot be used is grey, with its reason. */
#pragma once

#include "engine/gesso-library-item.h"

G_BEGIN_DECLS

#define GESSO_TYPE_LIBRARY_ROW (gesso_library_row_get_type ())
G_DECLARE_FINAL_TYPE (GessoLibraryRow, gesso_library_row, GESSO, LIBRARY_ROW, GtkWidget)

GtkWidget  *gesso_library_row_new      (void);
/* NULL: none. */
void        gesso_library_row_set_item (GessoLibraryRow *self, GessoLibraryItem *item);
/* What is written under the name: the description, or the reason. */
const char *gesso_library_row_get_text (GessoLibraryRow *self);

G_END_DECLS
