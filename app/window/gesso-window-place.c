/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures come onto the painting as layers and masks. */
#include "config.h"

#include "gesso-window-private.h"

#include "canvas/gesso-texture-tiles.h"
#include "engine/gesso-recipe.h"

#include <glib/gi18n.h>

/* ---- Layers --------------------------------------------------------------------------------- */

static GQuark
picture_quark (void)
{
  return g_quark_from_static_string ("gesso-window-picture");
}

GessoLayer *
gesso_window_find_placed (GessoWindow *self, GessoPicture *picture)
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

  if (!gesso_window_has_painting (self))
    gesso_window_renew_painting (self, (guint) place.width, (guint) place.height);
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
  GessoLayer *layer = gesso_window_find_placed (self, start);

  gesso_window_follow_frame_size (self, gesso_picture_get_width (start),
                                  gesso_picture_get_height (start));
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
    gesso_window_follow_frame_size (self, gesso_picture_get_width (picture),
                                    gesso_picture_get_height (picture));
}

/* ---- Masks ---------------------------------------------------------------------------------- */

typedef struct
{
  GessoTiles *tiles;
  int         own_width, own_height;
  int         width, height; /* of the painting */
} MaskSource;

static void
mask_source_free (gpointer data)
{
  MaskSource *source = data;

  gesso_tiles_unref (source->tiles);
  g_free (source);
}

static void
make_mask (GTask *task, gpointer window, gpointer data, GCancellable *cancellable)
{
  const MaskSource *source = data;

  g_task_return_pointer (task,
                         gesso_tiles_to_mask (source->tiles, source->own_width, source->own_height,
                                              source->width, source->height),
                         (GDestroyNotify) gesso_tiles_unref);
}

static void
on_mask_made (GObject *window, GAsyncResult *result, gpointer data)
{
  GessoWindow *self = GESSO_WINDOW (window);
  g_autoptr (GessoTiles) tiles = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autoptr (GessoLayer) layer = NULL;

  gesso_window_end_wait (self);
  if (self->painting == NULL)
    return;

  layer = gesso_layer_new (GESSO_LAYER_MASK, _("Mask"), tiles);
  gesso_painting_add_layer (self->painting, layer, 0);
}

void
gesso_window_place_mask (GessoWindow *self, GessoPicture *picture)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_mask_made, NULL);
  MaskSource *source = g_new0 (MaskSource, 1);

  source->tiles = gesso_tiles_ref (gesso_picture_get_tiles (picture));
  source->own_width = (int) gesso_picture_get_width (picture);
  source->own_height = (int) gesso_picture_get_height (picture);
  source->width = (int) gesso_painting_get_width (self->painting);
  source->height = (int) gesso_painting_get_height (self->painting);
  gesso_window_begin_wait (self, GESSO_WAIT_OPEN);
  g_task_set_task_data (task, source, mask_source_free);
  g_task_run_in_thread (task, make_mask);
}

/* ---- Actions -------------------------------------------------------------------------------- */

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

void
gesso_window_init_place (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "enlarge-to-layer", .activate = enlarge_to_layer },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
