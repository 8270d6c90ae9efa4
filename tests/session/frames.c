/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame: a part of a picture, over its edges too, at another resolution and back. */
#include "session-test.h"

#include <string.h>

#define WIDTH 150
#define HEIGHT 110

static GsRequest
frame_request (const GsImage *picture, int x, int y, guint width, guint height)
{
  GsRequest request = session_test_request ();

  request.width = request.height = 0;
  request.steps = 2;
  request.init_image = picture;
  request.frame_x = x;
  request.frame_y = y;
  request.frame_width = width;
  request.frame_height = height;
  request.mask_feather = 3;
  request.denoising_strength = 0.9f;
  return request;
}

static const guint8 *
pixel_at (const GsImage *image, guint x, guint y)
{
  return image->pixels + ((gsize) y * image->width + x) * image->channels;
}

/* How far a pixel of the frame is from the mask or from what lies outside of the picture, 0: in
 * it. By the definition, pixel by pixel. */
static double
distance_to_made (const GsRequest *r, guint x, guint y)
{
  double least = G_MAXDOUBLE;

  for (int v = 0; v < (int) r->frame_height; v++)
    for (int u = 0; u < (int) r->frame_width; u++)
      {
        int px = r->frame_x + u, py = r->frame_y + v;
        gboolean made = px < 0 || py < 0 || px >= (int) r->init_image->width
                        || py >= (int) r->init_image->height;

        if (!made && r->init_image->channels == 4)
          made = pixel_at (r->init_image, px, py)[3] == 0;
        if (!made && r->mask != NULL)
          made = pixel_at (r->mask, px, py)[0] == 255;
        if (made)
          least = MIN (least, (u - (double) x) * (u - (double) x)
                                  + (v - (double) y) * (v - (double) y));
      }
  return least;
}

/* Bytes beyond the soft edge are those of the picture, and that is what the coverage says; what was
 * to be made was. */
static void
assert_frame (const GsRequest *r, const GsResult *result)
{
  const GsImage *image = result->images[0];
  guint n_made = 0, n_changed = 0, n_kept = 0;

  g_assert_cmpuint (image->width, ==, r->frame_width);
  g_assert_cmpuint (image->height, ==, r->frame_height);
  g_assert_cmpuint (image->channels, ==, 3);
  g_assert_nonnull (result->coverage);
  g_assert_cmpuint (result->coverage->width, ==, image->width);
  g_assert_cmpuint (result->coverage->height, ==, image->height);
  for (guint y = 0; y < image->height; y++)
    for (guint x = 0; x < image->width; x++)
      {
        double squared = distance_to_made (r, x, y);
        int px = r->frame_x + (int) x, py = r->frame_y + (int) y;
        guint8 coverage = *pixel_at (result->coverage, x, y);

        if (squared > r->mask_feather * r->mask_feather)
          {
            g_assert_cmpuint (coverage, ==, 0);
            g_assert_cmpmem (pixel_at (image, x, y), 3, pixel_at (r->init_image, px, py), 3);
            n_kept++;
          }
        else
          g_assert_cmpuint (coverage, >, 0);
        if (squared > 0)
          continue;
        g_assert_cmpuint (coverage, ==, 255);
        n_made++;
        n_changed += px < 0 || py < 0 || px >= (int) r->init_image->width
                     || py >= (int) r->init_image->height
                     || memcmp (pixel_at (image, x, y), pixel_at (r->init_image, px, py), 3) != 0;
      }
  g_test_message ("%u pixels made, %u kept", n_made, n_kept);
  g_assert_cmpuint (n_changed, >, n_made / 2);
}

static void
test_over_the_edges (void)
{
  static const struct { int x, y; guint width, height; } frames[] = {
    { -20, -10, 72, 64 }, { 100, 70, 83, 67 }, { -9, -7, 168, 125 }, { 20, 90, 41, 40 },
    { 149, 109, 64, 64 }, /* a single pixel of the picture */
  };
  g_autoptr (GsImage) picture = session_test_gradients (WIDTH, HEIGHT);
  g_autoptr (GsImage) mask = session_test_mask (WIDTH, HEIGHT, 110, 60, 20, 33);

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    for (guint variant = 0; variant < 4; variant++)
      {
        GsRequest request = frame_request (picture, frames[i].x, frames[i].y, frames[i].width,
                                           frames[i].height);
        g_autoptr (GsResult) result = NULL;

        request.mask = variant & 1 ? mask : NULL;
        if (variant & 2)
          {
            request.width = 72; /* to work at */
            request.height = 64;
          }
        result = session_test_generate (&request);
        assert_frame (&request, result);
      }
}

