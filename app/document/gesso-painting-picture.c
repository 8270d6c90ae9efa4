/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operations on the whole picture: its size, mirrored and turned; the selection and the frame. */
#include "config.h"

#include "gesso-painting-private.h"

#include <glib/gi18n.h>
#include <string.h>

/* How layers, selection, candidates and the frame follow the picture. */
typedef enum
{
  SHIFT,
  MIRROR_ACROSS,
  MIRROR_DOWN,
  TURN_RIGHT
} Kind;

typedef struct
{
  Kind kind;
  int  dx, dy;        /* of a shift                            */
  int  width, height; /* of the picture before                 */
} Motion;

/* The plane so that the old origin plus offset (x, y) moves along; see gesso-tiles.h. */
static GessoTiles *
move_tiles (const Motion *motion, GessoTiles *tiles, int *x, int *y)
{
  int old_x = *x, old_y = *y;

  switch (motion->kind)
    {
    case MIRROR_ACROSS:
      *x = motion->width - old_x;
      return gesso_tiles_mirror (tiles, TRUE, FALSE);
    case MIRROR_DOWN:
      *y = motion->height - old_y;
      return gesso_tiles_mirror (tiles, FALSE, TRUE);
    case TURN_RIGHT:
      *x = motion->height - old_y;
      *y = old_x;
      return gesso_tiles_turn_right (tiles);
    case SHIFT:
    default:
      *x += motion->dx;
      *y += motion->dy;
      return gesso_tiles_ref (tiles);
    }
}

static void
move_rectangle (const Motion *motion, GdkRectangle *r)
{
  const GdkRectangle old = *r;

  switch (motion->kind)
    {
    case MIRROR_ACROSS:
      r->x = motion->width - old.x - old.width;
      break;
    case MIRROR_DOWN:
      r->y = motion->height - old.y - old.height;
      break;
    case TURN_RIGHT:
      *r = (GdkRectangle) { motion->height - old.y - old.height, old.x, old.height, old.width };
      break;
    case SHIFT:
    default:
      r->x += motion->dx;
      r->y += motion->dy;
      break;
    }
}

static void
move_layer (const Motion *motion, GessoLayer *layer)
{
  g_autoptr (GessoLayerState) state =
      gesso_layer_state_make_writable (gesso_layer_dup_state (layer));
  GessoTiles *tiles = move_tiles (motion, state->tiles, &state->x, &state->y);

  gesso_tiles_unref (state->tiles);
  state->tiles = tiles;
  gesso_layer_take_state (layer, state);
}

/* A plane whose offset has to be 0 again. */
static GessoTiles *
move_to_origin (const Motion *motion, GessoTiles *tiles, int x, int y)
{
  g_autoptr (GessoTiles) moved = move_tiles (motion, tiles, &x, &y);

  return gesso_tiles_translate (moved, x, y);
}

static GessoCandidate *
move_candidate (const Motion *motion, GessoCandidate *candidate)
{
  g_autoptr (GessoTiles) tiles = NULL;
  GdkRectangle old, area;
  Motion inside;

  if (motion->kind == SHIFT)
    return gesso_candidate_new_moved (candidate, motion->dx, motion->dy);

  gesso_candidate_get_area (candidate, &old);
  area = old;
  move_rectangle (motion, &area);
  inside = (Motion) { motion->kind, 0, 0, old.width, old.height };
  tiles = move_to_origin (&inside, gesso_candidate_get_tiles (candidate), 0, 0);

  return gesso_candidate_new (tiles, &area, gesso_candidate_get_recipe (candidate));
}

static void
move_all (GessoPainting *self, const Motion *motion)
{
  guint n_candidates = g_list_model_get_n_items (G_LIST_MODEL (self->candidates));
  GdkRectangle frame = self->frame;

  for (guint i = 0; i < gesso_painting_get_n_layers (self); i++)
    move_layer (motion, gesso_painting_get_layer (self, i));
  for (guint i = 0; i < n_candidates; i++)
    {
      g_autoptr (GessoCandidate) old = g_list_model_get_item (G_LIST_MODEL (self->candidates), i);
      g_autoptr (GessoCandidate) moved = move_candidate (motion, old);
      gpointer item = moved;

      g_list_store_splice (self->candidates, i, 1, &item, 1);
    }
  if (self->selection)
    {
      g_autoptr (GessoTiles) moved = move_to_origin (motion, self->selection, 0, 0);

      gesso_painting_take_selection (self, moved);
    }
  move_rectangle (motion, &frame);
  gesso_painting_take_frame (self, &frame);
}

