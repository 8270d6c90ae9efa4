/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window's painting: its frame and mask go into generations, and previews are drawn where their
 * result will lie.
 *
 * Until something is painted or placed the painting is fresh: the welcome is shown instead of it, and
 * it follows the size that the settings say.
 */
#include "config.h"

#include "gesso-window-private.h"

#include "canvas/gesso-mask-look.h"

#include <glib/gi18n.h>
#include <math.h>

#define FIRST_SIZE 512 /* until a model has said what suits it  */

/* ---- The painting --------------------------------------------------------------------------- */

static gboolean
is_fresh (GessoWindow *self)
{
  return self->job == NULL && gesso_painting_get_n_layers (self->painting) == 0 &&
         g_list_model_get_n_items (gesso_painting_get_candidates (self->painting)) == 0 &&
         !gesso_history_can_undo (gesso_painting_get_history (self->painting)) &&
         !gesso_history_can_redo (gesso_painting_get_history (self->painting));
}

gboolean
gesso_window_has_painting (GessoWindow *self)
{
  return self->painting && !is_fresh (self);
}

/* The size of what is generated follows the frame: its own where the model can handle it, else as
 * large as suits the model, in the same shape. */
void
gesso_window_follow_frame_size (GessoWindow *self, double width, double height)
{
  double room = 2.25 * self->native_size * self->native_size;
  double scale = 1;

  if (self->native_size && width * height > room)
    scale = self->native_size / sqrt (width * height);

  self->sizing = TRUE;
  g_object_set (gesso_document_get_settings (self->document),
                "width", (guint) CLAMP ((int) (width * scale / 8 + 0.5) * 8, 64, 8192),
                "height", (guint) CLAMP ((int) (height * scale / 8 + 0.5) * 8, 64, 8192),
                NULL);
  self->sizing = FALSE;
}

static void
on_frame_changed (GessoWindow *self)
{
  GdkRectangle frame;

  if (self->document == NULL || self->sizing || is_fresh (self))
    return;

  gesso_painting_get_frame (self->painting, &frame);
  gesso_window_follow_frame_size (self, frame.width, frame.height);
}

/* Whether the frame shows more than what came from prompts. */
static gboolean
is_painted (GessoWindow *self)
{
  g_autoptr (GessoSnapshot) snapshot = gesso_painting_snapshot (self->painting);

  return gesso_snapshot_is_painted (snapshot, &snapshot->frame);
}

void
gesso_window_update_canvas (GessoWindow *self)
{
  if (self->document == NULL || self->painting == NULL)
    return;

  gesso_canvas_view_set_painting (self->canvas, is_fresh (self) ? NULL : self->painting);
  gesso_layers_pane_set_painting (self->layers, is_fresh (self) ? NULL : self->painting);
  gesso_settings_pane_set_canvas (self->pane, gesso_mask_look_has_any (self->painting),
                                  is_painted (self));
  gesso_window_update_welcome (self);
  gesso_window_update (self);
}

/* Only while it is fresh: there is nothing to lose. */
void
gesso_window_renew_painting (GessoWindow *self, guint width, guint height)
{
  g_autoptr (GessoSnapshot) snapshot = gesso_snapshot_new (width, height);

  snapshot->frame = (GdkRectangle) { 0, 0, (int) width, (int) height };
  gesso_painting_restore (self->painting, snapshot);
}

/* A size that was typed in: a fresh painting takes it, else the frame does, unless it shows what is
 * started from. */
static void
on_size_changed (GessoWindow *self)
{
  GdkRectangle frame;
  guint width, height;

  g_object_get (gesso_document_get_settings (self->document), "width", &width, "height", &height,
                NULL);
  if (self->sizing || width == 0 || height == 0)
    return;

  if (is_fresh (self))
    gesso_window_renew_painting (self, width, height);
  else if (gesso_document_get_start (self->document) == NULL &&
           !gesso_painting_is_changing (self->painting))
    {
      gesso_painting_get_frame (self->painting, &frame);
      frame.width = (int) width;
      frame.height = (int) height;
      self->sizing = TRUE;
      gesso_painting_set_frame (self->painting, &frame);
      self->sizing = FALSE;
    }
}

