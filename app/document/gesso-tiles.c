/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tiles' bookkeeping: a plane is a short sorted array of blocks, a block 16 x 16 tiles, and
 * planes, blocks and tiles are each counted and copied only when written while shared. A painting
 * of 8192 x 8192 has 64 blocks a layer, so a copy of a plane is 64 pointers, and a stroke's entry
 * in the history costs its tiles and the 2 KiB tables of the blocks that they lie in.
 */
#include "config.h"

#include "gesso-tiles.h"

#include <string.h>

#define BLOCK_BITS 4
#define BLOCK_SIZE (1 << BLOCK_BITS)
#define BLOCK_MASK (BLOCK_SIZE - 1)
#define N_BLOCK_TILES (BLOCK_SIZE * BLOCK_SIZE)
#define TILE_REACH (GESSO_TILES_REACH / GESSO_TILE_SIZE)

typedef struct
{
  gatomicrefcount ref_count;
  _Alignas (16) guint8 pixels[];
} Tile;

typedef struct
{
  gatomicrefcount ref_count;
  guint           n_tiles; /* that are not NULL */
  Tile           *tiles[N_BLOCK_TILES];
} Block;

typedef struct
{
  int    i, j; /* in blocks */
  Block *block;
} Place;

struct _GessoTiles
{
  gatomicrefcount ref_count;
  guint           n_channels;
  gsize           tile_bytes;
  GArray         *places; /* of Place, by j and then i */
};

/* ---- Tiles and blocks ----------------------------------------------------------------------- */

static Tile *
tile_new (gsize n_bytes, const guint8 *pixels)
{
  Tile *tile = g_malloc (sizeof (Tile) + n_bytes);

  g_atomic_ref_count_init (&tile->ref_count);
  if (pixels)
    memcpy (tile->pixels, pixels, n_bytes);
  else
    memset (tile->pixels, 0, n_bytes);

  return tile;
}

static Tile *
tile_ref (Tile *tile)
{
  if (tile)
    g_atomic_ref_count_inc (&tile->ref_count);
  return tile;
}

static void
tile_unref (gpointer data)
{
  Tile *tile = data;

  if (tile && g_atomic_ref_count_dec (&tile->ref_count))
    g_free (tile);
}

static void
block_unref (Block *block)
{
  if (!g_atomic_ref_count_dec (&block->ref_count))
    return;

  for (guint i = 0; i < N_BLOCK_TILES; i++)
    tile_unref (block->tiles[i]);
  g_free (block);
}

static Block *
block_make_writable (Block *block)
{
  Block *copy;

  if (g_atomic_ref_count_compare (&block->ref_count, 1))
    return block;

  copy = g_memdup2 (block, sizeof (Block));
  g_atomic_ref_count_init (&copy->ref_count);
  for (guint i = 0; i < N_BLOCK_TILES; i++)
    tile_ref (copy->tiles[i]);
  block_unref (block);

  return copy;
}

/* ---- The plane ------------------------------------------------------------------------------ */

static void
clear_place (gpointer data)
{
  block_unref (((Place *) data)->block);
}

GessoTiles *
gesso_tiles_new (guint n_channels)
{
  GessoTiles *self = g_new0 (GessoTiles, 1);

  g_assert (n_channels == 1 || n_channels == 4);
  g_atomic_ref_count_init (&self->ref_count);
  self->n_channels = n_channels;
  self->tile_bytes = (gsize) GESSO_TILE_SIZE * GESSO_TILE_SIZE * n_channels;
  self->places = g_array_new (FALSE, FALSE, sizeof (Place));
  g_array_set_clear_func (self->places, clear_place);

  return self;
}

GessoTiles *
gesso_tiles_copy (const GessoTiles *self)
{
  GessoTiles *copy = gesso_tiles_new (self->n_channels);

  g_array_append_vals (copy->places, self->places->data, self->places->len);
  for (guint k = 0; k < copy->places->len; k++)
    g_atomic_ref_count_inc (&g_array_index (copy->places, Place, k).block->ref_count);

  return copy;
}

