/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program in the test's own process, for what is to be looked at from inside. Warnings are fatal.
 * Started by with-display.sh, whose settings and folders begin empty.
 */
#pragma once

#include "window/gesso-window-private.h"

G_BEGIN_DECLS

/* Before the first window. */
typedef void (*InProcessSetUp) (GSettings *store);
/* Once that is there, from the main loop, which it may run. The program ends with its last window,
 * or by g_application_quit(). */
typedef void (*InProcessTest)  (GApplication *application, GessoWindow *window);

/* Once in a process. Returns what main() is to return. set_up: NULL for the settings as they come. */
int  in_process_run (InProcessSetUp set_up, InProcessTest test);

/* Runs the main loop until the engine has said what it runs on, and so lets go of the window. */
void in_process_wait_engine (GApplication *application);

/* No window of the last time comes back, and closing asks. */
void in_process_forget_session (GSettings *store);

G_END_DECLS
