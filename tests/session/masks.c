/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repainting and outpainting: what lies beyond the mask and its soft edge keeps every byte. */
#include "session-test.h"

#include <string.h>

/* A request to repaint a picture; width and height are its own. */
static GsRequest
repaint_request (const GsImage *picture, const GsImage *mask, guint feather)
{
  GsRequest request = session_test_request ();

  request.width = request.height = 0;
  request.init_image = picture;
  request.mask = mask;
  request.mask_feather = feather;
  request.denoising_strength = 0.9f;
  return request;
}

/* Squared distance from a pixel to a rectangle's nearest pixel. */
static int
squared_distance (int x, int y, int left, int top, int right, int bottom)
{
  int dx = x < left ? left - x : x >= right ? x - right + 1 : 0;
  int dy = y < top ? top - y : y >= bottom ? y - bottom + 1 : 0;

  return dx * dx + dy * dy;
}

/* The mask was white in the rectangle: the same bytes beyond the feather; counts the changed pixels
 * inside. */
static guint
assert_kept (const GsImage *before, const GsImage *after, int left, int top, int right, int bottom,
             int feather)
{
  guint n_changed = 0;

  g_assert_cmpuint (after->width, ==, before->width);
  g_assert_cmpuint (after->height, ==, before->height);
  for (int y = 0; y < (int) before->height; y++)
    for (int x = 0; x < (int) before->width; x++)
      {
        gsize at = ((gsize) y * before->width + x) * 3;
        gboolean same = memcmp (before->pixels + at, after->pixels + at, 3) == 0;
        int distance = squared_distance (x, y, left, top, right, bottom);

        if (distance > feather * feather && !same)
          g_error ("The pixel %d, %d changed, beyond the feather of %d", x, y, feather);
        n_changed += distance == 0 && !same;
      }
  return n_changed;
}

static void
test_odd_sizes (void)
{
  static const struct { guint width, height, x, y, w, h, feather; } cases[] = {
    { 131, 97, 40, 30, 33, 21, 6 }, { 131, 97, 110, 80, 21, 17, 0 }, { 97, 131, 0, 0, 25, 40, 11 },
    { 65, 66, 64, 0, 1, 66, 3 },
  };

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (GsMaskFill fill = GS_FILL_ORIGINAL; fill <= GS_FILL_COLOR; fill++)
      {
        g_autoptr (GsImage) picture = session_test_gradients (cases[i].width, cases[i].height);
        g_autoptr (GsImage) mask
            = session_test_mask (cases[i].width, cases[i].height, cases[i].x, cases[i].y, cases[i].w,
                                 cases[i].h);
        GsRequest request = repaint_request (picture, mask, cases[i].feather);
        g_autoptr (GsImage) image = NULL;
        guint n;

        request.fill = fill;
        request.steps = 2;
        image = session_test_picture (&request);
        n = assert_kept (picture, image, cases[i].x, cases[i].y, cases[i].x + cases[i].w,
                         cases[i].y + cases[i].h, cases[i].feather);
        g_assert_cmpuint (n, >, cases[i].w * cases[i].h / 2);
      }
}

/* One pixel, nothing, everything. */
static void
test_extreme_masks (void)
{
  g_autoptr (GsImage) picture = session_test_gradients (72, 64);
  g_autoptr (GsImage) pixel = session_test_mask (72, 64, 71, 63, 1, 1);
  g_autoptr (GsImage) nothing = session_test_mask (72, 64, 0, 0, 0, 0);
  g_autoptr (GsImage) all = session_test_mask (72, 64, 0, 0, 72, 64);

  if (session_test_get () == NULL)
    return;
  for (GsMaskFill fill = GS_FILL_ORIGINAL; fill <= GS_FILL_COLOR; fill++)
    {
      GsRequest request = repaint_request (picture, pixel, 4);
      g_autoptr (GsImage) one = NULL, none = NULL, every = NULL;

      request.fill = fill;
      one = session_test_picture (&request);
      assert_kept (picture, one, 71, 63, 72, 64, 4);
      request.mask = nothing;
      none = session_test_picture (&request);
      g_assert_true (session_test_same (none, picture));
      request.mask = all;
      every = session_test_picture (&request);
      g_assert_cmpuint (assert_kept (picture, every, 0, 0, 72, 64, 4), >, 72 * 64 / 2);
    }
}

