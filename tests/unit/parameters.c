/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A1111's parameters text: what it and its offspring write is understood and comes back unchanged. */
#include "io/parameters.h"

#include "base/error.h"

#include <string.h>

static GsParameters *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GsParameters *parameters = gs_parameters_parse (text, &error);

  g_assert_no_error (error);
  return parameters;
}

static void
assert_value (GsParameters *parameters, const char *key, const char *want)
{
  g_assert_cmpstr (gs_parameters_get (parameters, key), ==, want);
}

/* Texts that come back byte for byte. */
static const char *const stable[] = {
  ("a red house\nNegative prompt: blurry, \"bad\" hands\nSteps: 20, Sampler: DPM++ 2M, Schedule type: "
   "Karras, CFG scale: 7, Seed: 42, Size: 512x512, Model hash: 6ce0161689, Model: v1-5-pruned, "
   "Denoising strength: 0.6, Clip skip: 2, RNG: CPU, Version: v1.9.4"),
  "a cat\nSteps: 20, Sampler: Euler a, Seed: 1",
  "two\nlines, (weight:1.2)\n\nof prompt\nNegative prompt: and\nof this\nSteps: 1, Seed: 2, CFG scale: 3",
  "\nNegative prompt: only this\nSteps: 1, Seed: 2, CFG scale: 3",
  ("a <lora:x:0.8>\nSteps: 20, Seed: 5, Lora hashes: \"x: 3f2a, y: 77b1\", TI hashes: \"bad\\\"hand: 1\", "
   "Hires upscale: 2, Hires upscaler: R-ESRGAN 4x+"),
  "a\nSteps: 20, Seed: 5, ControlNet 0: \"Module: canny, Model: [d14c016b], Weight: 1\", junk, Version: 1",
  "a __wild__\nSteps: 20, Seed: 5, Size: 64x64\nTemplate: a {b|c}\nNegative Template: d",
  "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e, caf\xc3\xa9\nSteps: 20, Seed: 5, Mod\xc3\xa8le: \xe7\x8c\xab",
  "  spaces stay \nSteps: 20, Seed: 5, Empty: , Size: 64x64",
};

static void
test_stable (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (stable); i++)
    {
      g_autoptr (GsParameters) parameters = parse (stable[i]);
      g_autofree char *text = gs_parameters_to_string (parameters);

      g_assert_cmpstr (text, ==, stable[i]);
    }
}

static void
test_parse (void)
{
  g_autoptr (GsParameters) first = parse (stable[0]);
  g_autoptr (GsParameters) lines = parse (stable[2]);
  g_autoptr (GsParameters) negative = parse (stable[3]);
  g_autoptr (GsParameters) quoted = parse (stable[4]);
  g_autoptr (GsParameters) rest = parse (stable[6]);
  guint64 number = 7;
  float strength = 0;
  guint width = 0, height = 0;

  g_assert_cmpstr (first->prompt, ==, "a red house");
  g_assert_cmpstr (first->negative_prompt, ==, "blurry, \"bad\" hands");
  assert_value (first, "Sampler", "DPM++ 2M");
  assert_value (first, "sampler", "DPM++ 2M");
  assert_value (first, "Face restoration", NULL);
  g_assert_true (gs_parameters_get_uint (first, "Seed", &number));
  g_assert_cmpuint (number, ==, 42);
  g_assert_false (gs_parameters_get_uint (first, "Denoising strength", &number));
  g_assert_false (gs_parameters_get_uint (first, "Model", &number));
  g_assert_cmpuint (number, ==, 42);
  g_assert_true (gs_parameters_get_float (first, "Denoising strength", &strength));
  g_assert_cmpfloat (strength, ==, 0.6f);
  g_assert_true (gs_parameters_get_size (first, "Size", &width, &height));
  g_assert_cmpuint (width, ==, 512);
  g_assert_false (gs_parameters_get_size (first, "Seed", &width, &height));
  g_assert_cmpstr (lines->prompt, ==, "two\nlines, (weight:1.2)\n\nof prompt");
  g_assert_cmpstr (lines->negative_prompt, ==, "and\nof this");
  g_assert_cmpstr (negative->prompt, ==, "");
  g_assert_cmpstr (negative->negative_prompt, ==, "only this");
  assert_value (quoted, "Lora hashes", "x: 3f2a, y: 77b1");
  assert_value (quoted, "TI hashes", "bad\"hand: 1");
  assert_value (quoted, "Hires upscaler", "R-ESRGAN 4x+");
  g_assert_cmpstr (rest->rest, ==, "Template: a {b|c}\nNegative Template: d");
}

