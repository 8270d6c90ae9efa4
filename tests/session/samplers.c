/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every sampler with every schedule makes a picture of the starter model; those that solve the same
 * equation come to the same picture. */
#include "session-test.h"

#include <string.h>

/* The picture says no numbers by an error; a flat one would be as wrong. */
static void
assert_picture (const GsRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) result = gs_session_generate (session_test_get (), request, NULL, NULL,
                                                     &error);
  const GsImage *image;
  guint8 least = 255, most = 0;

  if (error != NULL)
    g_error ("%s, %s, %u steps: %s", request->sampler, request->schedule, request->steps,
             error->message);
  image = result->images[0];
  for (gsize i = 0; i < (gsize) image->width * image->height * image->channels; i++)
    {
      least = MIN (least, image->pixels[i]);
      most = MAX (most, image->pixels[i]);
    }
  if (most - least < 16)
    g_error ("%s, %s, %u steps: a flat picture", request->sampler, request->schedule,
             request->steps);
}

static void
test_all (void)
{
  GsRequest request = session_test_request ();
  const GsNamed *samplers = gs_list_samplers ();
  const GsNamed *schedules = gs_list_schedules ();
  guint n = 0;

  if (session_test_get () == NULL)
    return;
  for (; samplers->id != NULL; samplers++)
    for (const GsNamed *schedule = schedules; schedule->id != NULL; schedule++)
      {
        request.sampler = samplers->id;
        request.schedule = schedule->id;
        assert_picture (&request);
        n++;
      }
  g_test_message ("%u pairs", n);
  g_assert_cmpuint (n, >=, 15 * 7);
}

/* The fewest steps, and the end of the steps from a start picture. */
static void
test_few_steps (void)
{
  g_autoptr (GsImage) init = session_test_gradients (64, 64);
  GsRequest request = session_test_request ();

  if (session_test_get () == NULL)
    return;
  for (const GsNamed *sampler = gs_list_samplers (); sampler->id != NULL; sampler++)
    {
      request.sampler = sampler->label;
      request.schedule = "normal";
      request.init_image = NULL;
      request.steps = 1;
      assert_picture (&request);
      request.steps = 2;
      assert_picture (&request);
      request.init_image = init;
      request.denoising_strength = 0.3f;
      request.steps = 5;
      assert_picture (&request);
    }
}

/* All of these follow one curve from the noise to the picture (Song et al., probability flow), each
 * with its own formula; with many steps they must meet. The ancestral one must not. */
static void
test_equal_ends (void)
{
  static const char *const samplers[] = { "euler", "dpm2", "lms", "dpmpp-2m", "ddim", "plms", "unipc",
                                          "deis" };
  GsRequest request = session_test_request ();
  g_autoptr (GsImage) reference = NULL, ancestral = NULL;
  double farthest = 0, apart;

  if (session_test_get () == NULL)
    return;
  request.steps = 40;
  request.schedule = "normal";
  request.sampler = "heun";
  reference = session_test_picture (&request);
  for (guint i = 0; i < G_N_ELEMENTS (samplers); i++)
    {
      g_autoptr (GsImage) image = NULL;
      double difference;

      request.sampler = samplers[i];
      image = session_test_picture (&request);
      difference = session_test_difference (image, reference);
      g_test_message ("%s: %.2f of 255 from Heun's picture", samplers[i], difference);
      farthest = MAX (farthest, difference);
    }
  request.sampler = "euler-a";
  ancestral = session_test_picture (&request);
  apart = session_test_difference (ancestral, reference);
  g_test_message ("euler-a: %.2f", apart);
  g_assert_cmpfloat (farthest, <, 8);
  g_assert_cmpfloat (apart, >, 3 * farthest);
}

/* With no guidance the negative prompt is not even looked at; the scale changes the picture. */
static void
test_guidance (void)
{
  GsRequest request = session_test_request ();
  g_autoptr (GsImage) one = NULL, negative = NULL, seven = NULL, zero = NULL, rescaled = NULL;

  if (session_test_get () == NULL)
    return;
  one = session_test_picture (&request);
  request.negative_prompt = "fog";
  negative = session_test_picture (&request);
  g_assert_true (session_test_same (one, negative));
  request.guidance_scale = 7;
  seven = session_test_picture (&request);
  g_assert_false (session_test_same (one, seven));
  request.guidance_rescale = 0.7f;
  rescaled = session_test_picture (&request);
  g_assert_false (session_test_same (rescaled, seven));
  request.guidance_scale = 0;
  request.guidance_rescale = 0;
  zero = session_test_picture (&request);
  request.prompt = "a green tree";
  g_clear_pointer (&one, gs_image_free);
  one = session_test_picture (&request);
  g_assert_true (session_test_same (zero, one)); /* only the negative prompt counts */
}

static void
test_seeds (void)
{
  GsRequest request = session_test_request ();
  g_autoptr (GsResult) batch = NULL;
  g_autoptr (GsImage) cuda = NULL;

  if (session_test_get () == NULL)
    return;
  request.sampler = "dpmpp-sde"; /* draws noise at every step */
  request.batch = 3;
  request.seed = G_MAXUINT32 - 1;
  batch = session_test_generate (&request);
  request.batch = 1;
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GsImage) single = NULL;

      request.seed = (guint64) G_MAXUINT32 - 1 + i;
      g_assert_cmpuint (batch->seeds[i], ==, request.seed);
      single = session_test_picture (&request);
      g_assert_true (session_test_same (single, batch->images[i]));
      g_assert_false (session_test_same (batch->images[i], batch->images[(i + 1) % 3]));
    }
  request.rng = GS_RNG_CUDA;
  cuda = session_test_picture (&request);
  g_assert_false (session_test_same (cuda, batch->images[2]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/samplers/all", test_all);
  g_test_add_func ("/samplers/few-steps", test_few_steps);
  g_test_add_func ("/samplers/equal-ends", test_equal_ends);
  g_test_add_func ("/samplers/guidance", test_guidance);
  g_test_add_func ("/samplers/seeds", test_seeds);
  return session_test_run ();
}
