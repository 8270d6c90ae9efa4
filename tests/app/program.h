/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests: the program as a process of its own, GESSO_APP, with its actions on the session bus.
 * One at a time. What fails fails the test.
 */
#pragma once

#include "accessible.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Settings are in the journal that long after the last key. */
#define PROGRAM_SYNC_US 700000

/* Returns once there is a prompt to type in. file: to be opened, or NULL. */
void        program_start    (const char *file);
/* Its root in the accessibility tree; borrowed. */
Accessible *program_get_root (void);
/* 0 if it does not run. */
GPid        program_get_pid  (void);
/* SIGKILL. */
void        program_kill     (void);
/* As its menu does it; it has to leave without complaints. */
void        program_quit     (void);

/* Returns once the program has a window of that number. */
void        program_wait_window (guint window);
/* Activates an action of the window of that number; 0: of the program. parameter: may be NULL. */
void        program_activate (guint window, const char *action, const char *parameter);
/* What the window saves there, as the ending says. */
GBytes     *program_save     (guint window, const char *path);

/* Of a control of that name, which has to come up. */
void        program_press     (const char *name);
void        program_set_value (const char *name, double value);
void        program_set_text  (const char *name, const char *text);

G_END_DECLS
