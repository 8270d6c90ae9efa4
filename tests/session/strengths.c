/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mask of strengths: black and white mean what they always mean, and grey means a denoising
 * strength for each pixel. */
#include "session-test.h"

#include <math.h>
#include <string.h>

#define SIDE 96

static GsRequest
strength_request (const GsImage *picture, const GsImage *mask)
{
  GsRequest request = session_test_request ();

  request.width = request.height = 0;
  request.steps = 10;
  request.init_image = picture;
  request.mask = mask;
  request.mask_is_strength = TRUE;
  request.denoising_strength = 1;
  return request;
}

static void
test_black_and_white (void)
{
  static const char *const samplers[] = { "euler", "euler-a", "dpmpp-2m", "ddim" };
  g_autoptr (GsImage) picture = session_test_gradients (131, 97);
  g_autoptr (GsImage) mask = session_test_mask (131, 97, 40, 30, 33, 21);
  GsRequest request = strength_request (picture, mask);

  if (session_test_get () == NULL)
    return;
  request.steps = 3;
  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (GsImage) with = NULL, without = NULL;

      request.sampler = samplers[i % 4];
      request.fill = (GsMaskFill) (i % 4);
      request.denoising_strength = i < 4 ? 0.8f : 1;
      request.frame_width = i % 2 ? 100 : 0;
      request.frame_height = i % 2 ? 90 : 0;
      request.width = i % 4 == 3 ? 120 : 0; /* the frame, scaled */
      request.height = i % 4 == 3 ? 104 : 0;
      request.mask_is_strength = TRUE;
      with = session_test_picture (&request);
      request.mask_is_strength = FALSE;
      without = session_test_picture (&request);
      g_assert_true (session_test_same (with, without));
    }
}

/* The same grey everywhere is img2img of that strength. */
static void
test_even_grey (void)
{
  static const guint8 greys[] = { 255, 204, 128, 77, 26 };
  g_autoptr (GsImage) picture = session_test_gradients (SIDE, SIDE);
  g_autoptr (GsImage) mask = gs_image_new (SIDE, SIDE, 1);

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (greys); i++)
    {
      GsRequest request = strength_request (picture, mask);
      g_autoptr (GsImage) masked = NULL, whole = NULL;

      memset (mask->pixels, greys[i], SIDE * SIDE);
      masked = session_test_picture (&request);
      request.mask = NULL;
      request.denoising_strength = greys[i] / 255.0f;
      whole = session_test_picture (&request);
      g_assert_true (session_test_same (masked, whole));
    }
}

/* A soft brush: the lighter its grey the more is changed, and where it is black nothing is. */
static void
test_soft_brush (void)
{
  static const guint greys[] = { 60, 130, 255 };
  const int centre = 40, radius = 24;
  GsRequest request = session_test_request ();
  g_autoptr (GsImage) picture = NULL;
  g_autoptr (GsImage) mask = gs_image_new (SIDE, SIDE, 1);
  double last = 0;

  if (session_test_get () == NULL)
    return;
  request.width = request.height = SIDE;
  request.steps = 8;
  picture = session_test_picture (&request);
  for (guint k = 0; k < G_N_ELEMENTS (greys); k++)
    {
      g_autoptr (GsImage) image = NULL;
      double changed = 0;

      for (int i = 0; i < SIDE * SIDE; i++)
        {
          double distance = hypot (i % SIDE - centre, i / SIDE - centre);

          mask->pixels[i] = (guint8) (greys[k] * CLAMP (2 - 2 * distance / radius, 0, 1));
        }
      request = strength_request (picture, mask);
      request.prompt = "a blue boat on the sea at night";
      request.seed = 3;
      request.mask_feather = 4;
      image = session_test_picture (&request);
      for (int i = 0; i < SIDE * SIDE; i++)
        {
          const guint8 *a = picture->pixels + 3 * i, *b = image->pixels + 3 * i;

          changed += ABS (a[0] - b[0]) + ABS (a[1] - b[1]) + ABS (a[2] - b[2]);
          if (hypot (i % SIDE - centre, i / SIDE - centre) > radius + 4)
            g_assert_cmpmem (a, 3, b, 3);
        }
      g_test_message ("strength %.2f: changed by %.0f", greys[k] / 255.0, changed);
      g_assert_cmpfloat (changed, >, last);
      last = changed;
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/strengths/black-and-white", test_black_and_white);
  g_test_add_func ("/strengths/even-grey", test_even_grey);
  g_test_add_func ("/strengths/soft-brush", test_soft_brush);
  return session_test_run ();
}
