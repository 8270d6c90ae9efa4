/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of a picture that is learned from, seen and chosen. */
#include "config.h"

#include "gesso-crop-view.h"

#include "engine/gesso-lesson.h"

#include <glib/gi18n.h>
#include <math.h>

#define SIZE 112
#define LEAST 0.05 /* of a side: a smaller rectangle was no drag but a click */

struct _GessoCropView
{
  GtkWidget          parent_instance;

  GessoTeachPicture *picture;
  guint              native_size;
  GdkRectangle       before; /* the drag */
};

G_DEFINE_FINAL_TYPE (GessoCropView, gesso_crop_view, GTK_TYPE_WIDGET)

/* ---- Where things are ----------------------------------------------------------------------- */

/* The place of the whole picture in the widget; its scale is the return value. */
static double
place (GessoCropView *self, graphene_rect_t *whole)
{
  const double width = gtk_widget_get_width (GTK_WIDGET (self));
  const double height = gtk_widget_get_height (GTK_WIDGET (self));
  const double picture_width = gesso_teach_picture_get_width (self->picture);
  const double picture_height = gesso_teach_picture_get_height (self->picture);
  const double scale = MIN (width / picture_width, height / picture_height);

  graphene_rect_init (whole, (float) ((width - picture_width * scale) / 2),
                      (float) ((height - picture_height * scale) / 2),
                      (float) (picture_width * scale), (float) (picture_height * scale));
  return scale;
}

void
gesso_crop_view_get_area (GessoCropView *self, graphene_rect_t *area)
{
  GdkRectangle crop;

  gesso_teach_picture_get_crop (self->picture, &crop);
  gesso_lesson_crop (crop.width, crop.height, self->native_size, area);
  graphene_rect_offset (area, (float) crop.x, (float) crop.y);
}

static void
tell (GessoCropView *self)
{
  g_autofree char *text = NULL;
  graphene_rect_t area;

  gesso_crop_view_get_area (self, &area);
  /* Translators: width, height and place of the part of a picture that is learned from */
  text = g_strdup_printf (_("Learned from: %.0f × %.0f pixels at %.0f, %.0f"), (double) area.size.width,
                          (double) area.size.height, (double) area.origin.x, (double) area.origin.y);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- Choosing ------------------------------------------------------------------------------- */

static void
on_drag_begin (GtkGestureDrag *drag, double x, double y, GessoCropView *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  gesso_teach_picture_get_crop (self->picture, &self->before);
}

static void
on_drag_update (GtkGestureDrag *drag, double dx, double dy, GessoCropView *self)
{
  graphene_rect_t whole;
  const double scale = place (self, &whole);
  double x, y, left, top, right, bottom;
  GdkRectangle crop;

  gtk_gesture_drag_get_start_point (drag, &x, &y);
  left = (MIN (x, x + dx) - (double) whole.origin.x) / scale;
  right = (MAX (x, x + dx) - (double) whole.origin.x) / scale;
  top = (MIN (y, y + dy) - (double) whole.origin.y) / scale;
  bottom = (MAX (y, y + dy) - (double) whole.origin.y) / scale;
  crop = (GdkRectangle) { (int) floor (left), (int) floor (top), (int) ceil (right - left),
                          (int) ceil (bottom - top) };
  if (crop.width >= LEAST * gesso_teach_picture_get_width (self->picture)
      && crop.height >= LEAST * gesso_teach_picture_get_height (self->picture))
    gesso_teach_picture_set_crop (self->picture, &crop);
  else
    gesso_teach_picture_set_crop (self->picture, &self->before);
}

/* parameter: (dx, dy, larger) in twentieths of the picture; all 0: no crop. */
static gboolean
on_key (GtkWidget *widget, GVariant *parameter, gpointer data)
{
  GessoCropView *self = GESSO_CROP_VIEW (widget);
  const int width = gesso_teach_picture_get_width (self->picture);
  const int height = gesso_teach_picture_get_height (self->picture);
  int dx, dy, larger;
  GdkRectangle crop;

  g_variant_get (parameter, "(iii)", &dx, &dy, &larger);
  gesso_teach_picture_get_crop (self->picture, &crop);
  crop.x += (dx - larger) * MAX (width / 20, 1);
  crop.y += (dy - larger) * MAX (height / 20, 1);
  crop.width += 2 * larger * MAX (width / 20, 1);
  crop.height += 2 * larger * MAX (height / 20, 1);
  if (dx == 0 && dy == 0 && larger == 0)
    crop = (GdkRectangle) { 0 };
  else if (crop.width < width * LEAST || crop.height < height * LEAST)
    return TRUE;
  else if (larger == 0)
    {
      crop.x = CLAMP (crop.x, 0, width - crop.width);
      crop.y = CLAMP (crop.y, 0, height - crop.height);
    }
  gesso_teach_picture_set_crop (self->picture, &crop);
  return TRUE;
}

/* ---- Drawing -------------------------------------------------------------------------------- */

static void
gesso_crop_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GessoCropView *self = GESSO_CROP_VIEW (widget);
  GdkPaintable *look = gesso_teach_picture_get_look (self->picture);
  const GdkRGBA shade = { 0, 0, 0, 0.6f }, line = { 1, 1, 1, 0.9f };
  const GdkRGBA lines[] = { line, line, line, line };
  graphene_rect_t whole, area;
  GskRoundedRect frame;
  double scale;

  if (look == NULL)
    return;
  scale = place (self, &whole);
  gesso_crop_view_get_area (self, &area);
  graphene_rect_scale (&area, (float) scale, (float) scale, &area);
  graphene_rect_offset (&area, whole.origin.x, whole.origin.y);

  for (guint shown = 0; shown < 2; shown++)
    {
      gtk_snapshot_push_clip (snapshot, shown ? &area : &whole);
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &whole.origin);
      gdk_paintable_snapshot (look, snapshot, (double) whole.size.width, (double) whole.size.height);
      gtk_snapshot_restore (snapshot);
      if (!shown)
        gtk_snapshot_append_color (snapshot, &shade, &whole);
      gtk_snapshot_pop (snapshot);
    }
  gsk_rounded_rect_init_from_rect (&frame, &area, 0);
  gtk_snapshot_append_border (snapshot, &frame, (float[4]) { 1, 1, 1, 1 }, lines);
}