GessoTiles *
gesso_tiles_ref (GessoTiles *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
gesso_tiles_unref (GessoTiles *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_array_unref (self->places);
  g_free (self);
}

GessoTiles *
gesso_tiles_make_writable (GessoTiles *self)
{
  GessoTiles *copy;

  if (g_atomic_ref_count_compare (&self->ref_count, 1))
    return self;

  copy = gesso_tiles_copy (self);
  gesso_tiles_unref (self);

  return copy;
}

guint
gesso_tiles_get_n_channels (const GessoTiles *self)
{
  return self->n_channels;
}

/* Where the block is, or where it would be. */
static gboolean
find_block (const GessoTiles *self, int i, int j, guint *index)
{
  guint low = 0, high = self->places->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;
      const Place *place = &g_array_index (self->places, Place, middle);

      if (place->j < j || (place->j == j && place->i < i))
        low = middle + 1;
      else
        high = middle;
    }
  *index = low;
  if (low == self->places->len)
    return FALSE;

  return g_array_index (self->places, Place, low).i == i &&
         g_array_index (self->places, Place, low).j == j;
}

static guint
index_in_block (int i, int j)
{
  return (guint) ((j & BLOCK_MASK) << BLOCK_BITS | (i & BLOCK_MASK));
}

static Tile *
find_tile (const GessoTiles *self, int i, int j)
{
  guint k;

  if (!find_block (self, i >> BLOCK_BITS, j >> BLOCK_BITS, &k))
    return NULL;

  return g_array_index (self->places, Place, k).block->tiles[index_in_block (i, j)];
}

/* The block to write to, made if there is none. */
static Block *
edit_block (GessoTiles *self, int i, int j)
{
  Place place = { i >> BLOCK_BITS, j >> BLOCK_BITS, NULL };
  Place *found;
  guint k;

  g_assert (g_atomic_ref_count_compare (&self->ref_count, 1));
  if (!find_block (self, place.i, place.j, &k))
    {
      place.block = g_new0 (Block, 1);
      g_atomic_ref_count_init (&place.block->ref_count);
      g_array_insert_val (self->places, k, place);
    }
  found = &g_array_index (self->places, Place, k);
  found->block = block_make_writable (found->block);

  return found->block;
}

static gboolean
is_in_reach (int i, int j)
{
  return i >= -TILE_REACH && i < TILE_REACH && j >= -TILE_REACH && j < TILE_REACH;
}

const guint8 *
gesso_tiles_peek (const GessoTiles *self, int i, int j)
{
  Tile *tile = find_tile (self, i, j);

  return tile ? tile->pixels : NULL;
}

guint8 *
gesso_tiles_edit (GessoTiles *self, int i, int j)
{
  Block *block;
  Tile **tile;

  if (!is_in_reach (i, j))
    return NULL;

  block = edit_block (self, i, j);
  tile = &block->tiles[index_in_block (i, j)];
  if (*tile == NULL)
    {
      *tile = tile_new (self->tile_bytes, NULL);
      block->n_tiles++;
    }
  else if (!g_atomic_ref_count_compare (&(*tile)->ref_count, 1))
    {
      Tile *copy = tile_new (self->tile_bytes, (*tile)->pixels);

      tile_unref (*tile);
      *tile = copy;
    }

  return (*tile)->pixels;
}

GBytes *
gesso_tiles_dup_tile (const GessoTiles *self, int i, int j)
{
  Tile *tile = find_tile (self, i, j);

  if (tile == NULL)
    return NULL;

  return g_bytes_new_with_free_func (tile->pixels, self->tile_bytes, tile_unref,
                                     tile_ref (tile));
}

void
gesso_tiles_share (GessoTiles *self, int i, int j, const GessoTiles *other, int k, int l)
{
  Tile *new_tile = other ? find_tile (other, k, l) : NULL;
  Tile *old_tile = find_tile (self, i, j);
  Block *block;

  g_assert (other == NULL || other->n_channels == self->n_channels);
  if (new_tile == old_tile || !is_in_reach (i, j))
    return;

  tile_ref (new_tile); /* before the old one goes: other may be self */
  block = edit_block (self, i, j);
  block->tiles[index_in_block (i, j)] = new_tile;
  block->n_tiles = block->n_tiles + (new_tile != NULL) - (old_tile != NULL);
  tile_unref (old_tile);

  if (block->n_tiles == 0)
    {
      guint at;

      find_block (self, i >> BLOCK_BITS, j >> BLOCK_BITS, &at);
      g_array_remove_index (self->places, at);
    }
}

void
gesso_tiles_foreach (const GessoTiles *self, GessoTileFunc func, gpointer data)
{
  for (guint k = 0; k < self->places->len; k++)
    {
      const Place *place = &g_array_index (self->places, Place, k);

      for (int t = 0; t < N_BLOCK_TILES; t++)
        if (place->block->tiles[t])
          func (place->i * BLOCK_SIZE + (t & BLOCK_MASK), place->j * BLOCK_SIZE + (t >> BLOCK_BITS),
                place->block->tiles[t]->pixels, data);
    }
}

