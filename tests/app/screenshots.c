/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures of the window in its main states: screenshots FOLDER [STATE...], or
 * "meson compile -C build screenshots".
 *
 * Each state is made by a process of its own, so that text direction, contrast and settings begin fresh;
 * the window draws itself, with its dialog in front of it, so that neither a compositor nor a window
 * manager is needed.
 */
#include "config.h"

#include "application/gesso-application.h"
#include "preferences/gesso-store.h"
#include "window/gesso-window-private.h"
#include "screenshot-states.h"
#include "widgets.h"
#include "window-picture.h"

#include <stdlib.h>

#define SHADOW_MARGIN 54 /* libadwaita's reaches that far down */
#define FONT "Adwaita Sans, Inter 11" /* GNOME's, and what it is made from (fonts-inter) */

static const ScreenshotState *current;

/* ---- One state ------------------------------------------------------------------------------ */

static const char *folder;

/* Of exactly the size that was asked for. The note about the processor is seen in one state, which is
 * enough. */
static void
tidy (GtkWindow *window)
{
  GtkWidget *widget = GTK_WIDGET (window);

  widgets_wait_ms (SCREENSHOT_SETTLE_MS);
  gtk_window_set_default_size (window, 2 * current->width - gtk_widget_get_width (widget),
                               2 * current->height - gtk_widget_get_height (widget));
  if (!(current->look & SCREENSHOT_NOTE))
    gesso_banner_hide (GESSO_BANNER (widgets_find (widget, GESSO_TYPE_BANNER)));
  widgets_wait_ms (SCREENSHOT_SETTLE_MS);
}

static gboolean
on_started (gpointer data)
{
  GApplication *application = data;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));
  g_autofree char *name = g_strconcat (current->name, ".png", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  gtk_widget_set_name (GTK_WIDGET (window), current->name);
  tidy (window);
  current->show (window);
  window_picture_save (window, path, current->look & SCREENSHOT_SHADOW ? SHADOW_MARGIN : 0);
  exit (EXIT_SUCCESS); /* a picture may still be in the making */
}

static void
on_activate (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  /* With a shadow and round corners, as on a desktop with a compositor. At once: where the shadow
   * changes while a tooltip is shown, and the pointer may rest on something that has one, GTK 4.8
   * takes the window for the tooltip (surface_transform_changed_cb in gtktooltipwindow.c) and warns. */
  gtk_widget_remove_css_class (GTK_WIDGET (window), "solid-csd");
  gtk_widget_add_css_class (GTK_WIDGET (window), "csd");
  gtk_window_set_default_size (window, current->width, current->height);
  g_idle_add (on_started, application);
}

static void
on_startup (GApplication *application)
{
  g_autoptr (GSettings) store = gesso_store_new ();
  gboolean slow = (current->look & SCREENSHOT_SLOW) != 0;

  g_settings_set_uint (store, "steps", slow ? 40 : 12);
  g_settings_set_boolean (store, "welcome-seen", (current->look & SCREENSHOT_WELCOME) == 0);
  g_settings_set_boolean (store, "seed-locked", TRUE);
  g_settings_set_uint64 (store, "seed", 7);
  g_settings_set_string (store, "style", current->look & SCREENSHOT_DARK ? "dark" : "light");
  /* As GNOME has it: nothing but a close button. */
  g_object_set (gtk_settings_get_default (), "gtk-decoration-layout", "appmenu:close", NULL);
  if (current->look & SCREENSHOT_SHADOW)
    g_object_set (gtk_settings_get_default (), "gtk-font-name", FONT, NULL);
  if (current->look & SCREENSHOT_RTL)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
}

static int
show_state (void)
{
  g_autoptr (GessoApplication) application = NULL;

  gesso_engine_prepare_process ();
  if (current->look & SCREENSHOT_HIGH_CONTRAST)
    g_setenv ("ADW_DEBUG_HIGH_CONTRAST", "1", TRUE);
  application = gesso_application_new ();
  g_signal_connect_after (application, "startup", G_CALLBACK (on_startup), NULL);
  g_signal_connect_after (application, "activate", G_CALLBACK (on_activate), NULL);

  return g_application_run (G_APPLICATION (application), 0, NULL);
}

/* ---- All of them ---------------------------------------------------------------------------- */

static gboolean
start_state (const char *program, const ScreenshotState *state)
{
  const char *const arguments[] = { program, "--state", state->name, folder, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *home = g_dir_make_tmp ("gesso-state-XXXXXX", NULL);

  /* What one of them left is nothing to go on with for the next. */
  g_subprocess_launcher_setenv (launcher, "HOME", home, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_STATE_HOME", home, TRUE);
  process = g_subprocess_launcher_spawnv (launcher, arguments, &error);
  if (process == NULL || !g_subprocess_wait_check (process, NULL, &error))
    {
      g_printerr ("%s: %s\n", state->name, error->message);
      return FALSE;
    }
  g_print ("%s/%s.png\n", folder, state->name);

  return TRUE;
}

int
main (int argc, char **argv)
{
  gboolean single = argc == 4 && g_str_equal (argv[1], "--state");
  const char *const *wanted = (const char *const *) argv + MIN (argc, 2);
  gboolean good = TRUE;

  if (argc < 2)
    {
      g_printerr ("screenshots FOLDER [STATE...]\n");
      return 2;
    }
  folder = single ? argv[3] : argv[1];
  g_mkdir_with_parents (folder, 0777);
  for (guint i = 0; i < screenshot_n_states; i++)
    {
      current = &screenshot_states[i];
      if (single && g_str_equal (current->name, argv[2]))
        return show_state ();
      if (!single && (*wanted == NULL || g_strv_contains (wanted, current->name)))
        good &= start_state (argv[0], current);
    }

  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
