/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoWelcome: what can be done at the very first start, and what this machine can do. Its buttons
 * are the window's actions: win.try-starter, win.choose-models, win.get-models, win.help and
 * win.dismiss-welcome.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_WELCOME (gesso_welcome_get_type ())
G_DECLARE_FINAL_TYPE (GessoWelcome, gesso_welcome, GESSO, WELCOME, GtkWidget)

/* device: its name, or NULL while it is not known. pace: what was measured on it, as
 * gesso_pace_describe() says it, or NULL for that it will be. */
void gesso_welcome_set_machine (GessoWelcome *self, const char *device, const char *pace);

G_END_DECLS
