/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arguments that cannot be meant end in status 2 and one sentence; no device is asked. */
#include "cli-test.h"

#include <string.h>

typedef struct
{
  const char *arguments, *complaint;
} Mistake;

static const Mistake mistakes[] = {
  { "paint", "no command \"paint\"" },
  { "generate", "-p" },
  { "generate --colour", "--colour" },
  { "generate -p x", "-o" },
  { "generate -p x -o", "-o" },
  { "generate -p x -o a.png b.png", "b.png" },
  { "generate -p x -o a.jpg", ".png" },
  { "generate -p x -o a.png -W 100 -H 64", "--width is 100" },
  { "generate -p x -o a.png -W 64 -H 32", "--height is 32" },
  { "generate -p x -o a.png -W 64", "both" },
  { "generate -p x -o a.png -W 64px -H 64", "64px" },
  { "generate -p x -o a.png --steps 0", "--steps" },
  { "generate -p x -o a.png --steps -3", "--steps" },
  { "generate -p x -o a.png --cfg 51", "--cfg" },
  { "generate -p x -o a.png --cfg nan", "--cfg" },
  { "generate -p x -o a.png --refiner-start 1.5", "--refiner-start" },
  { "generate -p x -o a.png --image-guidance 51", "--image-guidance" },
  { "generate -p x -o a.png --cfg-rescale 2", "--cfg-rescale" },
  { "generate -p x -o a.png --batch 0", "--batch" },
  { "generate -p x -o a.png --seed twelve", "--seed" },
  { "generate -p x -o a.png --seed 18446744073709551616", "--seed" },
  { "generate -p x -o a.png --rng amd", "cpu, cuda" },
  { "generate -p x -o a.png --sampler oiler", "euler-a" },
  { "generate -p x -o a.png --schedule late", "karras" },
  { "generate -p x -o a.png --strength 0.5", "--init" },
  { "generate -p x -o a.png --mask m.png", "--init" },
  { "generate -p x -o a.png --outpaint 8,8,8,8", "--init" },
  { "generate -p x -o a.png --init i.png --strength 1.5", "--strength" },
  { "generate -p x -o a.png --init i.png --fill blur", "--mask" },
  { "generate -p x -o a.png --init i.png --feather 4", "--mask" },
  { "generate -p x -o a.png --init i.png --outpaint 8,8,8", "four numbers" },
  { "generate -p x -o a.png --init i.png --outpaint 8,8,8,left", "left" },
  { "generate -p x -o a.png --init i.png --outpaint 0,0,0,0", "nothing" },
  { "generate -p x -o a.png --init i.png --mask m.png --fill gold", "original, blur" },
  { "generate -p x -o a.png --variation-seed 5", "--variation-strength" },
  { "generate -p x -o a.png --variation-strength 0.5", "--variation-seed" },
  { "generate -p x -o a.png --variation-seed -5 --variation-strength 0.5", "--variation-seed is" },
  { "generate -p x -o a.png --variation-seed 5 --variation-strength 2", "--variation-strength is 2" },
  { "generate -p x -o a.png --cfg-interval 0.5", "FROM,TO" },
  { "generate -p x -o a.png --cfg-interval 0.5,0.2", "behind its beginning" },
  { "generate -p x -o a.png --cfg-interval 0,2", "end of --cfg-interval is 2" },
  { "generate -p x -o a.png --deepcache 50", "--deepcache is 50" },
  { "generate -p x -o a.png --tgate -3", "--tgate is -3" },
  { "generate -p x -o a.png --hires 9", "--hires is 9" },
  { "generate -p x -o a.png --hires big", "--hires is \"big\"" },
  { "generate -p x -o a.png --hires-strength 0", "--hires-strength is 0" },
  { "generate -p x -o a.png --hires-steps 2000", "--hires-steps is 2000" },
  { "generate -p x -o a.png --init i.png --mask-is-strength", "--mask" },
  { "generate -p x -o a.png --init i.png --no-color-match", "--frame" },
  { "generate -p x -o a.png --init i.png --native", "--frame" },
  { "generate -p x -o a.png --init i.png --frame 1,2,3", "X,Y,WIDTH,HEIGHT" },
  { "generate -p x -o a.png --init i.png --frame 1,2,0,64", "\"0\"" },
  { "generate -p x -o a.png --init i.png --frame 1,2,64,9999999999", "\"9999999999\"" },
  { "generate -p x -o a.png --init i.png --frame -40000,2,64,64", "\"-40000\"" },
  { "generate -p x -o a.png --init i.png --frame 0,0,64,64 --outpaint 8,8,8,8", "--outpaint" },
  { "generate -p x -o a.png --control c.safetensors", "--control-image" },
  { "generate -p x -o a.png --control-image i.png", "--control FILE" },
  { "generate -p x -o a.png --preprocess canny", "--control FILE" },
  { "generate -p x -o a.png --control c --control-image i.png --preprocess depth", "none, canny" },
  { "generate -p x -o a.png --control c --control-image i.png --control-strength 3", "--control-strength" },
  { "generate -p x -o a.png --control c --control-image i.png --control-end 1.5", "--control-end" },
  { "generate -p x -o a.png --control c --control-image i.png --control-start b", "\"b\"" },
  { "generate -p x -o a.png --control c --control-image i.png --canny 100", "LOW,HIGH" },
  { "generate -p x -o a.png --precision f64", "f32 or f16" },
  { "generate -p x -o a.png --memory-limit lots", "number of bytes" },
  { "generate -p x -o a.png --memory-limit 99999999999G", "number of bytes" },
  { "generate -p $'\\377' -o a.png", "UTF-8" },
  { "info one two", "two" },
  { "bench -m a.safetensors --synthetic sd15", "--synthetic" },
  { "bench --synthetic sd9", "sd15, sd21, sdxl, starter" },
  { "bench -W 100 -H 100", "8" },
  { "bench --repeats 0", "--repeats" },
  { "bench --only unet", "\"unet\", which is no part; choose from text_encoder, " },
  { "bench --only ''", "--only" },
  { "parity", "folder" },
  { "parity a b", "\"b\"" },
  { "parity golden --precision f64", "f32 or f16" },
};

