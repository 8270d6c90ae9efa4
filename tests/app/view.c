/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view's mathematics: there and back again, and what stays where it is. */
#include "config.h"

#include "canvas/gesso-view.h"

#include <math.h>

#define WIDTH 800
#define HEIGHT 600

static GessoView *
new_view (guint width, guint height)
{
  GessoView *view = gesso_view_new ();

  gesso_view_set_size (view, WIDTH, HEIGHT);
  gesso_view_set_picture (view, width, height);

  return view;
}

static void
assert_near (GessoPoint a, double x, double y, double tolerance)
{
  g_assert_cmpfloat_with_epsilon (a.x, x, tolerance);
  g_assert_cmpfloat_with_epsilon (a.y, y, tolerance);
}

static void
test_fit (void)
{
  g_autoptr (GessoView) view = new_view (2000, 1000);
  GessoPoint corner = gesso_view_to_widget (view, 0, 0);
  GessoPoint other = gesso_view_to_widget (view, 2000, 1000);

  g_assert_true (gesso_view_get_fitted (view));
  /* All of it in view, as large as can be, in the middle. */
  g_assert_cmpfloat (corner.x, >=, 0);
  g_assert_cmpfloat (corner.y, >=, 0);
  g_assert_cmpfloat (other.x, <=, WIDTH);
  g_assert_cmpfloat (other.y, <=, HEIGHT);
  g_assert_cmpfloat_with_epsilon (corner.x + other.x, WIDTH, 1.5);
  g_assert_cmpfloat_with_epsilon (corner.y + other.y, HEIGHT, 1.5);
  g_assert_cmpfloat (other.x - corner.x, >, WIDTH - 64);

  /* It stays fitted in a larger widget, until one zooms. */
  gesso_view_set_size (view, 2 * WIDTH, 2 * HEIGHT);
  g_assert_cmpfloat (gesso_view_get_zoom (view), >, 0.75);
  gesso_view_zoom_step (view, 1);
  g_assert_false (gesso_view_get_fitted (view));
}

/* Every kind of transform leads there and back. */
static void
test_inverse (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GessoView) view = new_view (1000, 700);

  for (guint n = 0; n < 500; n++)
    {
      double x = g_rand_double_range (rand, 0, WIDTH), y = g_rand_double_range (rand, 0, HEIGHT);
      GessoPoint p, q;

      switch (g_rand_int_range (rand, 0, 4))
        {
        case 0:
          gesso_view_zoom_to (view, pow (2, g_rand_double_range (rand, -4, 4)), x, y);
          break;
        case 1:
          gesso_view_turn_to (view, g_rand_double_range (rand, -400, 400), x, y);
          break;
        case 2:
          gesso_view_mirror (view, x, y);
          break;
        default:
          gesso_view_pan (view, x - WIDTH / 2, y - HEIGHT / 2);
          break;
        }
      p = gesso_view_to_picture (view, x, y);
      q = gesso_view_to_widget (view, p.x, p.y);
      assert_near (q, x, y, 1e-6);
      g_assert_cmpfloat (fabs (gesso_view_get_angle (view)), <=, 180);
    }
}

/* FALSE if the view may have had to give way to keep the picture in view. */
static gboolean
is_free (GessoView *view)
{
  GessoPoint p = gesso_view_to_picture (view, WIDTH / 2, HEIGHT / 2);

  return p.x > 1 && p.y > 1 && p.x < 999 && p.y < 699;
}

static void
assert_held (GessoView *view, GessoPoint p, double x, double y, double tolerance, guint *n)
{
  if (!is_free (view))
    return;

  assert_near (gesso_view_to_widget (view, p.x, p.y), x, y, tolerance + 1e-6);
  (*n)++;
}

/* The point under the pointer stays under it. The origin is rounded before and after, each time by up
 * to half a pixel, and zooming enlarges the first of them. */
static void
test_hold (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  g_autoptr (GessoView) view = new_view (1000, 700);
  guint n = 0;

  for (int step = 0; step < 400; step++)
    {
      double x = g_rand_double_range (rand, 200, 600), y = g_rand_double_range (rand, 150, 450);
      double before = gesso_view_get_zoom (view), ratio = g_rand_double_range (rand, 0.5, 2);
      GessoPoint p = gesso_view_to_picture (view, x, y);

      gesso_view_zoom_to (view, before * ratio, x, y);
      ratio = gesso_view_get_zoom (view) / before;
      assert_held (view, p, x, y, 0.5 + 0.5 * ratio, &n);
      p = gesso_view_to_picture (view, x, y);
      gesso_view_turn_to (view, step * 7, x, y);
      assert_held (view, p, x, y, 1, &n);
      p = gesso_view_to_picture (view, x, y);
      gesso_view_mirror (view, x, y);
      assert_held (view, p, x, y, 1, &n);
      if (step % 10 == 0)
        gesso_view_fit (view);
    }
  g_assert_cmpuint (n, >, 600);
}

