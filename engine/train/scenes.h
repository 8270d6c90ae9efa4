/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pictures that the starter model learns from: little scenes, one sky, one ground, one to three
 * coloured things, or one plain shape, with a caption. What a caption leaves out has one usual value (the
 * middle, day, hills, a sun on the right), so that it decides nearly everything: a small model then learns
 * sharp pictures instead of averages of many.
 */
#pragma once

#include "train/scene-things.h"

G_BEGIN_DECLS

typedef enum
{
  GS_SCENE_DAY,
  GS_SCENE_SUNSET,
  GS_SCENE_NIGHT,
  GS_SCENE_N_SKIES,
} GsSceneSky;

typedef enum
{
  GS_SCENE_HILLS,
  GS_SCENE_MOUNTAINS,
  GS_SCENE_SEA,
  GS_SCENE_DESERT,
  GS_SCENE_SNOW,
  GS_SCENE_N_GROUNDS,
} GsSceneGround;

/* Draws them. The sky's colour at a height is what gs_scene_sky_at() says. */
void         gs_scene_draw_sky    (GsSceneCanvas *canvas, GsSceneSky sky);
GsSceneColor gs_scene_sky_at      (GsSceneSky sky, double y);
void         gs_scene_draw_ground (GsSceneCanvas *canvas, GsSceneGround ground, GsSceneSky sky);

/* A picture, GS_SCENE_SIZE square, RGB, and its caption, both the caller's. Follows from the seed. */
GsImage *gs_scene_new (guint64 seed, char **caption);

/* Pairs that no scene has, so that a test can ask for what was never seen. */
gboolean gs_scene_is_held_out (GsSceneThing thing, GsSceneColorName color);

/* Scenes of seeds seed .. seed + n - 1 as PNG files with captions beside them, as train/dataset.h reads
 * them; those that are there already are left as they are. GS_ERROR_BAD_FILE. */
gboolean gs_scenes_write (const char *folder, guint n, guint64 seed, GError **error);

G_END_DECLS
