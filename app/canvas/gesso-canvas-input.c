/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pointers: mouse, pen, touchpad and touch screen. Tools hear of them in the picture's pixels. */
#include "config.h"

#include "gesso-canvas-private.h"

#include <math.h>

#define WHEEL_ZOOM 1.1892071150027210667 /* a notch: 2^(1/4) */
#define SURFACE_ZOOM 0.01                /* of a pixel of a touchpad, with Ctrl */
#define TURN_SNAP 15.0                   /* degrees, with Ctrl                  */

/* ---- Tools ---------------------------------------------------------------------------------- */

static GessoTool *
get_tool (GessoCanvas *self)
{
  return gesso_toolbox_get_tool (self->toolbox, gesso_toolbox_get_kind (self->toolbox));
}

static void
make_event (GessoCanvas *self, double x, double y, double pressure, GdkModifierType state,
            gboolean other, GessoToolEvent *event)
{
  GessoPoint p = gesso_view_to_picture (self->view, x, y);

  *event = (GessoToolEvent) { p.x, p.y, pressure, gesso_view_get_zoom (self->view), state, other, FALSE };
}

/* Since start: in all, and since the last frame. */
static void
note_time (GessoCanvas *self, gint64 start)
{
  gint64 spent = gesso_thread_time () - start;

  self->work.stroke += spent;
  self->stroke_us += spent;
}

static gboolean
press (GessoCanvas *self, double x, double y, double pressure, GdkModifierType state, gboolean other)
{
  gint64 start = gesso_thread_time ();
  GessoToolEvent event;
  gboolean begun;

  make_event (self, x, y, pressure, state, other, &event);
  begun = self->painting && gesso_tool_press (get_tool (self), &event);
  note_time (self, start);

  return begun;
}

static void
drag (GessoCanvas *self, double x, double y, double pressure, GdkModifierType state, gboolean more)
{
  gint64 start = gesso_thread_time ();
  GessoToolEvent event;

  make_event (self, x, y, pressure, state, FALSE, &event);
  event.more = more;
  gesso_tool_drag (get_tool (self), &event);
  note_time (self, start);
}

static void
release (GessoCanvas *self, double x, double y, double pressure, GdkModifierType state)
{
  gint64 start = gesso_thread_time ();
  GessoToolEvent event;

  make_event (self, x, y, pressure, state, FALSE, &event);
  gesso_tool_release (get_tool (self), &event);
  note_time (self, start);
}

void
gesso_canvas_point (GessoCanvas     *self,
                    GessoPointerStep step,
                    double           x,
                    double           y,
                    double           pressure,
                    GdkModifierType  state)
{
  if (step == GESSO_POINTER_PRESS)
    press (self, x, y, pressure, state, FALSE);
  else if (step == GESSO_POINTER_DRAG || step == GESSO_POINTER_BACKLOG)
    drag (self, x, y, pressure, state, step == GESSO_POINTER_BACKLOG);
  else
    release (self, x, y, pressure, state);
}

void
gesso_canvas_update_cursor (GessoCanvas *self)
{
  const char *name = gesso_tool_get_cursor (get_tool (self));

  if (self->drag == GESSO_DRAG_PAN || self->drag == GESSO_DRAG_TURN)
    name = "grabbing";
  else if (self->space)
    name = "grab";
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self),
                                   self->painting == NULL ? NULL : name ? name : "none");
}

/* ---- Hovering ------------------------------------------------------------------------------- */

static GdkModifierType
get_state (GtkEventController *controller)
{
  return gtk_event_controller_get_current_event_state (controller);
}

