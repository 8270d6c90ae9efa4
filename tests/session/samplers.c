/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samplers that solve the same equation come to the same picture; guidance and seeds make others. */
#include "session-test.h"

#include <string.h>

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
  g_test_add_func ("/samplers/equal-ends", test_equal_ends);
  g_test_add_func ("/samplers/guidance", test_guidance);
  g_test_add_func ("/samplers/seeds", test_seeds);
  return session_test_run ();
}
