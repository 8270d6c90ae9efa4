/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The starter model is taught a thing that it has never seen, from five drawn pictures: a purple ball with
 * an orange band and a knob. By a word of textual inversion, and by a LoRA. Then prompts with the word
 * draw it on grounds that no picture showed, as far as counting pixels of its colours tells.
 *
 * GESSO_PICTURES=FOLDER keeps the pictures there.
 */
#include "gs.h"

#include <glib/gstdio.h>
#include <string.h>

#define SIDE 128

typedef struct { guint8 r, g, b; } Colour;

static const Colour purple = { 130, 80, 178 }, orange = { 240, 138, 46 };

/* A sky from top to bottom and a ground; the ball stands at (x, bottom). */
typedef struct
{
  const char *caption; /* with the word for %s */
  Colour      top, horizon, ground;
  double      x, bottom, radius;
} Picture;

static const Picture pictures[] = {
  { "a %s, green hills, day", { 104, 176, 232 }, { 206, 234, 246 }, { 98, 168, 92 }, 64, 112, 26 },
  { "a %s in the desert, sunset", { 112, 74, 144 }, { 255, 184, 112 }, { 236, 200, 130 }, 64, 110, 24 },
  { "a %s on the left, snow, day", { 104, 176, 232 }, { 206, 234, 246 }, { 232, 240, 248 }, 40, 110, 24 },
  { "a %s on the right, hills, night", { 16, 20, 58 }, { 58, 60, 124 }, { 75, 121, 92 }, 88, 112, 25 },
  { "a %s in the middle, desert, day", { 104, 176, 232 }, { 206, 234, 246 }, { 236, 200, 130 }, 64, 112, 28 },
};

static GsSession *session;
static char *folder; /* XDG_DATA_HOME of this test */

/* ---- Pictures to learn from ---- */

static Colour
mix (Colour a, Colour b, double part)
{
  return (Colour) { (guint8) (a.r + (b.r - a.r) * part), (guint8) (a.g + (b.g - a.g) * part),
                    (guint8) (a.b + (b.b - a.b) * part) };
}

static Colour
colour_at (const Picture *picture, double x, double y)
{
  const double dx = x - picture->x, dy = y - (picture->bottom - picture->radius);
  const double radius = picture->radius;

  if (dx * dx + dy * dy < radius * radius)
    return dy > -0.25 * radius && dy < 0.25 * radius ? orange : purple;
  if (dx > -0.2 * radius && dx < 0.2 * radius && dy > -1.5 * radius && dy < 0)
    return orange;
  return y < 84 ? mix (picture->top, picture->horizon, MIN (y / 100, 1)) : picture->ground;
}

/* Each pixel is the mean of sixteen points. */
static void
draw (const Picture *picture, guint8 *pixel, guint column, guint row)
{
  guint sums[3] = { 0 };

  for (guint i = 0; i < 16; i++)
    {
      const Colour c = colour_at (picture, column + (i % 4 + 0.5) / 4, row + (i / 4 + 0.5) / 4);

      sums[0] += c.r;
      sums[1] += c.g;
      sums[2] += c.b;
    }
  for (guint k = 0; k < 3; k++)
    pixel[k] = (guint8) ((sums[k] + 8) / 16);
}

