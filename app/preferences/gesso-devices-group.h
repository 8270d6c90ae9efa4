/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoDevicesGroup: the further graphics cards, each with a switch; not visible where there is none. */
#pragma once

#include "engine/gesso-devices.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_DEVICES_GROUP (gesso_devices_group_get_type ())
G_DECLARE_FINAL_TYPE (GessoDevicesGroup, gesso_devices_group, GESSO, DEVICES_GROUP, AdwPreferencesGroup)

/* Once. store: not delayed; whoever follows it tells the devices. */
void gesso_devices_group_bind (GessoDevicesGroup *self, GSettings *store, GessoDevices *devices);

G_END_DECLS
