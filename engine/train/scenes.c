/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenes and their captions; the shares are those of resources/starter/scenes.py. */
#include "train/scenes.h"

#include "train/draws.h"

#include <string.h>

/* A scene being made. */
typedef struct
{
  GsSceneCanvas canvas;
  GsRandom     *random;
  GsSceneSky    sky;
  GsSceneGround ground;
  GString      *things, *body; /* words */
  gboolean      clouds;
} Scene;

static const char *const ground_words[GS_SCENE_N_GROUNDS][4] = {
  { "green hills", "hills", "grass", "a green meadow" },
  { "mountains", "snowy mountains", "mountains in the background", "mountains" },
  { "the sea", "the ocean", "water", "sea" },
  { "the desert", "sand dunes", "sand", "desert" },
  { "snow", "a snowy field", "winter", "white snow" },
};
static const char *const sky_words[GS_SCENE_N_SKIES][4] = {
  { "day", "sunny day", "blue sky", "clear sky" },
  { "sunset", "at sunset", "sunset sky", "evening" },
  { "night", "at night", "night sky", "starry sky" },
};
static const char *const links[GS_SCENE_N_GROUNDS][3] = {
  { " on ", " in front of ", ", " }, { " in front of ", ", ", " with " }, { " on ", " on ", ", " },
  { " in ", " in ", ", " }, { " in ", ", ", " in " },
};
static const char *const thing_words[GS_SCENE_N_THINGS][3] = {
  { "house", "home", "houses" },           { "tree", "tree", "trees" },
  { "pine tree", "fir tree", "pine trees" }, { "cactus", "cactus", "cacti" },
  { "boat", "sailboat", "boats" },         { "flower", "flower", "flowers" },
  { "balloon", "hot air balloon", "balloons" }, { "mushroom", "mushroom", "mushrooms" },
};
static const char *const size_words[3][3] = { { "", "", "" }, { "big", "large", "huge" },
                                              { "small", "little", "tiny" } };
static const double sizes[] = { 1, 1.32, 0.62 };

static double
uniform (Scene *scene, double low, double high)
{
  return gs_scene_uniform (scene->random, low, high);
}

static gboolean
happens (Scene *scene, double share)
{
  return gs_draws_uniform (scene->random) < share;
}

/* One of n by their weights. */
static guint
choose (Scene *scene, const guint8 *weights, guint n)
{
  guint sum = 0, at, i = 0;

  for (guint k = 0; k < n; k++)
    sum += weights[k];
  at = gs_random_below (scene->random, sum);
  while (at >= weights[i])
    at -= weights[i++];
  return i;
}
#define CHOOSE(scene, ...)                                                                         \
  choose (scene, (const guint8[]) { __VA_ARGS__ }, sizeof ((const guint8[]) { __VA_ARGS__ }))

static const char *
word_of (Scene *scene, const char *const *words, guint n)
{
  return words[gs_random_below (scene->random, n)];
}

static void
append_article (GString *text, const char *words)
{
  g_string_append_printf (text, "%s %s", strchr ("aeiou", words[0]) != NULL ? "an" : "a", words);
}

