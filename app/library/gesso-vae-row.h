/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoVaeRow: the autoencoder in place of the model's, and the way back; hidden while there is none. */
#pragma once

#include "document/gesso-settings.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_VAE_ROW (gesso_vae_row_get_type ())
G_DECLARE_FINAL_TYPE (GessoVaeRow, gesso_vae_row, GESSO, VAE_ROW, AdwActionRow)

void gesso_vae_row_bind (GessoVaeRow *self, GessoSettings *settings);

G_END_DECLS