guint
gesso_tiles_count (const GessoTiles *self)
{
  guint n = 0;

  for (guint k = 0; k < self->places->len; k++)
    n += g_array_index (self->places, Place, k).block->n_tiles;

  return n;
}

static void
remember_address (int i, int j, const guint8 *pixels, gpointer data)
{
  g_hash_table_add (data, (gpointer) pixels);
}

guint
gesso_tiles_count_distinct (const GessoTiles *self)
{
  g_autoptr (GHashTable) addresses = g_hash_table_new (NULL, NULL);

  gesso_tiles_foreach (self, remember_address, addresses);

  return g_hash_table_size (addresses);
}

/* ---- Differences ---------------------------------------------------------------------------- */

static void
diff_blocks (const Place *a, const Place *b, GessoTileDiffFunc func, gpointer data)
{
  const Place *place = a ? a : b;

  for (int t = 0; t < N_BLOCK_TILES; t++)
    {
      Tile *left = a ? a->block->tiles[t] : NULL;
      Tile *right = b ? b->block->tiles[t] : NULL;

      if (left != right)
        func (place->i * BLOCK_SIZE + (t & BLOCK_MASK), place->j * BLOCK_SIZE + (t >> BLOCK_BITS),
              left ? left->pixels : NULL, right ? right->pixels : NULL, data);
    }
}

/* Below, at or above 0 as a place comes before, at or after another; NULL comes last. */
static int
compare_places (const Place *a, const Place *b)
{
  if (a == NULL || b == NULL)
    return (a == NULL) - (b == NULL);
  if (a->j != b->j)
    return a->j < b->j ? -1 : 1;
  return (a->i > b->i) - (a->i < b->i);
}

static const Place *
nth_place (const GessoTiles *self, guint k)
{
  return self && k < self->places->len ? &g_array_index (self->places, Place, k) : NULL;
}

void
gesso_tiles_diff (const GessoTiles *a,
                  const GessoTiles *b,
                  GessoTileDiffFunc func,
                  gpointer          data)
{
  guint k = 0, l = 0;

  while (a != b)
    {
      const Place *left = nth_place (a, k), *right = nth_place (b, l);
      int order = compare_places (left, right);

      if (left == NULL && right == NULL)
        break;
      if (order < 0)
        diff_blocks (left, NULL, func, data);
      else if (order > 0)
        diff_blocks (NULL, right, func, data);
      else if (left->block != right->block)
        diff_blocks (left, right, func, data);
      k += order <= 0;
      l += order >= 0;
    }
}

static void
add_to_area (int i, int j, const guint8 *a, const guint8 *b, gpointer data)
{
  const GdkRectangle tile = { i * GESSO_TILE_SIZE, j * GESSO_TILE_SIZE, GESSO_TILE_SIZE,
                              GESSO_TILE_SIZE };
  GdkRectangle *area = data;

  if (area->width)
    gdk_rectangle_union (area, &tile, area);
  else
    *area = tile;
}

gboolean
gesso_tiles_diff_area (const GessoTiles *a, const GessoTiles *b, GdkRectangle *area)
{
  *area = (GdkRectangle) { 0 };
  gesso_tiles_diff (a, b, add_to_area, area);

  return area->width > 0;
}

typedef struct
{
  GHashTable *addresses; /* of tiles already counted: a filled plane shares one */
  gsize       n_blocks;
  int         i, j;      /* the block before */
} Cost;

static void
add_to_cost (int i, int j, const guint8 *a, const guint8 *b, gpointer data)
{
  Cost *cost = data;

  if (a)
    g_hash_table_add (cost->addresses, (gpointer) a);
  if (cost->n_blocks == 0 || i >> BLOCK_BITS != cost->i || j >> BLOCK_BITS != cost->j)
    cost->n_blocks++;
  cost->i = i >> BLOCK_BITS;
  cost->j = j >> BLOCK_BITS;
}

gsize
gesso_tiles_diff_bytes (const GessoTiles *a, const GessoTiles *b)
{
  g_autoptr (GHashTable) addresses = g_hash_table_new (NULL, NULL);
  Cost cost = { addresses, 0, 0, 0 };
  const GessoTiles *any = a ? a : b;

  gesso_tiles_diff (a, b, add_to_cost, &cost);

  return cost.n_blocks * sizeof (Block) +
         g_hash_table_size (addresses) * (sizeof (Tile) + (any ? any->tile_bytes : 0));
}
