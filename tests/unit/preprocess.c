/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What networks that guide are shown: Canny against OpenCV's, the others against their formulas. */
#include "session/preprocess.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 40
#define HEIGHT 24
#define N (WIDTH * HEIGHT)

/* A slope with noise, a disk and a corner on it. */
static GsImage *
picture (void)
{
  static const int corner[] = { 10, 70, 35 };
  GsImage *image = gs_image_new (WIDTH, HEIGHT, 3);
  guint32 state = 2463534242u;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < 3; c++)
        {
          int v;

          state = state * 1664525u + 1013904223u;
          v = x * 3 + y * 2 + (int) ((state >> 8) % 9);
          if ((x - 14) * (x - 14) + (y - 11) * (y - 11) < 60)
            v += c != 1 ? 110 : 60;
          if (x > 28 && y < 14)
            v += corner[c];
          image->pixels[3 * (y * WIDTH + x) + c] = (guint8) MIN (v, 255);
        }
  return image;
}

/* cv2.Canny (picture, 100, 200) and (picture, 30, 90) of OpenCV 4.6. */
static const char *const canny_100_200[HEIGHT] = {
  "............................#...........",
  ".............................#..........",
  ".............................#..........",
  "............##.##...........#...........",
  "..........##..#..##..........#..........",
  ".........##.......##.........#..........",
  "........##.........##........#..........",
  ".......##...........##......#...........",
  ".......#.............#......#...........",
  ".......#.............#......#...........",
  ".......#.............#.......#..........",
  ".......#..............#......#..........",
  ".......#.............#.......#..........",
  "......#..............#.......#..#..###..",
  ".......#.............#.......###.##...##",
  ".......##...........##..................",
  "........##.........##...................",
  ".........##.......##....................",
  "..........##..#####.....................",
  "............##..........................",
  "........................................",
  "........................................",
  "........................................",
  "........................................",
};

static const char *const canny_30_90[HEIGHT] = {
  "............................#......#....",
  ".............................#.....#....",
  ".............................#....##....",
  "............##.##...........#.....#.....",
  "..........##..#..##..........#.####.....",
  ".........##..#....##.........###........",
  "........##...#...#.##........#..........",
  ".......##....#...#..##......#...........",
  ".......#...##..###...#......#...........",
  ".......#.......#.....#......#...........",
  ".......#.#.....#.....#.......#..........",
  ".......#..#####.......#......#..........",
  ".......#...#.........#.......#..........",
  "......#..............#.......#..#..###..",
  ".......#.............#.......###.##...##",
  ".......##...........##......#.#.........",
  "........##.........##...#####.#.........",
  ".........##.......##...##.#...#.........",
  "..........##..#####...##................",
  ".........#..##..........................",
  ".........#..............................",
  "........................................",
  "........................................",
  "........................................",
};

static void
check_canny (const char *const *want, float low, float high)
{
  g_autoptr (GsImage) image = picture (), edges = NULL;

  edges = gs_preprocess_image (image, GS_PREPROCESS_CANNY, low, high);
  for (guint i = 0; i < N; i++)
    for (guint c = 0; c < 3; c++)
      g_assert_cmpuint (edges->pixels[3 * i + c], ==, want[i / WIDTH][i % WIDTH] == '#' ? 255 : 0);
}

static void
test_canny (void)
{
  check_canny (canny_100_200, 0, 0);
  check_canny (canny_100_200, 100.7f, 200.3f);
  check_canny (canny_30_90, 30, 90);
  check_canny (canny_30_90, 90, 30);
}

/* In two dimensions at once, by its definition. */
static double
blurred (const double *in, int x, int y, double sigma)
{
  const int radius = (int) ceil (4 * sigma);
  double sum = 0, weights = 0;

  for (int v = -radius; v <= radius; v++)
    for (int u = -radius; u <= radius; u++)
      {
        const double weight = exp (-(u * u + v * v) / (2 * sigma * sigma));
        int i = abs (x + u), k = abs (y + v);

        i = i >= WIDTH ? 2 * (WIDTH - 1) - i : i;
        k = k >= HEIGHT ? 2 * (HEIGHT - 1) - k : k;
        sum += weight * in[k * WIDTH + i];
        weights += weight;
      }
  return sum / weights;
}

static void
read_channel (const GsImage *image, guint c, double *out)
{
  for (guint i = 0; i < N; i++)
    out[i] = image->pixels[3 * i + c];
}

static void
test_soft_edges (void)
{
  g_autoptr (GsImage) image = picture (), edges = NULL;
  double luma[N], light[N];
  guint n_bright = 0;

  edges = gs_preprocess_image (image, GS_PREPROCESS_SOFT_EDGE, 0, 0);
  for (guint i = 0; i < N; i++)
    luma[i] = 0.299 * image->pixels[3 * i] + 0.587 * image->pixels[3 * i + 1]
              + 0.114 * image->pixels[3 * i + 2];
  for (int i = 0; i < N; i++)
    light[i] = blurred (luma, i % WIDTH, i / WIDTH, 1);
  for (int y = 1; y < HEIGHT - 1; y++)
    for (int x = 1; x < WIDTH - 1; x++)
      {
        const double *p = light + y * WIDTH + x;
        const double slope = hypot (p[1] - p[-1], p[WIDTH] - p[-WIDTH]) / 2;
        const int got = edges->pixels[3 * (y * WIDTH + x)];

        n_bright += slope > 20;
        g_assert_cmpfloat (fabs (got - MIN (8 * slope, 255)), <, 0.51);
      }
  g_assert_cmpuint (n_bright, >, 20); /* the disk's edge */
}

