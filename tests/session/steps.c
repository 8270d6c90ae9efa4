/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kept steps: what is seen in them, and going on from them. */
#include "session-test.h"

#include <string.h>

#define STEPS 6

static GsRequest
kept_request (const char *sampler)
{
  GsRequest request = session_test_request ();

  request.sampler = sampler;
  request.steps = STEPS;
  request.keep_steps = TRUE;
  return request;
}

static GsImage *
decode_step (const GsSteps *steps, guint k)
{
  g_autoptr (GError) error = NULL;
  GsImage *image = gs_session_decode_step (session_test_get (), steps, k, NULL, NULL, &error);

  g_assert_no_error (error);
  return image;
}

/* From every other step on, the picture and its steps are those of the run that was not interrupted. */
static void
assert_continues (GsRequest *request)
{
  g_autoptr (GsResult) whole = session_test_generate (request);
  const GsSteps *steps = whole->steps[0];

  for (guint k = 0; k <= gs_steps_get_n (steps); k += 2)
    {
      g_autoptr (GsResult) rest = NULL;
      g_autoptr (GsImage) seen = NULL, want = NULL;

      request->resume = steps;
      request->resume_step = k;
      rest = session_test_generate (request);
      if (!session_test_same (rest->images[0], whole->images[0]))
        g_error ("%s, from step %u on: another picture (%.3f of 255)", request->sampler, k,
                 session_test_difference (rest->images[0], whole->images[0]));
      g_assert_cmpuint (rest->timings.n_steps, ==, gs_steps_get_n (steps) - k);
      g_assert_cmpuint (gs_steps_get_n (rest->steps[0]), ==, gs_steps_get_n (steps));
      seen = decode_step (rest->steps[0], 2);
      want = decode_step (steps, 2);
      g_assert_true (session_test_same (seen, want));
    }
  request->resume = NULL;
}

static void
test_continues (void)
{
  static const char *const samplers[] = { "euler", "euler-a", "heun", "ddim", "lcm" };

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (samplers); i++)
    {
      GsRequest request = kept_request (samplers[i]);

      request.guidance_scale = i == 0 ? 4 : 1;
      assert_continues (&request);
    }
}

static void
test_continues_under_masks (void)
{
  g_autoptr (GsImage) picture = session_test_gradients (96, 80);
  g_autoptr (GsImage) mask = session_test_mask (96, 80, 20, 30, 40, 30);

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < 96 * 40; i++)
    mask->pixels[i] /= 2;
  for (guint variant = 0; variant < 4; variant++)
    {
      GsRequest request = kept_request (variant == 1 ? "euler-a" : "euler");

      request.width = request.height = 0;
      request.init_image = picture;
      request.mask = variant > 0 ? mask : NULL;
      request.mask_is_strength = variant > 1;
      request.fill = variant == 1 ? GS_FILL_NOISE : GS_FILL_ORIGINAL;
      request.denoising_strength = variant == 3 ? 0.4f : 0.7f;
      request.variation_seed = 4;
      request.variation_strength = 0.2f;
      if (variant == 3)
        {
          request.frame_x = 40;
          request.frame_width = request.frame_height = 72;
        }
      assert_continues (&request);
    }
}

/* Samplers with a memory begin anew: near the same, and the same from the beginning and the end. */
static void
test_restarts (void)
{
  static const char *const samplers[] = { "lms", "dpmpp-2m", "dpmpp-3m-sde", "unipc", "deis",
                                          "plms", "dpmpp-sde", "dpmpp-2s-a", "dpm2" };

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (samplers); i++)
    {
      GsRequest request = kept_request (samplers[i]), other;
      g_autoptr (GsResult) whole = session_test_generate (&request);
      g_autoptr (GsImage) unrelated = NULL;

      other = request;
      other.seed = 1000;
      unrelated = session_test_picture (&other);
      request.resume = whole->steps[0];
      for (guint k = 0; k <= STEPS; k += STEPS / 2)
        {
          g_autoptr (GsImage) image = NULL;
          double difference;

          request.resume_step = k;
          image = session_test_picture (&request);
          difference = session_test_difference (image, whole->images[0]);
          g_test_message ("%s from step %u on: %.2f of 255", samplers[i], k, difference);
          if (k == 0 || k == STEPS)
            g_assert_true (session_test_same (image, whole->images[0]));
          else
            g_assert_cmpfloat (difference, <,
                               session_test_difference (unrelated, whole->images[0]) / 2);
        }
    }
}

/* Another prompt and scale: the later the branch the less becomes of it. */
static void
test_branches (void)
{
  GsRequest request = kept_request ("euler");
  g_autoptr (GsResult) whole = NULL;
  double differences[STEPS + 1] = { 0 };

  if (session_test_get () == NULL)
    return;
  request.width = 96;
  whole = session_test_generate (&request);
  request.resume = whole->steps[0];
  request.prompt = "a blue boat on the sea at night";
  request.negative_prompt = "house";
  request.guidance_scale = 5;
  for (guint k = 1; k <= STEPS; k += 2)
    {
      g_autoptr (GsImage) image = NULL;

      request.resume_step = k;
      image = session_test_picture (&request);
      differences[k] = session_test_difference (image, whole->images[0]);
      g_test_message ("from step %u on: %.2f of 255", k, differences[k]);
    }
  g_assert_cmpfloat (differences[1], >, 2 * differences[STEPS - 1]);
  g_assert_cmpfloat (differences[STEPS - 1], >, 0);
}

