/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flat drawings of things: the same ones as resources/starter/draw.py's, which made the shipped model's
 * pictures. Numbers are in units of the thing's scale. */
#include "train/scene-things.h"

#include <math.h>

typedef GsSceneColor Color;

static const struct
{
  const char *name;
  Color       color;
} palette[] = {
  { "red", { 214, 52, 48 } },     { "orange", { 242, 136, 40 } },  { "yellow", { 252, 210, 60 } },
  { "green", { 62, 158, 78 } },   { "blue", { 52, 108, 206 } },    { "purple", { 132, 74, 184 } },
  { "pink", { 246, 146, 186 } },  { "white", { 248, 247, 242 } },
};

static const Color brown = { 126, 86, 58 };

const char *
gs_scene_color_name (GsSceneColorName name)
{
  return palette[name].name;
}

GsSceneColor
gs_scene_color (GsSceneColorName name)
{
  return palette[name].color;
}

GsSceneColor
gs_scene_vary (GsRandom *random, GsSceneColor color)
{
  const double lift = gs_scene_uniform (random, -5, 5);
  const double r = gs_scene_uniform (random, -3, 3), g = gs_scene_uniform (random, -3, 3);

  return (Color) { color.r + lift + r, color.g + lift + g,
                   color.b + lift + gs_scene_uniform (random, -3, 3) };
}

static Color
named (GsSceneCanvas *c, GsSceneColorName name)
{
  return gs_scene_tint (c, gs_scene_vary (c->random, palette[name].color));
}

/* A drawing under way: where its units are. */
typedef struct
{
  GsSceneCanvas *canvas;
  double x, base, s;
} Pen;

static void
rect (const Pen *p, double x0, double y0, double x1, double y1, Color color, double radius)
{
  gs_scene_rect (p->canvas, p->x + x0 * p->s, p->base - y1 * p->s, p->x + x1 * p->s,
                 p->base - y0 * p->s, color, radius * p->s);
}

static void
ellipse (const Pen *p, double x, double y, double rx, double ry, Color color)
{
  gs_scene_ellipse (p->canvas, p->x + x * p->s, p->base - y * p->s, rx * p->s, ry * p->s, color);
}

static void
circle (const Pen *p, double x, double y, double r, Color color)
{
  ellipse (p, x, y, r, r, color);
}

static void
line (const Pen *p, double x0, double y0, double x1, double y1, double width, Color color)
{
  gs_scene_line (p->canvas, (GsScenePoint) { p->x + x0 * p->s, p->base - y0 * p->s },
                 (GsScenePoint) { p->x + x1 * p->s, p->base - y1 * p->s }, width * p->s, color);
}

static void
polygon (const Pen *p, Color color, guint n, const double *at)
{
  GsScenePoint points[8];

  for (guint i = 0; i < n; i++)
    points[i] = (GsScenePoint) { p->x + at[2 * i] * p->s, p->base - at[2 * i + 1] * p->s };
  gs_scene_polygon (p->canvas, points, n, color);
}
#define POLYGON(pen, color, ...)                                                                   \
  polygon (pen, color, sizeof ((double[]) { __VA_ARGS__ }) / (2 * sizeof (double)),               \
           (double[]) { __VA_ARGS__ })

static void
house (const Pen *p, GsSceneColorName color)
{
  static const Color roofs[] = { { 74, 84, 112 }, { 92, 74, 92 }, { 146, 72, 58 }, { 146, 72, 58 },
                                 { 150, 78, 60 }, { 92, 60, 84 }, { 120, 72, 96 }, { 146, 72, 58 } };
  const Color wall = named (p->canvas, color), roof = gs_scene_tint (p->canvas, roofs[color]);
  const Color lit = { 255, 228, 124 }, glass = { 222, 240, 248 }, door = { 88, 58, 50 };

  rect (p, 6.3, 19, 10.8, 32, gs_scene_shade (roof, -0.25), 0);
  rect (p, -15, 0, 15, 19, wall, 0);
  rect (p, -15, 16.6, 15, 19, gs_scene_shade (wall, -0.2), 0);
  POLYGON (p, roof, -19, 19, 0, 34, 19, 19);
  rect (p, -3.8, 0, 3.8, 11.5, gs_scene_tint (p->canvas, door), 1.2);
  for (int side = -1; side <= 1; side += 2)
    {
      const double x = side * 9.3;

      rect (p, x - 3.6, 7.4, x + 3.6, 14.4, gs_scene_shade (wall, -0.45), 0);
      rect (p, x - 2.7, 8.3, x + 2.7, 13.5, p->canvas->night ? lit : glass, 0);
    }
}

