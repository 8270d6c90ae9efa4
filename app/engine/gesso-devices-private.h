/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the engine tells its devices. */
#pragma once

#include "gesso-device-private.h"
#include "gesso-devices.h"

G_BEGIN_DECLS

GessoDevices *gesso_devices_new         (void);
/* Waits for all workers. */
void          gesso_devices_close       (GessoDevices *self);

GessoDevice  *gesso_devices_get_first   (GessoDevices *self);
GessoDevice  *gesso_devices_get_server  (GessoDevices *self);
void          gesso_devices_set_library (GessoDevices *self, const char *const *folders);

/* all: GsDeviceInfo, as gs_list_devices() has them; first: the one that is open. Once. */
void          gesso_devices_set_known   (GessoDevices *self, GPtrArray *all, const GsDeviceInfo *first);
/* Whatever it is. */
void          gesso_devices_add         (GessoDevices *self, GessoDevice *device);
/* One may have become free: says so, from the main loop. */
void          gesso_devices_notify_free (GessoDevices *self);

G_END_DECLS
