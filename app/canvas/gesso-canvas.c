/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The canvas's object: what it shows, and what makes it draw again. */
#include "config.h"

#include "gesso-canvas-private.h"

#include "document/gesso-selection.h"
#include "gesso-mask-look.h"
#include "gesso-masked-texture.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#define FEATHER_DELAY 150 /* ms after the last change of a mask before its soft edge is worked out */
#define MAX_FEATHER 256

enum
{
  PROP_0,
  PROP_PAINTING,
  PROP_FEATHER,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (GessoCanvas, gesso_canvas, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

/* ---- Tiles' content ------------------------------------------------------------------------- */

static void
render_picture (const GdkRectangle *area, guint8 *pixels, gsize stride, gpointer data)
{
  gesso_painting_composite (((GessoCanvas *) data)->painting, area, pixels, stride);
}

static void
render_masks (const GdkRectangle *area, guint8 *pixels, gsize stride, gpointer data)
{
  GessoCanvas *self = data;
  gboolean high_contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());

  gesso_mask_look_render (self->painting, self->feathered, area, self->mask_period, high_contrast,
                          pixels, stride);
}

/* ---- Soft edges ----------------------------------------------------------------------------- */

/* A mask and what softens it, for a thread. */
typedef struct
{
  GessoTiles  *mask;
  guint        radius;
  GdkRectangle picture;
} Feathering;

static Feathering *
feathering_new (GessoCanvas *self)
{
  Feathering *feathering = g_new0 (Feathering, 1);

  feathering->mask = gesso_mask_look_unite (self->painting);
  feathering->radius = self->feather;
  feathering->picture = (GdkRectangle) { 0, 0, (int) gesso_painting_get_width (self->painting),
                                         (int) gesso_painting_get_height (self->painting) };

  return feathering;
}

static void
feathering_free (gpointer data)
{
  gesso_tiles_unref (((Feathering *) data)->mask);
  g_free (data);
}

static GessoTiles *
run_feathering (const Feathering *feathering)
{
  if (feathering->radius == 0)
    return gesso_tiles_ref (feathering->mask);

  return gesso_selection_feather (feathering->mask, feathering->radius, &feathering->picture);
}

static void
feather_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, run_feathering (data), (GDestroyNotify) gesso_tiles_unref);
}

static void
set_feathered (GessoCanvas *self, GessoTiles *feathered)
{
  if (self->feathered == NULL && feathered == NULL)
    return;

  g_clear_pointer (&self->feathered, gesso_tiles_unref);
  self->feathered = feathered;
  gesso_tile_cache_clear (self->masks);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_feathered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoTiles) feathered = g_task_propagate_pointer (G_TASK (result), NULL);

  /* Cancelled when the mask changed again. */
  if (feathered)
    set_feathered (GESSO_CANVAS (source), g_steal_pointer (&feathered));
}

static gboolean
on_feather_timeout (gpointer data)
{
  GessoCanvas *self = data;
  g_autoptr (GTask) task = NULL;

  self->feather_timeout = 0;
  self->feathering = g_cancellable_new ();
  task = g_task_new (self, self->feathering, on_feathered, NULL);
  g_task_set_task_data (task, feathering_new (self), feathering_free);
  g_task_run_in_thread (task, feather_in_thread);

  return G_SOURCE_REMOVE;
}

/* While it is painted a mask is shown as it is painted; the soft edge follows in a moment. */
static void
queue_feather (GessoCanvas *self)
{
  g_clear_handle_id (&self->feather_timeout, g_source_remove);
  if (self->feathering)
    g_cancellable_cancel (self->feathering);
  g_clear_object (&self->feathering);
  set_feathered (self, NULL);
  if (self->feather > 0 && self->painting && gesso_mask_look_has_any (self->painting))
    self->feather_timeout = g_timeout_add (FEATHER_DELAY, on_feather_timeout, self);
}

GessoTiles *
gesso_canvas_dup_mask (GessoCanvas *self)
{
  Feathering *feathering;
  GessoTiles *mask;

  if (self->painting == NULL || !gesso_mask_look_has_any (self->painting))
    return NULL;
  if (self->feathered)
    return gesso_tiles_ref (self->feathered);

  feathering = feathering_new (self);
  mask = run_feathering (feathering);
  feathering_free (feathering);

  return mask;
}

/* ---- The painting --------------------------------------------------------------------------- */