static void
test_lines (void)
{
  g_autoptr (GsImage) image = picture (), lines = NULL;
  double channel[N], least[N];
  guint n_white = 0;

  /* Two dark strokes. */
  for (int i = 0; i < WIDTH; i++)
    for (int c = 0; c < 3; c++)
      image->pixels[3 * (5 * WIDTH + i) + c] = image->pixels[3 * (i % HEIGHT * WIDTH + 33) + c] = 0;
  lines = gs_preprocess_image (image, GS_PREPROCESS_LINES, 0, 0);
  for (int i = 0; i < N; i++)
    least[i] = 255;
  for (guint c = 0; c < 3; c++)
    {
      read_channel (image, c, channel);
      for (int i = 0; i < N; i++)
        least[i] = MIN (least[i], blurred (channel, i % WIDTH, i / WIDTH, 5)
                                    - blurred (channel, i % WIDTH, i / WIDTH, 0.5));
    }
  for (int i = 0; i < N; i++)
    {
      n_white += lines->pixels[3 * i] == 255;
      if (fabs (least[i] - 16) > 0.01)
        g_assert_cmpuint (lines->pixels[3 * i], ==, least[i] > 16 ? 255 : 0);
    }
  g_assert_cmpuint (n_white, >, 20);
  g_assert_cmpuint (n_white, <, N / 2);
}

static void
test_simple (void)
{
  g_autoptr (GsImage) image = picture (), none = NULL, inverse = NULL, scribble = NULL;
  g_autoptr (GsImage) tile = NULL;
  double whole = 0, coarse = 0, steps = 0, coarse_steps = 0;

  none = gs_preprocess_image (image, GS_PREPROCESS_NONE, 0, 0);
  inverse = gs_preprocess_image (image, GS_PREPROCESS_INVERT, 0, 0);
  scribble = gs_preprocess_image (image, GS_PREPROCESS_SCRIBBLE, 0, 0);
  tile = gs_preprocess_image (image, GS_PREPROCESS_TILE, 0, 0);
  g_assert_cmpmem (none->pixels, 3 * N, image->pixels, 3 * N);
  for (guint i = 0; i < N; i++)
    {
      const guint8 *p = image->pixels + 3 * i;

      g_assert_cmpuint (inverse->pixels[3 * i + 1], ==, 255 - p[1]);
      g_assert_cmpuint (scribble->pixels[3 * i + 2], ==,
                        MIN (p[0], MIN (p[1], p[2])) < 127 ? 255 : 0);
      whole += p[0];
      coarse += tile->pixels[3 * i];
      if (i % WIDTH == 0)
        continue;
      steps += abs (p[0] - p[-3]);
      coarse_steps += abs (tile->pixels[3 * i] - tile->pixels[3 * i - 3]);
    }
  /* The same light, without its noise. */
  g_assert_cmpfloat (fabs (whole - coarse) / N, <, 4);
  g_assert_cmpfloat (coarse_steps, <, steps / 2);
}

static void
test_names (void)
{
  GsPreprocess found;

  for (guint i = 0; i < GS_N_PREPROCESS; i++)
    {
      g_assert_true (gs_preprocess_lookup (gs_preprocess_id ((GsPreprocess) i), &found));
      g_assert_cmpint (found, ==, (GsPreprocess) i);
    }
  g_assert_false (gs_preprocess_lookup ("depth", &found));
  g_assert_false (gs_preprocess_lookup (NULL, &found));
}

/* Pictures of a pixel or a line have no neighbours. */
static void
test_small (void)
{
  static const guint sizes[][2] = { { 1, 1 }, { 1, 9 }, { 9, 1 }, { 2, 2 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint kind = 0; kind < GS_N_PREPROCESS; kind++)
      {
        g_autoptr (GsImage) image = gs_image_new (sizes[i][0], sizes[i][1], 4);
        g_autoptr (GsImage) out = gs_preprocess_image (image, (GsPreprocess) kind, 0, 0);

        g_assert_cmpuint (out->width, ==, sizes[i][0]);
        g_assert_cmpuint (out->height, ==, sizes[i][1]);
        g_assert_cmpuint (out->channels, ==, 3);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/preprocess/canny", test_canny);
  g_test_add_func ("/preprocess/soft-edges", test_soft_edges);
  g_test_add_func ("/preprocess/lines", test_lines);
  g_test_add_func ("/preprocess/simple", test_simple);
  g_test_add_func ("/preprocess/names", test_names);
  g_test_add_func ("/preprocess/small", test_small);
  return g_test_run ();
}
