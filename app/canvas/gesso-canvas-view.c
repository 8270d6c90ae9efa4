/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The canvas, and what lies round it. */
#include "config.h"

#include "gesso-canvas-view.h"

#include "gesso-brush-bar.h"
#include "gesso-tool-bar.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

struct _GessoCanvasView
{
  GtkWidget       parent_instance;

  GtkWidget      *box;
  GtkWidget      *empty;
  GessoWelcome   *welcome;
  gboolean        has_painting;
  GtkWidget      *status_bar;
  GtkLabel       *zoom_label;
  GessoToolBar   *tool_bar;
  GessoBrushBar  *brush_bar;
  GessoCanvas    *canvas;
  GessoLiveBar   *live_bar;
  GessoDropZones *drop_zones;
};

G_DEFINE_FINAL_TYPE (GessoCanvasView, gesso_canvas_view, GTK_TYPE_WIDGET)

static guint message_signal, dropped_signal;

GessoCanvas *
gesso_canvas_view_get_canvas (GessoCanvasView *self)
{
  return self->canvas;
}

GessoLiveBar *
gesso_canvas_view_get_live_bar (GessoCanvasView *self)
{
  return self->live_bar;
}

GessoWelcome *
gesso_canvas_view_get_welcome (GessoCanvasView *self)
{
  return self->welcome;
}

/* What the welcome covers is not to be reached by Tab. */
static void
update_empty (GessoCanvasView *self)
{
  gtk_widget_set_visible (self->empty,
                          !self->has_painting && !gtk_widget_get_visible (GTK_WIDGET (self->welcome)));
}

void
gesso_canvas_view_set_welcome (GessoCanvasView *self, gboolean shown)
{
  gtk_widget_set_visible (GTK_WIDGET (self->welcome), shown);
  update_empty (self);
}

void
gesso_canvas_view_set_painting (GessoCanvasView *self, GessoPainting *painting)
{
  gesso_canvas_set_painting (self->canvas, painting);
  self->has_painting = painting != NULL;
  update_empty (self);
  gtk_widget_set_visible (GTK_WIDGET (self->tool_bar), painting != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->brush_bar), painting != NULL);
  gtk_widget_set_visible (self->status_bar, painting != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "canvas.zoom-in", painting != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "canvas.zoom-out", painting != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "canvas.zoom-fit", painting != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "canvas.zoom-100", painting != NULL);
}

/* The canvas, held by a gesture say, may live longer than what lies round it. */
static void
on_view_changed (GessoCanvasView *self, GessoView *view)
{
  double percent = gesso_view_get_zoom (view) * 100;
  g_autofree char *text = g_strdup_printf (_("%d %%"), (int) lrint (percent));

  if (self->zoom_label)
    gtk_label_set_label (self->zoom_label, text);
}

static void
activate (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GessoCanvasView *self = GESSO_CANVAS_VIEW (widget);
  GessoView *view = gesso_canvas_get_view (self->canvas);

  if (g_str_equal (name, "canvas.zoom-in"))
    gesso_view_zoom_step (view, 1);
  else if (g_str_equal (name, "canvas.zoom-out"))
    gesso_view_zoom_step (view, -1);
  else if (g_str_equal (name, "canvas.zoom-fit"))
    {
      gesso_view_turn_to (view, 0, 0, 0);
      gesso_view_fit (view);
    }
  else
    gesso_view_zoom_to (view, 1, gtk_widget_get_width (GTK_WIDGET (self->canvas)) / 2.0,
                        gtk_widget_get_height (GTK_WIDGET (self->canvas)) / 2.0);
}

static void
on_message (GessoCanvasView *self, const char *text)
{
  g_signal_emit (self, message_signal, 0, text);
}

static void
on_dropped (GessoCanvasView *self, guint zone, GFile *file, GdkTexture *texture)
{
  g_signal_emit (self, dropped_signal, 0, zone, file, texture);
}

static void
gesso_canvas_view_dispose (GObject *object)
{
  g_clear_pointer (&GESSO_CANVAS_VIEW (object)->box, gtk_widget_unparent);

  G_OBJECT_CLASS (gesso_canvas_view_parent_class)->dispose (object);
}

static void
gesso_canvas_view_class_init (GessoCanvasViewClass *klass)
{
  static const char *const actions[] = { "canvas.zoom-in", "canvas.zoom-out", "canvas.zoom-fit",
                                         "canvas.zoom-100" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_canvas_view_dispose;
  message_signal = g_signal_new ("message", GESSO_TYPE_CANVAS_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  dropped_signal = g_signal_new ("dropped", GESSO_TYPE_CANVAS_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 3, G_TYPE_UINT, G_TYPE_FILE, GDK_TYPE_TEXTURE);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, activate);

  g_type_ensure (GESSO_TYPE_CANVAS);
  g_type_ensure (GESSO_TYPE_TOOL_BAR);
  g_type_ensure (GESSO_TYPE_BRUSH_BAR);
  g_type_ensure (GESSO_TYPE_LIVE_BAR);
  g_type_ensure (GESSO_TYPE_DROP_ZONES);
  g_type_ensure (GESSO_TYPE_WELCOME);
  gtk_widget_class_set_css_name (widget_class, "canvasview");
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/canvas/gesso-canvas-view.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoCanvasView, box);
  gtk_widget_class_bind_template_child (widget_class, GessoCanvasView, empty);
  gtk_widget_class_bind_template_child (widget_class, GessoCanvasView, welcome);
  gtk_widget_class_bind_template_child (widget_class, GessoCanvasView, status_bar);
  gtk_widget_class_bind_template_child (widget_class, GessoCanvasView, zoom_label);
  gtk_widget_class_bind_template_child (widget_class, GessoCanvasView, tool_bar);
  gtk_widget_class_bind_template_child (widget_class, GessoCanvasView, brush_bar);
  gtk_widget_class_bind_template_child (widget_class, GessoCanvasView, canvas);
  gtk_widget_class_bind_template_child (widget_class, GessoCanvasView, live_bar);
  gtk_widget_class_bind_template_child (widget_class, GessoCanvasView, drop_zones);
}

static void
gesso_canvas_view_init (GessoCanvasView *self)
{
  GessoToolbox *toolbox;

  gtk_widget_init_template (GTK_WIDGET (self));

  toolbox = gesso_canvas_get_toolbox (self->canvas);
  gesso_tool_bar_bind (self->tool_bar, toolbox);
  gesso_brush_bar_bind (self->brush_bar, toolbox);
  g_signal_connect_object (toolbox, "message", G_CALLBACK (on_message), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gesso_canvas_get_view (self->canvas), "changed",
                           G_CALLBACK (on_view_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->drop_zones, "dropped", G_CALLBACK (on_dropped), self,
                           G_CONNECT_SWAPPED);
  gesso_drop_zones_watch (self->drop_zones, GTK_WIDGET (self));
  gesso_canvas_view_set_painting (self, NULL);
}
