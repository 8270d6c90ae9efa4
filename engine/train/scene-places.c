/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Skies and grounds. */
#include "train/scenes.h"

typedef GsSceneColor Color;

static const struct
{
  Color  top, bottom;
  double end;
} skies[] = {
  [GS_SCENE_DAY] = { { 98, 176, 236 }, { 208, 236, 248 }, 100 },
  [GS_SCENE_SUNSET] = { { 112, 72, 146 }, { 255, 180, 106 }, 92 },
  [GS_SCENE_NIGHT] = { { 14, 18, 56 }, { 56, 58, 122 }, 100 },
};

GsSceneColor
gs_scene_sky_at (GsSceneSky sky, double y)
{
  return gs_scene_mix (skies[sky].top, skies[sky].bottom, y / skies[sky].end);
}

void
gs_scene_draw_sky (GsSceneCanvas *canvas, GsSceneSky sky)
{
  const Color star = { 252, 248, 220 };
  const guint n_stars = sky == GS_SCENE_NIGHT ? 10 + gs_random_below (canvas->random, 7) : 0;

  gs_scene_gradient (canvas, skies[sky].top, skies[sky].bottom, 0, skies[sky].end);
  for (guint i = 0; i < n_stars; i++)
    {
      const double x = gs_scene_uniform (canvas->random, 3, GS_SCENE_SIZE - 3);
      const double y = gs_scene_uniform (canvas->random, 3, 66);

      gs_scene_circle (canvas, x, y, 1 + 0.4 * gs_random_below (canvas->random, 3), star);
    }
}

/* Each ridge before the last one: how far down, how high, how dark. */
typedef struct
{
  double down, height, shade;
} Ridge;

static void
ridges (GsSceneCanvas *canvas, double horizon, Color color, const Ridge *list, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      const double period = gs_scene_uniform (canvas->random, 16, 25);

      gs_scene_wave (canvas, horizon + list[i].down, list[i].height, period,
                     gs_scene_uniform (canvas->random, 0, 2 * G_PI),
                     gs_scene_shade (color, list[i].shade));
    }
}

static void
mountain (GsSceneCanvas *canvas, double x, double horizon, Color rock)
{
  const double height = gs_scene_uniform (canvas->random, 36, 50), k = 0.3 * height;
  const double foot = horizon + 6, top = foot - height;
  const Color white = { 248, 250, 253 };
  const GsScenePoint sides[] = { { x - height, foot }, { x, top }, { x + height, foot } };
  const GsScenePoint cap[] = { { x - k, top + k }, { x, top }, { x + k, top + k },
                               { x + 0.4 * k, top + 0.7 * k }, { x, top + 1.1 * k },
                               { x - 0.4 * k, top + 0.7 * k } };
  const double shade = gs_scene_uniform (canvas->random, -0.14, 0.08);

  gs_scene_polygon (canvas, sides, 3, gs_scene_tint (canvas, gs_scene_shade (rock, shade)));
  gs_scene_polygon (canvas, cap, G_N_ELEMENTS (cap), gs_scene_tint (canvas, white));
}

static void
mountains (GsSceneCanvas *canvas, GsSceneSky sky, double horizon)
{
  static const double places[][2] = { { 14, 40 }, { 88, 114 }, { 50, 78 } };
  static const Ridge meadow[] = { { 2, 3, 0 }, { 16, 2.5, -0.14 } };
  const Color usual = { 118, 128, 168 }, evening = { 136, 96, 140 }, green = { 98, 174, 88 };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    mountain (canvas, gs_scene_uniform (canvas->random, places[i][0], places[i][1]), horizon,
              sky == GS_SCENE_SUNSET ? evening : usual);
  ridges (canvas, horizon, gs_scene_tint (canvas, green), meadow, G_N_ELEMENTS (meadow));
}

static void
sea (GsSceneCanvas *canvas, GsSceneSky sky, double horizon)
{
  static const Color waters[][2] = { { { 72, 158, 212 }, { 30, 98, 172 } },
                                     { { 184, 106, 136 }, { 84, 60, 128 } },
                                     { { 44, 68, 132 }, { 22, 34, 84 } } };
  const Color far = waters[sky][0], near = waters[sky][1];
  const guint n = 5 + gs_random_below (canvas->random, 4);

  gs_scene_gradient (canvas, far, near, horizon - 6, GS_SCENE_SIZE + 2);
  for (guint i = 0; i < n; i++)
    {
      const double x = gs_scene_uniform (canvas->random, 0, GS_SCENE_SIZE);
      const double y = gs_scene_uniform (canvas->random, horizon, 125);
      const double w = gs_scene_uniform (canvas->random, 6, 12);

      gs_scene_rect (canvas, x - w, y - 1, x + w, y + 1,
                     gs_scene_shade (gs_scene_mix (far, near, (y - horizon) / 50), 0.24), 1);
    }
}

void
gs_scene_draw_ground (GsSceneCanvas *canvas, GsSceneGround ground, GsSceneSky sky)
{
  static const Ridge hills[] = { { -8, 6, 0.24 }, { 0, 5, 0 }, { 15, 3, -0.13 } };
  static const Ridge dunes[] = { { -5, 5, -0.12 }, { 3, 5, 0 }, { 18, 3, 0.16 } };
  static const Ridge drifts[] = { { -7, 5, -0.14 }, { 1, 5, 0 }, { 16, 3, 0.5 } };
  static const Color sands[] = { { 240, 204, 130 }, { 224, 150, 94 }, { 152, 130, 120 } };
  static const Color snows[] = { { 230, 240, 250 }, { 238, 212, 226 }, { 164, 176, 218 } };
  const Color green = { 110, 188, 88 }, dark_green = { 70, 132, 92 };
  const double horizon = gs_scene_uniform (canvas->random, 81, 85);

  switch (ground)
    {
    case GS_SCENE_MOUNTAINS: mountains (canvas, sky, horizon); break;
    case GS_SCENE_SEA: sea (canvas, sky, horizon); break;
    case GS_SCENE_DESERT: ridges (canvas, horizon, sands[sky], dunes, 3); break;
    case GS_SCENE_SNOW: ridges (canvas, horizon, snows[sky], drifts, 3); break;
    default:
      ridges (canvas, horizon,
              gs_scene_tint (canvas, sky == GS_SCENE_NIGHT ? dark_green : green), hills, 3);
    }
}
