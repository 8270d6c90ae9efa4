/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From points to coverage, and from coverage to the layer's pixels. */
#include "config.h"

#include "gesso-stroke.h"

#include "gesso-coverage.h"
#include "gesso-dab.h"

#include <math.h>
#include <string.h>

#define SIZE GESSO_TILE_SIZE
#define FLATNESS 0.2f      /* pixels that a curve may be off its pieces */
#define MAX_PIECES 32
#define MIN_PRESSURE 0.05  /* of the radius that is always there        */

struct _GessoStroke
{
  GessoPainting   *painting;
  GessoLayer      *layer;
  GessoTiles      *tiles;     /* of the layer, borrowed until end         */
  GessoTiles      *base;      /* what the layer was                       */
  GessoTiles      *coverage;  /* 1 channel, the layer's coordinates       */
  GessoTiles      *selection; /* or NULL; the picture's coordinates       */
  GdkRectangle     picture;   /* in the layer's coordinates               */
  int              x, y;      /* the layer's offset                       */
  guint            n_channels;
  GessoStrokeStyle style;
  guint8           color[4];  /* premultiplied and opaque, or zeros       */
  guint8           opacity;

  GdkRectangle     covered;   /* since the last flush, the layer's coordinates */
  guint            n_points;
  GessoDab         middle, last; /* the end of what is drawn, the newest point */
};

GessoStroke *
gesso_stroke_begin (GessoPainting          *painting,
                    GessoLayer             *layer,
                    const char             *name,
                    const GessoStrokeStyle *style,
                    GError                **error)
{
  g_autoptr (GessoTiles) base = gesso_tiles_copy (gesso_layer_get_tiles (layer));
  GessoTiles *selection = gesso_painting_get_selection (painting);
  GessoStroke *self;
  GessoTiles *tiles;

  gesso_painting_begin (painting, name);
  tiles = gesso_painting_edit (painting, layer, error);
  if (tiles == NULL)
    {
      gesso_painting_end (painting);
      return NULL;
    }

  self = g_new0 (GessoStroke, 1);
  self->painting = g_object_ref (painting);
  self->layer = g_object_ref (layer);
  self->tiles = tiles;
  self->base = g_steal_pointer (&base);
  self->coverage = gesso_tiles_new (1);
  self->selection = selection ? gesso_tiles_ref (selection) : NULL;
  self->n_channels = gesso_tiles_get_n_channels (tiles);
  gesso_layer_get_offset (layer, &self->x, &self->y);
  self->picture = (GdkRectangle) { -self->x, -self->y, (int) gesso_painting_get_width (painting),
                                   (int) gesso_painting_get_height (painting) };
  self->style = *style;
  self->opacity = (guint8) lrint (CLAMP (style->opacity, 0, 1) * style->color[3]);
  if (!style->erase)
    {
      memcpy (self->color, style->color, 3);
      self->color[3] = 255;
    }

  return self;
}

/* ---- The layer's pixels --------------------------------------------------------------------- */

/* Lays the stroke over the base again within area, which is in the layer's coordinates. */
static void
lay_tile (GessoStroke *self, int i, int j, const GdkRectangle *part)
{
  const guint8 *coverage = gesso_tiles_peek (self->coverage, i, j);
  const guint8 *base = gesso_tiles_peek (self->base, i, j);
  static const guint8 nothing[SIZE * 4];
  gsize first = (gsize) (part->x - i * SIZE);
  guint8 *pixels;

  if (coverage == NULL || (base == NULL && self->style.erase))
    return;

  pixels = gesso_tiles_edit (self->tiles, i, j);
  for (int y = part->y; pixels && y < part->y + part->height; y++)
    {
      gsize row = (gsize) (y - j * SIZE) * SIZE + first;
      const GdkRectangle seen = { part->x + self->x, y + self->y, part->width, 1 };
      guint8 selected[SIZE], line[SIZE];

      memcpy (line, coverage + row, (gsize) part->width);
      if (self->selection)
        gesso_tiles_read (self->selection, &seen, selected, SIZE);
      gesso_coverage_multiply (line, self->opacity, self->selection ? selected : NULL,
                               (guint) part->width);
      if (self->n_channels == 4)
        gesso_coverage_lay_4 (base ? base + row * 4 : nothing, line, self->color, pixels + row * 4,
                              (guint) part->width);
      else
        gesso_coverage_lay_1 (base ? base + row : nothing, line, self->color[3], pixels + row,
                              (guint) part->width);
    }
}

static void
lay (GessoStroke *self, const GdkRectangle *area)
{
  GdkRectangle seen = { area->x + self->x, area->y + self->y, area->width, area->height };

  for (int j = gesso_tile_of (area->y); j <= gesso_tile_of (area->y + area->height - 1); j++)
    for (int i = gesso_tile_of (area->x); i <= gesso_tile_of (area->x + area->width - 1); i++)
      {
        const GdkRectangle tile = { i * SIZE, j * SIZE, SIZE, SIZE };
        GdkRectangle part;

        if (gdk_rectangle_intersect (area, &tile, &part))
          lay_tile (self, i, j, &part);
      }
  gesso_painting_damage (self->painting, &seen);
}