static void
gesso_crop_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                         int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = SIZE;
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_crop_view_finalize (GObject *object)
{
  g_clear_object (&GESSO_CROP_VIEW (object)->picture);

  G_OBJECT_CLASS (gesso_crop_view_parent_class)->finalize (object);
}

static void
gesso_crop_view_class_init (GessoCropViewClass *klass)
{
  static const struct
  {
    guint key;
    int   dx, dy, larger;
  } keys[] = {
    { GDK_KEY_Left, -1, 0, 0 },   { GDK_KEY_Right, 1, 0, 0 },   { GDK_KEY_Up, 0, -1, 0 },
    { GDK_KEY_Down, 0, 1, 0 },    { GDK_KEY_plus, 0, 0, 1 },    { GDK_KEY_KP_Add, 0, 0, 1 },
    { GDK_KEY_minus, 0, 0, -1 },  { GDK_KEY_KP_Subtract, 0, 0, -1 }, { GDK_KEY_Delete, 0, 0, 0 },
  };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gesso_crop_view_finalize;
  widget_class->snapshot = gesso_crop_view_snapshot;
  widget_class->measure = gesso_crop_view_measure;
  gtk_widget_class_set_css_name (widget_class, "cropview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding (widget_class, keys[i].key, 0, on_key, "(iii)", keys[i].dx, keys[i].dy,
                                  keys[i].larger);
}

static void
gesso_crop_view_init (GessoCropView *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}

GtkWidget *
gesso_crop_view_new (GessoTeachPicture *picture, guint native_size)
{
  GessoCropView *self = g_object_new (GESSO_TYPE_CROP_VIEW, NULL);
  g_autofree char *label = g_strdup_printf (_("Part of %s that is learned from"),
                                            gesso_teach_picture_get_name (picture));

  self->picture = g_object_ref (picture);
  self->native_size = native_size;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self),
                               _("Draw a rectangle round what is to be learned; Delete takes it away"));
  g_signal_connect_object (picture, "notify::crop", G_CALLBACK (tell), self, G_CONNECT_SWAPPED);
  tell (self);

  return GTK_WIDGET (self);
}