/* The fills start from different pictures and so end in different ones. */
static void
test_fills_differ (void)
{
  g_autoptr (GsImage) picture = session_test_gradients (96, 64);
  g_autoptr (GsImage) mask = session_test_mask (96, 64, 30, 20, 36, 30);
  GsImage *images[4] = { NULL };

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < 4; i++)
    {
      GsRequest request = repaint_request (picture, mask, 4);

      request.fill = (GsMaskFill) i;
      request.denoising_strength = 0.7f;
      images[i] = session_test_picture (&request);
      for (guint other = 0; other < i; other++)
        g_assert_false (session_test_same (images[i], images[other]));
    }
  for (guint i = 0; i < 4; i++)
    gs_image_free (images[i]);
}

/* A mask with colours and alpha means what its luma means. */
static void
test_mask_channels (void)
{
  g_autoptr (GsImage) picture = session_test_gradients (64, 64);
  g_autoptr (GsImage) gray = session_test_mask (64, 64, 16, 16, 30, 20);
  g_autoptr (GsImage) rgba = gs_image_new (64, 64, 4);
  GsRequest request = repaint_request (picture, gray, 3);
  g_autoptr (GsImage) a = NULL, b = NULL;

  if (session_test_get () == NULL)
    return;
  for (gsize i = 0; i < 64 * 64; i++)
    memset (rgba->pixels + 4 * i, gray->pixels[i], 3); /* alpha 0 everywhere */
  a = session_test_picture (&request);
  request.mask = rgba;
  b = session_test_picture (&request);
  g_assert_true (session_test_same (a, b));
}

/* A picture that is to be made larger is resized first; that is then what is kept. */
static void
test_resized (void)
{
  g_autoptr (GsImage) picture = session_test_gradients (48, 40);
  g_autoptr (GsImage) resized = gs_image_resize (picture, 90, 75, GS_IMAGE_LANCZOS);
  g_autoptr (GsImage) mask = session_test_mask (48, 40, 0, 0, 16, 40);
  GsRequest request = repaint_request (picture, mask, 2);
  g_autoptr (GsImage) image = NULL;

  if (session_test_get () == NULL)
    return;
  request.width = 90;
  request.height = 75;
  image = session_test_picture (&request);
  /* 30 columns, and two more for the resized mask's own edge. */
  g_assert_cmpuint (assert_kept (resized, image, 0, 0, 32, 75, 2), >, 30 * 75 / 2);
}

static void
test_outpaint (void)
{
  static const struct { guint left, top, right, bottom, width, height, x, y; } cases[] = {
    { 24, 0, 5, 40, 96, 112, 24, 0 },  /* 61 x 67 grows to multiples of 8 */
    { 3, 5, 0, 0, 64, 72, 3, 5 },
    { 8, 0, 0, 0, 72, 72, 11, 0 },
    { 0, 0, 0, 1, 64, 72, 0, 0 },
  };
  const guint feather = 5;
  g_autoptr (GsImage) picture = session_test_gradients (61, 67);

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GsRequest request = repaint_request (picture, NULL, feather);
      g_autoptr (GsImage) image = NULL;

      request.outpaint_left = cases[i].left;
      request.outpaint_top = cases[i].top;
      request.outpaint_right = cases[i].right;
      request.outpaint_bottom = cases[i].bottom;
      request.fill = (GsMaskFill) (i % 4);
      request.denoising_strength = 1;
      image = session_test_picture (&request);
      g_assert_cmpuint (image->width, ==, cases[i].width);
      g_assert_cmpuint (image->height, ==, cases[i].height);
      for (guint y = 0; y < 67; y++)
        for (guint x = 0; x < 61; x++)
          {
            guint to_x = cases[i].x + x, to_y = cases[i].y + y;
            /* Sides that touch the result's border have no soft edge. */
            gboolean inner = (to_x >= cases[i].x + feather || cases[i].x == 0)
                             && (to_y >= cases[i].y + feather || cases[i].y == 0)
                             && (x + feather < 61 || cases[i].x + 61 == image->width)
                             && (y + feather < 67 || cases[i].y + 67 == image->height);

            if (inner)
              g_assert_cmpmem (image->pixels + ((gsize) to_y * image->width + to_x) * 3, 3,
                               picture->pixels + ((gsize) y * 61 + x) * 3, 3);
          }
    }
}

