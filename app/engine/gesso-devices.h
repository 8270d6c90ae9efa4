/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoDevices: where orders can be made. A GListModel of GessoDevice, without another computer: the
 * one that the window uses is first, then the further graphics cards, which are known once the engine is
 * open. Discrete ones are used unless somebody says otherwise, the rest is if somebody says so.
 *
 * Signal: "free" (): an order may find one that it has not found before.
 */
#pragma once

#include "gesso-device.h"
#include "gesso-order.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define GESSO_TYPE_DEVICES (gesso_devices_get_type ())
G_DECLARE_FINAL_TYPE (GessoDevices, gesso_devices, GESSO, DEVICES, GObject)

/* What somebody has said, a{sb}: names, and whether those are used. */
void         gesso_devices_set_choices (GessoDevices *self, GVariant *choices);

/* One that can begin an order at once, or NULL. */
GessoDevice *gesso_devices_find        (GessoDevices *self, GessoOrder *order);
/* The one whose turn such an order best waits for. */
GessoDevice *gesso_devices_get_usual   (GessoDevices *self, GessoOrder *order);
/* Of an order that failed: whether that was for its device, and there is another one. */
gboolean     gesso_devices_can_move    (GessoDevices *self, GessoOrder *order, const GError *error);

G_END_DECLS
