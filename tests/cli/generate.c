/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small pictures with the starter model: repeatable, undamaged outside the mask, cancellable. */
#include "cli-test.h"

#include <signal.h>
#include <string.h>

#include <json-glib/json-glib.h>

#define SMALL "-W 64 -H 64 --steps 2"
#define PROMPT "\"a red house under a yellow sun\""

static void
assert_same_file (const char *a, const char *b, gboolean same)
{
  g_autofree char *path_a = cli_test_path (a);
  g_autofree char *path_b = cli_test_path (b);
  g_autofree char *bytes_a = NULL;
  g_autofree char *bytes_b = NULL;
  gsize n_a, n_b;

  g_assert_true (g_file_get_contents (path_a, &bytes_a, &n_a, NULL));
  g_assert_true (g_file_get_contents (path_b, &bytes_b, &n_b, NULL));
  g_assert_true ((n_a == n_b && memcmp (bytes_a, bytes_b, n_a) == 0) == same);
}

static void
assert_exists (const char *name, gboolean exists)
{
  g_autofree char *path = cli_test_path (name);

  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS) == exists);
}

static JsonObject *
parse (JsonParser *parser, const char *text)
{
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, text, -1, &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (parser));
}

static void
test_same_seed (void)
{
  g_auto (CliRun) a = { 0 };
  g_auto (CliRun) b = { 0 };
  g_auto (CliRun) c = { 0 };
  g_autoptr (GsImage) image = NULL;

  if (!cli_can_generate ())
    return;
  a = cli_run ("generate -p " PROMPT " " SMALL " --seed 7 -o a.png");
  b = cli_run ("generate -p " PROMPT " " SMALL " --seed 7 -o b.png");
  c = cli_run ("generate -p " PROMPT " -W 72 -H 64 --steps 2 --seed 8 -o c.png");
  cli_assert_status (&a, 0);
  cli_assert_status (&b, 0);
  cli_assert_status (&c, 0);
  g_assert_cmpstr (a.out, ==, "a.png\n");
  g_assert_nonnull (strstr (a.err, "Seed 7\n"));
  assert_same_file ("a.png", "b.png", TRUE);
  assert_same_file ("a.png", "c.png", FALSE);
  image = cli_load_picture ("c.png");
  g_assert_cmpuint (image->width, ==, 72);
  g_assert_cmpuint (image->height, ==, 64);
}

/* What "info" prints makes the same picture again, and the seed that nobody chose is in it. */
static void
test_round_trip (void)
{
  g_auto (CliRun) made = { 0 };
  g_auto (CliRun) info = { 0 };
  const char *seed;
  g_autofree char *said = NULL;

  if (!cli_can_generate ())
    return;
  made = cli_run ("generate -p \"a gr\u00fcn (tree:1.2)\" -n fog " SMALL " --cfg 5 --sampler euler --schedule karras "
                  "--json -o round.png");
  cli_assert_status (&made, 0);
  info = cli_run ("info round.png");
  cli_assert_status (&info, 0);
  g_assert_true (g_str_has_prefix (info.out, "a gr\u00fcn (tree:1.2)\nNegative prompt: fog\nSteps: 2, "));
  g_assert_nonnull (strstr (info.out, "CFG scale: 5"));
  g_assert_nonnull (strstr (info.out, "Size: 64x64"));
  seed = strstr (made.err, "Seed ");
  g_assert_nonnull (seed);
  said = g_strdup_printf ("Seed: %s", seed + 5);
  *strchr (said, '\n') = '\0';
  g_assert_nonnull (strstr (info.out, said));
}

static void
test_json (void)
{
  g_auto (CliRun) run = { 0 };
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *result, *timings, *image;

  if (!cli_can_generate ())
    return;
  run = cli_run ("generate -p " PROMPT " " SMALL " --seed 3 --batch 2 --json --preview steps -o batch.png");
  cli_assert_status (&run, 0);
  result = parse (parser, run.out);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (result, "images")), ==, 2);
  image = json_array_get_object_element (json_object_get_array_member (result, "images"), 1);
  g_assert_cmpstr (json_object_get_string_member (image, "file"), ==, "batch-0002.png");
  g_assert_cmpint (json_object_get_int_member (image, "seed"), ==, 4);
  timings = json_object_get_object_member (result, "timings");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (timings, "step_seconds")), ==, 2);
  g_assert_cmpfloat (json_object_get_double_member (timings, "decode_seconds"), >, 0);
  g_assert_cmpfloat (json_object_get_double_member (timings, "text_encode_seconds"), >, 0);
  g_assert_cmpint (json_object_get_int_member (result, "peak_bytes"), >, 1 << 20);
  assert_exists ("batch-0001.png", TRUE);
  assert_exists ("batch-0002.png", TRUE);
  assert_exists ("batch.png", FALSE);
  assert_exists ("steps/0001-step-002.png", TRUE);
  assert_exists ("steps/0002-step-001.png", TRUE);
}

