/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window's painting: pictures come onto it as layers, its frame and mask go into generations,
 * and previews are drawn where their result will lie.
 *
 * Until something is painted or placed the painting is fresh: the welcome is shown instead of it, and
 * it follows the size that the settings say.
 */
#include "config.h"

#include "gesso-window-private.h"

#include "canvas/gesso-mask-look.h"
#include "canvas/gesso-texture-tiles.h"
#include "engine/gesso-recipe.h"

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
static void
follow_frame_size (GessoWindow *self, double width, double height)
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
  follow_frame_size (self, frame.width, frame.height);
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
static void
renew_painting (GessoWindow *self, guint width, guint height)
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
    renew_painting (self, width, height);
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

/* ---- Pictures as layers --------------------------------------------------------------------- */

static GQuark
picture_quark (void)
{
  return g_quark_from_static_string ("gesso-window-picture");
}

/* The layer that a picture became, if it is still there. */
static GessoLayer *
find_picture (GessoWindow *self, GessoPicture *picture)
{
  for (guint i = 0; i < gesso_painting_get_n_layers (self->painting); i++)
    {
      GessoLayer *layer = gesso_painting_get_layer (self->painting, i);

      if (g_object_get_qdata (G_OBJECT (layer), picture_quark ()) == picture)
        return layer;
    }

  return NULL;
}

static void
get_picture (GessoWindow *self, GdkRectangle *picture)
{
  *picture = (GdkRectangle) { 0, 0, (int) gesso_painting_get_width (self->painting),
                              (int) gesso_painting_get_height (self->painting) };
}

/* The picture and all of the active layer; FALSE if there is nothing in it. */
static gboolean
get_with_active (GessoWindow *self, GdkRectangle *both)
{
  GessoLayer *active = gesso_painting_get_active (self->painting);
  GdkRectangle bounds;
  int x, y;

  if (active == NULL || !gesso_tiles_get_bounds (gesso_layer_get_tiles (active), &bounds))
    return FALSE;

  gesso_layer_get_offset (active, &x, &y);
  bounds.x += x;
  bounds.y += y;
  get_picture (self, both);
  gdk_rectangle_union (both, &bounds, both);

  return TRUE;
}

/* Makes the picture larger where place hangs over, and moves place along. */
static void
make_room (GessoWindow *self, GdkRectangle *place)
{
  GdkRectangle picture, both;

  get_picture (self, &picture);
  gdk_rectangle_union (&picture, place, &both);
  if (gdk_rectangle_equal (&both, &picture) ||
      !gesso_painting_resize (self->painting, &both, NULL))
    return;

  place->x -= both.x;
  place->y -= both.y;
}

/* Over all other colours, and below the masks over them. */
static guint
get_top (GessoWindow *self)
{
  guint n = gesso_painting_get_n_layers (self->painting), position = 0;

  while (position < n && gesso_layer_get_kind (gesso_painting_get_layer (self->painting, position)) ==
                             GESSO_LAYER_MASK)
    position++;

  return position < n ? position : 0;
}

/* At the frame's corner in the picture's own size. grow: the painting, so that all of it is seen,
 * and the frame goes round it. made_with: the settings that it was generated with, or NULL. */
static void
place_picture (GessoWindow *self, GessoPicture *picture, gboolean grow, GessoSettings *made_with,
               const char *name)
{
  const GessoLayerKind kind = made_with ? GESSO_LAYER_GENERATED : GESSO_LAYER_RASTER;
  const char *parameters = gesso_picture_get_parameters (picture);
  GdkRectangle place = { 0, 0, (int) gesso_picture_get_width (picture),
                         (int) gesso_picture_get_height (picture) };
  g_autoptr (GessoTiles) tiles = NULL;
  g_autoptr (GessoLayer) layer = NULL;
  g_autofree char *recipe = NULL;

  if (is_fresh (self))
    renew_painting (self, (guint) place.width, (guint) place.height);
  else
    {
      GdkRectangle frame;

      gesso_painting_get_frame (self->painting, &frame);
      place.x = frame.x;
      place.y = frame.y;
    }

  tiles = gesso_tiles_copy (gesso_picture_get_tiles (picture));
  layer = gesso_layer_new (kind, name, tiles);
  g_object_set_qdata_full (G_OBJECT (layer), picture_quark (), g_object_ref (picture),
                           g_object_unref);

  gesso_painting_begin (self->painting, _("Open Picture"));
  if (grow)
    make_room (self, &place);
  gesso_layer_set_offset (layer, place.x, place.y);
  recipe = made_with ? gesso_recipe_of_file (made_with, parameters, &place) : g_strdup (parameters);
  gesso_layer_set_recipe (layer, recipe);
  gesso_painting_add_layer (self->painting, layer, get_top (self));
  if (grow)
    gesso_painting_set_frame (self->painting, &place);
  gesso_painting_end (self->painting);
}

