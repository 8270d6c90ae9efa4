/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The help, in a window beside this one. */
#include "config.h"

#include "gesso-window-private.h"

#include "help/gesso-help-window.h"

static void
help (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;

  if (self->help_window == NULL)
    {
      self->help_window = gesso_help_window_new (GTK_WINDOW (self));
      g_object_add_weak_pointer (G_OBJECT (self->help_window), (gpointer *) &self->help_window);
    }
  gtk_window_present (self->help_window);
}

void
gesso_window_init_help (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "help", .activate = help },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}

void
gesso_window_close_help (GessoWindow *self)
{
  if (self->help_window)
    gtk_window_destroy (self->help_window);
}
