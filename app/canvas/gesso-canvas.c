/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture on its neutral ground, the mask over it, and the brush. */
#include "config.h"

#include "gesso-canvas.h"

#include <glib/gi18n.h>

#define MARGIN 24      /* pixels round the picture */
#define MAX_SCALE 5.0f /* small pictures stay small enough to look sharp */

struct _GessoCanvas
{
  GtkWidget         parent_instance;

  GdkPaintable     *paintable;
  GessoMask        *mask;
  gboolean          painting;
  gboolean          erasing;
  double            brush_size;

  gboolean          pointer_inside;
  graphene_point_t  pointer;   /* in the widget      */
  graphene_point_t  last;      /* in the picture     */
  guint8            value;     /* of this stroke     */
};

enum
{
  PROP_0,
  PROP_PAINTABLE,
  PROP_MASK,
  PROP_PAINTING,
  PROP_ERASING,
  PROP_BRUSH_SIZE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (GessoCanvas, gesso_canvas, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

/* ---- Places --------------------------------------------------------------------------------- */

/* Where the picture lies, in whole pixels; FALSE if there is none. */
static gboolean
get_place (GessoCanvas *self, graphene_rect_t *place, float *scale)
{
  float width, height, room_x, room_y;

  if (self->paintable == NULL)
    return FALSE;

  width = (float) gdk_paintable_get_intrinsic_width (self->paintable);
  height = (float) gdk_paintable_get_intrinsic_height (self->paintable);
  room_x = (float) MAX (gtk_widget_get_width (GTK_WIDGET (self)) - 2 * MARGIN, 1);
  room_y = (float) MAX (gtk_widget_get_height (GTK_WIDGET (self)) - 2 * MARGIN, 1);
  if (width < 1 || height < 1)
    return FALSE;

  *scale = MIN (MIN (room_x / width, room_y / height), MAX_SCALE);
  width *= *scale;
  height *= *scale;
  graphene_rect_init (place, (int) (MARGIN + (room_x - width) / 2),
                      (int) (MARGIN + (room_y - height) / 2), width, height);

  return TRUE;
}

/* The mask and what is shown may differ in size (a preview): the mask's pixels count. */
static gboolean
to_picture (GessoCanvas *self, double x, double y, graphene_point_t *point)
{
  graphene_rect_t place;
  float scale;

  if (!get_place (self, &place, &scale))
    return FALSE;

  graphene_point_init (point, ((float) x - place.origin.x) / scale,
                       ((float) y - place.origin.y) / scale);
  return TRUE;
}

/* Picture pixels. */
static double
get_brush_radius (GessoCanvas *self)
{
  int longer = MAX (gdk_paintable_get_intrinsic_width (self->paintable),
                    gdk_paintable_get_intrinsic_height (self->paintable));

  return MAX (self->brush_size / 200 * longer, 0.5);
}

/* ---- Drawing -------------------------------------------------------------------------------- */

static void
snapshot_brush (GessoCanvas *self, GtkSnapshot *snapshot, float scale)
{
  const GdkRGBA dark = { 0, 0, 0, 0.6f }, dark4[4] = { dark, dark, dark, dark };
  const GdkRGBA light = { 1, 1, 1, 0.9f }, light4[4] = { light, light, light, light };
  const float thin[4] = { 1, 1, 1, 1 };
  float radius = (float) get_brush_radius (self) * scale;
  graphene_rect_t bounds;
  GskRoundedRect ring;

  graphene_rect_init (&bounds, self->pointer.x - radius, self->pointer.y - radius, 2 * radius,
                      2 * radius);
  gsk_rounded_rect_init_from_rect (&ring, &bounds, radius);
  gtk_snapshot_append_border (snapshot, &ring, thin, light4);
  gsk_rounded_rect_shrink (&ring, -1, -1, -1, -1);
  gtk_snapshot_append_border (snapshot, &ring, thin, dark4);
}

static void
gesso_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  const GdkRGBA shadow = { 0, 0, 0, 0.3f };
  GessoCanvas *self = GESSO_CANVAS (widget);
  graphene_rect_t place;
  GskRoundedRect outline;
  float scale;

  if (!get_place (self, &place, &scale))
    return;

  gsk_rounded_rect_init_from_rect (&outline, &place, 0);
  gtk_snapshot_append_outset_shadow (snapshot, &outline, &shadow, 0, 2, 0, 12);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &place.origin);
  gdk_paintable_snapshot (self->paintable, snapshot, place.size.width, place.size.height);
  gtk_snapshot_restore (snapshot);

  if (self->mask)
    gesso_mask_snapshot (self->mask, snapshot, &place);
  if (self->painting && self->pointer_inside)
    snapshot_brush (self, snapshot, scale);
}

/* ---- Painting ------------------------------------------------------------------------------- */