static void
test_mistake (gconstpointer data)
{
  const Mistake *mistake = data;
  g_autofree char *arguments = g_strdup (mistake->arguments);
  g_auto (CliRun) run = { 0 };
  char *escape = g_strstr_len (arguments, -1, "$'\\377'");

  /* The one byte that no shell syntax of GLib can spell. */
  if (escape != NULL)
    memcpy (escape, "'\xff'   ", 7);
  run = cli_run ("%s", arguments);
  cli_assert_status (&run, 2);
  cli_assert_complaint (&run, mistake->complaint);
  g_assert_cmpstr (run.out, ==, "");
}

/* Ctrl-C, files and memory are no mistakes in the arguments: status 1, before any work is done. */
static void
test_unwritable (void)
{
  static const char *const outputs[] = { "missing/out.png", ".", "/dev/null" };

  for (guint i = 0; i < G_N_ELEMENTS (outputs); i++)
    {
      g_auto (CliRun) run = cli_run ("generate -p x -o %s", outputs[i]);

      cli_assert_status (&run, 1);
      cli_assert_complaint (&run, "name a");
    }
}

static void
test_missing_files (void)
{
  static const char *const lines[] = {
    "generate -p x -o a.png --init no-such-picture.png",
    "generate -p x -o a.png -m no-such-model.safetensors",
    "info no-such-model.safetensors",
    "parity no-such-folder",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (CliRun) run = cli_run ("%s", lines[i]);

      cli_assert_status (&run, 1);
      g_assert_nonnull (strstr (run.err, "no-such-"));
    }
}

static void
test_help (void)
{
  static const struct
  {
    const char *arguments, *text;
  } helps[] = {
    { "--help", "generate" },       { "help", "parity" },
    { "generate --help", "--outpaint" }, { "generate --help", "dpmpp-2m" },
    { "info --help", "[MODEL" },    { "bench --help", "--synthetic" },
    { "parity --help", "--only" },  { "--version", "gesso-cli " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (helps); i++)
    {
      g_auto (CliRun) run = cli_run ("%s", helps[i].arguments);

      cli_assert_status (&run, 0);
      g_assert_nonnull (strstr (run.out, helps[i].text));
      g_assert_cmpstr (run.err, ==, "");
    }
}

static void
test_nothing (void)
{
  g_auto (CliRun) run = cli_run ("%s", "");

  cli_assert_status (&run, 2);
  g_assert_nonnull (strstr (run.err, "Usage"));
  g_assert_cmpstr (run.out, ==, "");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/arguments/mistake/%02u", i);

      g_test_add_data_func (path, &mistakes[i], test_mistake);
    }
  g_test_add_func ("/arguments/unwritable", test_unwritable);
  g_test_add_func ("/arguments/missing-files", test_missing_files);
  g_test_add_func ("/arguments/help", test_help);
  g_test_add_func ("/arguments/nothing", test_nothing);
  status = g_test_run ();
  cli_test_finish ();
  return status;
}