/* ---- Over the picture ----------------------------------------------------------------------- */

/* A candidate, the newest look at what is made, the live picture, or an older one that was gone back
 * to. */
void
gesso_window_update_overlay (GessoWindow *self)
{
  GessoCanvas *canvas = gesso_canvas_view_get_canvas (self->canvas);
  GdkRectangle place = { 0 };
  GdkPaintable *overlay = gesso_candidate_strip_get_overlay (self->strip, &place);
  GessoPicture *picture = self->document ? gesso_document_get_picture (self->document) : NULL;
  gboolean covered = overlay && place.width > 0;
  GessoLayer *layer;

  if (self->painting == NULL)
    return;
  if (!covered)
    overlay = gesso_window_get_live_overlay (self, &place);
  gesso_window_enable_live (self, overlay && !covered);
  if (overlay && place.width > 0)
    {
      gesso_canvas_set_overlay (canvas, overlay, &place, NULL);
      return;
    }

  layer = picture ? gesso_window_find_placed (self, picture) : NULL;
  if (layer && gesso_document_get_position (self->document) + 1 <
                   gesso_document_get_n_pictures (self->document))
    {
      GdkRectangle area = { 0, 0, (int) gesso_picture_get_width (picture),
                            (int) gesso_picture_get_height (picture) };

      gesso_layer_get_offset (layer, &area.x, &area.y);
      gesso_canvas_set_overlay (canvas, GDK_PAINTABLE (gesso_picture_get_texture (picture)), &area,
                                NULL);
      return;
    }

  gesso_canvas_set_overlay (canvas, NULL, NULL, NULL);
}

/* ---- Set-up --------------------------------------------------------------------------------- */

static void
on_message (GessoWindow *self, const char *text)
{
  gesso_window_toast (self, text, NULL, NULL);
}

static void
new_canvas (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  const guint8 white[4] = { 255, 255, 255, 255 };
  g_autoptr (GessoTiles) tiles = NULL;
  g_autoptr (GessoLayer) layer = NULL;
  GdkRectangle area = { 0 };

  if (!is_fresh (self))
    return;

  area.width = (int) gesso_painting_get_width (self->painting);
  area.height = (int) gesso_painting_get_height (self->painting);
  tiles = gesso_tiles_new (4);
  gesso_tiles_fill (tiles, &area, white);
  layer = gesso_layer_new (GESSO_LAYER_RASTER, _("Background"), tiles);
  gesso_painting_add_layer (self->painting, layer, 0);
  gtk_widget_grab_focus (GTK_WIDGET (gesso_canvas_view_get_canvas (self->canvas)));
}

void
gesso_window_init_canvas (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "new-canvas", .activate = new_canvas },
  };
  GessoSettings *settings = gesso_document_get_settings (self->document);
  GessoCanvas *canvas = gesso_canvas_view_get_canvas (self->canvas);
  guint width, height;

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (self->canvas, "message", G_CALLBACK (on_message), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->layers, "message", G_CALLBACK (on_message), self, G_CONNECT_SWAPPED);
  g_object_bind_property (settings, "mask-feather", canvas, "feather", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (settings, "notify::width", G_CALLBACK (on_size_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::height", G_CALLBACK (on_size_changed), self,
                           G_CONNECT_SWAPPED);

  self->painting = g_object_ref (gesso_document_get_painting (self->document));
  g_signal_connect_object (self->painting, "changed", G_CALLBACK (gesso_window_follow_start_layer),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->painting, "changed", G_CALLBACK (gesso_window_update_canvas), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->painting, "notify::frame", G_CALLBACK (on_frame_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gesso_painting_get_history (self->painting), "changed",
                           G_CALLBACK (gesso_window_update), self, G_CONNECT_SWAPPED);
  gesso_candidate_strip_set_painting (self->strip, self->painting);
  g_object_get (settings, "width", &width, "height", &height, NULL);
  gesso_window_renew_painting (self, width ? width : FIRST_SIZE, height ? height : FIRST_SIZE);
}

void
gesso_window_clear_canvas (GessoWindow *self)
{
  g_clear_object (&self->painting);
}
