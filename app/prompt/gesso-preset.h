/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Presets of the sampling settings, scaled from what the model proposes:
 *
 *   fast       half its steps, with a sampler that needs few
 *   balanced   what it proposes
 *   fine       twice its steps
 *
 * Models that were made for few steps keep their sampler in each.
 */
#pragma once

#include "document/gesso-settings.h"
#include "engine/gesso-catalog.h"

G_BEGIN_DECLS

typedef enum
{
  GESSO_PRESET_FAST,
  GESSO_PRESET_BALANCED,
  GESSO_PRESET_FINE,
  GESSO_N_PRESETS,
  GESSO_PRESET_CUSTOM = GESSO_N_PRESETS /* none of them */
} GessoPreset;

/* The values of a preset but GESSO_PRESET_CUSTOM; their strings are kept for good. */
GessoProposal gesso_preset_get (GessoPreset preset, const GessoProposal *proposal);

/* Which one the settings are. */
GessoPreset gesso_preset_find (GessoSettings *settings, const GessoProposal *proposal);

void gesso_preset_apply (GessoPreset preset, GessoSettings *settings,
                         const GessoProposal *proposal);

G_END_DECLS
