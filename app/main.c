/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program "gesso". */
#include "config.h"

#include "application/gesso-application.h"
#include "engine/gesso-engine.h"

#include <glib/gi18n.h>
#include <locale.h>

int
main (int argc, char **argv)
{
  g_autoptr (GessoApplication) application = NULL;

  gesso_engine_prepare_process ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, GESSO_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  application = gesso_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