void
gesso_window_place_start (GessoWindow *self, GessoPicture *start)
{
  GessoLayer *layer = find_picture (self, start);

  follow_frame_size (self, gesso_picture_get_width (start), gesso_picture_get_height (start));
  if (layer)
    {
      GdkRectangle frame = { 0, 0, (int) gesso_picture_get_width (start),
                             (int) gesso_picture_get_height (start) };

      gesso_layer_get_offset (layer, &frame.x, &frame.y);
      gesso_painting_set_frame (self->painting, &frame);
    }
  else
    place_picture (self, start, TRUE, NULL, _("Start Picture"));
}

void
gesso_window_place_layer (GessoWindow *self, GessoPicture *picture)
{
  GdkRectangle before, after;

  place_picture (self, picture, FALSE, NULL, _("Picture"));
  get_picture (self, &before);
  if (get_with_active (self, &after) && !gdk_rectangle_equal (&before, &after))
    gesso_window_toast (self, _("Part of it lies past the picture’s edge"), _("_Enlarge the Picture"),
                        "win.enlarge-to-layer");
}

/* To all of the active layer. */
static void
enlarge_to_layer (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  g_autoptr (GError) error = NULL;
  GdkRectangle area;

  if (gesso_painting_is_changing (self->painting) || !get_with_active (self, &area))
    return;
  if (gesso_painting_resize (self->painting, &area, &error))
    gesso_view_fit (gesso_canvas_get_view (gesso_canvas_view_get_canvas (self->canvas)));
  else
    gesso_window_toast (self, error->message, NULL, NULL);
}

/* Whether the size that it was generated in is of the picture's shape, which may be larger. */
static gboolean
has_shape (GessoSettings *settings, GessoPicture *picture)
{
  guint width, height;

  g_object_get (settings, "width", &width, "height", &height, NULL);

  return (guint64) width * gesso_picture_get_height (picture) ==
         (guint64) height * gesso_picture_get_width (picture);
}

void
gesso_window_place_made (GessoWindow *self, GessoPicture *picture, GessoSettings *made_with)
{
  g_autofree char *name = gesso_prompt_dup_name (gesso_settings_get_prompt (made_with));

  self->sizing = TRUE;
  place_picture (self, picture, TRUE, made_with, name);
  self->sizing = FALSE;
  if (!has_shape (made_with, picture))
    follow_frame_size (self, gesso_picture_get_width (picture), gesso_picture_get_height (picture));
}

void
gesso_window_place_mask (GessoWindow *self, GessoPicture *picture)
{
  guint width = gesso_painting_get_width (self->painting);
  guint height = gesso_painting_get_height (self->painting);
  g_autoptr (GessoTiles) tiles =
      gesso_texture_to_mask (gesso_picture_get_texture (picture), (int) width, (int) height);
  g_autoptr (GessoLayer) layer = gesso_layer_new (GESSO_LAYER_MASK, _("Mask"), tiles);

  gesso_painting_add_layer (self->painting, layer, 0);
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

  layer = picture ? find_picture (self, picture) : NULL;
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
  GdkRectangle area;

  if (!is_fresh (self))
    return;

  get_picture (self, &area);
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
    { .name = "enlarge-to-layer", .activate = enlarge_to_layer },
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
  g_signal_connect_object (self->painting, "changed", G_CALLBACK (gesso_window_update_canvas), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->painting, "notify::frame", G_CALLBACK (on_frame_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gesso_painting_get_history (self->painting), "changed",
                           G_CALLBACK (gesso_window_update), self, G_CONNECT_SWAPPED);
  gesso_candidate_strip_set_painting (self->strip, self->painting);
  g_object_get (settings, "width", &width, "height", &height, NULL);
  renew_painting (self, width ? width : FIRST_SIZE, height ? height : FIRST_SIZE);
}

void
gesso_window_clear_canvas (GessoWindow *self)
{
  g_clear_object (&self->painting);
}