/* Only under a mask: the rest stays the finished picture. */
static void
test_branches_under_a_mask (void)
{
  GsRequest request = kept_request ("euler");
  g_autoptr (GsResult) whole = NULL, branch = NULL;
  g_autoptr (GsImage) mask = session_test_mask (96, 64, 56, 8, 32, 48);
  guint n_changed = 0;

  if (session_test_get () == NULL)
    return;
  request.width = 96;
  whole = session_test_generate (&request);
  request.resume = whole->steps[0];
  request.resume_step = 2;
  request.prompt = "a blue boat on the sea at night";
  request.init_image = whole->images[0];
  request.mask = mask;
  request.mask_feather = 2;
  branch = session_test_generate (&request);
  for (gsize i = 0; i < 96 * 64; i++)
    {
      gboolean same = memcmp (whole->images[0]->pixels + 3 * i, branch->images[0]->pixels + 3 * i, 3)
                      == 0;

      if (branch->coverage->pixels[i] == 0)
        g_assert_true (same);
      else if (mask->pixels[i] == 255)
        n_changed += !same;
    }
  g_assert_cmpuint (n_changed, >, 32 * 48 / 2);
}

/* ---- Looking at steps ---- */

typedef struct
{
  GsImage *previews[STEPS];
  guint    first_step;
} Seen;

static gboolean
watch (const GsProgress *progress, gpointer user_data)
{
  Seen *seen = user_data;

  if (progress->preview != NULL)
    {
      if (seen->first_step == 0)
        seen->first_step = progress->step;
      g_assert_cmpuint (progress->n_steps, ==, STEPS);
      g_clear_pointer (&seen->previews[progress->step - 1], gs_image_free);
      seen->previews[progress->step - 1] = gs_image_copy (progress->preview);
    }
  return TRUE;
}

static void
test_previews (void)
{
  GsSession *session = session_test_get ();
  GsRequest request = kept_request ("euler-a");
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) result = NULL, rest = NULL;
  g_autoptr (GsSteps) steps = NULL;
  g_autoptr (GsImage) end = NULL, noise = NULL;
  Seen seen = { 0 };

  if (session == NULL)
    return;
  request.preview = GS_PREVIEW_FAST;
  result = gs_session_generate (session, &request, watch, &seen, &error);
  g_assert_no_error (error);
  steps = gs_steps_ref (result->steps[0]);
  g_assert_cmpuint (gs_steps_get_n (steps), ==, STEPS);
  g_assert_cmpuint (gs_steps_get_bytes (steps), >=, 2 * STEPS * result->images[0]->width / 2);
  end = decode_step (steps, STEPS);
  g_assert_true (session_test_same (end, result->images[0]));
  g_clear_pointer (&result, gs_result_free); /* they do not need it */
  for (guint k = 1; k <= STEPS; k++)
    {
      g_autoptr (GsImage) fast = gs_session_preview_step (session, steps, k, GS_PREVIEW_FAST, &error);
      g_autoptr (GsImage) best = decode_step (steps, k);

      g_assert_no_error (error);
      g_test_message ("step %u: %.2f of 255 between the preview and the picture", k,
                      session_test_difference (fast, best));
      if (k < STEPS)
        g_assert_true (session_test_same (fast, seen.previews[k - 1]));
      g_assert_cmpfloat (session_test_difference (fast, best), <, 40);
    }
  noise = decode_step (steps, 0);
  g_assert_false (session_test_same (noise, end));

  /* Steps go on being counted where they were. */
  seen.first_step = 0;
  request.resume = steps;
  request.resume_step = 4;
  rest = gs_session_generate (session, &request, watch, &seen, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (seen.first_step, ==, 5);
  for (guint k = 0; k < STEPS; k++)
    gs_image_free (seen.previews[k]);
}

static void
test_refused (void)
{
  GsSession *session = session_test_get ();
  GsRequest good = kept_request ("euler");
  g_autoptr (GsResult) whole = NULL;
  g_autoptr (GError) error = NULL;

  if (session == NULL)
    return;
  whole = session_test_generate (&good);
  good.resume = whole->steps[0];
  good.resume_step = 3;
  for (guint i = 0; i < 5; i++)
    {
      GsRequest bad = good;

      switch (i)
        {
        case 0: bad.resume_step = STEPS + 1; break;
        case 1: bad.width = 72; break;
        case 2: bad.steps = STEPS + 1; break;
        case 3: bad.sampler = "dpmpp-2m"; break;
        case 4: bad.schedule = "karras"; break;
        }
      g_assert_null (gs_session_generate (session, &bad, NULL, NULL, &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
    }
  g_assert_null (gs_session_preview_step (session, whole->steps[0], STEPS + 1, GS_PREVIEW_FAST,
                                          &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (gs_session_decode_step (session, whole->steps[0], G_MAXUINT, NULL, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/steps/continues", test_continues);
  g_test_add_func ("/steps/continues-under-masks", test_continues_under_masks);
  g_test_add_func ("/steps/restarts", test_restarts);
  g_test_add_func ("/steps/branches", test_branches);
  g_test_add_func ("/steps/branches-under-a-mask", test_branches_under_a_mask);
  g_test_add_func ("/steps/previews", test_previews);
  g_test_add_func ("/steps/refused", test_refused);
  return session_test_run ();
}
