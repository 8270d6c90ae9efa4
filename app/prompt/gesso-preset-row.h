/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoPresetRow: fast, balanced or fine, as buttons of which one is pressed unless the settings are
 * none of them.
 *
 * Properties: "summary" (string, read only), what the sampling settings are, in a few words.
 */
#pragma once

#include "prompt/gesso-preset.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_PRESET_ROW (gesso_preset_row_get_type ())
G_DECLARE_FINAL_TYPE (GessoPresetRow, gesso_preset_row, GESSO, PRESET_ROW, AdwPreferencesRow)

/* Once. */
void gesso_preset_row_bind (GessoPresetRow *self, GessoSettings *settings);

/* Another model's. The preset that is chosen stays chosen; settings that are none are left alone. */
void gesso_preset_row_set_proposal (GessoPresetRow *self, const GessoProposal *proposal);

G_END_DECLS