/* Both at once: the rest of the picture stays. */
static void
test_outpaint_with_mask (void)
{
  g_autoptr (GsImage) picture = session_test_gradients (64, 64);
  g_autoptr (GsImage) mask = session_test_mask (64, 64, 40, 40, 24, 24);
  GsRequest request = repaint_request (picture, mask, 0);
  g_autoptr (GsImage) image = NULL;
  guint n_changed = 0;

  if (session_test_get () == NULL)
    return;
  request.outpaint_left = 16;
  request.denoising_strength = 1;
  image = session_test_picture (&request);
  g_assert_cmpuint (image->width, ==, 80);
  for (guint y = 0; y < 64; y++)
    for (guint x = 0; x < 64; x++)
      {
        gboolean same = memcmp (image->pixels + ((gsize) y * 80 + 16 + x) * 3,
                                picture->pixels + ((gsize) y * 64 + x) * 3, 3) == 0;

        g_assert_true (same || (x >= 40 && y >= 40));
        n_changed += !same;
      }
  g_assert_cmpuint (n_changed, >, 24 * 24 / 2);
}

/* What the autoencoder does to colours is found around the mask and undone in it, and only there.
 * At strength 0 the mask holds the picture's own round trip, so what is wrong with it is known. */
static void
test_colours_meet (void)
{
  g_autoptr (GsImage) picture = session_test_gradients (128, 112);
  g_autoptr (GsImage) mask = session_test_mask (128, 112, 40, 40, 40, 30);
  GsRequest request = repaint_request (picture, mask, 0);
  g_autoptr (GsImage) matched = NULL, plain = NULL;
  double with[3] = { 0 }, without[3] = { 0 };

  if (session_test_get () == NULL)
    return;
  for (gsize i = 0; i < 128 * 112; i++) /* paler and redder than anything that it was trained on */
    for (guint c = 0; c < 3; c++)
      picture->pixels[3 * i + c] = (guint8) (170 + 30 * (c == 0) + picture->pixels[3 * i + c] / 6);
  request.denoising_strength = 0;
  g_assert_true (request.match_colors);
  matched = session_test_picture (&request);
  request.match_colors = FALSE;
  plain = session_test_picture (&request);
  assert_kept (picture, matched, 40, 40, 80, 70, 0);
  assert_kept (picture, plain, 40, 40, 80, 70, 0);
  for (guint y = 40; y < 70; y++)
    for (guint x = 40; x < 80; x++)
      for (guint c = 0; c < 3; c++)
        {
          gsize at = ((gsize) y * 128 + x) * 3 + c;

          with[c] += (matched->pixels[at] - picture->pixels[at]) / 1200.0;
          without[c] += (plain->pixels[at] - picture->pixels[at]) / 1200.0;
        }
  g_test_message ("mean errors: %.2f %.2f %.2f, matched %.2f %.2f %.2f", without[0], without[1],
                  without[2], with[0], with[1], with[2]);
  g_assert_cmpfloat (ABS (with[0]) + ABS (with[1]) + ABS (with[2]), <,
                     (ABS (without[0]) + ABS (without[1]) + ABS (without[2])) / 2);
}

/* The picture that strength 0 gives back has been through the autoencoder and no further. */
static void
test_strength (void)
{
  static const float strengths[] = { 0, 0.3f, 0.6f, 1 };
  GsRequest request = session_test_request ();
  g_autoptr (GsImage) picture = NULL, from_text = NULL;
  double last = -1;

  if (session_test_get () == NULL)
    return;
  request.width = request.height = 96;
  request.steps = 8;
  picture = session_test_picture (&request);
  request.prompt = "a blue boat on the sea at night";
  request.seed = 2;
  from_text = session_test_picture (&request);
  request.init_image = picture;
  for (guint i = 0; i < G_N_ELEMENTS (strengths); i++)
    {
      g_autoptr (GsImage) image = NULL;
      double difference;

      request.denoising_strength = strengths[i];
      image = session_test_picture (&request);
      difference = session_test_difference (image, picture);
      g_test_message ("strength %g: %.2f of 255 from the start picture", strengths[i], difference);
      g_assert_cmpfloat (difference, >, last);
      last = difference;
      if (strengths[i] == 0)
        g_assert_cmpfloat (difference, <, 6);
      else if (strengths[i] == 1)
        g_assert_cmpfloat (session_test_difference (image, from_text), <,
                           session_test_difference (image, picture) / 2);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/masks/odd-sizes", test_odd_sizes);
  g_test_add_func ("/masks/extreme", test_extreme_masks);
  g_test_add_func ("/masks/fills-differ", test_fills_differ);
  g_test_add_func ("/masks/channels", test_mask_channels);
  g_test_add_func ("/masks/resized", test_resized);
  g_test_add_func ("/masks/outpaint", test_outpaint);
  g_test_add_func ("/masks/outpaint-with-mask", test_outpaint_with_mask);
  g_test_add_func ("/masks/colours-meet", test_colours_meet);
  g_test_add_func ("/masks/strength", test_strength);
  return session_test_run ();
}