static void
tree (const Pen *p, GsSceneColorName color)
{
  const Color leaves = named (p->canvas, color), dark = gs_scene_shade (leaves, -0.16);

  rect (p, -2.4, 0, 2.4, 17, gs_scene_tint (p->canvas, brown), 0);
  circle (p, -7, 20, 8.8, dark);
  circle (p, 7, 20, 8.8, dark);
  circle (p, 0, 26, 11, leaves);
  circle (p, -3, 29, 4.8, gs_scene_shade (leaves, 0.2));
}

static void
pine (const Pen *p, GsSceneColorName color)
{
  const Color fir = { 36, 116, 84 };
  const Color needles = color == GS_SCENE_GREEN
                          ? gs_scene_tint (p->canvas, gs_scene_vary (p->canvas->random, fir))
                          : named (p->canvas, color);

  rect (p, -2.2, 0, 2.2, 7, gs_scene_tint (p->canvas, brown), 0);
  POLYGON (p, gs_scene_shade (needles, -0.18), -13.5, 6, 0, 21, 13.5, 6);
  POLYGON (p, gs_scene_shade (needles, -0.04), -11, 15, 0, 30, 11, 15);
  POLYGON (p, gs_scene_shade (needles, 0.08), -8, 24, 0, 39, 8, 24);
}

static void
cactus (const Pen *p, GsSceneColorName color)
{
  const Color skin = named (p->canvas, color), rib = gs_scene_shade (skin, -0.2);

  rect (p, -12, 11, -7, 24, skin, 2.4);
  rect (p, -12, 10.5, 0, 15.5, skin, 2.4);
  rect (p, 7, 15, 12, 29, skin, 2.4);
  rect (p, 0, 15, 12, 20, skin, 2.4);
  rect (p, -4.6, -0.6, 4.6, 36, skin, 4.6);
  line (p, -1.8, 31, -1.8, 1.5, 1, rib);
  line (p, 1.8, 31, 1.8, 1.5, 1, rib);
}

static void
boat (const Pen *p, GsSceneColorName color, GsSceneColorName sail)
{
  const Color hull = named (p->canvas, color), cloth = named (p->canvas, sail);

  rect (p, -1.1, 7, 1.1, 36, gs_scene_tint (p->canvas, brown), 0);
  POLYGON (p, cloth, 2, 35, 2, 11, 18, 11);
  POLYGON (p, gs_scene_shade (cloth, -0.12), -2, 31, -2, 11, -14, 11);
  POLYGON (p, hull, -20, 9, 21, 9, 14, -3, -14, -3);
  POLYGON (p, gs_scene_shade (hull, -0.25), -20, 9, 21, 9, 19.4, 6.2, -18.4, 6.2);
}

static void
flower (const Pen *p, GsSceneColorName color)
{
  const Color petals = named (p->canvas, color), green = { 46, 124, 60 };
  const Color pale = { 250, 200, 70 }, dark = { 124, 74, 46 };
  const Color stem = gs_scene_tint (p->canvas, green);
  const gboolean is_warm = color == GS_SCENE_YELLOW || color == GS_SCENE_ORANGE;

  line (p, 0, 0, 0, 25, 2.6, stem);
  ellipse (p, -6, 7, 6, 2.8, stem);
  ellipse (p, 6, 10, 6, 2.8, stem);
  for (guint i = 0; i < 6; i++)
    circle (p, 7 * cos ((2 * i + 1) * G_PI / 6), 25 + 7 * sin ((2 * i + 1) * G_PI / 6), 5, petals);
  circle (p, 0, 25, 4.8, gs_scene_tint (p->canvas, is_warm ? dark : pale));
}

static void
balloon (const Pen *p, GsSceneColorName color)
{
  const Color skin = named (p->canvas, color), cords = { 90, 70, 60 };
  const Color stripe = gs_scene_shade (skin, color == GS_SCENE_WHITE ? -0.2 : 0.42);

  line (p, -4, 5, -8, 17, 1, gs_scene_tint (p->canvas, cords));
  line (p, 4, 5, 8, 17, 1, gs_scene_tint (p->canvas, cords));
  POLYGON (p, skin, -12.2, 18, 12.2, 18, 4.4, 9, -4.4, 9);
  circle (p, 0, 26, 15, skin);
  ellipse (p, 0, 26, 5, 15, stripe);
  POLYGON (p, stripe, -4.4, 18, 4.4, 18, 1.8, 9, -1.8, 9);
  rect (p, -4.2, 0, 4.2, 6.4, gs_scene_tint (p->canvas, brown), 1);
}

