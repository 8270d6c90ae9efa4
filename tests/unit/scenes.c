/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The starter model's pictures: the same for the same seed, and what their captions say is there. */
#include "train/scenes.h"

#include "base/error.h"
#include "train/dataset.h"

#include <glib/gstdio.h>
#include <string.h>

#define N_SEEDS 300

static gboolean
is_near (const guint8 *pixel, GsSceneColor color, double limit)
{
  const double r = pixel[0] - color.r, g = pixel[1] - color.g, b = pixel[2] - color.b;

  return r * r + g * g + b * b < limit * limit;
}

static double
share_of (const GsImage *image, GsSceneColor color)
{
  guint n = 0;

  for (guint i = 0; i < image->width * image->height; i++)
    n += is_near (image->pixels + 3 * i, color, 45);
  return (double) n / (image->width * image->height);
}

static void
test_seeds (void)
{
  g_autofree char *first_caption = NULL;
  g_autoptr (GsImage) first = gs_scene_new (3, &first_caption);
  guint n_same = 0;

  for (guint64 seed = 3; seed < 13; seed++)
    {
      g_autofree char *caption = NULL;
      g_autoptr (GsImage) image = gs_scene_new (seed, &caption);
      const gboolean same = memcmp (image->pixels, first->pixels, 3 * 128 * 128) == 0;

      g_assert_cmpuint (image->width, ==, GS_SCENE_SIZE);
      g_assert_cmpuint (image->height, ==, GS_SCENE_SIZE);
      g_assert_cmpuint (image->channels, ==, 3);
      g_assert_true (!same || g_str_equal (caption, first_caption));
      n_same += same;
    }
  g_assert_cmpuint (n_same, ==, 1);
}

/* Plain shapes: both colours that the caption names fill the picture, and the first lies in the middle. */
static void
test_emblems (void)
{
  guint n_emblems = 0;

  for (guint64 seed = 0; seed < N_SEEDS; seed++)
    {
      g_autofree char *caption = NULL;
      g_autoptr (GsImage) image = gs_scene_new (seed, &caption);
      const char *on = strstr (caption, " on ");
      int front = -1, back = -1;

      if (strstr (caption, "circle") == NULL && strstr (caption, "square") == NULL
          && strstr (caption, "diamond") == NULL)
        continue;
      for (int color = 0; color < GS_SCENE_N_COLORS; color++)
        {
          const char *at = strstr (caption, gs_scene_color_name (color));

          back = strstr (on, gs_scene_color_name (color)) != NULL ? color : back;
          front = at != NULL && at < on ? color : front;
        }
      g_assert_cmpint (front, >=, 0);
      g_assert_cmpint (back, >=, 0);
      n_emblems++;
      g_assert_cmpfloat (share_of (image, gs_scene_color (back)), >, 0.4);
      g_assert_cmpfloat (share_of (image, gs_scene_color (front)), >, 0.02);
      g_assert_true (is_near (image->pixels + 3 * (64 * 128 + 64), gs_scene_color (front), 30));
    }
  g_assert_cmpuint (n_emblems, >, N_SEEDS / 50);
}

/* A single thing of a colour by day shows that colour, more of it where it is big; the sky is what its word
 * says; held-out pairs are never drawn. */
static void
test_landscapes (void)
{
  static const struct { const char *word; gboolean bright; } skies[] = {
    { "night", FALSE }, { "starry sky", FALSE }, { "sunny day", TRUE }, { "blue sky", TRUE },
  };
  guint n_skies = 0, n_red = 0;

  for (guint64 seed = 0; seed < N_SEEDS; seed++)
    {
      g_autofree char *caption = NULL;
      g_autoptr (GsImage) image = gs_scene_new (seed, &caption);
      const guint8 *corner = image->pixels + 3 * (3 * 128 + 64);

      g_assert_cmpuint (strlen (caption), >, 3);
      g_assert_null (strstr (caption, "pink house"));
      g_assert_null (strstr (caption, "green balloon"));
      g_assert_null (strstr (caption, "blue flower"));
      for (guint i = 0; i < G_N_ELEMENTS (skies); i++)
        if (strstr (caption, skies[i].word) != NULL)
          {
            g_assert_true (skies[i].bright == (corner[2] > 150) || share_of (image, (GsSceneColor) {
              252, 248, 220 }) > 0);
            n_skies++;
          }
      if (g_str_has_prefix (caption, "a red ") && strstr (caption, "background") == NULL)
        {
          g_assert_cmpfloat (share_of (image, gs_scene_color (GS_SCENE_RED)), >, 0.005);
          n_red++;
        }
    }
  g_test_message ("%u skies, %u red things", n_skies, n_red);
  g_assert_cmpuint (n_skies, >, N_SEEDS / 10);
  g_assert_cmpuint (n_red, >, 3);
}

/* Every kind of thing has its colour, and grows with its scale. */
static void
test_things (void)
{
  for (guint thing = 0; thing < GS_SCENE_N_THINGS; thing++)
    {
      double shares[2];

      for (guint i = 0; i < 2; i++)
        {
          g_autoptr (GsRandom) random = gs_random_new (GS_RNG_CUDA, 1);
          g_autoptr (GsImage) image = NULL;
          GsSceneCanvas canvas;

          gs_scene_canvas_init (&canvas, random);
          gs_scene_draw_thing (&canvas, thing, 64, 110, i == 0 ? 1 : 2, GS_SCENE_PURPLE,
                               GS_SCENE_WHITE);
          image = gs_scene_canvas_finish (&canvas);
          shares[i] = share_of (image, gs_scene_color (GS_SCENE_PURPLE));
        }
      g_assert_cmpfloat (shares[0], >, 0.004);
      g_assert_cmpfloat_with_epsilon (shares[1] / shares[0], 4, 1);
    }
}

static void
test_folder (void)
{
  g_autofree char *folder = g_dir_make_tmp ("gesso-scenes-XXXXXX", NULL);
  g_autoptr (GsDataset) first = NULL, more = NULL;
  g_autoptr (GError) error = NULL;

  gs_scenes_write (folder, 3, 40, &error);
  g_assert_no_error (error);
  first = gs_dataset_open (folder, 128, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (first->items->len, ==, 3);
  gs_scenes_write (folder, 5, 40, &error);
  g_assert_no_error (error);
  more = gs_dataset_open (folder, 128, TRUE, &error);
  g_assert_cmpuint (more->items->len, ==, 5);
  for (guint i = 0; i < more->items->len; i++)
    {
      const GsDatasetItem *item = more->items->pdata[i];
      g_autofree char *caption = NULL, *text = g_strconcat (item->path, NULL);

      gs_image_free (gs_scene_new (40 + i, &caption));
      g_assert_cmpstr (item->caption, ==, caption);
      g_assert_true (i >= 3 || g_str_equal (item->key, ((GsDatasetItem *) first->items->pdata[i])->key));
      g_remove (item->path);
      strcpy (strrchr (text, '.'), ".txt");
      g_remove (text);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_assert_false (gs_scenes_write ("/proc/none", 1, 0, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scenes/seeds", test_seeds);
  g_test_add_func ("/scenes/emblems", test_emblems);
  g_test_add_func ("/scenes/landscapes", test_landscapes);
  g_test_add_func ("/scenes/things", test_things);
  g_test_add_func ("/scenes/folder", test_folder);
  return g_test_run ();
}
