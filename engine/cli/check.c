/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gesso-cli check: whether the device computes right, in words for a bug report. */
#include "cli/cli.h"
#include "cli/progress.h"

#include <stdio.h>

static gboolean
check (const GsCliSessionArguments *arguments, GsCliProgress *progress, GError **error)
{
  g_autoptr (GsSession) session = gs_cli_open_session (arguments, GS_PRECISION_AUTO, error);
  g_autoptr (GsDeviceCheck) made = NULL;

  if (session == NULL)
    return FALSE;
  made = gs_session_check_device (session, gs_cli_progress_update, progress, error);
  gs_cli_progress_finish (progress);
  if (made == NULL)
    return FALSE;
  printf ("%s.\n\n%s", made->verdict, made->report);
  if (made->usable)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED, "%s", made->verdict);
  return FALSE;
}

GsCliStatus
gs_cli_check (int argc, char **argv)
{
  const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
  GsCliSessionArguments arguments = { 0 };
  g_autoptr (GError) error = NULL;
  GsCliStatus status = GS_CLI_OK;
  GsCliProgress progress;

  gs_cli_progress_init (&progress, NULL);
  if (!gs_cli_parse (argc, argv, entries, &arguments, "- check that a device computes right", 0,
                     NULL, NULL, &error))
    status = gs_cli_fail (error);
  else
    {
      gs_cli_catch_signals ();
      if (!check (&arguments, &progress, &error))
        {
          gs_cli_progress_finish (&progress);
          status = gs_cli_fail (error);
        }
    }
  gs_cli_session_arguments_clear (&arguments);
  return status;
}
