/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole jobs with the starter model, small and short: what gs.h promises about them. */
#include "gs.h"
#include "io/image.h"
#include "io/safetensors.h"
#include "session/job.h"
#include "session/preview.h"

#include <glib/gstdio.h>
#include <string.h>

#define SIDE 64
#define STEPS 3

static GsSession *session; /* NULL: no device */

static gboolean
skips (void)
{
  if (session == NULL)
    g_test_skip ("no Vulkan device");
  return session == NULL;
}

static GsRequest
small_request (void)
{
  GsRequest request = GS_REQUEST_DEFAULT;

  request.prompt = "a red house under a yellow sun";
  request.width = request.height = SIDE;
  request.steps = STEPS;
  request.seed = 7;
  return request;
}

static GsResult *
generate (const GsRequest *request)
{
  g_autoptr (GError) error = NULL;
  GsResult *result = gs_session_generate (session, request, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (result);
  return result;
}

static gsize
image_bytes (const GsImage *image)
{
  return (gsize) image->width * image->height * image->channels;
}

/* Horizontal and vertical gradients, so that every pixel has its own place. */
static GsImage *
start_picture (guint width, guint height)
{
  GsImage *image = gs_image_new (width, height, 3);

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      {
        guint8 *pixel = image->pixels + ((gsize) y * width + x) * 3;

        pixel[0] = (guint8) (x * 255 / width);
        pixel[1] = (guint8) (y * 255 / height);
        pixel[2] = (guint8) ((x * 7 + y * 3) % 256);
      }
  return image;
}

static void
test_same_seed_same_bytes (void)
{
  GsRequest request = small_request ();
  g_autoptr (GsResult) batch = NULL, second = NULL;

  if (skips ())
    return;
  request.batch = 2;
  batch = generate (&request);
  request.batch = 1;
  request.seed = 8;
  second = generate (&request);

  g_assert_cmpuint (batch->n_images, ==, 2);
  g_assert_cmpuint (batch->seeds[1], ==, 8);
  g_assert_cmpmem (batch->images[1]->pixels, image_bytes (batch->images[1]),
                   second->images[0]->pixels, image_bytes (second->images[0]));
  g_assert_cmpint (memcmp (batch->images[0]->pixels, batch->images[1]->pixels,
                           image_bytes (batch->images[0])), !=, 0);
  g_assert_cmpstr (batch->parameters[1], ==, second->parameters[0]);
}

static void
test_settings_come_back (void)
{
  GsRequest request = small_request ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) result = NULL;
  g_autoptr (GsSettings) settings = NULL;

  if (skips ())
    return;
  request.sampler = "dpmpp-2m";
  request.schedule = "karras";
  request.guidance_scale = 1;
  result = generate (&request);
  settings = gs_settings_parse (result->parameters[0], &error);
  g_assert_no_error (error);
  g_assert_cmpstr (settings->prompt, ==, request.prompt);
  g_assert_cmpstr (settings->sampler, ==, "dpmpp-2m");
  g_assert_cmpstr (settings->schedule, ==, "karras");
  g_assert_cmpuint (settings->request.seed, ==, 7);
  g_assert_cmpuint (settings->request.steps, ==, STEPS);
  g_assert_cmpuint (settings->request.width, ==, SIDE);
  g_assert_cmpint (settings->request.rng, ==, GS_RNG_CPU);
  g_assert_cmpfloat (settings->request.guidance_scale, ==, 1);
}

/* What the progress function saw. */
typedef struct
{
  guint    previews, calls;
  guint    stop_at; /* step; 0: never */
  guint    preview_width;
} Seen;

static gboolean
watch (const GsProgress *progress, gpointer user_data)
{
  Seen *seen = user_data;

  seen->calls++;
  if (progress->preview != NULL)
    {
      seen->previews++;
      seen->preview_width = progress->preview->width;
    }
  return seen->stop_at == 0 || progress->phase != GS_PHASE_DENOISE
         || progress->step < seen->stop_at;
}

static void
test_cancel_leaves_the_session_usable (void)
{
  GsRequest request = small_request ();
  Seen seen = { .stop_at = 2 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) cancelled = NULL, after = NULL;

  if (skips ())
    return;
  cancelled = gs_session_generate (session, &request, watch, &seen, &error);
  g_assert_error (error, GS_ERROR, GS_ERROR_CANCELLED);
  g_assert_null (cancelled);
  after = generate (&request);
  g_assert_nonnull (after->images[0]);
}

