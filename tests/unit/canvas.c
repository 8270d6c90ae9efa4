/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canvases of random requests: whatever the model's picture is, what the coverage leaves out are the
 * start picture's bytes, in their place. */
#include "session/canvas.h"

#include <math.h>
#include <string.h>

#define N_REQUESTS 400
#define FACTOR 8
#define NATIVE 96

static GsImage *
random_image (GRand *random, guint width, guint height, guint channels)
{
  GsImage *image = gs_image_new (width, height, channels);

  for (gsize i = 0; i < (gsize) width * height * channels; i++)
    image->pixels[i] = (guint8) g_rand_int_range (random, 0, 256);
  return image;
}

/* Black with a few rectangles of greys. */
static GsImage *
random_mask (GRand *random, guint width, guint height)
{
  GsImage *mask = gs_image_new (width, height, 1);

  for (int n = g_rand_int_range (random, 0, 3); n > 0; n--)
    {
      guint x = g_rand_int_range (random, 0, width), y = g_rand_int_range (random, 0, height);
      guint8 grey = g_rand_boolean (random) ? 255 : (guint8) g_rand_int_range (random, 0, 256);

      for (guint v = y; v < MIN (y + 20, height); v++)
        memset (mask->pixels + v * width + x, grey, MIN (20, width - x));
    }
  return mask;
}

static void
random_request (GRand *random, GsRequest *r, const GsImage *image, const GsImage *mask)
{
  *r = GS_REQUEST_DEFAULT;
  r->width = r->height = 0;
  r->init_image = image;
  r->mask = g_rand_int_range (random, 0, 3) > 0 ? mask : NULL;
  r->mask_is_strength = g_rand_boolean (random);
  r->match_colors = g_rand_boolean (random);
  r->mask_feather = g_rand_int_range (random, 0, 12);
  r->denoising_strength = (float) g_rand_double (random);
  if (g_rand_int_range (random, 0, 4) > 0)
    {
      r->frame_x = g_rand_int_range (random, -90, 90);
      r->frame_y = g_rand_int_range (random, -90, 90);
      r->frame_width = g_rand_int_range (random, 1, 130);
      r->frame_height = g_rand_int_range (random, 1, 130);
      r->scale_to_native = g_rand_boolean (random);
      if (g_rand_boolean (random))
        {
          r->width = g_rand_int_range (random, 64, 160);
          r->height = g_rand_int_range (random, 64, 160);
        }
    }
  else if (g_rand_boolean (random))
    r->outpaint_left = g_rand_int_range (random, 1, 30);
}

/* The picture's pixel under one of the result's, or NULL. */
static const guint8 *
source_of (const GsRequest *r, const GsCanvas *canvas, guint x, guint y)
{
  const GsImage *image = r->init_image;
  int dx = r->frame_x, dy = r->frame_y;

  /* Growth is rounded up on the side that was asked for. */
  if (r->outpaint_left > 0)
    dx = (int) image->width - (int) canvas->result_width;
  dx += (int) x;
  dy += (int) y;
  if (dx < 0 || dy < 0 || dx >= (int) image->width || dy >= (int) image->height)
    return NULL;
  return image->pixels + ((gsize) dy * image->width + dx) * image->channels;
}

static gboolean
is_there (const GsRequest *r, const guint8 *pixel)
{
  return pixel != NULL && (r->init_image->channels != 4 || r->frame_width == 0 || pixel[3] >= 128);
}

/* As the canvas reads it: transparent pixels lie over white where there is no frame. */
static void
assert_pixel (const GsRequest *r, const guint8 *pixel, const guint8 *shown)
{
  for (guint c = 0; c < 3; c++)
    {
      guint value = pixel[r->init_image->channels == 1 ? 0 : c];

      if (r->init_image->channels == 4 && r->frame_width == 0)
        value = (value * pixel[3] + 255 * (255 - pixel[3]) + 127) / 255;
      g_assert_cmpuint (shown[c], ==, value);
    }
}

