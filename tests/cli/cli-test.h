/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs gesso-cli (the variable GESSO_CLI says where it is) in a folder of its own. */
#pragma once

#include <gio/gio.h>

#include "gs-image.h"

G_BEGIN_DECLS

typedef struct
{
  int   status;     /* exit status, or -1 if a signal ended it */
  char *out, *err;
} CliRun;

void cli_run_clear (CliRun *run);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliRun, cli_run_clear)

/* An empty folder that cli_test_finish() removes; the current folder of all runs. */
const char *cli_test_folder (void);
/* A path in it; g_free(). */
char       *cli_test_path (const char *name);
void        cli_test_finish (void);

/* Runs to the end; arguments are split as a shell does, after formatting. */
CliRun cli_run (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Starts and does not wait; both outputs are pipes. */
GSubprocess *cli_start (const char *command_line);

/* Starts and sends signal_number once stderr holds the text; then waits for the end. */
CliRun cli_run_and_signal (int signal_number, const char *text, const char *command_line);

/* Fails the test with both outputs unless the status is that. */
void cli_assert_status (const CliRun *run, int status);

/* One line on stderr that begins with "gesso-cli: " and holds the text. */
void cli_assert_complaint (const CliRun *run, const char *text);

/* A colourful picture, and one that is white in a rectangle and black elsewhere. */
void cli_write_picture (const char *name, guint width, guint height);
void cli_write_mask    (const char *name, guint width, guint height, guint x, guint y, guint w, guint h);

/* The folder "pictures": two, and one that is none. */
void cli_write_training_pictures (void);

GsImage *cli_load_picture (const char *name);

/* TRUE if this machine has a device and the starter model; else the test is skipped. */
gboolean cli_can_generate (void);

G_END_DECLS
