/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting the program, and handing its window over. */
#include "config.h"

#include "in-process.h"
#include "notifications.h"

#include "preferences/gesso-store.h"

static InProcessSetUp before;
static InProcessTest the_test;
static gboolean finished;

static void
on_startup (GApplication *application)
{
  g_autoptr (GSettings) store = gesso_store_new ();

  if (before)
    before (store);
}

static gboolean
on_started (gpointer data)
{
  the_test (data, GESSO_WINDOW (gtk_application_get_active_window (data)));
  finished = TRUE;

  return G_SOURCE_REMOVE;
}

/* Before anything else happens to the window. */
static void
on_activate (GApplication *application)
{
  g_idle_add_full (G_PRIORITY_HIGH, on_started, application, NULL);
}

int
in_process_run (InProcessSetUp set_up, InProcessTest test)
{
  g_autoptr (GessoApplication) application = NULL;
  int status;

  before = set_up;
  the_test = test;
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  gesso_engine_prepare_process ();
  notifications_serve (); /* a picture may be done while the window is not in front */
  application = gesso_application_new ();
  g_signal_connect_after (application, "startup", G_CALLBACK (on_startup), NULL);
  g_signal_connect_after (application, "activate", G_CALLBACK (on_activate), NULL);
  status = g_application_run (G_APPLICATION (application), 0, NULL);
  g_assert_true (finished);

  return status;
}

void
in_process_wait_engine (GApplication *application)
{
  GessoEngine *engine = gesso_application_get_engine (GESSO_APPLICATION (application));

  while (gesso_engine_get_device_name (engine) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

void
in_process_forget_session (GSettings *store)
{
  g_settings_set_boolean (store, "restore-session", FALSE);
}