static void
test_previews (void)
{
  GsRequest request = small_request ();
  Seen seen = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) with = NULL, without = NULL;

  if (skips ())
    return;
  without = generate (&request);
  request.preview = GS_PREVIEW_FAST;
  with = gs_session_generate (session, &request, watch, &seen, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (seen.previews, ==, STEPS);
  g_assert_cmpuint (seen.preview_width, ==, SIDE);
  g_assert_cmpmem (with->images[0]->pixels, image_bytes (with->images[0]),
                   without->images[0]->pixels, image_bytes (without->images[0]));
}

/* A fast preview is the map of each latent pixel, enlarged bilinearly. */
static void
test_preview_is_smooth (void)
{
  const guint width = 9, height = 7, factors[] = { 1, 3, 4, 8 };
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_autoptr (GsImage) small = NULL;
  float latent[4 * 9 * 7];

  if (skips ())
    return;
  for (guint i = 0; i < G_N_ELEMENTS (latent); i++)
    latent[i] = (float) g_rand_double_range (random, -4, 4);
  g_assert_true (gs_preview_prepare (session, GS_PREVIEW_FAST, NULL));
  small = gs_preview_new (session, GS_PREVIEW_FAST, latent, width, height, 1, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
    {
      const guint factor = factors[i];
      g_autoptr (GsImage) want = gs_image_resize (small, width * factor, height * factor,
                                                  GS_IMAGE_BILINEAR);
      g_autoptr (GsImage) got = gs_preview_new (session, GS_PREVIEW_FAST, latent, width, height,
                                                factor, NULL);
      /* Places are sixteenths of a pixel. */
      const int most = 16 % (2 * factor) == 0 ? 1 : 1 + 255 * 2 / 16;

      g_assert_cmpuint (image_bytes (got), ==, image_bytes (want));
      for (gsize k = 0; k < image_bytes (want); k++)
        g_assert_cmpint (ABS (got->pixels[k] - want->pixels[k]), <=, most);
    }
}

static void
test_planned_memory_is_the_peak (void)
{
  const guint sides[] = { 64, 96, 64 }; /* what an earlier job left does not count */
  GsRequest request = small_request ();

  if (skips ())
    return;
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      guint64 needed, available;
      g_autoptr (GError) error = NULL;
      g_autoptr (GsResult) result = NULL;

      request.width = sides[i];
      gs_session_estimate_memory (session, &request, &needed, &available, &error);
      g_assert_no_error (error);
      result = generate (&request);
      g_assert_cmpuint (result->peak_bytes, ==, needed);
    }
}

static void
test_tight_memory (void)
{
  GsRequest request = small_request ();
  GsJob job;
  GsMemoryPlan whole, plan;
  guint64 needed, available;
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) tiled = NULL, evicted = NULL, none = NULL;

  if (skips ())
    return;
  request.width = 192; /* the decoder needs more than the U-Net */
  request.height = 128;
  request.steps = 1;
  g_assert_true (gs_job_init (&job, session, &request, &error));
  g_assert_true (gs_job_plan (&job, session, &whole, &error));
  g_assert_cmpuint (whole.tile, ==, 0);
  g_assert_cmpuint (whole.tier, ==, GS_TIER_RESIDENT);

  session->memory_limit = whole.needed_bytes - 1;
  g_assert_true (gs_job_plan (&job, session, &plan, &error));
  g_assert_cmpuint (plan.tier, ==, GS_TIER_TEXT_LEAVES);
  g_assert_cmpuint (plan.tile, ==, 0);
  evicted = generate (&request);
  g_assert_cmpuint (evicted->peak_bytes, ==, plan.needed_bytes);

  while (plan.tile == 0)
    {
      /* What is streamed takes all that there is. */
      session->memory_limit = plan.tier == GS_TIER_STREAMED ? session->memory_limit / 8 * 7
                                                            : plan.needed_bytes - 1;
      g_assert_true (gs_job_plan (&job, session, &plan, &error));
    }
  g_assert_cmpuint (plan.needed_bytes, <=, session->memory_limit);
  tiled = generate (&request);
  g_assert_cmpuint (tiled->peak_bytes, <=, plan.needed_bytes);
  g_assert_cmpmem (evicted->latents->values, 4 * 24 * 16 * sizeof (float),
                   tiled->latents->values, 4 * 24 * 16 * sizeof (float));

  while (plan.needed_bytes <= session->memory_limit)
    {
      session->memory_limit = session->memory_limit / 8 * 7;
      g_assert_true (gs_job_plan (&job, session, &plan, &error));
    }
  none = gs_session_generate (session, &request, NULL, NULL, &error);
  g_assert_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY);
  g_assert_null (none);
  g_clear_error (&error);
  g_assert_true (gs_session_estimate_memory (session, &request, &needed, &available, &error));
  g_assert_cmpuint (needed, ==, plan.needed_bytes);
  g_assert_cmpuint (available, ==, session->memory_limit);
  session->memory_limit = G_MAXUINT64;
  gs_job_clear (&job);
}

