/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoServerGroup: the address and the password of the computer that paints too, and what it says to them. */
#pragma once

#include "engine/gesso-server.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_SERVER_GROUP (gesso_server_group_get_type ())
G_DECLARE_FINAL_TYPE (GessoServerGroup, gesso_server_group, GESSO, SERVER_GROUP, AdwPreferencesGroup)

/* Once. store: not delayed; server: is told of what is changed here. */
void gesso_server_group_bind (GessoServerGroup *self, GSettings *store, GessoServer *server);

G_END_DECLS
