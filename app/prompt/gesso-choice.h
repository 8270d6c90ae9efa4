/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binds a combo row to a string property that holds the id of the chosen item. */
#pragma once

#include "document/gesso-settings.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* ids: of the row's items, in order, ended by NULL; static. An id that is not among them leaves the
 * row as it is. */
void gesso_choice_bind (AdwComboRow       *row,
                        GessoSettings     *settings,
                        const char        *property,
                        const char *const *ids);

G_END_DECLS