static void
update_cursor (GessoCanvas *self)
{
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), self->painting ? "crosshair" : NULL);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_motion (GtkEventControllerMotion *controller, double x, double y, GessoCanvas *self)
{
  graphene_point_init (&self->pointer, (float) x, (float) y);
  self->pointer_inside = TRUE;
  if (self->painting)
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_leave (GtkEventControllerMotion *controller, GessoCanvas *self)
{
  self->pointer_inside = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_drag_begin (GtkGestureDrag *gesture, double x, double y, GessoCanvas *self)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (!self->painting || self->mask == NULL ||
      (button != GDK_BUTTON_PRIMARY && button != GDK_BUTTON_SECONDARY) ||
      !to_picture (self, x, y, &self->last))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }

  /* The other button does the other thing. */
  self->value = self->erasing == (button == GDK_BUTTON_SECONDARY) ? 255 : 0;
  gesso_mask_begin_stroke (self->mask);
  gesso_mask_line (self->mask, &self->last, &self->last, get_brush_radius (self), self->value);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
on_drag_update (GtkGestureDrag *gesture, double dx, double dy, GessoCanvas *self)
{
  graphene_point_t next;
  double x, y;

  if (self->mask == NULL || !gtk_gesture_drag_get_start_point (gesture, &x, &y) ||
      !to_picture (self, x + dx, y + dy, &next))
    return;

  gesso_mask_line (self->mask, &self->last, &next, get_brush_radius (self), self->value);
  self->last = next;
}

static void
on_mask_changed (GessoMask *mask, GessoCanvas *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- The object ----------------------------------------------------------------------------- */

void
gesso_canvas_set_paintable (GessoCanvas *self, GdkPaintable *paintable)
{
  g_autofree char *description = NULL;

  if (!g_set_object (&self->paintable, paintable))
    return;

  if (paintable)
    description = g_strdup_printf (_("A picture of %d × %d pixels"),
                                   gdk_paintable_get_intrinsic_width (paintable),
                                   gdk_paintable_get_intrinsic_height (paintable));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  description ? description : _("No picture yet"), -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAINTABLE]);
}

void
gesso_canvas_set_mask (GessoCanvas *self, GessoMask *mask)
{
  if (self->mask == mask)
    return;

  if (self->mask)
    g_signal_handlers_disconnect_by_func (self->mask, on_mask_changed, self);
  g_set_object (&self->mask, mask);
  if (mask)
    g_signal_connect (mask, "changed", G_CALLBACK (on_mask_changed), self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MASK]);
}

static void
gesso_canvas_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GessoCanvas *self = GESSO_CANVAS (object);

  switch (prop_id)
    {
    case PROP_PAINTABLE:
      g_value_set_object (value, self->paintable);
      break;
    case PROP_MASK:
      g_value_set_object (value, self->mask);
      break;
    case PROP_PAINTING:
      g_value_set_boolean (value, self->painting);
      break;
    case PROP_ERASING:
      g_value_set_boolean (value, self->erasing);
      break;
    case PROP_BRUSH_SIZE:
      g_value_set_double (value, self->brush_size);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gesso_canvas_set_property (GObject      *object,
                           guint         prop_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  GessoCanvas *self = GESSO_CANVAS (object);

  switch (prop_id)
    {
    case PROP_PAINTABLE:
      gesso_canvas_set_paintable (self, g_value_get_object (value));
      break;
    case PROP_MASK:
      gesso_canvas_set_mask (self, g_value_get_object (value));
      break;
    case PROP_PAINTING:
      self->painting = g_value_get_boolean (value);
      update_cursor (self);
      break;
    case PROP_ERASING:
      self->erasing = g_value_get_boolean (value);
      break;
    case PROP_BRUSH_SIZE:
      self->brush_size = g_value_get_double (value);
      gtk_widget_queue_draw (GTK_WIDGET (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gesso_canvas_dispose (GObject *object)
{
  GessoCanvas *self = GESSO_CANVAS (object);

  gesso_canvas_set_mask (self, NULL);
  g_clear_object (&self->paintable);

  G_OBJECT_CLASS (gesso_canvas_parent_class)->dispose (object);
}

static void
gesso_canvas_class_init (GessoCanvasClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = gesso_canvas_get_property;
  object_class->set_property = gesso_canvas_set_property;
  object_class->dispose = gesso_canvas_dispose;
  widget_class->snapshot = gesso_canvas_snapshot;

  properties[PROP_PAINTABLE] =
      g_param_spec_object ("paintable", NULL, NULL, GDK_TYPE_PAINTABLE, flags);
  properties[PROP_MASK] = g_param_spec_object ("mask", NULL, NULL, GESSO_TYPE_MASK, flags);
  properties[PROP_PAINTING] = g_param_spec_boolean ("painting", NULL, NULL, FALSE, flags);
  properties[PROP_ERASING] = g_param_spec_boolean ("erasing", NULL, NULL, FALSE, flags);
  properties[PROP_BRUSH_SIZE] = g_param_spec_double ("brush-size", NULL, NULL, 0.1, 100, 10, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_css_name (widget_class, "gesso-canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
gesso_canvas_init (GessoCanvas *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();

  self->brush_size = 10;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _("Canvas"),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, _("No picture yet"), -1);

  g_signal_connect (motion, "enter", G_CALLBACK (on_motion), self);
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), 0);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}
