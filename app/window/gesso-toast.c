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

void
gesso_toast_show (AdwToastOverlay *overlay,
                  const char      *text,
                  const char      *label,
                  const char      *action_name)
{
  GtkSettings *settings = gtk_widget_get_settings (GTK_WIDGET (overlay));
  AdwToast *current = g_object_get_qdata (G_OBJECT (overlay), current_quark ());
  AdwToast *toast = adw_toast_new (text);
  gboolean animated;

  if (label)
    {
      adw_toast_set_button_label (toast, label);
      adw_toast_set_action_name (toast, action_name);
    }
  if (current)
    adw_toast_dismiss (current);
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (on_dismissed), overlay, 0);
  g_object_set_qdata_full (G_OBJECT (overlay), current_quark (), g_object_ref (toast), g_object_unref);

  /* Animations look at this when they begin. */
  g_object_get (settings, "gtk-enable-animations", &animated, NULL);
  g_object_set (settings, "gtk-enable-animations", FALSE, NULL);
  adw_toast_overlay_add_toast (overlay, toast);
  g_object_set (settings, "gtk-enable-animations", animated, NULL);
}