/* Outside the rectangle of changed pixels every byte is as it was; inside some are not. */
static void
assert_unchanged_outside (const char *before, const char *after, int dx, int dy, int x0, int y0, int x1, int y1)
{
  g_autoptr (GsImage) old = cli_load_picture (before);
  g_autoptr (GsImage) new = cli_load_picture (after);
  guint n_changed = 0;

  g_assert_cmpuint (old->channels, ==, 3);
  g_assert_cmpuint (new->channels, ==, 3);
  for (int y = 0; y < (int) old->height; y++)
    for (int x = 0; x < (int) old->width; x++)
      {
        const guint8 *a = old->pixels + 3 * ((gsize) y * old->width + x);
        const guint8 *b = new->pixels + 3 * ((gsize) (y + dy) * new->width + x + dx);
        gboolean inside = x >= x0 && x < x1 && y >= y0 && y < y1;
        gboolean same = memcmp (a, b, 3) == 0;

        if (!inside && !same)
          g_error ("%s differs from %s at %d, %d", after, before, x, y);
        n_changed += !same;
      }
  if (x1 > x0)
    g_assert_cmpuint (n_changed, >, (guint) (x1 - x0) * (y1 - y0) / 4);
}

static void
test_image_to_image (void)
{
  g_auto (CliRun) little = { 0 };
  g_autoptr (GsImage) image = NULL;

  if (!cli_can_generate ())
    return;
  cli_write_picture ("init.png", 80, 64);
  little = cli_run ("generate -p " PROMPT " --init init.png --strength 0.5 --steps 4 --seed 1 -o changed.png");
  cli_assert_status (&little, 0);
  image = cli_load_picture ("changed.png");
  g_assert_cmpuint (image->width, ==, 80);
  g_assert_cmpuint (image->height, ==, 64);
  assert_same_file ("init.png", "changed.png", FALSE);
}

static void
test_mask (void)
{
  static const char *const fills[] = { "original", "blur", "noise", "color" };

  if (!cli_can_generate ())
    return;
  cli_write_picture ("scene.png", 96, 64);
  cli_write_mask ("mask.png", 96, 64, 32, 16, 24, 24);
  for (guint i = 0; i < G_N_ELEMENTS (fills); i++)
    {
      g_auto (CliRun) run = cli_run ("generate -p " PROMPT " --init scene.png --mask mask.png --fill %s "
                                     "--feather 5 --strength 0.9 --steps 2 --seed 1 -o masked.png",
                                     fills[i]);

      cli_assert_status (&run, 0);
      assert_unchanged_outside ("scene.png", "masked.png", 0, 0, 32 - 5, 16 - 5, 56 + 5, 40 + 5);
    }
}

static void
test_outpaint (void)
{
  g_auto (CliRun) run = { 0 };
  g_autoptr (GsImage) grown = NULL;

  if (!cli_can_generate ())
    return;
  cli_write_picture ("small.png", 64, 64);
  run = cli_run ("generate -p " PROMPT " --init small.png --outpaint 16,0,0,8 --feather 0 --steps 2 --seed 1 "
                 "-o grown.png");
  cli_assert_status (&run, 0);
  grown = cli_load_picture ("grown.png");
  g_assert_cmpuint (grown->width, ==, 80);
  g_assert_cmpuint (grown->height, ==, 72);
  assert_unchanged_outside ("small.png", "grown.png", 16, 0, 0, 0, 0, 0);
}

/* Half over the edge, at the model's own size, under a mask of strengths. */
static void
test_frame (void)
{
  g_auto (CliRun) run = { 0 };
  g_auto (CliRun) info = { 0 };
  g_autoptr (GsImage) before = NULL, after = NULL;

  if (!cli_can_generate ())
    return;
  cli_write_picture ("scene.png", 96, 64);
  cli_write_mask ("mask.png", 96, 64, 80, 0, 16, 64);
  run = cli_run ("generate -p " PROMPT " --init scene.png --mask mask.png --mask-is-strength --feather 2 "
                 "--frame 48,-8,80,50 --native --steps 2 --seed 1 --variation-seed 5 --variation-strength 0.3 "
                 "-o framed.png");
  cli_assert_status (&run, 0);
  before = cli_load_picture ("scene.png");
  after = cli_load_picture ("framed.png");
  g_assert_cmpuint (after->width, ==, 80);
  g_assert_cmpuint (after->height, ==, 50);
  for (guint y = 11; y < 50; y++)
    g_assert_cmpmem (after->pixels + 3 * (y * 80), 3 * 29, before->pixels + 3 * ((y - 8) * 96 + 48), 3 * 29);
  info = cli_run ("info framed.png");
  g_assert_nonnull (strstr (info.out, "Variation seed: 5, Variation seed strength: 0.3"));
}

