/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The canvas, its welcome and its tools. */
#include "config.h"

#include "gesso-canvas-view.h"

#include "gesso-mask-bar.h"

#include <adwaita.h>

struct _GessoCanvasView
{
  GtkWidget     parent_instance;

  GtkWidget    *overlay;
  GessoCanvas  *canvas;
  GtkWidget    *empty;
  GessoMaskBar *mask_bar;

  gboolean      painting;
};

G_DEFINE_FINAL_TYPE (GessoCanvasView, gesso_canvas_view, GTK_TYPE_WIDGET)

void
gesso_canvas_view_show (GessoCanvasView *self, GdkPaintable *paintable, GessoMask *mask)
{
  gtk_widget_set_visible (self->empty, paintable == NULL);
  gesso_canvas_set_paintable (self->canvas, paintable);
  gesso_canvas_set_mask (self->canvas, mask);
}

void
gesso_canvas_view_set_painting (GessoCanvasView *self, gboolean painting)
{
  self->painting = painting;
  g_object_set (self->canvas, "painting", painting, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->mask_bar), painting);
  if (painting)
    gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

/* The keys that every painting program knows, while the canvas has the focus. */
static gboolean
on_key_pressed (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                GessoCanvasView       *self)
{
  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK))
    return GDK_EVENT_PROPAGATE;

  if (keyval == GDK_KEY_b)
    return gtk_widget_activate_action (GTK_WIDGET (self), "win.paint-mask", NULL);
  if (!self->painting)
    return GDK_EVENT_PROPAGATE;

  switch (keyval)
    {
    case GDK_KEY_Escape:
      return gtk_widget_activate_action (GTK_WIDGET (self), "win.paint-mask", NULL);
    case GDK_KEY_e:
      gesso_mask_bar_toggle_eraser (self->mask_bar);
      return GDK_EVENT_STOP;
    case GDK_KEY_bracketleft:
      gesso_mask_bar_resize_brush (self->mask_bar, -1);
      return GDK_EVENT_STOP;
    case GDK_KEY_bracketright:
      gesso_mask_bar_resize_brush (self->mask_bar, 1);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
gesso_canvas_view_dispose (GObject *object)
{
  g_clear_pointer (&GESSO_CANVAS_VIEW (object)->overlay, gtk_widget_unparent);

  G_OBJECT_CLASS (gesso_canvas_view_parent_class)->dispose (object);
}

static void
gesso_canvas_view_class_init (GessoCanvasViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_canvas_view_dispose;

  g_type_ensure (GESSO_TYPE_CANVAS);
  g_type_ensure (GESSO_TYPE_MASK_BAR);
  gtk_widget_class_set_css_name (widget_class, "canvasview");
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/canvas/gesso-canvas-view.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoCanvasView, overlay);
  gtk_widget_class_bind_template_child (widget_class, GessoCanvasView, canvas);
  gtk_widget_class_bind_template_child (widget_class, GessoCanvasView, empty);
  gtk_widget_class_bind_template_child (widget_class, GessoCanvasView, mask_bar);
}

static void
gesso_canvas_view_init (GessoCanvasView *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));

  gesso_mask_bar_bind (self->mask_bar, self->canvas);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self->canvas), keys);
}