static void
test_nothing_changes_beyond_the_mask (void)
{
  const guint feather = 5, left = 20, right = 50, top = 12, bottom = 40;
  g_autoptr (GsImage) picture = start_picture (SIDE + 5, SIDE + 3); /* no multiples of 8 */
  g_autoptr (GsImage) mask = gs_image_new (SIDE + 5, SIDE + 3, 1);
  GsRequest request = small_request ();
  guint changed = 0;

  if (skips ())
    return;
  for (guint y = top; y < bottom; y++)
    memset (mask->pixels + y * mask->width + left, 255, right - left);
  request.width = request.height = 0;
  request.init_image = picture;
  request.mask = mask;
  request.mask_feather = feather;
  for (guint fill = GS_FILL_ORIGINAL; fill <= GS_FILL_COLOR; fill++)
    {
      g_autoptr (GsResult) result = NULL;
      const GsImage *image;

      request.fill = (GsMaskFill) fill;
      result = generate (&request);
      image = result->images[0];
      g_assert_cmpuint (image->width, ==, picture->width);
      g_assert_cmpuint (image->height, ==, picture->height);
      for (guint y = 0; y < image->height; y++)
        for (guint x = 0; x < image->width; x++)
          {
            int dx = x < left ? (int) (left - x) : x >= right ? (int) (x - right + 1) : 0;
            int dy = y < top ? (int) (top - y) : y >= bottom ? (int) (y - bottom + 1) : 0;
            gsize at = ((gsize) y * image->width + x) * 3;
            gboolean same = memcmp (image->pixels + at, picture->pixels + at, 3) == 0;

            if (dx * dx + dy * dy > (int) (feather * feather))
              g_assert_true (same);
            else if (dx == 0 && dy == 0)
              changed += !same;
          }
    }
  g_assert_cmpuint (changed, >, 4 * (right - left) * (bottom - top) / 2);
}

static void
test_outpaint_keeps_the_picture (void)
{
  const guint feather = 8, left = 24;
  g_autoptr (GsImage) picture = start_picture (SIDE, SIDE);
  GsRequest request = small_request ();
  g_autoptr (GsResult) result = NULL;

  if (skips ())
    return;
  request.width = request.height = 0;
  request.init_image = picture;
  request.outpaint_left = left;
  request.outpaint_top = 3; /* made a multiple of 8 at the side that grows */
  request.mask_feather = feather;
  request.denoising_strength = 1;
  result = generate (&request);
  g_assert_cmpuint (result->images[0]->width, ==, SIDE + left);
  g_assert_cmpuint (result->images[0]->height, ==, SIDE + 8);
  for (guint y = feather; y < SIDE; y++)
    g_assert_cmpmem (result->images[0]->pixels
                         + ((y + 8) * (SIDE + left) + left + feather) * 3,
                     (SIDE - feather) * 3, picture->pixels + (y * SIDE + feather) * 3,
                     (SIDE - feather) * 3);
}

static void
test_strength_zero_gives_the_picture_back (void)
{
  g_autoptr (GsImage) picture = start_picture (SIDE, SIDE);
  GsRequest request = small_request ();
  g_autoptr (GsResult) none = NULL, full = NULL;
  double error_none = 0, error_full = 0;

  if (skips ())
    return;
  request.init_image = picture;
  request.denoising_strength = 0;
  none = generate (&request);
  request.denoising_strength = 1;
  full = generate (&request);
  for (gsize i = 0; i < image_bytes (picture); i++)
    {
      error_none += ABS (none->images[0]->pixels[i] - picture->pixels[i]);
      error_full += ABS (full->images[0]->pixels[i] - picture->pixels[i]);
    }
  g_assert_cmpfloat (error_none, <, 0.7 * error_full);
}