static void
test_cancel (void)
{
  g_auto (CliRun) run = { 0 };

  if (!cli_can_generate ())
    return;
  run = cli_run_and_signal (SIGINT, "step 1/", "generate -p x -W 128 -H 128 --steps 1000 -o never.png");
  cli_assert_status (&run, 1);
  g_assert_nonnull (strstr (run.err, "gesso-cli: Cancelled.\n"));
  assert_exists ("never.png", FALSE);
}

static void
test_mismatched_mask (void)
{
  g_auto (CliRun) run = { 0 };

  if (!cli_can_generate ())
    return;
  cli_write_picture ("init.png", 64, 64);
  cli_write_mask ("mask.png", 72, 64, 0, 0, 8, 8);
  run = cli_run ("generate -p x --init init.png --mask mask.png --steps 1 -o out.png");
  cli_assert_status (&run, 2);
  g_assert_nonnull (strstr (run.err, "72"));
  assert_exists ("out.png", FALSE);
}

/* The size is the first pass's; without --hires a large one is made in two by itself. */
static void
test_hires (void)
{
  if (!cli_can_generate ())
    return;
  {
    g_auto (CliRun) run = cli_run ("generate -p house -o two.png -W 64 -H 64 --steps 2 --seed 1 --hires 1.5 "
                                   "--hires-strength 0.6 --hires-steps 1 --hires-upscaler latent --freeu");
    g_autofree char *path = cli_test_path ("two.png"), *text = NULL;
    g_autoptr (GsImage) image = NULL;

    cli_assert_status (&run, 0);
    image = gs_image_load_png (path, &text, NULL);
    g_assert_cmpuint (image->width, ==, 96);
    g_assert_nonnull (strstr (text, "Size: 64x64"));
    g_assert_nonnull (strstr (text, "Hires upscale: 1.5, Hires steps: 1, Hires upscaler: Latent"));
    g_assert_nonnull (strstr (text, "FreeU: v2"));
  }
  {
    g_auto (CliRun) run = cli_run ("generate -p house -o missing.png -W 64 -H 64 --steps 1 --hires 2 "
                                   "--hires-upscaler /nonexistent/x.pth");

    cli_assert_status (&run, 1);
    cli_assert_complaint (&run, "/nonexistent/x.pth");
  }
}

/* Little memory is told of, and changes not a byte. */
static void
test_memory_limit (void)
{
  g_auto (CliRun) whole = { 0 };
  g_auto (CliRun) little = { 0 };
  g_auto (CliRun) none = { 0 };

  if (!cli_can_generate ())
    return;
  whole = cli_run ("generate -p " PROMPT " " SMALL " --seed 7 -o whole.png --verbose");
  little = cli_run ("generate -p " PROMPT " " SMALL " --seed 7 -o little.png -v --memory-limit 9M");
  none = cli_run ("generate -p " PROMPT " " SMALL " --seed 7 -o none.png --memory-limit 1000K");
  cli_assert_status (&whole, 0);
  g_assert_nonnull (strstr (whole.err, "Everything stays on the device"));
  cli_assert_status (&little, 0);
  g_assert_nonnull (strstr (little.err, "one at a time"));
  assert_same_file ("whole.png", "little.png", TRUE);
  cli_assert_status (&none, 1);
  cli_assert_complaint (&none, "make it smaller");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/generate/same-seed", test_same_seed);
  g_test_add_func ("/generate/round-trip", test_round_trip);
  g_test_add_func ("/generate/json", test_json);
  g_test_add_func ("/generate/image-to-image", test_image_to_image);
  g_test_add_func ("/generate/mask", test_mask);
  g_test_add_func ("/generate/outpaint", test_outpaint);
  g_test_add_func ("/generate/frame", test_frame);
  g_test_add_func ("/generate/memory-limit", test_memory_limit);
  g_test_add_func ("/generate/cancel", test_cancel);
  g_test_add_func ("/generate/mismatched-mask", test_mismatched_mask);
  g_test_add_func ("/generate/hires", test_hires);
  status = g_test_run ();
  cli_test_finish ();
  return status;
}
