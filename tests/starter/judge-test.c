/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge itself: what it must and must not be pleased with. */
#include "judge.h"

#include <string.h>

#define SIDE 128

static Judge *judge;

/* Fills a rectangle given in shares of the picture. */
static void
paint (GsImage *image, const double region[4], const guint8 rgb[3])
{
  for (guint y = (guint) (region[1] * SIDE); y < region[3] * SIDE; y++)
    for (guint x = (guint) (region[0] * SIDE); x < region[2] * SIDE; x++)
      memcpy (image->pixels + ((gsize) y * SIDE + x) * 3, rgb, 3);
}

static void
paint_check (GsImage *image, const JudgeCheck *check, const char *name)
{
  double region[4];
  guint8 rgb[3];

  memcpy (region, check->region, sizeof region);
  if (g_str_equal (check->kind, "share")) /* of the sun's or moon's region, a square in a corner */
    {
      region[2] = region[0] + 0.25;
      region[3] = region[1] + 0.2;
    }
  judge_get_colour (judge, check->palette, name, rgb);
  paint (image, region, rgb);
}

/* A scene as the checks of a prompt ask for it, but for one check (or none), which gets another
 * colour of its palette. */
static GsImage *
draw (guint prompt, guint wrong_check, const char *wrong_colour)
{
  static const double top[4] = { 0, 0, 1, 0.6 }, bottom[4] = { 0, 0.6, 1, 1 };
  GsImage *image = gs_image_new (SIDE, SIDE, 3);

  for (guint i = judge_count_checks (judge, prompt); i-- > 0;) /* the object, which is first, last */
    {
      JudgeCheck check = judge_get_check (judge, prompt, i);
      const char *name = i == wrong_check ? wrong_colour : check.is;
      guint8 rgb[3];

      judge_get_colour (judge, check.palette, name, rgb);
      if (g_str_equal (check.palette, "sky"))
        paint (image, top, rgb);
      else if (g_str_equal (check.palette, "ground"))
        paint (image, bottom, rgb);
    }
  for (guint i = judge_count_checks (judge, prompt); i-- > 0;)
    {
      JudgeCheck check = judge_get_check (judge, prompt, i);

      if (g_str_equal (check.palette, "color"))
        paint_check (image, &check, i == wrong_check ? wrong_colour : check.is);
    }
  return image;
}

static void
test_right_scenes_hold (void)
{
  for (guint prompt = 0; prompt < judge->n_prompts; prompt++)
    {
      g_autoptr (GsImage) image = draw (prompt, G_MAXUINT, NULL);
      const char *wrong = NULL;

      if (!judge_holds (judge, prompt, image, &wrong))
        g_error ("A drawn scene of “%s” is said not to be %s", judge_get_prompt (judge, prompt),
                 wrong);
    }
}

/* Each check by itself spoils its prompt. */
static void
test_one_wrong_colour_spoils_it (void)
{
  static const struct { const char *palette, *a, *b; } others[] = {
    { "color", "brown", "sky" }, /* of nothing that a prompt asks for */
    { "sky", "night", "day" },
    { "ground", "sea", "snow" },
  };

  for (guint prompt = 0; prompt < judge->n_prompts; prompt++)
    for (guint i = 0; i < judge_count_checks (judge, prompt); i++)
      {
        JudgeCheck check = judge_get_check (judge, prompt, i);
        g_autoptr (GsImage) image = NULL;
        const char *wrong = NULL;

        for (guint k = 0; k < G_N_ELEMENTS (others); k++)
          if (g_str_equal (check.palette, others[k].palette))
            image = draw (prompt, i, g_str_equal (check.is, others[k].a) ? others[k].b : others[k].a);
        g_assert_nonnull (image);
        g_assert_false (judge_holds (judge, prompt, image, &wrong));
        g_assert_cmpstr (wrong, ==, check.is);
      }
}

