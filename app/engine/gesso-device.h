/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoDevice: what makes orders, one at a time: the graphics card that the window uses for everything, a
 * further one, or another computer. A further one opens when the first order comes to it, and lets go of
 * all memory a while after the last.
 *
 * Properties: "enabled" (boolean): whether orders may go there; the first and another computer always are.
 * Signal: "changed" (): what it says of itself has.
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define GESSO_TYPE_DEVICE (gesso_device_get_type ())
G_DECLARE_FINAL_TYPE (GessoDevice, gesso_device, GESSO, DEVICE, GObject)

/* For people, and unlike that of any other: "Radeon RX 7600 (2)". NULL for one that is not known yet. */
const char *gesso_device_get_name        (GessoDevice *self);
/* What kind it is, or why it is not used at the moment. */
char       *gesso_device_dup_description (GessoDevice *self);

/* What has become of an order that failed with that error there and waits for another one. */
char       *gesso_device_dup_failure     (GessoDevice *self, const GError *error);

gboolean    gesso_device_get_enabled     (GessoDevice *self);
/* One that had failed is tried again. */
void        gesso_device_set_enabled     (GessoDevice *self, gboolean enabled);

G_END_DECLS
