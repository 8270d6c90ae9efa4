/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flat shapes: each asks of every sample in its box whether it lies within. */
#include "train/scene-canvas.h"

#include "train/draws.h"

#include <math.h>

#define FINER 3

void
gs_scene_canvas_init (GsSceneCanvas *canvas, GsRandom *random)
{
  *canvas = (GsSceneCanvas) { .random = random };
  canvas->image = gs_image_new (FINER * GS_SCENE_SIZE, FINER * GS_SCENE_SIZE, 3);
}

GsImage *
gs_scene_canvas_finish (GsSceneCanvas *canvas)
{
  GsImage *picture = gs_image_new (GS_SCENE_SIZE, GS_SCENE_SIZE, 3);
  const guint width = canvas->image->width;

  for (guint y = 0; y < GS_SCENE_SIZE; y++)
    for (guint i = 0; i < 3 * GS_SCENE_SIZE; i++)
      {
        guint sum = 0;

        for (guint dy = 0; dy < FINER; dy++)
          for (guint dx = 0; dx < FINER; dx++)
            sum += canvas->image->pixels[3 * ((FINER * y + dy) * width + FINER * (i / 3) + dx) + i % 3];
        picture->pixels[3 * GS_SCENE_SIZE * y + i]
          = (guint8) ((sum + FINER * FINER / 2) / (FINER * FINER));
      }
  g_clear_pointer (&canvas->image, gs_image_free);
  return picture;
}

double
gs_scene_uniform (GsRandom *random, double low, double high)
{
  return low + (high - low) * gs_draws_uniform (random);
}

/* ---- Colours ---- */

GsSceneColor
gs_scene_mix (GsSceneColor a, GsSceneColor b, double t)
{
  return (GsSceneColor) { a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t };
}

GsSceneColor
gs_scene_shade (GsSceneColor color, double k)
{
  const GsSceneColor dark = { 20, 18, 44 }, light = { 255, 255, 255 };

  return k < 0 ? gs_scene_mix (color, dark, -k) : gs_scene_mix (color, light, k);
}

GsSceneColor
gs_scene_tint (const GsSceneCanvas *canvas, GsSceneColor color)
{
  const GsSceneColor night = { 34, 34, 92 };

  return canvas->night ? gs_scene_mix (color, night, 0.12) : color;
}

/* ---- Shapes ---- */

typedef struct
{
  double x0, y0, x1, y1; /* its box */
  double radius;         /* of a box's corners */
  const GsScenePoint *points;
  guint  n;
} Shape;

typedef gboolean (*Within) (const Shape *shape, double x, double y);

static guint
clamp_sample (double at)
{
  return (guint) CLAMP (floor (at * FINER), 0, FINER * GS_SCENE_SIZE);
}

static void
put (GsSceneCanvas *canvas, guint x, guint y, GsSceneColor color)
{
  guint8 *pixel = canvas->image->pixels + 3 * ((gsize) y * canvas->image->width + x);

  pixel[0] = (guint8) CLAMP (color.r + 0.5, 0, 255);
  pixel[1] = (guint8) CLAMP (color.g + 0.5, 0, 255);
  pixel[2] = (guint8) CLAMP (color.b + 0.5, 0, 255);
}

static void
fill (GsSceneCanvas *canvas, const Shape *shape, Within within, GsSceneColor color)
{
  for (guint y = clamp_sample (shape->y0); y < clamp_sample (shape->y1 + 1); y++)
    for (guint x = clamp_sample (shape->x0); x < clamp_sample (shape->x1 + 1); x++)
      if (within (shape, (x + 0.5) / FINER, (y + 0.5) / FINER))
        put (canvas, x, y, color);
}

void
gs_scene_gradient (GsSceneCanvas *canvas, GsSceneColor top, GsSceneColor bottom, double y0,
                   double y1)
{
  for (guint y = clamp_sample (y0); y < clamp_sample (y1); y++)
    for (guint x = 0; x < canvas->image->width; x++)
      put (canvas, x, y, gs_scene_mix (top, bottom, ((y + 0.5) / FINER - y0) / (y1 - y0)));
}