static void
on_motion (GtkEventControllerMotion *controller, double x, double y, GessoCanvas *self)
{
  GessoToolEvent event;

  self->pointer = (GessoPoint) { x, y };
  self->pointer_inside = TRUE;
  if (self->painting == NULL)
    return;

  if (!gesso_tool_is_busy (get_tool (self)))
    {
      make_event (self, x, y, 1, get_state (GTK_EVENT_CONTROLLER (controller)), FALSE, &event);
      gesso_tool_hover (get_tool (self), &event);
      gesso_canvas_update_cursor (self);
    }
  if (gesso_tool_get_cursor (get_tool (self)) == NULL)
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_leave (GtkEventControllerMotion *controller, GessoCanvas *self)
{
  self->pointer_inside = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- Mouse ---------------------------------------------------------------------------------- */

/* A pen's events come through its own gesture, with pressure and without loss. */
static gboolean
is_pen (GtkGesture *gesture)
{
  GdkEvent *event =
      gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (gesture));

  return event && gdk_event_get_device_tool (event) != NULL;
}

static double
get_angle (GessoCanvas *self, double x, double y)
{
  return atan2 (y - gtk_widget_get_height (GTK_WIDGET (self)) / 2.0,
                x - gtk_widget_get_width (GTK_WIDGET (self)) / 2.0) * 180 / G_PI;
}

static void
begin_view_drag (GessoCanvas *self, double x, double y, GdkModifierType state)
{
  self->drag = state & GDK_SHIFT_MASK ? GESSO_DRAG_TURN : GESSO_DRAG_PAN;
  self->drag_last = (GessoPoint) { x, y };
  self->turn_start = gesso_view_get_angle (self->view) - get_angle (self, x, y);
}

static void
update_view_drag (GessoCanvas *self, double x, double y, GdkModifierType state)
{
  if (self->drag == GESSO_DRAG_PAN)
    gesso_view_pan (self->view, x - self->drag_last.x, y - self->drag_last.y);
  else
    {
      double angle = self->turn_start + get_angle (self, x, y);

      if (state & GDK_CONTROL_MASK)
        angle = round (angle / TURN_SNAP) * TURN_SNAP;
      gesso_view_turn_to (self->view, angle, gtk_widget_get_width (GTK_WIDGET (self)) / 2.0,
                          gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
    }
  self->drag_last = (GessoPoint) { x, y };
}

static void
on_drag_begin (GtkGestureDrag *gesture, double x, double y, GessoCanvas *self)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));
  GdkModifierType state = get_state (GTK_EVENT_CONTROLLER (gesture));

  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->drag = GESSO_DRAG_NONE;
  if (self->painting && (button == GDK_BUTTON_MIDDLE || self->space))
    begin_view_drag (self, x, y, state);
  else if ((button == GDK_BUTTON_PRIMARY || button == GDK_BUTTON_SECONDARY) &&
           !is_pen (GTK_GESTURE (gesture)) &&
           press (self, x, y, 1, state, button == GDK_BUTTON_SECONDARY))
    self->drag = GESSO_DRAG_TOOL;

  gesso_canvas_update_cursor (self);
  gtk_gesture_set_state (GTK_GESTURE (gesture), self->drag == GESSO_DRAG_NONE
                                                    ? GTK_EVENT_SEQUENCE_DENIED
                                                    : GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
on_drag_update (GtkGestureDrag *gesture, double dx, double dy, GessoCanvas *self)
{
  GdkModifierType state = get_state (GTK_EVENT_CONTROLLER (gesture));
  double x, y;

  if (!gtk_gesture_drag_get_start_point (gesture, &x, &y))
    return;
  if (self->drag == GESSO_DRAG_TOOL)
    drag (self, x + dx, y + dy, 1, state, FALSE);
  else if (self->drag != GESSO_DRAG_NONE)
    update_view_drag (self, x + dx, y + dy, state);
}

static void
on_drag_end (GtkGestureDrag *gesture, double dx, double dy, GessoCanvas *self)
{
  double x, y;

  if (self->drag == GESSO_DRAG_TOOL && gtk_gesture_drag_get_start_point (gesture, &x, &y))
    release (self, x + dx, y + dy, 1, get_state (GTK_EVENT_CONTROLLER (gesture)));
  self->drag = GESSO_DRAG_NONE;
  gesso_canvas_update_cursor (self);
}

/* A second finger, a grab, or a pen that is gone: what was begun was not meant. */
static void
on_drag_cancel (GtkGesture *gesture, GdkEventSequence *sequence, GessoCanvas *self)
{
  if (self->drag == GESSO_DRAG_TOOL)
    gesso_tool_cancel (get_tool (self));
  self->drag = GESSO_DRAG_NONE;
  gesso_canvas_update_cursor (self);
}

/* ---- Pen ------------------------------------------------------------------------------------ */

static double
get_pressure (GtkGestureStylus *gesture)
{
  double pressure;

  return gtk_gesture_stylus_get_axis (gesture, GDK_AXIS_PRESSURE, &pressure) ? pressure : 1;
}

static gboolean
is_eraser (GtkGestureStylus *gesture)
{
  GdkDeviceTool *tool = gtk_gesture_stylus_get_device_tool (gesture);

  return tool && gdk_device_tool_get_tool_type (tool) == GDK_DEVICE_TOOL_TYPE_ERASER;
}

static void
on_pen_down (GtkGestureStylus *gesture, double x, double y, GessoCanvas *self)
{
  GdkModifierType state = get_state (GTK_EVENT_CONTROLLER (gesture));

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (self->space)
    begin_view_drag (self, x, y, state);
  else if (press (self, x, y, get_pressure (gesture), state, is_eraser (gesture)))
    self->drag = GESSO_DRAG_TOOL;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

/* Where the pen was between two frames, so that fast strokes stay round. */
static void
on_pen_motion (GtkGestureStylus *gesture, double x, double y, GessoCanvas *self)
{
  GdkModifierType state = get_state (GTK_EVENT_CONTROLLER (gesture));
  g_autofree GdkTimeCoord *backlog = NULL;
  guint n = 0;

  if (self->drag == GESSO_DRAG_PAN || self->drag == GESSO_DRAG_TURN)
    {
      update_view_drag (self, x, y, state);
      return;
    }
  if (self->drag != GESSO_DRAG_TOOL)
    return;

  if (gtk_gesture_stylus_get_backlog (gesture, &backlog, &n))
    for (guint k = 0; k < n; k++)
      {
        const GdkTimeCoord *at = &backlog[k];
        gboolean has_pressure = (at->flags & GDK_AXIS_FLAG_PRESSURE) != 0;

        drag (self, at->axes[GDK_AXIS_X], at->axes[GDK_AXIS_Y],
              has_pressure ? at->axes[GDK_AXIS_PRESSURE] : 1, state, TRUE);
      }
  drag (self, x, y, get_pressure (gesture), state, FALSE);
}

static void
on_pen_up (GtkGestureStylus *gesture, double x, double y, GessoCanvas *self)
{
  if (self->drag == GESSO_DRAG_TOOL)
    release (self, x, y, get_pressure (gesture), get_state (GTK_EVENT_CONTROLLER (gesture)));
  self->drag = GESSO_DRAG_NONE;
}

/* ---- Wheel and fingers ---------------------------------------------------------------------- */

/* A wheel zooms, two fingers pan; with Ctrl both zoom, with Shift a wheel pans across. */
static gboolean
on_scroll (GtkEventControllerScroll *controller, double dx, double dy, GessoCanvas *self)
{
  GdkModifierType state = get_state (GTK_EVENT_CONTROLLER (controller));
  gboolean wheel = gtk_event_controller_scroll_get_unit (controller) == GDK_SCROLL_UNIT_WHEEL;
  double zoom = gesso_view_get_zoom (self->view);

  if (self->painting == NULL)
    return GDK_EVENT_PROPAGATE;

  if (wheel && !(state & GDK_SHIFT_MASK) && dx == 0)
    gesso_view_zoom_to (self->view, zoom * pow (WHEEL_ZOOM, -dy), self->pointer.x, self->pointer.y);
  else if (wheel)
    gesso_view_pan (self->view, -(dx + dy) * 64, 0);
  else if (state & GDK_CONTROL_MASK)
    gesso_view_zoom_to (self->view, zoom * exp (-dy * SURFACE_ZOOM), self->pointer.x,
                        self->pointer.y);
  else
    gesso_view_pan (self->view, -dx, -dy);

  return GDK_EVENT_STOP;
}

static void
on_pinch_begin (GtkGesture *gesture, GdkEventSequence *sequence, GessoCanvas *self)
{
  self->pinch_zoom = gesso_view_get_zoom (self->view);
  gtk_gesture_get_bounding_box_center (gesture, &self->pinch_last.x, &self->pinch_last.y);
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
on_pinch_changed (GtkGestureZoom *gesture, double scale, GessoCanvas *self)
{
  GessoPoint p;

  if (!gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &p.x, &p.y))
    return;

  gesso_view_pan (self->view, p.x - self->pinch_last.x, p.y - self->pinch_last.y);
  gesso_view_zoom_to (self->view, self->pinch_zoom * scale, p.x, p.y);
  self->pinch_last = p;
}

/* ---- Set-up --------------------------------------------------------------------------------- */

static void
add (GessoCanvas *self, gpointer controller)
{
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}

void
gesso_canvas_init_input (GessoCanvas *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkGesture *mouse = gtk_gesture_drag_new ();
  GtkGesture *pen = gtk_gesture_stylus_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();

  g_signal_connect (motion, "enter", G_CALLBACK (on_motion), self);
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect (motion, "leave", G_CALLBACK (on_leave), self);
  add (self, motion);

  g_signal_connect (scroll, "scroll", G_CALLBACK (on_scroll), self);
  add (self, scroll);

  g_signal_connect (pinch, "begin", G_CALLBACK (on_pinch_begin), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (on_pinch_changed), self);
  add (self, pinch);

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (mouse), 0);
  g_signal_connect (mouse, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (mouse, "drag-update", G_CALLBACK (on_drag_update), self);
  g_signal_connect (mouse, "drag-end", G_CALLBACK (on_drag_end), self);
  g_signal_connect (mouse, "cancel", G_CALLBACK (on_drag_cancel), self);
  add (self, mouse);

  g_signal_connect (pen, "down", G_CALLBACK (on_pen_down), self);
  g_signal_connect (pen, "motion", G_CALLBACK (on_pen_motion), self);
  g_signal_connect (pen, "up", G_CALLBACK (on_pen_up), self);
  g_signal_connect (pen, "cancel", G_CALLBACK (on_drag_cancel), self);
  add (self, pen);
}