/* Makes the decoder impossible to build, once the last step is done. */
static gboolean
break_decoder (const GsProgress *progress, gpointer user_data)
{
  if (progress->phase == GS_PHASE_DENOISE && progress->step == STEPS)
    {
      session->model->config.vae.layers++;
      gs_model_keep_programs (session->model, NULL, 0);
    }
  return TRUE;
}

static void
test_a_failed_decode_keeps_the_latents (void)
{
  GsRequest request = small_request ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) whole = NULL, broken = NULL;
  g_autoptr (GsTensorFile) file = NULL;
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "gesso-latents.safetensors", NULL);

  if (skips ())
    return;
  whole = generate (&request);
  broken = gs_session_generate (session, &request, break_decoder, NULL, &error);
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_nonnull (broken);
  g_assert_null (broken->images[0]);

  g_assert_true (gs_result_save_latents (broken, path, &error));
  file = gs_tensor_file_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (gs_tensor_file_find (file, "latents")->data,
                   gs_latents_elements (whole->latents) * sizeof (float), whole->latents->values,
                   gs_latents_elements (whole->latents) * sizeof (float));
  g_unlink (path);

  session->model->config.vae.layers--;
  g_assert_true (gs_session_decode (session, broken, NULL, NULL, &error));
  g_assert_cmpmem (broken->images[0]->pixels, image_bytes (broken->images[0]),
                   whole->images[0]->pixels, image_bytes (whole->images[0]));
}

static void
test_tiles_come_close_to_the_whole (void)
{
  GsRequest request = small_request ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) result = NULL;
  g_autoptr (GsImage) tiled = NULL;
  double difference = 0;

  if (skips ())
    return;
  request.width = 192;
  request.height = 160;
  request.steps = 1;
  result = generate (&request);
  result->latents->tile = 16;
  tiled = gs_latents_decode (session, result->latents, 0, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < image_bytes (tiled); i++)
    difference += ABS (tiled->pixels[i] - result->images[0]->pixels[i]);
  difference /= image_bytes (tiled);
  g_test_message ("mean difference of a tiled decode: %.2f of 255", difference);
  g_assert_cmpfloat (difference, >, 0);
  g_assert_cmpfloat (difference, <, 12);
}

static void
test_bad_requests (void)
{
  g_autoptr (GsImage) picture = start_picture (SIDE, SIDE);
  g_autoptr (GsImage) mask = gs_image_new (SIDE - 1, SIDE, 1);
  GsRequest requests[7];

  if (skips ())
    return;
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    requests[i] = small_request ();
  requests[0].steps = 0;
  requests[1].width = 16;
  requests[2].sampler = "no such sampler";
  requests[3].batch = 0;
  requests[4].init_image = picture;
  requests[4].mask = mask; /* of another size */
  requests[5].mask = mask; /* without a picture */
  requests[6].guidance_scale = -1;
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gs_session_generate (session, &requests[i], NULL, NULL, &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  session = gs_session_new (NULL, NULL);
  if (session != NULL)
    {
      gs_session_load_model (session, NULL, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
    }
  g_test_add_func ("/session/same-seed-same-bytes", test_same_seed_same_bytes);
  g_test_add_func ("/session/settings-come-back", test_settings_come_back);
  g_test_add_func ("/session/cancel-leaves-it-usable", test_cancel_leaves_the_session_usable);
  g_test_add_func ("/session/previews", test_previews);
  g_test_add_func ("/session/preview-is-smooth", test_preview_is_smooth);
  g_test_add_func ("/session/planned-memory-is-the-peak", test_planned_memory_is_the_peak);
  g_test_add_func ("/session/tight-memory", test_tight_memory);
  g_test_add_func ("/session/nothing-changes-beyond-the-mask",
                   test_nothing_changes_beyond_the_mask);
  g_test_add_func ("/session/outpaint-keeps-the-picture", test_outpaint_keeps_the_picture);
  g_test_add_func ("/session/strength-zero", test_strength_zero_gives_the_picture_back);
  g_test_add_func ("/session/failed-decode-keeps-latents", test_a_failed_decode_keeps_the_latents);
  g_test_add_func ("/session/tiles", test_tiles_come_close_to_the_whole);
  g_test_add_func ("/session/bad-requests", test_bad_requests);
  status = g_test_run ();
  gs_session_free (session);
  return status;
}