static gboolean
within_ellipse (const Shape *s, double x, double y)
{
  const double dx = (2 * x - s->x0 - s->x1) / (s->x1 - s->x0);
  const double dy = (2 * y - s->y0 - s->y1) / (s->y1 - s->y0);

  return dx * dx + dy * dy <= 1;
}

void
gs_scene_ellipse (GsSceneCanvas *canvas, double x, double y, double rx, double ry,
                  GsSceneColor color)
{
  const Shape shape = { x - rx, y - ry, x + rx, y + ry };

  fill (canvas, &shape, within_ellipse, color);
}

void
gs_scene_circle (GsSceneCanvas *canvas, double x, double y, double r, GsSceneColor color)
{
  gs_scene_ellipse (canvas, x, y, r, r, color);
}

static gboolean
within_dome (const Shape *s, double x, double y)
{
  return y <= (s->y0 + s->y1) / 2 && within_ellipse (s, x, y);
}

void
gs_scene_dome (GsSceneCanvas *canvas, double x, double y, double rx, double ry, GsSceneColor color)
{
  const Shape shape = { x - rx, y - ry, x + rx, y + ry };

  fill (canvas, &shape, within_dome, color);
}

static gboolean
within_rect (const Shape *s, double x, double y)
{
  const double dx = MAX (s->x0 + s->radius - x, x - (s->x1 - s->radius));
  const double dy = MAX (s->y0 + s->radius - y, y - (s->y1 - s->radius));

  if (x < s->x0 || x > s->x1 || y < s->y0 || y > s->y1)
    return FALSE;
  return dx <= 0 || dy <= 0 || dx * dx + dy * dy <= s->radius * s->radius;
}

void
gs_scene_rect (GsSceneCanvas *canvas, double x0, double y0, double x1, double y1,
               GsSceneColor color, double radius)
{
  const Shape shape = { x0, y0, x1, y1, .radius = MIN (radius, MIN (x1 - x0, y1 - y0) / 2) };

  fill (canvas, &shape, within_rect, color);
}

/* An odd number of its edges lies to the right. */
static gboolean
within_polygon (const Shape *s, double x, double y)
{
  gboolean within = FALSE;

  for (guint i = 0; i < s->n; i++)
    {
      const GsScenePoint a = s->points[i], b = s->points[(i + 1) % s->n];

      if ((a.y > y) != (b.y > y) && x < a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y))
        within = !within;
    }
  return within;
}

void
gs_scene_polygon (GsSceneCanvas *canvas, const GsScenePoint *points, guint n, GsSceneColor color)
{
  Shape shape = { points[0].x, points[0].y, points[0].x, points[0].y, .points = points, .n = n };

  for (guint i = 1; i < n; i++)
    {
      shape.x0 = MIN (shape.x0, points[i].x);
      shape.x1 = MAX (shape.x1, points[i].x);
      shape.y0 = MIN (shape.y0, points[i].y);
      shape.y1 = MAX (shape.y1, points[i].y);
    }
  fill (canvas, &shape, within_polygon, color);
}

void
gs_scene_line (GsSceneCanvas *canvas, GsScenePoint from, GsScenePoint to, double width,
               GsSceneColor color)
{
  const double dx = to.x - from.x, dy = to.y - from.y, length = sqrt (dx * dx + dy * dy);
  const double x = -dy / length * width / 2, y = dx / length * width / 2;
  const GsScenePoint points[] = { { from.x + x, from.y + y }, { to.x + x, to.y + y },
                                  { to.x - x, to.y - y }, { from.x - x, from.y - y } };

  gs_scene_polygon (canvas, points, G_N_ELEMENTS (points), color);
}

void
gs_scene_wave (GsSceneCanvas *canvas, double base, double height, double period, double phase,
               GsSceneColor color)
{
  for (guint x = 0; x < canvas->image->width; x++)
    {
      const double top = base + height * sin ((x + 0.5) / FINER / period + phase);

      for (guint y = clamp_sample (top); y < canvas->image->height; y++)
        put (canvas, x, y, color);
    }
}
