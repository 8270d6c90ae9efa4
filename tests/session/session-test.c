/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shared parts of the session tests. */
#include "session-test.h"

#include <string.h>

static GsSession *shared;

GsSession *
session_test_get (void)
{
  g_autoptr (GError) error = NULL;

  if (shared != NULL)
    return shared;
  shared = gs_session_new (NULL, &error);
  if (g_error_matches (error, GS_ERROR, GS_ERROR_NO_DEVICE))
    {
      g_test_skip (error->message);
      return NULL;
    }
  g_assert_no_error (error);
  gs_session_load_model (shared, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return shared;
}

void
session_test_renew (void)
{
  g_clear_pointer (&shared, gs_session_free);
  g_assert_nonnull (session_test_get ());
}

int
session_test_run (void)
{
  int status = g_test_run ();

  g_clear_pointer (&shared, gs_session_free);
  return status;
}

GsRequest
session_test_request (void)
{
  GsRequest request = GS_REQUEST_DEFAULT;

  request.prompt = "a red house under a yellow sun";
  request.width = request.height = 64;
  request.steps = 3;
  request.sampler = "euler";
  request.seed = 7;
  request.guidance_scale = 1;
  return request;
}

GsResult *
session_test_generate (const GsRequest *request)
{
  g_autoptr (GError) error = NULL;
  GsResult *result = gs_session_generate (shared, request, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (result);
  return result;
}

GsImage *
session_test_picture (const GsRequest *request)
{
  g_autoptr (GsResult) result = session_test_generate (request);

  g_assert_nonnull (result->images[0]);
  g_assert_cmpuint (result->images[0]->channels, ==, 3);
  return g_steal_pointer (&result->images[0]);
}

GsImage *
session_test_gradients (guint width, guint height)
{
  GsImage *image = gs_image_new (width, height, 3);

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      {
        guint8 *pixel = image->pixels + ((gsize) y * width + x) * 3;

        pixel[0] = (guint8) (x * 255 / width);
        pixel[1] = (guint8) (y * 255 / height);
        pixel[2] = (guint8) (x * 7 + y * 3);
      }
  return image;
}

GsImage *
session_test_mask (guint width, guint height, guint x, guint y, guint w, guint h)
{
  GsImage *mask = gs_image_new (width, height, 1);

  for (guint row = y; row < y + h; row++)
    memset (mask->pixels + (gsize) row * width + x, 255, w);
  return mask;
}

static gsize
count_bytes (const GsImage *image)
{
  return (gsize) image->width * image->height * image->channels;
}

gboolean
session_test_same (const GsImage *a, const GsImage *b)
{
  return a->width == b->width && a->height == b->height && a->channels == b->channels
         && memcmp (a->pixels, b->pixels, count_bytes (a)) == 0;
}

double
session_test_difference (const GsImage *a, const GsImage *b)
{
  double sum = 0;

  g_assert_cmpuint (a->width, ==, b->width);
  g_assert_cmpuint (a->height, ==, b->height);
  g_assert_cmpuint (a->channels, ==, b->channels);
  for (gsize i = 0; i < count_bytes (a); i++)
    sum += ABS (a->pixels[i] - b->pixels[i]);
  return sum / count_bytes (a);
}