/* A frame in the middle is what the same crop by hand would be. */
static void
test_is_a_crop (void)
{
  g_autoptr (GsImage) picture = session_test_gradients (WIDTH, HEIGHT);
  g_autoptr (GsImage) mask = session_test_mask (WIDTH, HEIGHT, 50, 40, 20, 33);
  g_autoptr (GsImage) part = gs_image_new (70, 66, 3);
  g_autoptr (GsImage) part_mask = session_test_mask (70, 66, 20, 20, 20, 33);
  GsRequest request = frame_request (picture, 30, 20, 70, 66);

  if (session_test_get () == NULL)
    return;
  for (guint y = 0; y < 66; y++)
    memcpy (part->pixels + y * 70 * 3, pixel_at (picture, 30, 20 + y), 70 * 3);
  for (guint masked = 0; masked < 2; masked++)
    {
      g_autoptr (GsResult) framed = NULL, cropped = NULL;
      GsRequest other = request;

      request.mask = masked ? mask : NULL;
      other.mask = masked ? part_mask : NULL;
      other.init_image = part;
      other.frame_x = other.frame_y = 0;
      if (masked)
        other.frame_width = other.frame_height = 0;
      framed = session_test_generate (&request);
      cropped = session_test_generate (&other);
      g_assert_true (session_test_same (framed->images[0], cropped->images[0]));
      g_assert_cmpint (framed->coverage == NULL, ==, !masked);
      g_assert_false (session_test_same (framed->images[0], part));
    }
}

/* Transparent parts are made like those beyond the edges; their colours do not matter. */
static void
test_transparent (void)
{
  g_autoptr (GsImage) opaque = session_test_gradients (WIDTH, HEIGHT);
  g_autoptr (GsImage) picture = gs_image_convert (opaque, 4);
  GsRequest request = frame_request (picture, 40, 30, 72, 64);
  g_autoptr (GsResult) result = NULL, other = NULL, none = NULL, from_text = NULL;

  if (session_test_get () == NULL)
    return;
  for (guint y = 50; y < 100; y++)
    for (guint x = 60; x < 90; x++)
      picture->pixels[((gsize) y * WIDTH + x) * 4 + 3] = 0;
  result = session_test_generate (&request);
  assert_frame (&request, result);
  for (gsize i = 0; i < WIDTH * HEIGHT; i++)
    if (picture->pixels[4 * i + 3] == 0)
      memset (picture->pixels + 4 * i, 77, 3);
  other = session_test_generate (&request);
  g_assert_true (session_test_same (result->images[0], other->images[0]));

  /* Nothing to start from: as from the prompt alone. */
  request.frame_x = 62;
  request.frame_y = 52;
  request.frame_width = 24;
  request.frame_height = 40;
  request.width = request.height = 64;
  none = session_test_generate (&request);
  g_assert_null (none->coverage);
  request.init_image = NULL;
  from_text = session_test_generate (&request);
  g_assert_cmpuint (from_text->images[0]->width, ==, 24);
  g_assert_true (session_test_same (none->images[0], from_text->images[0]));
}

/* Where the frame has gaps they are made from noise, whatever the strength for the rest. */
static void
test_gaps_are_made_anew (void)
{
  g_autoptr (GsImage) picture = session_test_gradients (WIDTH, HEIGHT);
  GsRequest request = frame_request (picture, 100, 20, 96, 64);
  g_autoptr (GsImage) full = NULL, half = NULL;
  double difference = 0;

  if (session_test_get () == NULL)
    return;
  request.steps = 5;
  request.denoising_strength = 1;
  full = session_test_picture (&request);
  request.denoising_strength = 0.2f;
  half = session_test_picture (&request);
  for (guint y = 0; y < 64; y++)
    for (guint x = 50; x < 96; x++)
      difference += ABS (*pixel_at (full, x, y) - *pixel_at (half, x, y));
  g_assert_cmpfloat (difference, ==, 0);
}