static void
on_damaged (GessoPainting *painting, const GdkRectangle *area, GessoCanvas *self)
{
  gesso_tile_cache_damage (self->picture, area);
  gesso_tile_cache_damage (self->masks, area);
  if (self->feather > 0)
    queue_feather (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_selection_changed (GessoCanvas *self)
{
  g_clear_pointer (&self->outline, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_frame_changed (GessoCanvas *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
follow_size (GessoCanvas *self)
{
  guint width = 1, height = 1;
  g_autofree char *description = NULL;

  if (self->painting)
    {
      int x, y;

      /* What one looks at stays where it is. */
      gesso_painting_get_origin (self->painting, &x, &y);
      gesso_view_move_picture (self->view, x - self->origin_x, y - self->origin_y);
      self->origin_x = x;
      self->origin_y = y;
      width = gesso_painting_get_width (self->painting);
      height = gesso_painting_get_height (self->painting);
      description = g_strdup_printf (_("A picture of %d × %d pixels"), (int) width, (int) height);
    }
  gesso_tile_cache_set_size (self->picture, width, height);
  gesso_tile_cache_set_size (self->masks, width, height);
  gesso_view_set_picture (self->view, width, height);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  description ? description : _("No picture yet"), -1);
}

void
gesso_canvas_set_painting (GessoCanvas *self, GessoPainting *painting)
{
  if (self->painting == painting)
    return;

  gesso_toolbox_set_painting (self->toolbox, painting);
  if (self->painting)
    g_signal_handlers_disconnect_by_data (self->painting, self);
  g_set_object (&self->painting, painting);
  if (painting)
    {
      gesso_painting_get_origin (painting, &self->origin_x, &self->origin_y);
      g_signal_connect (painting, "damaged", G_CALLBACK (on_damaged), self);
      g_signal_connect_swapped (painting, "selection-changed", G_CALLBACK (on_selection_changed),
                                self);
      g_signal_connect_swapped (painting, "notify::frame", G_CALLBACK (on_frame_changed), self);
      g_signal_connect_swapped (painting, "notify::width", G_CALLBACK (follow_size), self);
      g_signal_connect_swapped (painting, "notify::height", G_CALLBACK (follow_size), self);
    }
  gesso_tile_cache_clear (self->picture);
  gesso_tile_cache_clear (self->masks);
  queue_feather (self);
  follow_size (self);
  on_selection_changed (self);
  gesso_canvas_update_cursor (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAINTING]);
}

void
gesso_canvas_set_overlay (GessoCanvas        *self,
                          GdkPaintable       *paintable,
                          const GdkRectangle *area,
                          const GessoTiles   *mask)
{
  g_clear_object (&self->overlay);
  if (paintable && area)
    {
      self->overlay_area = *area;
      if (mask && GDK_IS_TEXTURE (paintable))
        self->overlay =
            GDK_PAINTABLE (gesso_masked_texture_new (GDK_TEXTURE (paintable), area, mask));
      else
        self->overlay = g_object_ref (paintable);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- The view and the tools ----------------------------------------------------------------- */

GessoView *
gesso_canvas_get_view (GessoCanvas *self)
{
  return self->view;
}

GessoToolbox *
gesso_canvas_get_toolbox (GessoCanvas *self)
{
  return self->toolbox;
}

void
gesso_canvas_take_work (GessoCanvas *self, GessoCanvasWork *work)
{
  *work = self->work;
  self->work = (GessoCanvasWork) { 0 };
}

static void
on_view_changed (GessoCanvas *self)
{
  g_clear_pointer (&self->outline, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_tool_changed (GessoCanvas *self)
{
  gesso_canvas_update_cursor (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gesso_view_set_size (GESSO_CANVAS (widget)->view, width, height);
}

static void
gesso_canvas_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GessoCanvas *self = GESSO_CANVAS (object);

  switch (prop_id)
    {
    case PROP_PAINTING:
      g_value_set_object (value, self->painting);
      break;
    case PROP_FEATHER:
      g_value_set_uint (value, self->feather);
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
    case PROP_PAINTING:
      gesso_canvas_set_painting (self, g_value_get_object (value));
      break;
    case PROP_FEATHER:
      if (self->feather != g_value_get_uint (value))
        {
          self->feather = g_value_get_uint (value);
          queue_feather (self);
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gesso_canvas_dispose (GObject *object)
{
  GessoCanvas *self = GESSO_CANVAS (object);

  gesso_canvas_set_painting (self, NULL);
  g_clear_object (&self->overlay);

  G_OBJECT_CLASS (gesso_canvas_parent_class)->dispose (object);
}

static void
gesso_canvas_finalize (GObject *object)
{
  GessoCanvas *self = GESSO_CANVAS (object);

  g_clear_pointer (&self->outline, gsk_render_node_unref);
  g_clear_pointer (&self->feathered, gesso_tiles_unref);
  gesso_tile_cache_free (self->picture);
  gesso_tile_cache_free (self->masks);
  g_object_unref (self->toolbox);
  g_object_unref (self->view);

  G_OBJECT_CLASS (gesso_canvas_parent_class)->finalize (object);
}

static void
gesso_canvas_class_init (GessoCanvasClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = gesso_canvas_get_property;
  object_class->set_property = gesso_canvas_set_property;
  object_class->dispose = gesso_canvas_dispose;
  object_class->finalize = gesso_canvas_finalize;
  widget_class->snapshot = gesso_canvas_snapshot;
  widget_class->size_allocate = gesso_canvas_size_allocate;

  properties[PROP_PAINTING] =
      g_param_spec_object ("painting", NULL, NULL, GESSO_TYPE_PAINTING, flags);
  properties[PROP_FEATHER] = g_param_spec_uint ("feather", NULL, NULL, 0, MAX_FEATHER, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_css_name (widget_class, "gesso-canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
gesso_canvas_init (GessoCanvas *self)
{
  self->view = gesso_view_new ();
  self->toolbox = gesso_toolbox_new ();
  self->picture = gesso_tile_cache_new (render_picture, self);
  self->masks = gesso_tile_cache_new (render_masks, self);
  self->mask_period = 8;

  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _("Canvas"),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, _("No picture yet"), -1);

  g_signal_connect_swapped (self->view, "changed", G_CALLBACK (on_view_changed), self);
  g_signal_connect_swapped (self->toolbox, "redraw", G_CALLBACK (gtk_widget_queue_draw), self);
  g_signal_connect_swapped (self->toolbox, "notify::tool", G_CALLBACK (on_tool_changed), self);
  gesso_canvas_init_input (self);
  gesso_canvas_init_keys (self);
}
