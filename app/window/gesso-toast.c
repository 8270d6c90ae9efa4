/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Toasts come up without sliding in, and none waits for another. In libadwaita 1.2 a toast that is
 * dismissed while it slides in is freed when it has faded out, 300 ms later, and the animation of its
 * coming, 500 ms where another was there before, ends in freed memory: Escape twice was enough.
 */
#include "config.h"

#include "gesso-toast.h"

static GQuark
current_quark (void)
{
  return g_quark_from_static_string ("gesso-toast-current");
}

static void
on_dismissed (AdwToast *toast, AdwToastOverlay *overlay)
{
  if (g_object_get_qdata (G_OBJECT (overlay), current_quark ()) == toast)
    g_object_set_qdata (G_OBJECT (overlay), current_quark (), NULL);
}

static AdwToast *
get_current (AdwToastOverlay *overlay)
{
  return g_object_get_qdata (G_OBJECT (overlay), current_quark ());
}

static void
show (AdwToastOverlay *overlay, AdwToast *toast)
{
  GtkSettings *settings = gtk_widget_get_settings (GTK_WIDGET (overlay));
  AdwToast *current = get_current (overlay);

  if (current)
    adw_toast_dismiss (current);
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (on_dismissed), overlay, 0);
  g_object_set_qdata_full (G_OBJECT (overlay), current_quark (), g_object_ref (toast), g_object_unref);

  /* Animations look at this when they begin. What the desktop says of it holds again afterwards, and is
   * followed: a value that is set here would stay. */
  g_object_set (settings, "gtk-enable-animations", FALSE, NULL);
  adw_toast_overlay_add_toast (overlay, toast);
  gtk_settings_reset_property (settings, "gtk-enable-animations");
}

void
gesso_toast_show (AdwToastOverlay *overlay,
                  const char      *text,
                  const char      *label,
                  const char      *action_name)
{
  AdwToast *toast = adw_toast_new (text);

  if (label)
    {
      adw_toast_set_button_label (toast, label);
      adw_toast_set_action_name (toast, action_name);
    }
  show (overlay, toast);
}

void
gesso_toast_show_lasting (AdwToastOverlay *overlay, const char *text)
{
  AdwToast *toast = adw_toast_new (text);

  adw_toast_set_timeout (toast, 0);
  show (overlay, toast);
}

void
gesso_toast_dismiss_lasting (AdwToastOverlay *overlay)
{
  AdwToast *current = get_current (overlay);

  if (current && adw_toast_get_timeout (current) == 0)
    adw_toast_dismiss (current);
}
