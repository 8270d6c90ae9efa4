/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ctrl-C: the handler sets a flag, the progress callback reads it, the engine winds up. */
#include "cli/cli.h"

#include <signal.h>

static volatile sig_atomic_t cancelled;

static void
on_signal (int number)
{
  cancelled = 1;
}

void
gs_cli_catch_signals (void)
{
  /* SA_RESETHAND: whoever presses Ctrl-C twice means it. */
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND };

  sigemptyset (&action.sa_mask);
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGHUP, &action, NULL);
}

gboolean
gs_cli_is_cancelled (void)
{
  return cancelled != 0;
}
