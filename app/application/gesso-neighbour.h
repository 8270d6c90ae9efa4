/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoNeighbour: whether work has to wait for the rest of the desktop, as the preferences
 * "wait-for-power" (the power profile is Power Saver) and "wait-for-full-screen" (another program
 * fills the screen) have it. Main thread.
 *
 * Properties:
 *   reason   string or NULL, read-only: a sentence for people why work has to wait
 */
#pragma once

#include <gdk/gdk.h>
#include <gio/gio.h>

G_BEGIN_DECLS

#define GESSO_TYPE_NEIGHBOUR (gesso_neighbour_get_type ())
G_DECLARE_FINAL_TYPE (GessoNeighbour, gesso_neighbour, GESSO, NEIGHBOUR, GObject)

/* store: NULL: nothing has to wait. power: NULL for the desktop's own. */
GessoNeighbour *gesso_neighbour_new        (GSettings            *store,
                                            GdkDisplay           *display,
                                            GPowerProfileMonitor *power);

/* Only while there is work it looks around, so that an idle program stays idle. */
void            gesso_neighbour_set_active (GessoNeighbour *self, gboolean active);

const char     *gesso_neighbour_get_reason (GessoNeighbour *self);

G_END_DECLS
