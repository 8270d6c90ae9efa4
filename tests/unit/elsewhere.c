/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What another program is given of a request, and what comes of its picture. */
#include "gs-elsewhere.h"

#include <string.h>

#define NATIVE 96

static GsImage *
noise (guint width, guint height, guint channels)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  GsImage *image = gs_image_new (width, height, channels);

  for (gsize i = 0; i < (gsize) width * height * channels; i++)
    image->pixels[i] = (guint8) g_rand_int_range (random, 0, 256);
  return image;
}

static GsRequest
frame_request (guint width, guint height)
{
  GsRequest request = GS_REQUEST_DEFAULT;

  request.width = request.height = 0;
  request.frame_width = width;
  request.frame_height = height;
  request.match_colors = TRUE;
  return request;
}

static GsElsewhere *
commission (const GsRequest *request)
{
  g_autoptr (GError) error = NULL;
  GsElsewhere *self = gs_elsewhere_new (request, NATIVE, &error);

  g_assert_no_error (error);
  return self;
}

static void
test_prompt_alone (void)
{
  GsRequest request = frame_request (203, 120);
  g_autoptr (GsElsewhere) once = commission (&request);
  g_autoptr (GsElsewhere) twice = NULL;
  g_autoptr (GsImage) painted = NULL, result = NULL;

  g_assert_cmpuint (once->width, ==, 208);
  g_assert_cmpuint (once->height, ==, 120);
  g_assert_cmpuint (once->first_width, ==, 0);
  g_assert_null (once->picture);
  g_assert_null (once->coverage);
  painted = noise (208, 120, 3);
  result = gs_elsewhere_finish (once, painted);
  g_assert_cmpuint (result->width, ==, 203);
  for (guint y = 0; y < 120; y++)
    g_assert_cmpmem (result->pixels + y * 203 * 3, 203 * 3, painted->pixels + y * 208 * 3, 203 * 3);

  request.hires = GS_HIRES_AUTO; /* 208 x 120 is 2.7 times as much as 96 x 96 */
  twice = commission (&request);
  g_assert_cmpuint (twice->first_width, ==, 128);
  g_assert_cmpuint (twice->first_height, ==, 72);
}

/* All of a picture, as large as the model likes it: what comes back is the result. */
static void
test_whole_picture (void)
{
  g_autoptr (GsImage) image = noise (96, 96, 4), painted = noise (96, 96, 3), result = NULL;
  GsRequest request = frame_request (96, 96);
  g_autoptr (GsElsewhere) self = NULL;

  for (gsize i = 0; i < 96 * 96; i++)
    image->pixels[4 * i + 3] = 255;
  request.init_image = image;
  request.denoising_strength = 0.25f;
  self = commission (&request);
  g_assert_null (self->mask);
  g_assert_null (self->coverage);
  g_assert_cmpfloat (self->strength, ==, 0.25f);
  for (gsize i = 0; i < 96 * 96; i++)
    g_assert_cmpmem (self->picture->pixels + 3 * i, 3, image->pixels + 4 * i, 3);
  result = gs_elsewhere_finish (self, painted);
  g_assert_cmpmem (result->pixels, 96 * 96 * 3, painted->pixels, 96 * 96 * 3);
}

/* A square of the picture, and a corner that is not there. */
static void
test_mask (void)
{
  g_autoptr (GsImage) image = noise (64, 48, 4), mask = gs_image_new (64, 48, 1);
  g_autoptr (GsImage) painted = NULL, result = NULL;
  GsRequest request = frame_request (64, 48);
  g_autoptr (GsElsewhere) self = NULL;
  guint n_kept = 0, n_masked = 0;

  for (gsize i = 0; i < 64 * 48; i++)
    image->pixels[4 * i + 3] = i % 64 < 8 && i / 64 < 8 ? 0 : 255;
  for (guint y = 20; y < 30; y++)
    memset (mask->pixels + y * 64 + 30, 255, 10);
  request.init_image = image;
  request.mask = mask;
  request.mask_feather = 4;
  request.scale_to_native = TRUE;
  self = commission (&request);
  g_assert_cmpuint (self->width * self->height, >=, NATIVE * NATIVE * 9 / 10);
  g_assert_cmpfloat (self->strength, ==, 1); /* of the corner */
  g_assert_true (self->is_uneven);           /* the square has another */
  for (gsize i = 0; i < (gsize) self->width * self->height; i++)
    {
      g_assert_true (self->mask->pixels[i] == 0 || self->mask->pixels[i] == 255);
      n_masked += self->mask->pixels[i] == 255;
    }
  g_assert_cmpuint (n_masked, <, self->width * self->height / 4);
  painted = noise (self->width, self->height, 3);
  result = gs_elsewhere_finish (self, painted);
  g_assert_cmpuint (result->width, ==, 64);
  for (gsize i = 0; i < 64 * 48; i++)
    if (self->coverage->pixels[i] == 0)
      {
        g_assert_cmpmem (result->pixels + 3 * i, 3, image->pixels + 4 * i, 3);
        n_kept++;
      }
  g_assert_cmpuint (n_kept, >, 64 * 48 / 2);
  g_assert_cmpuint (self->coverage->pixels[0], ==, 255);
  g_assert_cmpuint (self->coverage->pixels[25 * 64 + 35], ==, 255);
}

static void
test_too_large (void)
{
  GsRequest request = frame_request (9000, 64);
  g_autoptr (GError) error = NULL;
  g_autoptr (GsElsewhere) self = gs_elsewhere_new (&request, NATIVE, &error);

  g_assert_null (self);
  g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/elsewhere/prompt-alone", test_prompt_alone);
  g_test_add_func ("/elsewhere/whole-picture", test_whole_picture);
  g_test_add_func ("/elsewhere/mask", test_mask);
  g_test_add_func ("/elsewhere/too-large", test_too_large);
  return g_test_run ();
}
