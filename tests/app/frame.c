/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame's mathematics: parts, snapping, following a mask. */
#include "config.h"

#include "canvas/gesso-frame.h"

#include <math.h>

static void
assert_frame (const GdkRectangle *frame, int x, int y, int width, int height)
{
  g_assert_cmpint (frame->x, ==, x);
  g_assert_cmpint (frame->y, ==, y);
  g_assert_cmpint (frame->width, ==, width);
  g_assert_cmpint (frame->height, ==, height);
}

static void
test_parts (void)
{
  const GdkRectangle frame = { 100, 200, 256, 128 }, small = { 0, 0, 64, 64 };

  g_assert_cmpint (gesso_frame_find_part (&frame, 200, 260, 8), ==, GESSO_FRAME_INSIDE);
  g_assert_cmpint (gesso_frame_find_part (&frame, 95, 260, 8), ==, GESSO_FRAME_LEFT);
  g_assert_cmpint (gesso_frame_find_part (&frame, 360, 331, 8), ==,
                   GESSO_FRAME_RIGHT | GESSO_FRAME_BOTTOM);
  g_assert_cmpint (gesso_frame_find_part (&frame, 220, 203, 8), ==, GESSO_FRAME_TOP);
  g_assert_cmpint (gesso_frame_find_part (&frame, 90, 260, 8), ==, GESSO_FRAME_NONE);
  /* Zoomed far out, the middle of a small one still moves it. */
  g_assert_cmpint (gesso_frame_find_part (&small, 32, 32, 100), ==, GESSO_FRAME_INSIDE);
}

static void
test_drag (void)
{
  const GdkRectangle start = { 16, 24, 256, 128 };
  GdkRectangle frame;

  gesso_frame_drag (&start, GESSO_FRAME_INSIDE, 3, -3, FALSE, &frame);
  assert_frame (&frame, 16, 24, 256, 128);
  gesso_frame_drag (&start, GESSO_FRAME_INSIDE, -101, 5, FALSE, &frame);
  assert_frame (&frame, -88, 32, 256, 128); /* past the picture's edge */
  gesso_frame_drag (&start, GESSO_FRAME_RIGHT, 13, 50, FALSE, &frame);
  assert_frame (&frame, 16, 24, 272, 128);
  gesso_frame_drag (&start, GESSO_FRAME_LEFT | GESSO_FRAME_TOP, -8, 8, FALSE, &frame);
  assert_frame (&frame, 8, 32, 264, 120);
  /* The edge that is not dragged stays, even where it becomes too small. */
  gesso_frame_drag (&start, GESSO_FRAME_LEFT, 1000, 0, FALSE, &frame);
  assert_frame (&frame, 16 + 256 - 64, 24, 64, 128);
  gesso_frame_drag (&start, GESSO_FRAME_RIGHT | GESSO_FRAME_BOTTOM, 256, 0, TRUE, &frame);
  assert_frame (&frame, 16, 24, 512, 256);
  gesso_frame_drag (&start, GESSO_FRAME_TOP, 0, -128, TRUE, &frame);
  assert_frame (&frame, 16, -104, 512, 256);
}

/* Whatever is dragged how far: multiples of 8 within the limits. */
static void
test_grid (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint n = 0; n < 2000; n++)
    {
      GdkRectangle frame = { g_rand_int_range (rand, -500, 500), g_rand_int_range (rand, -500, 500),
                             g_rand_int_range (rand, 1, 9000), g_rand_int_range (rand, 1, 900) };
      const GessoFramePart part = (GessoFramePart) g_rand_int_range (rand, 1, 17);
      GdkRectangle start;

      gesso_frame_snap (&frame);
      start = frame;
      gesso_frame_drag (&start, part, g_rand_double_range (rand, -3000, 3000),
                        g_rand_double_range (rand, -3000, 3000), g_rand_boolean (rand), &frame);
      g_assert_cmpint (frame.x % GESSO_FRAME_STEP, ==, 0);
      g_assert_cmpint (frame.y % GESSO_FRAME_STEP, ==, 0);
      g_assert_cmpint (frame.width % GESSO_FRAME_STEP, ==, 0);
      g_assert_cmpint (frame.height % GESSO_FRAME_STEP, ==, 0);
      g_assert_cmpint (frame.width, >=, GESSO_FRAME_MIN);
      g_assert_cmpint (frame.width, <=, GESSO_FRAME_MAX);
    }
}

/* The mask and its context are within it, and it within the picture where it fits. */
static void
test_follow (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (guint n = 0; n < 2000; n++)
    {
      const GdkRectangle bounds = { g_rand_int_range (rand, 0, 900), g_rand_int_range (rand, 0, 700),
                                    g_rand_int_range (rand, 1, 124), g_rand_int_range (rand, 1, 68) };
      int padding = (int) (0.25 * MAX (bounds.width, bounds.height));
      GdkRectangle frame;

      gesso_frame_follow (&bounds, 0.25, 128, 1024, 768, &frame);
      g_assert_cmpint (frame.width, >=, 128);
      g_assert_cmpint (frame.width % GESSO_FRAME_STEP, ==, 0);
      g_assert_cmpint (frame.x, >=, 0);
      g_assert_cmpint (frame.y, >=, 0);
      g_assert_cmpint (frame.x + frame.width, <=, 1024);
      g_assert_cmpint (frame.y + frame.height, <=, 768);
      g_assert_cmpint (frame.x, <=, MAX (bounds.x - padding + 8, 0));
      g_assert_cmpint (frame.x + frame.width, >=,
                       MIN (bounds.x + bounds.width + padding - 8, 1024));
      g_assert_cmpint (frame.x, <=, bounds.x);
      g_assert_cmpint (frame.x + frame.width, >=, bounds.x + bounds.width);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/frame/parts", test_parts);
  g_test_add_func ("/app/frame/drag", test_drag);
  g_test_add_func ("/app/frame/grid", test_grid);
  g_test_add_func ("/app/frame/follow", test_follow);
  return g_test_run ();
}
