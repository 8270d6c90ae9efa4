/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoSeedRow: the seed, a dice that rolls another, and a lock that keeps it. A seed that is typed
 * is meant, so typing locks. */
#pragma once

#include "document/gesso-settings.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_SEED_ROW (gesso_seed_row_get_type ())
G_DECLARE_FINAL_TYPE (GessoSeedRow, gesso_seed_row, GESSO, SEED_ROW, AdwActionRow)

/* Once. */
void gesso_seed_row_bind (GessoSeedRow *self, GessoSettings *settings);

G_END_DECLS
