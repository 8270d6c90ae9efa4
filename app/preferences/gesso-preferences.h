/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoPreferences: the window of what holds for every picture. Each control is bound to a key of
 * the settings schema, so that there is nothing to apply. */
#pragma once

#include "engine/gesso-device-check.h"
#include "engine/gesso-devices.h"
#include "engine/gesso-server.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_PREFERENCES (gesso_preferences_get_type ())
G_DECLARE_FINAL_TYPE (GessoPreferences, gesso_preferences, GESSO, PREFERENCES, AdwPreferencesWindow)

/* store: not delayed. */
GessoPreferences *gesso_preferences_new (GtkWindow *parent, GSettings *store);

/* Once; without it there is no row about the device. It is started if it has not been. */
void              gesso_preferences_set_device_check (GessoPreferences *self,
                                                      GessoDeviceCheck *check);

/* Once; without it there are no rows about further graphics cards. */
void              gesso_preferences_set_devices (GessoPreferences *self, GessoDevices *devices);

/* Once; without it there are no rows about another computer. */
void              gesso_preferences_set_server (GessoPreferences *self, GessoServer *server);

G_END_DECLS