static guint
count_pleased (const GsImage *image)
{
  guint n = 0;

  for (guint prompt = 0; prompt < judge->n_prompts; prompt++)
    {
      const char *wrong = NULL;

      n += judge_holds (judge, prompt, image, &wrong);
    }
  return n;
}

/* Of any one colour. Six prompts have colours that are nearest to their object's, sky's and ground's
 * in their palettes (magenta for a purple cactus in the desert at sunset), but no two have the same. */
static void
test_plain_pictures_fail (void)
{
  static const double whole[4] = { 0, 0, 1, 1 };
  g_autoptr (GsImage) image = gs_image_new (SIDE, SIDE, 3);
  guint n_colours = 0, n_pleased = 0;

  for (guint r = 0; r < 256; r += 51)
    for (guint g = 0; g < 256; g += 51)
      for (guint b = 0; b < 256; b += 51)
        {
          guint n;

          paint (image, whole, (const guint8[]) { (guint8) r, (guint8) g, (guint8) b });
          n = count_pleased (image);
          g_assert_cmpuint (n, <=, 1);
          n_pleased += n;
          n_colours++;
        }
  g_test_message ("%u of %u colours please one prompt", n_pleased, n_colours);
  g_assert_cmpuint (n_pleased, <, n_colours / 10);
}

static void
test_noise_fails (void)
{
  g_autoptr (GsImage) image = gs_image_new (SIDE, SIDE, 3);
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  for (gsize i = 0; i < 3 * SIDE * SIDE; i++)
    image->pixels[i] = (guint8) g_rand_int_range (random, 0, 256);
  g_assert_cmpuint (count_pleased (image), ==, 0);
}

/* A scene of one prompt pleases few others: those that differ in words that no check sees. */
static void
test_scenes_are_told_apart (void)
{
  guint n_pleased = 0;

  for (guint prompt = 0; prompt < judge->n_prompts; prompt++)
    {
      g_autoptr (GsImage) image = draw (prompt, G_MAXUINT, NULL);

      for (guint other = 0; other < judge->n_prompts; other++)
        {
          const char *wrong = NULL;

          n_pleased += judge_holds (judge, other, image, &wrong);
        }
    }
  g_test_message ("%u pairs of %u prompts hold", n_pleased, judge->n_prompts);
  g_assert_cmpuint (n_pleased, >=, judge->n_prompts);
  g_assert_cmpuint (n_pleased, <=, judge->n_prompts * 3 / 2);
}

static void
test_the_list (void)
{
  guint n_held_out = 0;

  g_assert_cmpuint (judge->n_prompts, ==, 40);
  g_assert_cmpuint (judge->need, >=, 32);
  for (guint prompt = 0; prompt < judge->n_prompts; prompt++)
    {
      n_held_out += judge_is_held_out (judge, prompt);
      g_assert_cmpuint (judge_count_checks (judge, prompt), >=, 3);
      for (guint other = 0; other < prompt; other++)
        g_assert_cmpstr (judge_get_prompt (judge, prompt), !=, judge_get_prompt (judge, other));
    }
  g_assert_cmpuint (n_held_out, >=, 8);
}

int
main (int argc, char **argv)
{
  g_autofree char *path = g_build_filename (g_getenv ("GESSO_SOURCE_ROOT"), "tests", "starter",
                                            "prompts.json", NULL);
  int status;

  g_test_init (&argc, &argv, NULL);
  judge = judge_new (path);
  g_test_add_func ("/judge/the-list", test_the_list);
  g_test_add_func ("/judge/right-scenes-hold", test_right_scenes_hold);
  g_test_add_func ("/judge/one-wrong-colour-spoils-it", test_one_wrong_colour_spoils_it);
  g_test_add_func ("/judge/plain-pictures-fail", test_plain_pictures_fail);
  g_test_add_func ("/judge/noise-fails", test_noise_fails);
  g_test_add_func ("/judge/scenes-are-told-apart", test_scenes_are_told_apart);
  status = g_test_run ();
  judge_free (judge);
  return status;
}
