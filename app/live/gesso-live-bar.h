/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoLiveBar: over a corner of the canvas, the switch of live painting and what can be done with
 * its picture. It works through the window's actions win.live, win.accept-live, win.dismiss-live.
 */
#pragma once

#include "gesso-live.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_LIVE_BAR (gesso_live_bar_get_type ())
G_DECLARE_FINAL_TYPE (GessoLiveBar, gesso_live_bar, GESSO, LIVE_BAR, GtkWidget)

/* Once. */
void gesso_live_bar_bind (GessoLiveBar *self, GessoLive *live);

/* Why it cannot be switched on, where its action is disabled; NULL: it can. */
void gesso_live_bar_set_reason (GessoLiveBar *self, const char *reason);

G_END_DECLS
