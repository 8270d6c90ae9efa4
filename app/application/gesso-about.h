/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The About window, with what a report of a bug should say. */
#pragma once

#include "engine/gesso-engine.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* parent: may be NULL. */
void  gesso_about_show           (GtkWindow *parent, GessoEngine *engine);

/* Versions, device, desktop: lines of "Name: value", in English for those who read reports. */
char *gesso_about_dup_debug_info (GessoEngine *engine);

G_END_DECLS
