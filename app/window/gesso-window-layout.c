/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The side pane: beside the canvas in a wide window, over it and only when asked for in a narrow one.
 * Whether it is shown is remembered of wide windows alone.
 */
#include "config.h"

#include "gesso-window-private.h"

#define NARROW_WIDTH 900 /* of a window in which the pane would leave the canvas too little */

static void
set_narrow (GessoWindow *self, gboolean narrow)
{
  self->narrow = narrow;
  adw_flap_set_fold_policy (ADW_FLAP (self->flap),
                            narrow ? ADW_FLAP_FOLD_POLICY_ALWAYS : ADW_FLAP_FOLD_POLICY_NEVER);
  gtk_toggle_button_set_active (self->sidebar_button, !narrow && self->show_pane);
}

static gboolean
has_focus (GessoWindow *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  return focus && (gtk_widget_is_ancestor (focus, GTK_WIDGET (self->pane)) ||
                   gtk_widget_is_ancestor (focus, GTK_WIDGET (self->layers)));
}

/* Who opens it over the canvas wants to go on in it, also by keys; once it is there to take the focus. */
static void
on_mapped (GessoWindow *self)
{
  if (self->narrow)
    gtk_widget_child_focus (GTK_WIDGET (self->pane), GTK_DIR_TAB_FORWARD);
}

static void
on_shown (GessoWindow *self)
{
  gboolean shown = gtk_toggle_button_get_active (self->sidebar_button);

  if (!self->narrow)
    {
      self->show_pane = shown;
      if (self->store)
        g_settings_set_boolean (self->store, "show-settings", shown);
    }
  else if (!shown && has_focus (self))
    gtk_widget_grab_focus (GTK_WIDGET (self->prompt_bar));
}

void
gesso_window_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  GessoWindow *self = GESSO_WINDOW (widget);
  gboolean narrow = width < NARROW_WIDTH;

  if (self->flap && narrow != self->narrow)
    set_narrow (self, narrow);
  gesso_window_chain_size_allocate (widget, width, height, baseline);
}

void
gesso_window_init_layout (GessoWindow *self)
{
  g_autoptr (GPropertyAction) show_settings =
      g_property_action_new ("show-settings", self->sidebar_button, "active");

  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (show_settings));
  self->show_pane = self->store == NULL || g_settings_get_boolean (self->store, "show-settings");
  gtk_toggle_button_set_active (self->sidebar_button, self->show_pane);
  g_signal_connect_object (self->pane, "map", G_CALLBACK (on_mapped), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sidebar_button, "notify::active", G_CALLBACK (on_shown), self,
                           G_CONNECT_SWAPPED);
}