gboolean
gs_scene_is_held_out (GsSceneThing thing, GsSceneColorName color)
{
  static const struct { GsSceneThing thing; GsSceneColorName color; } pairs[] = {
    { GS_SCENE_HOUSE, GS_SCENE_PINK }, { GS_SCENE_BALLOON, GS_SCENE_GREEN },
    { GS_SCENE_FLOWER, GS_SCENE_BLUE }, { GS_SCENE_BOAT, GS_SCENE_PURPLE },
    { GS_SCENE_TREE, GS_SCENE_ORANGE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (pairs[i].thing == thing && pairs[i].color == color)
      return TRUE;
  return FALSE;
}

/* ---- Things ---- */

typedef struct
{
  GsSceneThing     kind;
  GsSceneColorName color, sail;
  guint            size; /* 0: usual, 1: big, 2: small */
} Thing;

static Thing
pick_thing (Scene *scene)
{
  /* house, tree, pine tree, cactus, boat, flower, balloon, mushroom */
  static const guint8 kinds[GS_SCENE_N_GROUNDS][GS_SCENE_N_THINGS] = {
    { 4, 3, 1, 0, 0, 3, 2, 2 }, { 4, 2, 2, 0, 0, 1, 1, 0 }, { 0, 0, 0, 0, 9, 0, 3, 0 },
    { 3, 1, 0, 6, 0, 0, 2, 0 }, { 4, 2, 4, 0, 0, 0, 1, 0 },
  };
  Thing thing;

  do
    {
      thing.kind = choose (scene, kinds[scene->ground], GS_SCENE_N_THINGS);
      if (thing.kind == GS_SCENE_TREE || thing.kind == GS_SCENE_PINE || thing.kind == GS_SCENE_CACTUS)
        thing.color = CHOOSE (scene, 1, 1, 1, 4, 1, 1, 1, 1);
      else
        thing.color = CHOOSE (scene, 5, 5, 5, thing.kind == GS_SCENE_FLOWER ? 1 : 5, 5, 5, 5, 5);
    }
  while (gs_scene_is_held_out (thing.kind, thing.color));
  thing.sail = CHOOSE (scene, 2, 1, 2, 1, 1, 1, 1, 14);
  thing.size = CHOOSE (scene, 76, 12, 12);
  return thing;
}

static void
draw_thing (Scene *scene, const Thing *thing, double share, double scale)
{
  const gboolean flies = thing->kind == GS_SCENE_BALLOON;
  const double base = flies ? uniform (scene, 74, 80) : uniform (scene, 109, 115);
  const double x = (share + uniform (scene, -0.02, 0.02)) * GS_SCENE_SIZE;

  gs_scene_draw_thing (&scene->canvas, thing->kind, x, base,
                       scale * sizes[thing->size] * uniform (scene, 0.96, 1.04) * (flies ? 0.9 : 1),
                       thing->color, thing->sail);
}

static void
say_thing (Scene *scene, const Thing *thing, guint count)
{
  g_autoptr (GString) words = g_string_new (NULL);
  const gboolean is_natural = thing->color == GS_SCENE_GREEN
                              && (thing->kind == GS_SCENE_TREE || thing->kind == GS_SCENE_PINE
                                  || thing->kind == GS_SCENE_CACTUS);
  const gboolean has_sail = thing->kind == GS_SCENE_BOAT && thing->sail != GS_SCENE_WHITE;

  if (thing->size > 0)
    g_string_append_printf (words, "%s ", word_of (scene, size_words[thing->size], 3));
  if (happens (scene, is_natural ? 0.45 : 0.97))
    g_string_append_printf (words, "%s ", gs_scene_color_name (thing->color));
  g_string_append (words, count > 1 ? thing_words[thing->kind][2]
                                    : thing_words[thing->kind][happens (scene, 0.3)]);
  if (count > 1)
    g_string_append_printf (scene->things, "%s %s", count == 2 ? "two" : "three", words->str);
  else
    append_article (scene->things, words->str);
  if (has_sail)
    g_string_append_printf (scene->things, count > 1 ? " with %s sails" : " with a %s sail",
                            gs_scene_color_name (thing->sail));
}

static void
place_one (Scene *scene)
{
  static const char *const words[] = { "", " on the left", " on the right" };
  static const double shares[] = { 0.5, 0.28, 0.72 };
  const Thing thing = pick_thing (scene);
  const guint place = CHOOSE (scene, 70, 15, 15);

  draw_thing (scene, &thing, shares[place], 1.55);
  say_thing (scene, &thing, 1);
  g_string_append (scene->things, place == 0 && happens (scene, 0.08) ? " in the middle" : words[place]);
}

static void
place_many (Scene *scene)
{
  const guint count = 2 + gs_random_below (scene->random, 2);
  Thing thing = pick_thing (scene);

  thing.size = 0;
  for (guint i = 0; i < count; i++)
    draw_thing (scene, &thing, (i + 0.5) / count, count == 2 ? 1.2 : 0.9);
  say_thing (scene, &thing, count);
}

static void
place_pair (Scene *scene)
{
  static const char *const between[] = { " and ", ", ", " next to ", " with " };
  const gboolean sides = happens (scene, 0.16);
  Thing first = pick_thing (scene), second = pick_thing (scene);

  first.size = second.size = 0;
  draw_thing (scene, &first, 0.26, 1.2);
  draw_thing (scene, &second, 0.74, 1.2);
  say_thing (scene, &first, 1);
  g_string_append (scene->things, sides ? " on the left and " : word_of (scene, between, 4));
  say_thing (scene, &second, 1);
  if (sides)
    g_string_append (scene->things, " on the right");
}

/* ---- The sky ---- */

/* Sun, moon or neither. */
static void
place_body (Scene *scene)
{
  static const guint8 kinds[GS_SCENE_N_SKIES][3] = { { 56, 4, 40 }, { 60, 6, 34 }, { 12, 52, 36 } };
  static const double radii[] = { 12.5, 18, 8 }, shares[] = { 0.77, 0.23, 0.5 };
  static const char *const places[] = { "", " on the left", " in the middle" };
  const guint kind = choose (scene, kinds[scene->sky], 3);
  const gboolean is_sun = kind == 0, crescent = !is_sun && happens (scene, 0.35);
  const GsSceneColorName color = is_sun ? CHOOSE (scene, 18, 16, 42, 4, 5, 5, 6, 6)
                                        : CHOOSE (scene, 8, 8, 24, 4, 5, 5, 6, 40);
  const guint size = CHOOSE (scene, 80, 12, 8), place = CHOOSE (scene, 42, 42, 16);
  const double x = (shares[place] + uniform (scene, -0.03, 0.03)) * GS_SCENE_SIZE;
  const double y = uniform (scene, 25, 30), r = radii[size] * uniform (scene, 0.95, 1.05);
  const GsSceneColor paint = gs_scene_vary (scene->random, gs_scene_color (color));
  g_autoptr (GString) words = g_string_new (NULL);

  if (kind == 2)
    return;
  if (is_sun)
    gs_scene_draw_sun (&scene->canvas, x, y, r, paint, gs_scene_sky_at (scene->sky, y));
  else
    gs_scene_draw_moon (&scene->canvas, x, y, r, paint, gs_scene_sky_at (scene->sky, y), crescent);
  if (size > 0)
    g_string_append_printf (words, "%s ", word_of (scene, size_words[size], 3));
  if (color != (is_sun ? GS_SCENE_YELLOW : GS_SCENE_WHITE) || happens (scene, 0.6))
    g_string_append_printf (words, "%s ", gs_scene_color_name (color));
  g_string_append (words, crescent ? "crescent moon" : is_sun ? "sun" : "moon");
  append_article (scene->body, words->str);
  g_string_append (scene->body, place == 0 && happens (scene, 0.25) ? " on the right" : places[place]);
}

static void
place_clouds (Scene *scene)
{
  static const GsSceneColor colors[] = { { 253, 254, 255 }, { 255, 216, 180 }, { 98, 102, 160 } };
  const guint n = 2 + gs_random_below (scene->random, 2);

  scene->clouds = happens (scene, 0.16);
  for (guint i = 0; i < n && scene->clouds; i++)
    {
      const double x = (i + 0.5) * GS_SCENE_SIZE / n + uniform (scene, -8, 8);
      const double y = uniform (scene, 34, 50);

      gs_scene_draw_cloud (&scene->canvas, x, y, uniform (scene, 0.85, 1.15), colors[scene->sky]);
    }
}

/* ---- Captions ---- */

/* Hills under most things, the sea under a boat, the desert under a cactus go without saying. */
static gboolean
is_implied (const Scene *scene)
{
  const gboolean boat = strstr (scene->things->str, "boat") != NULL;
  const gboolean cactus = strstr (scene->things->str, "cact") != NULL;

  return (scene->ground == GS_SCENE_HILLS && !boat && !cactus)
         || (scene->ground == GS_SCENE_SEA && boat) || (scene->ground == GS_SCENE_DESERT && cactus);
}

static char *
caption_of (Scene *scene)
{
  GString *text = g_string_new (scene->things->str);
  const char *where = word_of (scene, ground_words[scene->ground], 4);
  const char *link = word_of (scene, links[scene->ground], 3);
  const double unsaid = scene->sky == GS_SCENE_DAY ? 0.45 : 0.03;

  if (text->len == 0)
    g_string_append (text, where);
  else if (!is_implied (scene) || !happens (scene, 0.45))
    g_string_append_printf (text, "%s%s", strstr (where, "background") != NULL ? ", " : link, where);
  if (scene->body->len > 0)
    {
      static const guint8 shares[] = { 35, 15, 50 };
      static const char *const ways[] = { " under ", " with ", ", " };

      g_string_append_printf (text, "%s%s", ways[choose (scene, shares, 3)], scene->body->str);
    }
  if (!happens (scene, unsaid))
    g_string_append_printf (text, ", %s", word_of (scene, sky_words[scene->sky], 4));
  if (scene->clouds)
    g_string_append (text, ", clouds");
  return g_string_free (text, FALSE);
}

static char *
landscape (Scene *scene)
{
  scene->sky = CHOOSE (scene, 40, 27, 33);
  scene->ground = CHOOSE (scene, 32, 16, 20, 16, 16);
  scene->canvas.night = scene->sky == GS_SCENE_NIGHT;
  gs_scene_draw_sky (&scene->canvas, scene->sky);
  place_body (scene);
  place_clouds (scene);
  gs_scene_draw_ground (&scene->canvas, scene->ground, scene->sky);
  switch (CHOOSE (scene, 62, 22, 11, 5))
    {
    case 0: place_one (scene); break;
    case 1: place_pair (scene); break;
    case 2: place_many (scene); break;
    default: break; /* nothing but the ground */
    }
  return caption_of (scene);
}

/* One shape on a plain background. */
static char *
emblem (Scene *scene)
{
  static const char *const shapes[] = { "circle", "square", "triangle", "star", "diamond", "heart" };
  static const double radii[] = { 35, 48, 19 };
  const guint back = gs_random_below (scene->random, GS_SCENE_N_COLORS);
  const guint front = (back + 1 + gs_random_below (scene->random, GS_SCENE_N_COLORS - 1))
                      % GS_SCENE_N_COLORS;
  const guint shape = gs_random_below (scene->random, GS_SCENE_N_SHAPES);
  const guint size = CHOOSE (scene, 76, 12, 12);
  const GsSceneColor color = gs_scene_vary (scene->random, gs_scene_color (back));
  const double x = GS_SCENE_SIZE / 2 + uniform (scene, -2, 2);
  const double y = GS_SCENE_SIZE / 2 + uniform (scene, -2, 2);
  const double r = radii[size] * uniform (scene, 0.95, 1.05);
  const char *word = word_of (scene, size_words[size], 3);
  g_autofree char *words = g_strconcat (word, word[0] != '\0' ? " " : "", gs_scene_color_name (front),
                                        " ", shapes[shape], NULL);
  GString *text = g_string_new (NULL);

  gs_scene_gradient (&scene->canvas, gs_scene_shade (color, 0.06), gs_scene_shade (color, -0.06), 0,
                     GS_SCENE_SIZE);
  gs_scene_draw_shape (&scene->canvas, shape, x, y, r,
                       gs_scene_vary (scene->random, gs_scene_color (front)));
  append_article (text, words);
  g_string_append_printf (text, happens (scene, 0.8) ? " on a %s background" : " on %s",
                          gs_scene_color_name (back));
  return g_string_free (text, FALSE);
}

GsImage *
gs_scene_new (guint64 seed, char **caption)
{
  g_autoptr (GsRandom) random = gs_draws_random (seed, 0, 0);
  Scene scene = { .random = random, .things = g_string_new (NULL), .body = g_string_new (NULL) };

  gs_scene_canvas_init (&scene.canvas, random);
  *caption = happens (&scene, 0.1) ? emblem (&scene) : landscape (&scene);
  g_string_free (scene.things, TRUE);
  g_string_free (scene.body, TRUE);
  return gs_scene_canvas_finish (&scene.canvas);
}
