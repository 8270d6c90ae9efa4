/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoRefinerRow: the model of the library that makes the last steps; hidden where the library has none
 * or the model takes none. */
#pragma once

#include "document/gesso-settings.h"
#include "engine/gesso-library-item.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_REFINER_ROW (gesso_refiner_row_get_type ())
G_DECLARE_FINAL_TYPE (GessoRefinerRow, gesso_refiner_row, GESSO, REFINER_ROW, AdwComboRow)

/* Once. items: GessoLibraryItems. */
void gesso_refiner_row_bind       (GessoRefinerRow *self, GessoSettings *settings, GListModel *items);
/* The model's; of a family that has no refiner the setting is forgotten. */
void gesso_refiner_row_set_family (GessoRefinerRow *self, const char *family);

G_END_DECLS
