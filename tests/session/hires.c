/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two passes: sizes, steps, what A1111's keys say of them, and that the second keeps to the first. */
#include "session-test.h"

#include <string.h>

static GsRequest
hires_request (const char *upscaler)
{
  GsRequest request = session_test_request ();

  request.width = request.height = 128;
  request.hires = GS_HIRES_ON;
  request.hires_scale = 2;
  request.hires_upscaler = upscaler;
  return request;
}

static char *
fixture (const char *name)
{
  return g_build_filename (g_getenv ("GESSO_SOURCE_ROOT"), "tests", "session", "upscalers", name,
                           NULL);
}

static void
assert_has (const GsResult *result, const char *text)
{
  if (strstr (result->parameters[0], text) == NULL)
    g_error ("“%s” is not in: %s", text, result->parameters[0]);
}

static void
test_sizes_and_steps (void)
{
  const struct
  {
    const char *upscaler, *label;
    float strength;
    guint steps, want;
  } cases[] = {
    { "latent", "Hires upscaler: Latent", 0.5f, 0, 2 },  /* half of 3, rounded up */
    { "pixel", "Hires upscaler: Lanczos", 0.34f, 0, 2 },
    { "latent", "Hires upscaler: Latent", 0.7f, 5, 5 },
    { "pixel", "Hires upscaler: Lanczos", 1, 1, 1 },
  };

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GsRequest request = hires_request (cases[i].upscaler);
      g_autofree char *steps = g_strdup_printf ("Hires steps: %u", cases[i].want);
      g_autoptr (GsResult) result = NULL;

      request.hires_strength = cases[i].strength;
      request.hires_steps = cases[i].steps;
      result = session_test_generate (&request);
      g_assert_cmpuint (result->images[0]->width, ==, 128);
      g_assert_cmpuint (result->timings.n_steps, ==, cases[i].want);
      assert_has (result, steps);
      assert_has (result, cases[i].label);
      assert_has (result, "Size: 64x64");
      assert_has (result, "Hires upscale: 2");
      assert_has (result, "Denoising strength: ");
    }
}

/* A weak second pass shows what the first showed; the large picture of one pass is another one. */
static void
test_keeps_to_the_first (void)
{
  static const char *const upscalers[] = { "pixel", "latent", NULL };
  GsRequest small = session_test_request (), large = session_test_request ();
  g_autoptr (GsImage) first = NULL, enlarged = NULL, alone = NULL;
  double other;

  if (session_test_get () == NULL)
    return;
  large.width = large.height = 128;
  first = session_test_picture (&small);
  enlarged = gs_image_resize (first, 128, 128, GS_IMAGE_LANCZOS);
  alone = session_test_picture (&large);
  other = session_test_difference (enlarged, alone);
  for (guint i = 0; upscalers[i] != NULL; i++)
    {
      GsRequest request = hires_request (upscalers[i]);
      g_autoptr (GsImage) picture = NULL;

      request.hires_strength = 0.05f;
      picture = session_test_picture (&request);
      g_test_message ("%s: %.1f of 255 from the first pass, one pass %.1f", upscalers[i],
                      session_test_difference (enlarged, picture), other);
      g_assert_cmpfloat (session_test_difference (enlarged, picture), <, 0.5 * other);
    }
}

/* What is written is read back, and makes the same picture again. */
static void
test_settings_come_back (void)
{
  GsRequest request = hires_request ("latent");
  g_autoptr (GsResult) result = NULL, again = NULL;
  g_autoptr (GsSettings) settings = NULL;
  g_autoptr (GError) error = NULL;

  if (session_test_get () == NULL)
    return;
  request.width = 136; /* no multiple of the first pass: written as a size */
  request.hires_strength = 0.6f;
  result = session_test_generate (&request);
  assert_has (result, "Hires resize: 136x128");
  settings = gs_settings_parse (result->parameters[0], &error);
  g_assert_no_error (error);
  g_assert_cmpint (settings->request.hires, ==, GS_HIRES_ON);
  g_assert_cmpuint (settings->request.width, ==, 136);
  g_assert_cmpuint (settings->request.height, ==, 128);
  g_assert_cmpfloat (settings->request.hires_strength, ==, 0.6f);
  g_assert_cmpstr (settings->request.hires_upscaler, ==, "Latent");
  g_assert_false (settings->has_denoising_strength);
  again = session_test_generate (&settings->request);
  g_assert_true (session_test_same (again->images[0], result->images[0]));
  g_assert_cmpstr (again->parameters[0], ==, result->parameters[0]);
}

/* A1111's own texts. */
static void
test_foreign_settings (void)
{
  static const char with[] = "a house\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, "
                             "Size: 512x768, Denoising strength: 0.7, Hires upscale: 1.5, "
                             "Hires upscaler: R-ESRGAN 4x+, Version: v1.9.0";
  static const char without[] = "a house\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, "
                                "Size: 512x768, Denoising strength: 0.7, Version: v1.9.0";
  g_autoptr (GsSettings) two = gs_settings_parse (with, NULL);
  g_autoptr (GsSettings) one = gs_settings_parse (without, NULL);

  g_assert_cmpint (two->request.hires, ==, GS_HIRES_ON);
  g_assert_cmpuint (two->request.width, ==, 768);
  g_assert_cmpuint (two->request.height, ==, 1152);
  g_assert_cmpfloat (two->request.hires_scale, ==, 1.5f);
  g_assert_cmpfloat (two->request.hires_strength, ==, 0.7f);
  g_assert_cmpuint (two->request.hires_steps, ==, 20);
  g_assert_cmpstr (two->hires_upscaler, ==, "R-ESRGAN 4x+");
  g_assert_cmpint (one->request.hires, ==, GS_HIRES_OFF);
  g_assert_cmpuint (one->request.width, ==, 512);
  g_assert_cmpfloat (one->request.denoising_strength, ==, 0.7f);
}

