/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Toasts that go as soon as they have come, by Escape, by the next one or with their window. */
#include "window/gesso-toast.h"

#define FADE_MS 900 /* all animations of libadwaita's toasts are over by then */

static gboolean
on_time (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
run_ms (guint ms)
{
  gboolean over = FALSE;

  g_timeout_add (ms, on_time, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

static AdwToastOverlay *
show_overlay (GtkWindow **window)
{
  GtkWidget *overlay = adw_toast_overlay_new ();
  GtkWidget *button = gtk_button_new_with_label ("Button");

  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), button);
  *window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_child (*window, overlay);
  gtk_window_set_default_size (*window, 400, 300);
  gtk_window_present (*window);
  run_ms (300);

  return ADW_TOAST_OVERLAY (overlay);
}

/* The button's label, below the overlay or the toast in it. */
static guint
count_toasts (AdwToastOverlay *overlay)
{
  guint n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (overlay)); child;
       child = gtk_widget_get_next_sibling (child))
    n += !GTK_IS_BUTTON (child);

  return n;
}

/* As Escape does it. */
static void
dismiss (AdwToastOverlay *overlay)
{
  AdwToast *toast = g_object_get_qdata (
      G_OBJECT (overlay), g_quark_from_static_string ("gesso-toast-current"));

  g_assert_nonnull (toast);
  adw_toast_dismiss (toast);
}

static void
test_dismissed_at_once (void)
{
  GtkWindow *window;
  AdwToastOverlay *overlay = show_overlay (&window);

  for (guint i = 0; i < 4; i++)
    {
      gesso_toast_show (overlay, "One", "Undo", "win.undo");
      run_ms (i * 60);
      g_assert_cmpuint (count_toasts (overlay), >=, 1);
      dismiss (overlay);
    }
  run_ms (FADE_MS);
  g_assert_cmpuint (count_toasts (overlay), ==, 0);
  gtk_window_destroy (window);
}

/* Only the last one stays, and one that has gone is not gone to again. */
static void
test_newest (void)
{
  GtkWindow *window;
  AdwToastOverlay *overlay = show_overlay (&window);
  gboolean animated;

  for (guint i = 0; i < 5; i++)
    {
      gesso_toast_show (overlay, i < 4 ? "Older" : "Newest", NULL, NULL);
      run_ms (40);
    }
  run_ms (FADE_MS);
  g_assert_cmpuint (count_toasts (overlay), ==, 1);
  dismiss (overlay);
  run_ms (FADE_MS);
  g_assert_cmpuint (count_toasts (overlay), ==, 0);
  g_object_get (gtk_settings_get_default (), "gtk-enable-animations", &animated, NULL);
  g_assert_true (animated);
  gtk_window_destroy (window);
}

static void
test_window_goes (void)
{
  GtkWindow *window;
  AdwToastOverlay *overlay = show_overlay (&window);

  g_object_add_weak_pointer (G_OBJECT (overlay), (gpointer *) &overlay);
  gesso_toast_show (overlay, "One", NULL, NULL);
  gtk_window_destroy (window);
  run_ms (FADE_MS);
  g_assert_null (overlay);
}

/* For what takes long: it stays until that is over, and then no other is taken for it. */
static void
test_lasting (void)
{
  GtkWindow *window;
  AdwToastOverlay *overlay = show_overlay (&window);
  AdwToast *toast;

  gesso_toast_show_lasting (overlay, "Reading");
  run_ms (FADE_MS);
  toast = g_object_get_qdata (G_OBJECT (overlay), g_quark_from_static_string ("gesso-toast-current"));
  g_assert_nonnull (toast);
  g_assert_cmpuint (adw_toast_get_timeout (toast), ==, 0);
  gesso_toast_dismiss_lasting (overlay);
  run_ms (FADE_MS);
  g_assert_cmpuint (count_toasts (overlay), ==, 0);

  gesso_toast_show_lasting (overlay, "Reading");
  gesso_toast_show (overlay, "Read", NULL, NULL);
  gesso_toast_dismiss_lasting (overlay);
  run_ms (FADE_MS);
  g_assert_cmpuint (count_toasts (overlay), ==, 1);
  gtk_window_destroy (window);
}

/* No toast leaves a value of ours behind, with which the desktop's would not be followed any more. */
static void
test_follows_desktop (void)
{
  GtkSettings *settings = gtk_settings_get_default ();
  gboolean of_desktop, animated;
  GtkWindow *window;
  AdwToastOverlay *overlay = show_overlay (&window);

  gtk_settings_reset_property (settings, "gtk-enable-animations");
  g_object_get (settings, "gtk-enable-animations", &of_desktop, NULL);
  g_object_set (settings, "gtk-enable-animations", !of_desktop, NULL);
  gesso_toast_show (overlay, "One", NULL, NULL);
  g_object_get (settings, "gtk-enable-animations", &animated, NULL);
  g_assert_cmpint (animated, ==, of_desktop);
  gtk_window_destroy (window);
  run_ms (FADE_MS);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);

  g_test_add_func ("/app/toast/dismissed-at-once", test_dismissed_at_once);
  g_test_add_func ("/app/toast/newest", test_newest);
  g_test_add_func ("/app/toast/window-goes", test_window_goes);
  g_test_add_func ("/app/toast/lasting", test_lasting);
  g_test_add_func ("/app/toast/follows-desktop", test_follows_desktop);

  return g_test_run ();
}
