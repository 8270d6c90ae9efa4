/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words about the program. */
#include "config.h"

#include "gesso-about.h"

#include <glib/gi18n.h>

#define WEBSITE "https://github.com/gesso-paint/gesso"

static void
add_line (GString *text, const char *name, const char *value)
{
  g_string_append_printf (text, "%s: %s\n", name, value && *value ? value : "unknown");
}

char *
gesso_about_dup_debug_info (GessoEngine *engine)
{
  GString *text = g_string_new (NULL);
  GdkDisplay *display = gdk_display_get_default ();
  g_autofree char *system = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  g_autofree char *gtk = g_strdup_printf ("%u.%u.%u", gtk_get_major_version (),
                                          gtk_get_minor_version (), gtk_get_micro_version ());
  g_autofree char *adwaita = g_strdup_printf ("%u.%u.%u", adw_get_major_version (),
                                              adw_get_minor_version (), adw_get_micro_version ());
  g_autofree char *glib = g_strdup_printf ("%u.%u.%u", glib_major_version, glib_minor_version,
                                           glib_micro_version);

  add_line (text, "Gesso", GESSO_VERSION);
  add_line (text, "Device", gesso_engine_get_device_name (engine));
  add_line (text, "System", system);
  add_line (text, "Desktop", g_getenv ("XDG_CURRENT_DESKTOP"));
  add_line (text, "Display", display ? G_OBJECT_TYPE_NAME (display) : NULL);
  add_line (text, "Flatpak", g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS) ? "yes" : "no");
  add_line (text, "GTK", gtk);
  add_line (text, "libadwaita", adwaita);
  add_line (text, "GLib", glib);

  return g_string_free (text, FALSE);
}

void
gesso_about_show (GtkWindow *parent, GessoEngine *engine)
{
  g_autofree char *debug_info = gesso_about_dup_debug_info (engine);

  adw_show_about_window (parent,
                         "application-name", _("Gesso"),
                         "application-icon", GESSO_APP_ID,
                         "version", GESSO_VERSION,
                         "developer-name", _("The Gesso contributors"),
                         "comments", _("Make pictures from words with Stable Diffusion, on your "
                                       "own computer and on any graphics card."),
                         "website", WEBSITE,
                         "issue-url", WEBSITE "/issues",
                         "license-type", GTK_LICENSE_GPL_3_0,
                         "debug-info", debug_info,
                         "debug-info-filename", "gesso-debug-info.txt",
                         /* Translators: your name, and address if you like */
                         "translator-credits", _("translator-credits"),
                         NULL);
}