/* ---- Size ----------------------------------------------------------------------------------- */

void
gesso_painting_take_origin (GessoPainting *self, int x, int y)
{
  self->origin_x = x;
  self->origin_y = y;
}

void
gesso_painting_get_origin (GessoPainting *self, int *x, int *y)
{
  *x = self->origin_x;
  *y = self->origin_y;
}

gboolean
gesso_painting_resize (GessoPainting *self, const GdkRectangle *area, GError **error)
{
  const Motion motion = { SHIFT, -area->x, -area->y, 0, 0 };
  GessoSnapshot *before;

  if (area->width < 1 || area->height < 1 || area->width > GESSO_MAX_SIZE ||
      area->height > GESSO_MAX_SIZE || ABS ((gint64) area->x) > GESSO_MAX_SIZE ||
      ABS ((gint64) area->y) > GESSO_MAX_SIZE)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _("A picture of %d × %d pixels is not possible: choose up to %d × %d."),
                   area->width, area->height, GESSO_MAX_SIZE, GESSO_MAX_SIZE);
      return FALSE;
    }

  before = gesso_painting_begin_operation (self, _("Resize Picture"));
  move_all (self, &motion);
  gesso_painting_take_origin (self, self->origin_x - area->x, self->origin_y - area->y);
  gesso_painting_take_size (self, (guint) area->width, (guint) area->height);
  gesso_painting_end_operation (self, before);

  return TRUE;
}

/* ---- Mirror and turn ------------------------------------------------------------------------ */

void
gesso_painting_mirror (GessoPainting *self, gboolean across, gboolean down)
{
  Motion motion = { MIRROR_ACROSS, 0, 0, (int) self->width, (int) self->height };
  GessoSnapshot *before =
      gesso_painting_begin_operation (self, across ? _("Mirror Horizontally") : _("Mirror Vertically"));

  if (across)
    move_all (self, &motion);
  motion.kind = MIRROR_DOWN;
  if (down)
    move_all (self, &motion);
  gesso_painting_end_operation (self, before);
}

void
gesso_painting_turn (GessoPainting *self, int quarters)
{
  GessoSnapshot *before = gesso_painting_begin_operation (self, _("Rotate Picture"));

  for (quarters &= 3; quarters > 0; quarters--)
    {
      const Motion motion = { TURN_RIGHT, 0, 0, (int) self->width, (int) self->height };

      move_all (self, &motion);
      gesso_painting_take_size (self, self->height, self->width);
    }
  gesso_painting_end_operation (self, before);
}

/* ---- Selection and frame -------------------------------------------------------------------- */

void
gesso_painting_set_selection (GessoPainting *self, const char *name, GessoTiles *selection)
{
  GdkRectangle bounds;

  if (selection && !gesso_tiles_get_bounds (selection, &bounds))
    selection = NULL;
  if (selection == self->selection ||
      (selection && self->selection && gesso_tiles_equal (selection, self->selection)))
    return;

  gesso_painting_begin (self, name);
  gesso_painting_take_selection (self, selection);
  gesso_painting_end (self);
}

void
gesso_painting_set_frame (GessoPainting *self, const GdkRectangle *frame)
{
  const GdkRectangle clamped = { CLAMP (frame->x, -4 * GESSO_MAX_SIZE, 4 * GESSO_MAX_SIZE),
                                 CLAMP (frame->y, -4 * GESSO_MAX_SIZE, 4 * GESSO_MAX_SIZE),
                                 CLAMP (frame->width, 8, GESSO_MAX_SIZE),
                                 CLAMP (frame->height, 8, GESSO_MAX_SIZE) };

  if (gdk_rectangle_equal (&clamped, &self->frame))
    return;

  gesso_painting_begin_merging (self, _("Move Frame"), "frame", self);
  gesso_painting_take_frame (self, &clamped);
  gesso_painting_end (self);
}
