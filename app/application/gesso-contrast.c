/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A style provider that comes and goes. */
#include "config.h"

#include "gesso-contrast.h"

#define SHEET "/io/github/gesso_paint/Gesso/high-contrast.css"

static void
update (AdwStyleManager *style, GParamSpec *pspec, GtkCssProvider *provider)
{
  GdkDisplay *display = gdk_display_get_default ();

  if (adw_style_manager_get_high_contrast (style))
    gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider),
                                                GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
  else
    gtk_style_context_remove_provider_for_display (display, GTK_STYLE_PROVIDER (provider));
}

void
gesso_contrast_follow (AdwStyleManager *style)
{
  GtkCssProvider *provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, SHEET);
  g_signal_connect_data (style, "notify::high-contrast", G_CALLBACK (update), provider,
                         (GClosureNotify) (void (*) (void)) g_object_unref, 0);
  update (style, NULL, provider);
}
