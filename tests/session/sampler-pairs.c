/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every sampler with every schedule, and with the fewest steps, makes a picture of the starter model. */
#include "session-test.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler-pairs/all", test_all);
  g_test_add_func ("/sampler-pairs/few-steps", test_few_steps);
  return session_test_run ();
}
