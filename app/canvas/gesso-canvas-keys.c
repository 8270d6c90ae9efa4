/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys that painting programs share, while the canvas has the focus. */
#include "config.h"

#include "gesso-canvas-private.h"

#define TURN 15.0 /* degrees of 4 and 6                        */
#define PAN 64    /* widget pixels of an arrow that moves nothing else */

static gboolean
choose_tool (GessoCanvas *self, guint keyval)
{
  static const struct
  {
    guint         keyval;
    GessoToolKind kind;
  } keys[] = {
    { GDK_KEY_b, GESSO_TOOL_BRUSH },     { GDK_KEY_m, GESSO_TOOL_MASK_BRUSH },
    { GDK_KEY_r, GESSO_TOOL_RECTANGLE }, { GDK_KEY_l, GESSO_TOOL_LASSO },
    { GDK_KEY_f, GESSO_TOOL_FILL },      { GDK_KEY_p, GESSO_TOOL_PICKER },
    { GDK_KEY_v, GESSO_TOOL_MOVE },      { GDK_KEY_t, GESSO_TOOL_MOVE },
    { GDK_KEY_g, GESSO_TOOL_FRAME },
  };

  if (keyval == GDK_KEY_e)
    {
      gesso_toolbox_toggle_eraser (self->toolbox);
      return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].keyval == keyval)
      {
        gesso_toolbox_set_kind (self->toolbox, keys[i].kind);
        return TRUE;
      }

  return FALSE;
}

static gboolean
change_view (GessoCanvas *self, guint keyval)
{
  double x = gtk_widget_get_width (GTK_WIDGET (self)) / 2.0;
  double y = gtk_widget_get_height (GTK_WIDGET (self)) / 2.0;
  double angle = gesso_view_get_angle (self->view);

  switch (keyval)
    {
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
      gesso_view_zoom_step (self->view, 1);
      return TRUE;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      gesso_view_zoom_step (self->view, -1);
      return TRUE;
    case GDK_KEY_1:
      gesso_view_zoom_to (self->view, 1, x, y);
      return TRUE;
    case GDK_KEY_2:
      gesso_view_fit (self->view);
      return TRUE;
    case GDK_KEY_4:
      gesso_view_turn_to (self->view, angle - TURN, x, y);
      return TRUE;
    case GDK_KEY_6:
      gesso_view_turn_to (self->view, angle + TURN, x, y);
      return TRUE;
    case GDK_KEY_5:
      gesso_view_turn_to (self->view, 0, x, y);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
pan_by_arrow (GessoCanvas *self, guint keyval)
{
  int dx = (keyval == GDK_KEY_Right) - (keyval == GDK_KEY_Left);
  int dy = (keyval == GDK_KEY_Down) - (keyval == GDK_KEY_Up);

  gesso_view_pan (self->view, -dx * PAN, -dy * PAN);
  return dx != 0 || dy != 0;
}

static void
set_space (GessoCanvas *self, gboolean space)
{
  if (self->space == space)
    return;

  self->space = space;
  gesso_canvas_update_cursor (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
on_key_pressed (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                GessoCanvas           *self)
{
  GessoTool *tool = gesso_toolbox_get_tool (self->toolbox, gesso_toolbox_get_kind (self->toolbox));

  if (self->painting == NULL)
    return GDK_EVENT_PROPAGATE;

  keyval = gdk_keyval_to_lower (keyval);
  if (keyval == GDK_KEY_space)
    {
      set_space (self, TRUE);
      return GDK_EVENT_STOP;
    }
  if (keyval == GDK_KEY_Escape && gesso_tool_is_busy (tool))
    {
      gesso_tool_cancel (tool);
      return GDK_EVENT_STOP;
    }
  if (keyval == GDK_KEY_m && (state & GDK_CONTROL_MASK))
    {
      gesso_view_mirror (self->view, gtk_widget_get_width (GTK_WIDGET (self)) / 2.0,
                         gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
      return GDK_EVENT_STOP;
    }
  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK))
    return GDK_EVENT_PROPAGATE;

  if (gesso_tool_key (tool, keyval, state))
    return GDK_EVENT_STOP;
  if (keyval == GDK_KEY_bracketleft || keyval == GDK_KEY_bracketright)
    {
      gesso_toolbox_resize_brush (self->toolbox, keyval == GDK_KEY_bracketright ? 1 : -1);
      return GDK_EVENT_STOP;
    }
  if (gesso_tool_is_busy (tool))
    return GDK_EVENT_PROPAGATE;

  return choose_tool (self, keyval) || change_view (self, keyval) || pan_by_arrow (self, keyval);
}

static void
on_key_released (GtkEventControllerKey *controller,
                 guint                  keyval,
                 guint                  keycode,
                 GdkModifierType        state,
                 GessoCanvas           *self)
{
  if (keyval == GDK_KEY_space)
    set_space (self, FALSE);
}

static void
on_focus_left (GtkEventControllerFocus *controller, GessoCanvas *self)
{
  set_space (self, FALSE);
}

void
gesso_canvas_init_keys (GessoCanvas *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key_pressed), self);
  g_signal_connect (keys, "key-released", G_CALLBACK (on_key_released), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect (focus, "leave", G_CALLBACK (on_focus_left), self);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
}
