/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoNeighbour and the jobs that wait for it. */
#include "config.h"

#include "application/gesso-neighbour.h"
#include "application/gesso-full-screen.h"
#include "engine/gesso-job-private.h"
#include "preferences/gesso-store.h"

#include <gtk/gtk.h>

/* ---- A power profile of our own ------------------------------------------------------------- */

#define TEST_TYPE_POWER (test_power_get_type ())
G_DECLARE_FINAL_TYPE (TestPower, test_power, TEST, POWER, GObject)

struct _TestPower
{
  GObject  parent_instance;
  gboolean saves;
};

static void test_power_init_interface (GPowerProfileMonitorInterface *iface) {}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestPower, test_power, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, NULL)
                               G_IMPLEMENT_INTERFACE (G_TYPE_POWER_PROFILE_MONITOR,
                                                      test_power_init_interface))

static void
test_power_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, TEST_POWER (object)->saves);
}

static void
test_power_class_init (TestPowerClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = test_power_get_property;
  g_object_class_override_property (G_OBJECT_CLASS (klass), 1, "power-saver-enabled");
}

static void
test_power_init (TestPower *self)
{
}

static void
set_saves (TestPower *power, gboolean saves)
{
  power->saves = saves;
  g_object_notify (G_OBJECT (power), "power-saver-enabled");
}

/* ---- Reasons -------------------------------------------------------------------------------- */

static void
count (guint *n)
{
  ++*n;
}

static void
test_power_profile (void)
{
  g_autoptr (GSettings) store = gesso_store_new ();
  g_autoptr (TestPower) power = g_object_new (TEST_TYPE_POWER, NULL);
  GessoNeighbour *neighbour = gesso_neighbour_new (store, gdk_display_get_default (),
                                                   G_POWER_PROFILE_MONITOR (power));
  guint n = 0;

  g_signal_connect_swapped (neighbour, "notify::reason", G_CALLBACK (count), &n);
  set_saves (power, TRUE);
  g_assert_null (gesso_neighbour_get_reason (neighbour)); /* nobody asked for it */
  g_settings_set_boolean (store, "wait-for-power", TRUE);
  g_assert_nonnull (gesso_neighbour_get_reason (neighbour));
  g_assert_cmpuint (n, ==, 1);
  set_saves (power, FALSE);
  g_assert_null (gesso_neighbour_get_reason (neighbour));
  set_saves (power, TRUE);
  g_assert_nonnull (gesso_neighbour_get_reason (neighbour));
  g_settings_reset (store, "wait-for-power");
  g_assert_null (gesso_neighbour_get_reason (neighbour));
  g_assert_cmpuint (n, ==, 4);
  g_assert_finalize_object (neighbour);
}

#ifdef GESSO_X11

#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <unistd.h>

static void
set_longs (Display *x, Window window, const char *name, Atom type, unsigned long value)
{
  XChangeProperty (x, window, XInternAtom (x, name, False), type, 32, PropModeReplace,
                   (unsigned char *) &value, 1);
  XSync (x, False);
}

static void
test_full_screen (void)
{
  g_autoptr (GSettings) store = gesso_store_new ();
  GdkDisplay *display = gdk_display_get_default ();
  g_autoptr (TestPower) power = g_object_new (TEST_TYPE_POWER, NULL);
  GessoNeighbour *neighbour = gesso_neighbour_new (store, display, G_POWER_PROFILE_MONITOR (power));
  Display *x = XOpenDisplay (NULL); /* another program's connection */
  const Window root = x ? DefaultRootWindow (x) : None;
  Window window;

  g_assert_true (x && gesso_full_screen_is_known (display));
  window = XCreateSimpleWindow (x, root, 0, 0, 50, 50, 0, 0, 0);
  set_longs (x, root, "_NET_ACTIVE_WINDOW", XA_WINDOW, window);
  g_assert_false (gesso_full_screen_of_others (display));
  set_longs (x, window, "_NET_WM_STATE", XA_ATOM, XInternAtom (x, "_NET_WM_STATE_FULLSCREEN", False));
  g_assert_true (gesso_full_screen_of_others (display));

  gesso_neighbour_set_active (neighbour, TRUE);
  g_assert_null (gesso_neighbour_get_reason (neighbour)); /* nobody asked for it */
  g_settings_set_boolean (store, "wait-for-full-screen", TRUE);
  g_assert_nonnull (gesso_neighbour_get_reason (neighbour));
  gesso_neighbour_set_active (neighbour, FALSE);
  g_assert_null (gesso_neighbour_get_reason (neighbour));

  set_longs (x, window, "_NET_WM_PID", XA_CARDINAL, (unsigned long) getpid ());
  g_assert_false (gesso_full_screen_of_others (display)); /* our own */
  XDestroyWindow (x, window);
  XSync (x, False);
  g_assert_false (gesso_full_screen_of_others (display)); /* gone, but still named */
  XDeleteProperty (x, root, XInternAtom (x, "_NET_ACTIVE_WINDOW", False));
  XCloseDisplay (x);
  g_settings_reset (store, "wait-for-full-screen");
  g_assert_finalize_object (neighbour);
}

#endif

/* ---- A job that waits ----------------------------------------------------------------------- */

static gpointer
work (gpointer data)
{
  const GsProgress progress = { .phase = GS_PHASE_DENOISE, .step = 1, .n_steps = 2, .seconds_left = -1 };

  return GINT_TO_POINTER (gesso_job_report (&progress, data) ? 1 : 2);
}

/* Told to wait before it reports, so that the thread cannot be faster. */
static void
test_job (gconstpointer data)
{
  const gboolean cancel = GPOINTER_TO_INT (data);
  GessoJob *job = gesso_job_new ();
  g_autofree char *waiting = NULL, *going = NULL;
  GThread *thread;

  gesso_job_set_waiting (job, "Waiting for the cat");
  thread = g_thread_new ("engine", work, job);
  waiting = gesso_job_dup_status (job);
  g_assert_cmpstr (waiting, ==, "Waiting for the cat");
  g_usleep (50000);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpfloat (gesso_job_get_fraction (job), <, 0); /* nothing was reported: it is held */
  if (cancel)
    gesso_job_cancel (job);
  else
    gesso_job_set_waiting (job, NULL);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, cancel ? 2 : 1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  going = gesso_job_dup_status (job);
  if (!cancel)
    g_assert_cmpstr (going, ==, "Step 2 of 2");
  g_assert_finalize_object (job);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/neighbour/power", test_power_profile);
#ifdef GESSO_X11
  g_test_add_func ("/neighbour/full-screen", test_full_screen);
#endif
  g_test_add_data_func ("/neighbour/job/goes-on", GINT_TO_POINTER (FALSE), test_job);
  g_test_add_data_func ("/neighbour/job/cancelled", GINT_TO_POINTER (TRUE), test_job);
  return g_test_run ();
}
