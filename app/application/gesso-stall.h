/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures how long the main loop is ever kept from turning while a picture is made. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Starts one generation through the window's actions, prints the longest stall and quits. */
void gesso_stall_measure (GApplication *application, GActionGroup *window);

G_END_DECLS