static void
mushroom (const Pen *p, GsSceneColorName color)
{
  const Color cap = named (p->canvas, color), stem = { 240, 226, 204 };
  const Color white = { 252, 248, 240 }, red = { 214, 74, 64 };
  const Color spot = gs_scene_tint (p->canvas, color == GS_SCENE_WHITE ? red : white);

  rect (p, -5, 0, 5, 17, gs_scene_tint (p->canvas, stem), 3);
  gs_scene_dome (p->canvas, p->x, p->base - 16 * p->s, 18 * p->s, 18 * p->s, cap);
  rect (p, -18, 13.5, 18, 17, gs_scene_shade (cap, -0.22), 1.7);
  circle (p, -9, 20.5, 2.6, spot);
  circle (p, 0, 27, 3.4, spot);
  circle (p, 9, 20.5, 2.6, spot);
}

void
gs_scene_draw_thing (GsSceneCanvas *canvas, GsSceneThing thing, double x, double base,
                     double scale, GsSceneColorName color, GsSceneColorName sail)
{
  static void (*const drawings[]) (const Pen *p, GsSceneColorName color)
    = { house, tree, pine, cactus, NULL, flower, balloon, mushroom };
  const Pen pen = { canvas, x, base, scale };

  if (thing == GS_SCENE_BOAT)
    boat (&pen, color, sail);
  else
    drawings[thing](&pen, color);
}

/* ---- The sky ---- */

void
gs_scene_draw_sun (GsSceneCanvas *canvas, double x, double y, double r, GsSceneColor color,
                   GsSceneColor sky)
{
  gs_scene_circle (canvas, x, y, 1.42 * r, gs_scene_mix (sky, color, 0.36));
  gs_scene_circle (canvas, x, y, r, color);
}

void
gs_scene_draw_moon (GsSceneCanvas *canvas, double x, double y, double r, GsSceneColor color,
                    GsSceneColor sky, gboolean crescent)
{
  static const double spots[][3] = { { -0.3, -0.2, 0.24 }, { 0.38, 0.3, 0.2 }, { 0.15, -0.5, 0.15 } };

  gs_scene_circle (canvas, x, y, r, color);
  if (crescent)
    gs_scene_circle (canvas, x + 0.5 * r, y - 0.22 * r, 0.86 * r, sky);
  for (guint i = 0; i < G_N_ELEMENTS (spots) && !crescent; i++)
    gs_scene_circle (canvas, x + spots[i][0] * r, y + spots[i][1] * r, spots[i][2] * r,
                     gs_scene_shade (color, -0.14));
}

void
gs_scene_draw_cloud (GsSceneCanvas *canvas, double x, double y, double scale, GsSceneColor color)
{
  const Pen pen = { canvas, x, y, scale };

  circle (&pen, -9, -1, 5, color);
  circle (&pen, -3, 2, 7, color);
  circle (&pen, 5, 1, 6, color);
  circle (&pen, 11, -2, 4, color);
  rect (&pen, -14, -6, 15, -1, color, 2.5);
}

/* ---- Plain shapes ---- */

static void
star (GsSceneCanvas *canvas, double x, double y, double r, GsSceneColor color)
{
  GsScenePoint points[10];

  for (guint i = 0; i < 10; i++)
    {
      const double radius = r * (i % 2 == 1 ? 0.46 : 1), angle = i * G_PI / 5 - G_PI / 2;

      points[i] = (GsScenePoint) { x + radius * cos (angle), y + radius * sin (angle) };
    }
  gs_scene_polygon (canvas, points, 10, color);
}

void
gs_scene_draw_shape (GsSceneCanvas *canvas, GsSceneShape shape, double x, double y, double r,
                     GsSceneColor color)
{
  const Pen pen = { canvas, x, y, r };

  switch (shape)
    {
    case GS_SCENE_SQUARE: rect (&pen, -0.88, -0.88, 0.88, 0.88, color, 0); break;
    case GS_SCENE_TRIANGLE: POLYGON (&pen, color, -1, -0.8, 0, 0.95, 1, -0.8); break;
    case GS_SCENE_STAR: star (canvas, x, y + 0.06 * r, 1.15 * r, color); break;
    case GS_SCENE_DIAMOND: POLYGON (&pen, color, 0, 1.1, 0.8, 0, 0, -1.1, -0.8, 0); break;
    case GS_SCENE_HEART:
      circle (&pen, -0.46, 0.3, 0.52, color);
      circle (&pen, 0.46, 0.3, 0.52, color);
      POLYGON (&pen, color, -0.95, 0.08, 0.95, 0.08, 0, -1);
      break;
    default: circle (&pen, 0, 0, 1, color);
    }
}
