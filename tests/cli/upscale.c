/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gesso-cli upscale: with a model and without, and what it refuses. */
#include "cli-test.h"

#include "gs.h"

#include <string.h>

static char *
fixture (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("GESSO_SOURCE_ROOT"), "tests", "session",
                                            "upscalers", name, NULL);

  return g_shell_quote (path);
}

static void
assert_picture (const char *name, guint width, guint height, const char *parameters)
{
  g_autofree char *path = cli_test_path (name), *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GsImage) image = gs_image_load_png (path, &text, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (image->width, ==, width);
  g_assert_cmpuint (image->height, ==, height);
  g_assert_cmpstr (text, ==, parameters);
}

/* Needs no device; the picture's settings stay with it. */
static void
test_without_model (void)
{
  static const char settings[] = "a house\nSteps: 3, Sampler: Euler, Seed: 7, Size: 20x10";
  g_autofree char *path = cli_test_path ("in.png");
  g_autoptr (GsImage) image = gs_image_new (20, 10, 4);
  g_autoptr (GError) error = NULL;

  gs_image_save_png (image, path, settings, &error);
  g_assert_no_error (error);
  {
    g_auto (CliRun) run = cli_run ("upscale in.png -o out.png --scale 2.5 --device none");

    cli_assert_status (&run, 0);
    g_assert_cmpstr (run.out, ==, "out.png\n");
  }
  assert_picture ("out.png", 50, 25, settings);
}

static void
test_with_model (void)
{
  g_autofree char *in = fixture ("in.png"), *model = fixture ("compact.pth");
  g_autoptr (GPtrArray) devices = gs_list_devices ();

  if (devices->len == 0)
    {
      g_test_skip ("no Vulkan device");
      return;
    }
  {
    g_auto (CliRun) run = cli_run ("upscale %s -m %s -o large.png --tile 32", in, model);

    cli_assert_status (&run, 0);
  }
  assert_picture ("large.png", 26, 18, NULL);
}

static void
test_refused (void)
{
  g_autofree char *in = fixture ("in.png");
  g_auto (CliRun) nothing = cli_run ("upscale");
  g_auto (CliRun) no_output = cli_run ("upscale %s", in);
  g_auto (CliRun) scale = cli_run ("upscale %s -o x.png --scale 99", in);
  g_auto (CliRun) tile = cli_run ("upscale %s -o x.png --tile 3", in);
  g_auto (CliRun) model = cli_run ("upscale %s -o x.png -m %s", in, in);
  g_auto (CliRun) missing = cli_run ("upscale none.png -o x.png");

  cli_assert_status (&nothing, 2);
  cli_assert_status (&no_output, 2);
  cli_assert_status (&scale, 2);
  cli_assert_status (&tile, 2);
  cli_assert_status (&model, 1);
  cli_assert_status (&missing, 1);
  g_assert_nonnull (strstr (missing.err, "none.png"));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/upscale/without-model", test_without_model);
  g_test_add_func ("/upscale/with-model", test_with_model);
  g_test_add_func ("/upscale/refused", test_refused);
  status = g_test_run ();
  cli_test_finish ();
  return status;
}
