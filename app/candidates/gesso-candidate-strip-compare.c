/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparing with the picture as it is without the candidate, for as long as something is held. */
#include "config.h"

#include "gesso-candidate-strip-private.h"

static void
on_compare (GessoCandidateStrip *self)
{
  g_signal_emit_by_name (self, "overlay-changed");
}

void
gesso_candidate_strip_set_comparing (GessoCandidateStrip *self, gboolean comparing)
{
  gtk_toggle_button_set_active (self->compare,
                                comparing && gesso_candidate_strip_get_selected (self));
}

/* With a pointer it is held; by the keys of a button it is switched. */
static void
on_hold (GtkGesture *gesture, int n_press, double x, double y, GessoCandidateStrip *self)
{
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  gesso_candidate_strip_set_comparing (self, TRUE);
}

static void
on_let_go (GtkGesture *gesture, GdkEventSequence *sequence, GessoCandidateStrip *self)
{
  gesso_candidate_strip_set_comparing (self, FALSE);
}

static gboolean
on_key_pressed (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                GessoCandidateStrip   *self)
{
  if ((state & gtk_accelerator_get_default_mod_mask ()) != 0 || gdk_keyval_to_lower (keyval) != GDK_KEY_c)
    return GDK_EVENT_PROPAGATE;

  gesso_candidate_strip_set_comparing (self, TRUE);
  return GDK_EVENT_STOP;
}

static void
on_key_released (GtkEventControllerKey *controller,
                 guint                  keyval,
                 guint                  keycode,
                 GdkModifierType        state,
                 GessoCandidateStrip   *self)
{
  if (gdk_keyval_to_lower (keyval) == GDK_KEY_c)
    gesso_candidate_strip_set_comparing (self, FALSE);
}

void
gesso_candidate_strip_add_keys (GessoCandidateStrip *self, GtkWidget *widget)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (on_key_pressed), self, 0);
  g_signal_connect_object (keys, "key-released", G_CALLBACK (on_key_released), self, 0);
  gtk_widget_add_controller (widget, keys);
}

void
gesso_candidate_strip_bind_compare (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_callback (widget_class, on_compare);
  gtk_widget_class_bind_template_callback (widget_class, on_hold);
  gtk_widget_class_bind_template_callback (widget_class, on_let_go);
}
