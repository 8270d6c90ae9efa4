/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in the starter model's pictures: flat drawings of eight kinds of things, of what hangs in
 * the sky, and of plain shapes. Each in one of eight named colours, a little different every time. */
#pragma once

#include "train/scene-canvas.h"

G_BEGIN_DECLS

typedef enum
{
  GS_SCENE_RED,
  GS_SCENE_ORANGE,
  GS_SCENE_YELLOW,
  GS_SCENE_GREEN,
  GS_SCENE_BLUE,
  GS_SCENE_PURPLE,
  GS_SCENE_PINK,
  GS_SCENE_WHITE,
  GS_SCENE_N_COLORS,
} GsSceneColorName;

typedef enum
{
  GS_SCENE_HOUSE,
  GS_SCENE_TREE,
  GS_SCENE_PINE,
  GS_SCENE_CACTUS,
  GS_SCENE_BOAT,
  GS_SCENE_FLOWER,
  GS_SCENE_BALLOON,
  GS_SCENE_MUSHROOM,
  GS_SCENE_N_THINGS,
} GsSceneThing;

typedef enum
{
  GS_SCENE_CIRCLE,
  GS_SCENE_SQUARE,
  GS_SCENE_TRIANGLE,
  GS_SCENE_STAR,
  GS_SCENE_DIAMOND,
  GS_SCENE_HEART,
  GS_SCENE_N_SHAPES,
} GsSceneShape;

/* "red" */
const char  *gs_scene_color_name (GsSceneColorName name);
/* As it stands in the palette, and varied. */
GsSceneColor gs_scene_color      (GsSceneColorName name);
GsSceneColor gs_scene_vary       (GsRandom *random, GsSceneColor color);

/* x: the middle of its foot, which stands at base; scale 1: some 30 pixels high. sail: a boat's. */
void gs_scene_draw_thing (GsSceneCanvas *canvas, GsSceneThing thing, double x, double base,
                          double scale, GsSceneColorName color, GsSceneColorName sail);
void gs_scene_draw_shape (GsSceneCanvas *canvas, GsSceneShape shape, double x, double y, double r,
                          GsSceneColor color);
/* sky: the colour behind it. */
void gs_scene_draw_sun   (GsSceneCanvas *canvas, double x, double y, double r, GsSceneColor color,
                          GsSceneColor sky);
void gs_scene_draw_moon  (GsSceneCanvas *canvas, double x, double y, double r, GsSceneColor color,
                          GsSceneColor sky, gboolean crescent);
void gs_scene_draw_cloud (GsSceneCanvas *canvas, double x, double y, double scale,
                          GsSceneColor color);

G_END_DECLS
