/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation of a painting after the other, from a seed. */
#include "painting-edits.h"

#include <string.h>

static GessoLayer *
random_layer (GRand *rand, GessoPainting *painting)
{
  guint n = gesso_painting_get_n_layers (painting);

  return n ? gesso_painting_get_layer (painting, (guint) g_rand_int_range (rand, 0, (int) n)) : NULL;
}

static void
stroke (GRand *rand, GessoPainting *painting, gboolean cancel)
{
  GessoLayer *layer = random_layer (rand, painting);
  GessoTiles *tiles;

  gesso_painting_begin (painting, "Stroke");
  tiles = gesso_painting_edit (painting, layer, NULL);
  for (guint n = 0; tiles && n < 4; n++)
    {
      int i = g_rand_int_range (rand, -2, 5), j = g_rand_int_range (rand, -2, 5);
      guint8 *pixels = gesso_tiles_edit (tiles, i, j);
      gsize n_bytes = 64 * 64 * gesso_tiles_get_n_channels (tiles);
      GdkRectangle area = { 64 * i, 64 * j, 64, 64 };
      int x, y;

      memset (pixels + g_rand_int_range (rand, 0, (int) n_bytes / 2), g_rand_int_range (rand, 0, 3),
              n_bytes / 2);
      gesso_layer_get_offset (layer, &x, &y);
      area.x += x;
      area.y += y;
      gesso_painting_damage (painting, &area);
    }
  if (cancel)
    gesso_painting_cancel (painting);
  else
    gesso_painting_end (painting);
}

static GessoTiles *
random_selection (GRand *rand)
{
  GessoTiles *tiles = gesso_tiles_new (1);
  GdkRectangle area = { g_rand_int_range (rand, -50, 300), g_rand_int_range (rand, -50, 200),
                        g_rand_int_range (rand, 1, 200), g_rand_int_range (rand, 1, 200) };
  guint8 value = (guint8) g_rand_int_range (rand, 0, 256);

  gesso_tiles_fill (tiles, &area, &value);
  return tiles;
}

void
random_candidate (GRand *rand, GessoPainting *painting)
{
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  g_autoptr (GessoCandidate) candidate = NULL;
  GdkRectangle area = { g_rand_int_range (rand, -50, 200), g_rand_int_range (rand, -50, 200), 64, 40 };
  guint8 color[4] = { 1, 2, 3, (guint8) g_rand_int_range (rand, 3, 256) };

  gesso_tiles_fill (tiles, &(GdkRectangle) { 0, 0, 50, 40 }, color);
  candidate = gesso_candidate_new (tiles, &area, "{\"seed\": 5}");
  gesso_painting_add_candidate (painting, candidate);
}

/* Every operation there is, by its number. */
static void
edit (GRand *rand, GessoPainting *painting, int what)
{
  GListModel *candidates = gesso_painting_get_candidates (painting);
  GessoLayer *layer = random_layer (rand, painting);
  g_autoptr (GessoCandidate) candidate = g_list_model_get_item (candidates, 0);
  const guint8 rgba[4] = { 200, 100, 50, (guint8) g_rand_int (rand) };
  GdkRectangle area = { g_rand_int_range (rand, -64, 64), g_rand_int_range (rand, -64, 64),
                        g_rand_int_range (rand, 100, 400), g_rand_int_range (rand, 100, 400) };

  if (layer == NULL)
    what = 0;
  switch (what)
    {
    case 0:
      gesso_painting_new_layer (painting, g_rand_boolean (rand) ? GESSO_LAYER_RASTER
                                                                : GESSO_LAYER_MASK);
      break;
    case 1:
      gesso_painting_remove_layer (painting, layer);
      break;
    case 2:
      gesso_painting_duplicate_layer (painting, layer);
      break;
    case 3:
      gesso_painting_reorder_layer (painting, layer, (guint) g_rand_int_range (rand, 0, 5));
      break;
    case 4:
      gesso_painting_merge_down (painting, layer, NULL);
      break;
    case 5:
      gesso_painting_move_layer (painting, layer, area.x, area.y, NULL);
      break;
    case 6:
      gesso_painting_fill_layer (painting, layer, rgba, NULL);
      break;
    case 7:
      gesso_painting_clear_layer (painting, layer, NULL);
      break;
    case 8:
      gesso_painting_resize (painting, &area, NULL);
      break;
    case 9:
      gesso_painting_mirror (painting, g_rand_boolean (rand), g_rand_boolean (rand));
      break;
    case 10:
      gesso_painting_turn (painting, g_rand_int_range (rand, -1, 4));
      break;
    case 11:
      {
        g_autoptr (GessoTiles) selection = g_rand_boolean (rand) ? random_selection (rand) : NULL;

        gesso_painting_set_selection (painting, "Select", selection);
      }
      break;
    case 12:
      gesso_painting_set_frame (painting, &area);
      break;
    case 13:
      g_object_set (layer, "opacity", g_rand_double (rand), "name", rgba[3] & 1 ? "one" : "two",
                    "visible", rgba[3] > 20, "blend", rgba[3] % GESSO_N_BLENDS, NULL);
      break;
    case 14:
      gesso_layer_set_locked (layer, rgba[3] < 30);
      break;
    case 15:
      if (candidate)
        gesso_painting_accept_candidate (painting, candidate, "Accepted");
      break;
    case 16:
      if (candidate)
        gesso_painting_discard_candidate (painting, candidate);
      break;
    case 17:
      gesso_painting_begin (painting, "Several");
      edit (rand, painting, g_rand_int_range (rand, 0, 15));
      edit (rand, painting, g_rand_int_range (rand, 0, 15));
      gesso_painting_end (painting);
      break;
    case 18:
      stroke (rand, painting, TRUE);
      break;
    default:
      stroke (rand, painting, FALSE);
      break;
    }
}

void
random_edit (GRand *rand, GessoPainting *painting)
{
  edit (rand, painting, g_rand_int_range (rand, 0, 24));
}