/* At 100 % a pixel of the picture is one of the widget, exactly. */
static void
test_sharp (void)
{
  g_autoptr (GessoView) view = new_view (1001, 701);
  GessoPoint p;

  gesso_view_zoom_to (view, 1, 123.4, 77.7);
  for (int turn = 0; turn < 4; turn++)
    {
      gesso_view_turn_to (view, turn * 90, 400, 300);
      gesso_view_pan (view, 0.3, 0.4);
      p = gesso_view_to_widget (view, 17, 5);
      g_assert_cmpfloat (p.x, ==, round (p.x));
      g_assert_cmpfloat (p.y, ==, round (p.y));
    }
}

static void
test_steps (void)
{
  g_autoptr (GessoView) view = new_view (1000, 700);

  gesso_view_zoom_to (view, 0.83, 0, 0);
  gesso_view_zoom_step (view, 1);
  g_assert_cmpfloat (gesso_view_get_zoom (view), ==, 1);
  gesso_view_zoom_step (view, 2);
  g_assert_cmpfloat (gesso_view_get_zoom (view), ==, 2);
  gesso_view_zoom_step (view, -4);
  g_assert_cmpfloat (gesso_view_get_zoom (view), ==, 0.5);
  for (int k = 0; k < 40; k++)
    gesso_view_zoom_step (view, 1);
  g_assert_cmpfloat (gesso_view_get_zoom (view), ==, GESSO_VIEW_MAX_ZOOM);
}

/* However far one pans, some of the picture is left. */
static void
test_keep (void)
{
  g_autoptr (GessoView) view = new_view (1000, 700);
  GdkRectangle visible;

  for (int k = 0; k < 4; k++)
    {
      gesso_view_turn_to (view, k * 27, 400, 300);
      gesso_view_pan (view, k & 1 ? 1e6 : -1e6, k & 2 ? 1e6 : -1e6);
      g_assert_true (gesso_view_get_visible (view, &visible));
      g_assert_cmpint (visible.width, >, 0);
    }
}

static void
test_visible (void)
{
  g_autoptr (GessoView) view = new_view (4000, 3000);
  GdkRectangle visible;

  gesso_view_zoom_to (view, 1, 0, 0);
  g_assert_true (gesso_view_get_visible (view, &visible));
  g_assert_cmpint (visible.width, <=, WIDTH + 1);
  g_assert_cmpint (visible.height, <=, HEIGHT + 1);
  gesso_view_turn_to (view, 90, 400, 300);
  g_assert_true (gesso_view_get_visible (view, &visible));
  g_assert_cmpint (visible.height, >=, visible.width);
}

/* Where the picture grows to the left and to the top, what is seen stays where it is. */
static void
test_grow (void)
{
  g_autoptr (GessoView) view = new_view (1000, 700);
  GessoPoint before;

  gesso_view_zoom_to (view, 1.5, 100, 100);
  gesso_view_turn_to (view, 30, 400, 300);
  before = gesso_view_to_widget (view, 250, 340);
  gesso_view_move_picture (view, 64, 40);
  gesso_view_set_picture (view, 1064, 740);
  assert_near (gesso_view_to_widget (view, 314, 380), before.x, before.y, 1e-6);

  gesso_view_fit (view);
  gesso_view_move_picture (view, 64, 0);
  gesso_view_set_picture (view, 1128, 740);
  before = gesso_view_to_widget (view, 564, 370);
  assert_near (before, WIDTH / 2, HEIGHT / 2, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/view/fit", test_fit);
  g_test_add_func ("/app/view/inverse", test_inverse);
  g_test_add_func ("/app/view/hold", test_hold);
  g_test_add_func ("/app/view/sharp", test_sharp);
  g_test_add_func ("/app/view/steps", test_steps);
  g_test_add_func ("/app/view/keep", test_keep);
  g_test_add_func ("/app/view/visible", test_visible);
  g_test_add_func ("/app/view/grow", test_grow);
  return g_test_run ();
}
