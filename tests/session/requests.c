/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What cannot be done is refused with one sentence, and nothing else happens. */
#include "session-test.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static GsImage *
init (void)
{
  static GsImage *image;

  if (image == NULL)
    image = session_test_gradients (64, 64);
  return image;
}

static GsImage *
other_mask (void)
{
  static GsImage *image;

  if (image == NULL)
    image = session_test_mask (63, 64, 0, 0, 8, 8);
  return image;
}

/* Changes a good request to a bad one; says what the message must name. */
static const char *
spoil (GsRequest *r, guint i)
{
  switch (i)
    {
    case 0: r->width = 0; return "width";
    case 1: r->width = 100000; return "8192";
    case 2: r->height = 8; return "64";
    case 3: r->width = G_MAXUINT; return "8192";
    case 4: r->guidance_scale = NAN; return "guidance";
    case 5: r->guidance_scale = INFINITY; return "guidance";
    case 6: r->guidance_scale = -0.5f; return "guidance";
    case 7: r->guidance_rescale = 1.5f; return "rescale";
    case 8: r->sampler = "eulerian"; return "eulerian";
    case 9: r->schedule = "never"; return "never";
    case 10: r->steps = 0; return "steps";
    case 11: r->steps = 1001; return "1000";
    case 12: r->batch = 0; return "batch";
    case 13: r->batch = 65; return "64";
    case 14: r->mask = other_mask (); return "picture";
    case 15: r->init_image = init (); r->mask = other_mask (); return "63 x 64";
    case 16: r->outpaint_left = 8; return "picture";
    case 17: r->init_image = init (); r->outpaint_top = G_MAXUINT; return "8192";
    case 18: r->init_image = init (); r->outpaint_left = r->outpaint_right = 8192; return "8192";
    case 19: r->init_image = init (); r->denoising_strength = NAN; return "strength";
    case 20: r->init_image = init (); r->denoising_strength = 1.01f; return "strength";
    case 21: r->init_image = init (); r->mask_feather = 5000; return "1024";
    case 22: /* sums beyond 32 bits */
      r->init_image = init (); r->width = G_MAXUINT - 99; r->outpaint_left = 1000; return "8192";
    case 23: r->init_image = init (); r->width = 8200; r->mask = NULL; return "8192";
    case 24: r->variation_strength = NAN; return "variation";
    case 25: r->variation_strength = 1.5f; return "variation";
    case 26: r->frame_width = 64; return "64 x 0";
    case 27: r->frame_width = r->frame_height = 8193; return "8192";
    case 28: r->init_image = init (); r->frame_width = r->frame_height = 64; r->outpaint_top = 8; return "hang over";
    case 29: r->frame_width = r->frame_height = 64; r->width = 0; return "both";
    default: return NULL;
    }
}

static void
test_refused (void)
{
  GsSession *session = session_test_get ();
  GsRequest good = session_test_request ();
  g_autoptr (GsImage) before = NULL, after = NULL;
  const char *name;

  if (session == NULL)
    return;
  before = session_test_picture (&good);
  for (guint i = 0;; i++)
    {
      GsRequest request = session_test_request ();
      g_autoptr (GError) error = NULL, same = NULL;
      guint64 needed = 0, available = 0;

      name = spoil (&request, i);
      if (name == NULL)
        break;
      if (gs_session_generate (session, &request, NULL, NULL, &error) != NULL)
        g_error ("Bad request %u gives a picture", i);
      g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
      if (strstr (error->message, name) == NULL)
        g_error ("Bad request %u: “%s” does not say “%s”", i, error->message, name);
      g_assert_false (gs_session_estimate_memory (session, &request, &needed, &available, &same));
      g_assert_cmpstr (same->message, ==, error->message);
    }
  after = session_test_picture (&good);
  g_assert_true (session_test_same (before, after));
}

static void
test_no_model (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GsSession) session = NULL;
  GsRequest request = session_test_request ();
  guint64 needed, available;
  guint n, left;

  if (session_test_get () == NULL)
    return;
  session = gs_session_new (NULL, &error);
  g_assert_no_error (error);
  g_assert_null (gs_session_get_model (session));
  g_assert_null (gs_session_generate (session, &request, NULL, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (gs_session_estimate_memory (session, &request, &needed, &available, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (gs_session_count_tokens (session, "a house", &n, &left, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
}

/* A model that cannot be loaded is named, and the next one can be. */
static void
test_bad_models (void)
{
  GsSession *session = session_test_get ();
  g_autofree char *folder = g_dir_make_tmp ("gesso-session-XXXXXX", NULL);
  g_autofree char *empty = g_build_filename (folder, "empty.safetensors", NULL);
  g_autofree char *missing = g_build_filename (folder, "no-such.safetensors", NULL);
  const char *paths[] = { empty, missing, folder };
  GsRequest request = session_test_request ();
  g_autoptr (GsImage) before = NULL, after = NULL;
  g_autoptr (GError) error = NULL;

  if (session == NULL)
    return;
  before = session_test_picture (&request);
  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_assert_false (gs_session_load_model (session, paths[i], NULL, NULL, NULL, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, paths[i]));
      g_clear_error (&error);
      g_assert_null (gs_session_get_model (session));
    }
  gs_session_load_model (session, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  after = session_test_picture (&request);
  g_assert_true (session_test_same (before, after));
  g_remove (empty);
  g_rmdir (folder);
}

/* Sizes that are no multiples of 8 become the nearest. */
static void
test_rounded_sizes (void)
{
  g_autoptr (GsImage) picture = session_test_gradients (131, 97);
  GsRequest request = session_test_request ();
  g_autoptr (GsImage) rounded = NULL, from_picture = NULL;

  if (session_test_get () == NULL)
    return;
  request.width = 67;
  request.height = 68;
  rounded = session_test_picture (&request);
  g_assert_cmpuint (rounded->width, ==, 64);
  g_assert_cmpuint (rounded->height, ==, 72);
  request.width = request.height = 0;
  request.init_image = picture;
  from_picture = session_test_picture (&request);
  g_assert_cmpuint (from_picture->width, ==, 128);
  g_assert_cmpuint (from_picture->height, ==, 96);
}

/* Pictures of one channel and of four start a picture as RGB ones do. */
static void
test_channels_of_the_start_picture (void)
{
  g_autoptr (GsImage) rgb = session_test_gradients (64, 64);
  g_autoptr (GsImage) gray = gs_image_convert (rgb, 1);
  g_autoptr (GsImage) rgb_of_gray = gs_image_convert (gray, 3);
  g_autoptr (GsImage) rgba = gs_image_convert (rgb, 4);
  GsImage *pairs[][2] = { { gray, rgb_of_gray }, { rgba, rgb } };
  GsRequest request = session_test_request ();

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (GsImage) a = NULL, b = NULL;

      request.init_image = pairs[i][0];
      a = session_test_picture (&request);
      request.init_image = pairs[i][1];
      b = session_test_picture (&request);
      g_assert_true (session_test_same (a, b));
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/requests/refused", test_refused);
  g_test_add_func ("/requests/no-model", test_no_model);
  g_test_add_func ("/requests/bad-models", test_bad_models);
  g_test_add_func ("/requests/rounded-sizes", test_rounded_sizes);
  g_test_add_func ("/requests/channels", test_channels_of_the_start_picture);
  status = session_test_run ();
  gs_image_free (init ());
  gs_image_free (other_mask ());
  return status;
}