/* By itself it happens past the model's size, and not below. */
static void
test_automatic (void)
{
  const GsModelInfo *info = session_test_get () ? gs_session_get_model (session_test_get ()) : NULL;
  GsRequest request = session_test_request ();
  g_autoptr (GsResult) large = NULL;
  g_autoptr (GsImage) small = NULL, plain = NULL;
  g_autofree char *size = NULL;

  if (info == NULL)
    return;
  plain = session_test_picture (&request);
  request.hires = GS_HIRES_AUTO;
  small = session_test_picture (&request);
  g_assert_true (session_test_same (small, plain));
  request.width = request.height = 2 * info->native_size;
  request.hires_upscaler = "latent";
  request.steps = 1;
  large = session_test_generate (&request);
  size = g_strdup_printf ("Size: %ux%u", info->native_size, info->native_size);
  assert_has (large, size);
  assert_has (large, "Hires upscale: 2");
  g_assert_cmpuint (large->images[0]->width, ==, 2 * info->native_size);
}

static void
test_upscaler_model (void)
{
  g_autofree char *model = fixture ("compact.pth");
  GsRequest request = hires_request (model);
  g_autoptr (GsResult) with = NULL, without = NULL, unknown = NULL;
  g_autoptr (GError) error = NULL;

  if (session_test_get () == NULL)
    return;
  with = session_test_generate (&request);
  assert_has (with, "Hires upscaler: compact");
  g_assert_null (with->notes);
  request.hires_upscaler = "pixel";
  without = session_test_generate (&request);
  g_assert_false (session_test_same (with->images[0], without->images[0]));
  request.hires_upscaler = "R-ESRGAN 4x+"; /* no such file in the library */
  unknown = session_test_generate (&request);
  g_assert_true (session_test_same (unknown->images[0], without->images[0]));
  g_assert_nonnull (strstr (unknown->notes[0], "R-ESRGAN 4x+"));
  request.hires_upscaler = "/nonexistent/x.pth";
  g_assert_null (gs_session_generate (session_test_get (), &request, NULL, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
}

/* Kept steps are the second pass's, and can be gone on from without the first. */
static void
test_resume (void)
{
  GsRequest request = hires_request ("latent");
  g_autoptr (GsResult) whole = NULL, rest = NULL;

  if (session_test_get () == NULL)
    return;
  request.hires_steps = 3;
  request.keep_steps = TRUE;
  whole = session_test_generate (&request);
  g_assert_cmpuint (gs_steps_get_n (whole->steps[0]), ==, 3);
  request.resume = whole->steps[0];
  request.resume_step = 1;
  rest = session_test_generate (&request);
  g_assert_true (session_test_same (rest->images[0], whole->images[0]));
}

static void
test_batch (void)
{
  GsRequest request = hires_request ("pixel");
  g_autoptr (GsResult) both = NULL;
  g_autoptr (GsImage) second = NULL;

  if (session_test_get () == NULL)
    return;
  request.batch = 2;
  both = session_test_generate (&request);
  request.batch = 1;
  request.seed++;
  second = session_test_picture (&request);
  g_assert_true (session_test_same (both->images[1], second));
  g_assert_false (session_test_same (both->images[0], second));
}

static void
test_refused (void)
{
  GsRequest requests[3];

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < 3; i++)
    requests[i] = hires_request ("latent");
  requests[0].hires_scale = 20;
  requests[1].hires_strength = 0;
  requests[2].hires_steps = 5000;
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gs_session_generate (session_test_get (), &requests[i], NULL, NULL, &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
    }
}

/* What starts from a picture is made in one pass, whatever is asked for. */
static void
test_only_from_words (void)
{
  GsRequest request = session_test_request ();
  g_autoptr (GsImage) init = session_test_gradients (64, 64);
  g_autoptr (GsImage) one = NULL, two = NULL;

  if (session_test_get () == NULL)
    return;
  request.init_image = init;
  one = session_test_picture (&request);
  request.hires = GS_HIRES_ON;
  two = session_test_picture (&request);
  g_assert_true (session_test_same (one, two));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hires/sizes-and-steps", test_sizes_and_steps);
  g_test_add_func ("/hires/keeps-to-the-first", test_keeps_to_the_first);
  g_test_add_func ("/hires/settings-come-back", test_settings_come_back);
  g_test_add_func ("/hires/foreign-settings", test_foreign_settings);
  g_test_add_func ("/hires/automatic", test_automatic);
  g_test_add_func ("/hires/upscaler-model", test_upscaler_model);
  g_test_add_func ("/hires/resume", test_resume);
  g_test_add_func ("/hires/batch", test_batch);
  g_test_add_func ("/hires/refused", test_refused);
  g_test_add_func ("/hires/only-from-words", test_only_from_words);
  return session_test_run ();
}