static void
assert_masks (const GsCanvas *canvas)
{
  const gsize n = (gsize) canvas->width * canvas->height;
  g_autofree float *mask = gs_canvas_latent_mask (canvas, FACTOR);
  g_autofree float *strength = gs_canvas_latent_strength (canvas, FACTOR);

  for (gsize i = 0; i < n / FACTOR / FACTOR; i++)
    {
      g_assert_true (mask[i] == 0 || mask[i] == 1);
      if (strength != NULL)
        g_assert_true (strength[i] >= 0 && strength[i] <= 1.0001f
                       && (mask[i] == 1 || strength[i] == 0));
    }
  for (gsize i = 0; i < 3 * n; i++)
    g_assert_true (canvas->pixels[i] >= -0.001f && canvas->pixels[i] <= 1.001f);
}

/* How many pixels were kept. */
static gsize
assert_result (GRand *random, const GsRequest *r, const GsCanvas *canvas)
{
  const gsize n = (gsize) 3 * canvas->width * canvas->height;
  g_autofree float *picture = g_new (float, n);
  g_autoptr (GsImage) coverage = gs_canvas_coverage (canvas), result = NULL;
  gsize n_kept = 0;

  for (gsize i = 0; i < n; i++)
    picture[i] = (float) g_rand_double_range (random, -1.2, 1.2);
  result = gs_canvas_finish (canvas, picture);
  g_assert_cmpuint (result->width, ==, canvas->result_width);
  g_assert_cmpuint (result->height, ==, canvas->result_height);
  if (coverage == NULL)
    return 0;
  assert_masks (canvas);
  for (guint y = 0; y < result->height; y++)
    for (guint x = 0; x < result->width; x++)
      {
        gsize at = (gsize) y * result->width + x;
        const guint8 *pixel = source_of (r, canvas, x, y);

        if (!is_there (r, pixel))
          g_assert_cmpuint (coverage->pixels[at], ==, 255);
        if (coverage->pixels[at] > 0)
          continue;
        assert_pixel (r, pixel, result->pixels + 3 * at);
        n_kept++;
      }
  return n_kept;
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  gsize n_kept = 0;
  guint n_refused = 0;

  for (guint i = 0; i < N_REQUESTS; i++)
    {
      static const guint channels[] = { 1, 3, 4 };
      guint width = g_rand_int_range (random, 64, 120), height = g_rand_int_range (random, 64, 120);
      g_autoptr (GsImage) image = random_image (random, width, height, channels[i % 3]);
      g_autoptr (GsImage) mask = random_mask (random, width, height);
      g_autoptr (GError) error = NULL;
      g_autoptr (GsCanvas) canvas = NULL;
      GsRequest request;

      random_request (random, &request, image, mask);
      canvas = gs_canvas_new (&request, FACTOR, NATIVE, &error);
      if (canvas == NULL)
        {
          g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
          n_refused++;
          continue;
        }
      g_assert_true (canvas->width % FACTOR == 0 && canvas->height % FACTOR == 0);
      if (request.frame_width > 0)
        g_assert_true (canvas->result_width == request.frame_width
                       && canvas->result_height == request.frame_height);
      n_kept += assert_result (random, &request, canvas);
    }
  g_test_message ("%" G_GSIZE_FORMAT " pixels kept", n_kept);
  g_assert_cmpuint (n_refused, ==, 0);
  g_assert_cmpuint (n_kept, >, N_REQUESTS * 500);
}

/* Numbers from outside may be anything. */
static void
test_extreme_frames (void)
{
  static const int corners[] = { G_MININT, -1, 0, 63, G_MAXINT };
  g_autoptr (GsImage) image = gs_image_new (64, 64, 3);
  GsRequest request = GS_REQUEST_DEFAULT;

  request.width = request.height = 0;
  request.init_image = request.mask = image;
  request.scale_to_native = TRUE;
  for (guint i = 0; i < 25; i++)
    for (guint side = 1; side <= 8192; side *= 91)
      {
        g_autoptr (GsCanvas) canvas = NULL;

        request.frame_x = corners[i % 5];
        request.frame_y = corners[i / 5];
        request.frame_width = side;
        request.frame_height = 1;
        canvas = gs_canvas_new (&request, FACTOR, 512, NULL);
        g_assert_nonnull (canvas);
        g_assert_true (canvas->width >= 64 && canvas->height >= 64 && canvas->width <= 8192);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/random", test_random);
  g_test_add_func ("/canvas/extreme-frames", test_extreme_frames);
  return g_test_run ();
}
