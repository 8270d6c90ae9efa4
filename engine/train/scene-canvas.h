/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the starter model's pictures are drawn on: flat shapes, three times larger and averaged down, so
 * that edges come out smooth. Coordinates are pixels of the finished picture, which is GS_SCENE_SIZE high;
 * colours are 0..255.
 */
#pragma once

#include "base/random.h"
#include "io/image.h"

G_BEGIN_DECLS

#define GS_SCENE_SIZE 128

typedef struct
{
  double r, g, b;
} GsSceneColor;

typedef struct
{
  double x, y;
} GsScenePoint;

typedef struct
{
  GsImage  *image;  /* the large one */
  GsRandom *random; /* the scene's   */
  gboolean  night;
} GsSceneCanvas;

void     gs_scene_canvas_init   (GsSceneCanvas *canvas, GsRandom *random);
/* The picture, which is the caller's; the canvas is cleared. */
GsImage *gs_scene_canvas_finish (GsSceneCanvas *canvas);

/* Uniform in low .. high. */
double   gs_scene_uniform (GsRandom *random, double low, double high);

GsSceneColor gs_scene_mix   (GsSceneColor a, GsSceneColor b, double t);
/* Darker for k < 0, lighter for k > 0. */
GsSceneColor gs_scene_shade (GsSceneColor color, double k);
/* What the night does to a colour. */
GsSceneColor gs_scene_tint  (const GsSceneCanvas *canvas, GsSceneColor color);

void gs_scene_gradient (GsSceneCanvas *canvas, GsSceneColor top, GsSceneColor bottom, double y0,
                        double y1);
void gs_scene_ellipse  (GsSceneCanvas *canvas, double x, double y, double rx, double ry,
                        GsSceneColor color);
void gs_scene_circle   (GsSceneCanvas *canvas, double x, double y, double r, GsSceneColor color);
/* Its upper half. */
void gs_scene_dome     (GsSceneCanvas *canvas, double x, double y, double rx, double ry,
                        GsSceneColor color);
/* From (x0, y0) to (x1, y1), corners rounded. */
void gs_scene_rect     (GsSceneCanvas *canvas, double x0, double y0, double x1, double y1,
                        GsSceneColor color, double radius);
void gs_scene_polygon  (GsSceneCanvas *canvas, const GsScenePoint *points, guint n,
                        GsSceneColor color);
void gs_scene_line     (GsSceneCanvas *canvas, GsScenePoint from, GsScenePoint to, double width,
                        GsSceneColor color);
/* Everything below base + height sin (x / period + phase). */
void gs_scene_wave     (GsSceneCanvas *canvas, double base, double height, double period,
                        double phase, GsSceneColor color);

G_END_DECLS