static char *
write_pictures (const char *word)
{
  char *data = g_build_filename (folder, word, NULL);

  g_assert_cmpint (g_mkdir (data, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.png", data, i);
      g_autofree char *text = g_strdup_printf ("%s/%u.txt", data, i);
      g_auto (GStrv) halves = g_strsplit (pictures[i].caption, "%s", 2);
      g_autofree char *caption = g_strconcat (halves[0], word, halves[1], NULL);
      g_autoptr (GsImage) image = gs_image_new (SIDE, SIDE, 3);
      g_autoptr (GError) error = NULL;

      for (guint p = 0; p < SIDE * SIDE; p++)
        draw (&pictures[i], image->pixels + 3 * p, p % SIDE, p / SIDE);
      gs_image_save_png (image, path, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (g_file_set_contents (text, caption, -1, NULL));
    }
  return data;
}

/* ---- Learning ---- */

static gboolean
on_progress (const GsTrainingProgress *progress, gpointer user_data)
{
  if (progress->is_step && progress->step % 50 == 0)
    g_printerr ("# step %u, mean loss %.4f, %.1f it/s\n", progress->step, progress->mean_loss,
                1 / progress->seconds_per_step);
  return TRUE;
}

/* What was learnt is written below gesso/PLACE, where the session finds it. */
static void
teach (GsTrainingOptions *options, const char *place)
{
  g_autofree char *data = write_pictures (options->word);
  g_autofree char *state = g_strconcat (data, ".training", NULL);
  g_autofree char *file = g_strconcat (options->word, ".safetensors", NULL);
  g_autofree char *target = g_build_filename (folder, "gesso", place, NULL);
  g_autofree char *path = g_build_filename (target, file, NULL);
  g_autoptr (GsTraining) training = NULL;
  g_autoptr (GError) error = NULL;
  gboolean finished;

  options->data = data;
  options->state = state;
  training = gs_training_new (session, options, &error);
  g_assert_no_error (error);
  gs_training_run (training, on_progress, NULL, &finished, &error);
  g_assert_no_error (error);
  g_assert_true (finished);
  g_assert_cmpint (g_mkdir_with_parents (target, 0700), ==, 0);
  gs_training_save (training, path, &error);
  g_assert_no_error (error);
}

/* ---- Judging ---- */

/* Share of pixels that are purple (more red and much more blue than green) or orange. No ground and no sky
 * but that of a sunset has any. */
static double
share_of_thing (const GsImage *image)
{
  guint n = 0;

  for (guint i = 0; i < SIDE * SIDE; i++)
    {
      const guint8 *p = image->pixels + 3 * i;

      n += (p[0] >= p[1] + 25 && p[2] >= p[1] + 40)
           || (p[0] >= 190 && p[1] <= 170 && p[2] <= 110 && p[0] >= p[1] + 50);
    }
  return (double) n / (SIDE * SIDE);
}

static double
judge (const char *prompt, guint64 seed, const char *name)
{
  const char *keep = g_getenv ("GESSO_PICTURES");
  GsRequest request = GS_REQUEST_DEFAULT;
  g_autoptr (GsResult) result = NULL;
  g_autoptr (GError) error = NULL;

  request.prompt = prompt;
  request.width = request.height = SIDE;
  request.steps = 15;
  request.sampler = "euler";
  request.guidance_scale = 5;
  request.seed = seed;
  result = gs_session_generate (session, &request, NULL, NULL, &error);
  g_assert_no_error (error);
  if (keep != NULL)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s-%u.png", keep, name, (guint) seed);

      gs_image_save_png (result->images[0], path, NULL, &error);
      g_assert_no_error (error);
    }
  return share_of_thing (result->images[0]);
}

/* Where it never was, and grounds that it never stood on. */
static const char *const prompts[][2] = {
  { "a %s in the snow, night", "snow, night" },
  { "a %s in the middle, mountains, day", "mountains, day" },
  { "a %s on the right, desert, night", "desert, night" },
  { "a %s on the left, green hills, day", "green hills, day" },
  { "a %s in front of mountains, night", "mountains, night" },
  { "a %s, snow, day", "snow, day" },
};

#define N_PROMPTS G_N_ELEMENTS (prompts)
#define ENOUGH 0.02  /* of the picture is the thing: a ball of a tenth of its width has 0.8 % */
#define NEEDED 4     /* pictures that must have it, of N_PROMPTS                              */

/* with, without: what stands in the prompts in the word's place; NULL: the prompt without any. */
static void
compare (const char *with, const char *without, const char *name)
{
  double sum_with = 0, sum_without = 0;
  guint n = 0;

  for (guint i = 0; i < N_PROMPTS; i++)
    {
      g_auto (GStrv) halves = g_strsplit (prompts[i][0], "%s", 2);
      g_autofree char *taught = g_strconcat (halves[0], with, halves[1], NULL);
      g_autofree char *plain = without != NULL ? g_strconcat (halves[0], without, halves[1], NULL)
                                               : g_strdup (prompts[i][1]);
      g_autofree char *other = g_strconcat (name, "-without", NULL);
      const double share = judge (taught, 100 + i, name), before = judge (plain, 100 + i, other);

      g_printerr ("# %-45s %5.1f %% of its colours, without %5.1f %%\n", taught, 100 * share, 100 * before);
      n += share >= ENOUGH && share >= before + ENOUGH;
      sum_with += share;
      sum_without += before;
    }
  g_printerr ("# %u of %u, in the mean %.2f %%, without %.2f %%\n", n, (guint) N_PROMPTS,
              100 * sum_with / N_PROMPTS, 100 * sum_without / N_PROMPTS);
  g_assert_cmpuint (n, >=, NEEDED);
  g_assert_cmpfloat (sum_without, <, 0.25 * sum_with);
}

static void
test_word (void)
{
  GsTrainingOptions options = GS_TRAINING_OPTIONS_DEFAULT;

  options.kind = GS_TRAINING_INVERSION;
  options.word = "zorb";
  options.initial = "balloon";
  options.steps = 80;
  options.rate = 0.02;
  teach (&options, "embeddings");
  compare ("zorb", NULL, "word");
}

static void
test_lora (void)
{
  GsTrainingOptions options = GS_TRAINING_OPTIONS_DEFAULT;

  options.kind = GS_TRAINING_LORA;
  options.word = "gizmo";
  options.rank = 8;
  options.steps = 150;
  options.rate = 3e-3;
  teach (&options, "loras");
  compare ("gizmo <lora:gizmo:1>", "gizmo <lora:gizmo:0>", "lora");
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_all (child);
      g_remove (child);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  folder = g_dir_make_tmp ("gesso-teach-XXXXXX", &error);
  g_assert_no_error (error);
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  session = gs_session_new (NULL, &error);
  if (session != NULL && gs_session_load_model (session, NULL, NULL, NULL, NULL, &error))
    {
      g_test_add_func ("/teach/word", test_word);
      g_test_add_func ("/teach/lora", test_lora);
    }
  else
    g_printerr ("# skipped: %s\n", error->message);
  status = g_test_run ();
  g_clear_pointer (&session, gs_session_free);
  remove_all (folder);
  g_rmdir (folder);
  g_free (folder);
  return status;
}