static void
test_quirks (void)
{
  g_autoptr (GsParameters) crlf = parse ("a\r\nNegative prompt:b\r\nSteps: 20, Seed: 5, Size: 8x8\r\n\r\n");
  g_autoptr (GsParameters) open = parse ("a\nSteps: 20, Seed: 5, Odd: \"never closed, Size: 8x8");
  g_autoptr (GsParameters) tail = parse ("a\nSteps: 20, Seed: 5, Odd: \"x\" y, Size: 8x8");
  g_autoptr (GsParameters) twice = parse ("a\nSteps: 20, Seed: 5, Seed: 6");
  g_autoptr (GsParameters) colons = parse ("tags: a, b: c, d: e, f\nSteps: 20,Seed:5 ,Size:8x8");

  g_assert_cmpstr (crlf->prompt, ==, "a");
  g_assert_cmpstr (crlf->negative_prompt, ==, "b");
  assert_value (crlf, "Size", "8x8");
  assert_value (open, "Odd", "\"never closed");
  assert_value (open, "Size", "8x8");
  assert_value (tail, "Odd", "\"x\" y");
  assert_value (twice, "Seed", "6");
  g_assert_cmpstr (colons->prompt, ==, "tags: a, b: c, d: e, f");
  assert_value (colons, "Seed", "5");
  assert_value (colons, "Size", "8x8");
}

static void
test_none (void)
{
  static const char *const texts[] = {
    "", "\n\n", "a cat", "a cat\nNegative prompt: b", "Steps: 20, Seed: 1", "{\"prompt\": {\"3\": {}}}", ":,:,:",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gs_parameters_parse (texts[i], &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
    }
}

static void
test_build (void)
{
  g_autoptr (GsParameters) parameters = gs_parameters_new ("a, b: c", NULL);
  g_autoptr (GsParameters) back = NULL;
  g_autofree char *text = NULL;
  const char *odd = "tab\t quote\" back\\slash\nline, bell\a: end ";
  float value;

  gs_parameters_set_uint (parameters, "Steps", 20);
  gs_parameters_set_float (parameters, "CFG scale", 7);
  gs_parameters_set_float (parameters, "Denoising strength", 0.1f);
  gs_parameters_set_float (parameters, "Third", 1.0f / 3);
  gs_parameters_set_uint (parameters, "Seed", G_MAXUINT64);
  gs_parameters_set (parameters, "Model", odd);
  gs_parameters_set_uint (parameters, "Steps", 25);
  text = gs_parameters_to_string (parameters);
  g_assert_true (g_str_has_prefix (text, "a, b: c\nSteps: 25, CFG scale: 7, Denoising strength: 0.1, "
                                         "Third: 0.33333334, Seed: 18446744073709551615, Model: \""));
  back = parse (text);
  assert_value (back, "Model", odd);
  g_assert_true (gs_parameters_get_float (back, "Third", &value));
  g_assert_cmpfloat (value, ==, 1.0f / 3);
}

static void
test_sampler (void)
{
  static const char *const cases[][3] = {
    { "Sampler: DPM++ 2M Karras", "DPM++ 2M", "Karras" },
    { "Sampler: DPM++ 2M, Schedule type: Exponential", "DPM++ 2M", "Exponential" },
    { "Sampler: DPM++ 2M SDE Exponential", "DPM++ 2M SDE", "Exponential" },
    { "Sampler: Euler a", "Euler a", NULL },
    { "Sampler: Karras", "Karras", NULL },
    { "Other: x", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strconcat ("a\nSteps: 1, Seed: 2, ", cases[i][0], NULL);
      g_autoptr (GsParameters) parameters = parse (text);
      g_autofree char *sampler = NULL;
      g_autofree char *schedule = NULL;

      gs_parameters_get_sampler (parameters, &sampler, &schedule);
      g_assert_cmpstr (sampler, ==, cases[i][1]);
      g_assert_cmpstr (schedule, ==, cases[i][2]);
    }
}

/* Any text: an error or settings that survive being written and read again. */
static void
test_random (void)
{
  static const char *const bits[] = {
    "Steps: 1", ", ", "Seed: 2", "\n", "\"", "\\", ":", "Negative prompt:", " ", "a", "Size: 8x8", "\xc3\xa9", "\r",
    "\t", "K k: \"v, w\"", "\xff", ",",
  };

  for (guint round = 0; round < 20000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GsParameters) once = NULL;
      g_autoptr (GsParameters) again = NULL;
      g_autofree char *written = NULL;
      g_autofree char *rewritten = NULL;

      for (gint32 n = g_test_rand_int_range (1, 20); n > 0; n--)
        g_string_append (text, bits[g_test_rand_int_range (0, G_N_ELEMENTS (bits))]);
      once = gs_parameters_parse (text->str, NULL);
      if (once == NULL)
        continue;
      written = gs_parameters_to_string (once);
      again = parse (written);
      rewritten = gs_parameters_to_string (again);
      g_assert_cmpstr (rewritten, ==, written);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parameters/stable", test_stable);
  g_test_add_func ("/parameters/parse", test_parse);
  g_test_add_func ("/parameters/quirks", test_quirks);
  g_test_add_func ("/parameters/none", test_none);
  g_test_add_func ("/parameters/build", test_build);
  g_test_add_func ("/parameters/sampler", test_sampler);
  g_test_add_func ("/parameters/random", test_random);
  return g_test_run ();
}
