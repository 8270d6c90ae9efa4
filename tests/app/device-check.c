/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The check of a device that was not seen before: other work goes first, then there is a verdict, which
 * preferences show, and a report for the clipboard that tells nothing of the person; the next start knows
 * it at once.
 */
#include "in-process.h"
#include "widgets.h"

#include "application/gesso-application.h"
#include "preferences/gesso-preferences.h"
#include "preferences/gesso-store.h"

#include <string.h>

static void
wait_checked (GessoDeviceCheck *check)
{
  while (gesso_device_check_is_running (check))
    g_main_context_iteration (NULL, TRUE);
}

static void
on_counted (GObject *source, GAsyncResult *result, gpointer data)
{
  guint n_tokens, n_available;

  g_assert_true (gesso_engine_count_tokens_finish (GESSO_ENGINE (source), result, &n_tokens,
                                                   &n_available, NULL));
  *(gboolean *) data = TRUE;
}

/* What comes after the check in the worker's queue, as all works do, is done before it. */
static void
assert_yields (GessoEngine *engine, GessoDeviceCheck *check)
{
  g_autofree char *verdict = NULL;
  gboolean counted = FALSE;

  gesso_device_check_start (check);
  g_assert_true (gesso_device_check_is_running (check));
  verdict = gesso_device_check_dup_verdict (check);
  g_assert_nonnull (strstr (verdict, "being checked"));
  gesso_engine_count_tokens_async (engine, "", "a house", NULL, on_counted, &counted);
  while (!counted)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (gesso_device_check_is_running (check));
}

static void
assert_discreet (const char *report)
{
  g_assert_null (strstr (report, g_get_home_dir ()));
  g_assert_null (strstr (report, g_get_user_name ()));
  g_assert_null (strstr (report, g_get_user_cache_dir ()));
}

static GtkWidget *
get_child (GessoPreferences *preferences, const char *id)
{
  return GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (preferences),
                                                    GESSO_TYPE_PREFERENCES, id));
}

static void
assert_shown (GessoWindow *window, GessoDeviceCheck *check)
{
  g_autoptr (GSettings) store = gesso_store_new ();
  GessoPreferences *preferences = gesso_preferences_new (GTK_WINDOW (window), store);
  AdwActionRow *row = ADW_ACTION_ROW (get_child (preferences, "device"));
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (window));
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree char *verdict = gesso_device_check_dup_verdict (check);

  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (row)));
  gesso_preferences_set_device_check (preferences, check);
  gtk_window_present (GTK_WINDOW (preferences));
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (row)));
  g_assert_cmpstr (adw_action_row_get_subtitle (row), ==, verdict);
  g_assert_false (gtk_widget_get_visible (get_child (preferences, "device_progress")));
  gtk_widget_activate_action (GTK_WIDGET (preferences), "preferences.copy-report", NULL);
  g_value_init (&value, G_TYPE_STRING);
  g_assert_true (gdk_content_provider_get_value (gdk_clipboard_get_content (clipboard), &value, NULL));
  g_assert_cmpstr (g_value_get_string (&value), ==, gesso_device_check_get_report (check));
  gtk_window_destroy (GTK_WINDOW (preferences));
}

static void
run (GApplication *application, GessoWindow *window)
{
  GessoApplication *self = GESSO_APPLICATION (application);
  GessoDeviceCheck *check = gesso_application_get_device_check (self);
  GessoEngine *engine = gesso_application_get_engine (self);
  g_autoptr (GessoDeviceCheck) again = NULL;
  g_autofree char *verdict = NULL, *same = NULL;

  in_process_wait_engine (application);
  g_assert_null (gesso_device_check_get_report (check));
  assert_yields (engine, check);
  wait_checked (check);
  verdict = gesso_device_check_dup_verdict (check);
  g_assert_nonnull (strstr (verdict, gesso_engine_get_device_name (engine)));
  g_assert_nonnull (strstr (verdict, "all checks passed"));
  assert_discreet (gesso_device_check_get_report (check));
  assert_shown (window, check);

  /* It is remembered; stopping what is over is nothing. */
  again = gesso_device_check_new (engine);
  gesso_device_check_start (again);
  wait_checked (again);
  same = gesso_device_check_dup_verdict (again);
  g_assert_cmpstr (same, ==, verdict);
  gesso_device_check_stop (again);

  g_application_quit (application);
}

int
main (int argc, char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("gesso-check-XXXXXX", NULL);

  g_setenv ("XDG_CACHE_HOME", cache, TRUE);

  return in_process_run (in_process_forget_session, run);
}