/* "Size" is what was worked at: from the settings the same noise comes back. */
static void
test_native_size (void)
{
  const guint native = session_test_get () != NULL
                           ? gs_session_get_model (session_test_get ())->native_size : 0;
  static const struct { double width, height; double pixels; } frames[] = {
    { 0.25, 0.25, 1 }, { 0.2, 0.6, 1 }, { 1, 1, 1 }, { 1.2, 1.2, 1.44 }, { 1.6, 1.6, 2.25 },
    { 0.05, 0.05, 1 },
  };
  g_autoptr (GsImage) picture = session_test_gradients (40, 40);

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      GsRequest request = frame_request (picture, -5, -5, (guint) (frames[i].width * native),
                                         (guint) (frames[i].height * native));
      g_autoptr (GsResult) result = NULL;
      g_autoptr (GsSettings) settings = NULL;
      double pixels;

      request.scale_to_native = TRUE;
      request.steps = 1;
      result = session_test_generate (&request);
      settings = gs_settings_parse (result->parameters[0], NULL);
      pixels = (double) settings->request.width * settings->request.height / native / native;
      g_test_message ("%u x %u is made at %u x %u", request.frame_width, request.frame_height,
                      settings->request.width, settings->request.height);
      g_assert_cmpfloat_with_epsilon (pixels / frames[i].pixels, 1, 0.1);
      g_assert_cmpfloat_with_epsilon ((double) settings->request.width / settings->request.height
                                          / frames[i].width * frames[i].height, 1, 0.1);
      g_assert_cmpuint (result->images[0]->width, ==, request.frame_width);
      g_assert_cmpuint (result->images[0]->height, ==, request.frame_height);
    }
}

/* At the least strength a picture that is made at twice the size and put back is still the one it
 * was: nothing is shifted. */
static void
test_stays_in_place (void)
{
  GsRequest request = session_test_request ();
  g_autoptr (GsImage) picture = NULL, back = NULL;

  if (session_test_get () == NULL)
    return;
  request.width = request.height = 96;
  request.steps = 8;
  picture = session_test_picture (&request);
  request = frame_request (picture, 10, 20, 61, 50);
  request.width = 128;
  request.height = 104;
  request.denoising_strength = 0;
  back = session_test_picture (&request);
  for (guint axis = 0; axis < 2; axis++)
    {
      g_autoptr (GsImage) there = gs_image_new (61, 50, 3), beside = gs_image_new (61, 50, 3);

      for (guint y = 0; y < 50; y++)
        {
          memcpy (there->pixels + y * 61 * 3, pixel_at (picture, 10, 20 + y), 61 * 3);
          memcpy (beside->pixels + y * 61 * 3,
                  pixel_at (picture, 10 + (axis == 0), 20 + y + (axis == 1)), 61 * 3);
        }
      g_test_message ("%.2f of 255 from the picture, %.2f from one pixel beside",
                      session_test_difference (back, there), session_test_difference (back, beside));
      g_assert_cmpfloat (session_test_difference (back, there), <, 6);
      g_assert_cmpfloat (session_test_difference (back, there), <,
                         session_test_difference (back, beside));
    }
}

/* Previews show what the result will show, without padding. */
static gboolean
check_preview (const GsProgress *progress, gpointer user_data)
{
  guint *n = user_data;

  if (progress->preview == NULL)
    return TRUE;
  g_assert_nonnull (progress->coverage);
  g_assert_cmpuint (progress->coverage->width, ==, 83);
  g_assert_cmpuint (progress->preview->width, ==, 83);
  g_assert_cmpuint (progress->preview->height, ==, 67);
  *n += 1;
  return TRUE;
}

static void
test_previews (void)
{
  g_autoptr (GsImage) picture = session_test_gradients (WIDTH, HEIGHT);
  GsRequest request = frame_request (picture, 100, 70, 83, 67);
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) result = NULL;
  guint n = 0;

  if (session_test_get () == NULL)
    return;
  request.preview = GS_PREVIEW_FAST;
  result = gs_session_generate (session_test_get (), &request, check_preview, &n, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frames/over-the-edges", test_over_the_edges);
  g_test_add_func ("/frames/is-a-crop", test_is_a_crop);
  g_test_add_func ("/frames/transparent", test_transparent);
  g_test_add_func ("/frames/gaps-are-made-anew", test_gaps_are_made_anew);
  g_test_add_func ("/frames/native-size", test_native_size);
  g_test_add_func ("/frames/stays-in-place", test_stays_in_place);
  g_test_add_func ("/frames/previews", test_previews);
  return session_test_run ();
}