/* ---- Coverage ------------------------------------------------------------------------------- */

static void
cover_row (GessoStroke *self, const GessoDab *from, const GessoDab *to, int y, int x1, int x2)
{
  for (int i = gesso_tile_of (x1); i <= gesso_tile_of (x2 - 1); i++)
    {
      guint8 *tile = gesso_tiles_edit (self->coverage, i, gesso_tile_of (y));
      int left = MAX (x1, i * SIZE), right = MIN (x2, (i + 1) * SIZE);

      if (tile)
        gesso_dab_row (from, to, (float) self->style.hardness, left, y,
                       tile + (gsize) (y & (SIZE - 1)) * SIZE + (left - i * SIZE),
                       (guint) (right - left));
    }
}

/* One straight piece. */
static void
cover (GessoStroke *self, const GessoDab *from, const GessoDab *to)
{
  float reach = MAX (MAX (from->radius, to->radius), 0.5f) + 1;
  int top = (int) floorf (MIN (from->y, to->y) - reach);
  int bottom = (int) ceilf (MAX (from->y, to->y) + reach);
  int left = (int) floorf (MIN (from->x, to->x) - reach);
  int right = (int) ceilf (MAX (from->x, to->x) + reach);
  GdkRectangle box = { left, top, right - left, bottom - top };

  if (!gdk_rectangle_intersect (&box, &self->picture, &box))
    return;

  for (int y = box.y; y < box.y + box.height; y++)
    {
      int x1, x2;

      if (!gesso_dab_span (from, to, y, &x1, &x2))
        continue;
      x1 = MAX (x1, box.x);
      x2 = MIN (x2, box.x + box.width);
      if (x1 < x2)
        cover_row (self, from, to, y, x1, x2);
    }
  if (self->covered.width > 0)
    gdk_rectangle_union (&self->covered, &box, &self->covered);
  else
    self->covered = box;
}

static GessoDab
mix_dabs (const GessoDab *a, const GessoDab *b, float at)
{
  return (GessoDab) { a->x + (b->x - a->x) * at, a->y + (b->y - a->y) * at,
                      a->radius + (b->radius - a->radius) * at,
                      a->strength + (b->strength - a->strength) * at };
}

/* A quadratic curve in pieces short enough that nobody sees them. */
static void
curve (GessoStroke *self, const GessoDab *from, const GessoDab *control, const GessoDab *to)
{
  float bend = hypotf (from->x - 2 * control->x + to->x, from->y - 2 * control->y + to->y) / 4;
  int n = CLAMP ((int) ceilf (sqrtf (bend / FLATNESS)), 1, MAX_PIECES);
  GessoDab before = *from;

  for (int k = 1; k <= n; k++)
    {
      float at = (float) k / (float) n;
      GessoDab a = mix_dabs (from, control, at), b = mix_dabs (control, to, at);
      GessoDab next = mix_dabs (&a, &b, at);

      cover (self, &before, &next);
      before = next;
    }
}

void
gesso_stroke_add (GessoStroke *self, double x, double y, double pressure)
{
  double press = MIN_PRESSURE + (1 - MIN_PRESSURE) * CLAMP (pressure, 0, 1);
  GessoDab dab = { (float) (x - self->x), (float) (y - self->y),
                   (float) (self->style.size / 2 * press), 1 };
  GessoDab middle;

  if (self->n_points++ == 0)
    {
      self->middle = self->last = dab;
      curve (self, &dab, &dab, &dab);
      return;
    }

  middle = mix_dabs (&self->last, &dab, 0.5f);
  curve (self, &self->middle, &self->last, &middle);
  self->middle = middle;
  self->last = dab;
}

void
gesso_stroke_flush (GessoStroke *self)
{
  if (self->covered.width > 0)
    lay (self, &self->covered);
  self->covered = (GdkRectangle) { 0 };
}

/* ---- The end -------------------------------------------------------------------------------- */

static void
stroke_free (GessoStroke *self)
{
  gesso_tiles_unref (self->base);
  gesso_tiles_unref (self->coverage);
  g_clear_pointer (&self->selection, gesso_tiles_unref);
  g_object_unref (self->layer);
  g_object_unref (self->painting);
  g_free (self);
}

void
gesso_stroke_end (GessoStroke *self)
{
  if (self->n_points > 1)
    cover (self, &self->middle, &self->last);
  gesso_stroke_flush (self);
  gesso_painting_end (self->painting);
  stroke_free (self);
}

void
gesso_stroke_cancel (GessoStroke *self)
{
  gesso_painting_cancel (self->painting);
  stroke_free (self);
}
