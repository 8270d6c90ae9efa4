/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gesso-cli bench: how long each part of a model takes, and how much work that is. */
#include "cli/bench.h"
#include "cli/progress.h"

typedef struct
{
  GsCliSessionArguments session;
  char    *model, *synthetic;
  char    *only_text;
  char    *compare, *trace;
  char   **only;               /* names of parts, or NULL: all */
  int      width, height, repeats;
  gboolean json, train;
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  gs_cli_session_arguments_clear (&arguments->session);
  g_free (arguments->model);
  g_free (arguments->synthetic);
  g_free (arguments->only_text);
  g_free (arguments->compare);
  g_free (arguments->trace);
  g_strfreev (arguments->only);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
split_only (Arguments *self, GError **error)
{
  g_autofree char *names = g_strjoinv (", ", (char **) gs_bench_get_part_names ());

  if (self->only_text == NULL)
    return TRUE;
  self->only = g_strsplit (self->only_text, ",", -1);
  if (self->only[0] == NULL)
    return gs_cli_bad (error, "--only names no part; choose from %s", names);
  for (char **name = self->only; *name != NULL; name++)
    if (!g_strv_contains (gs_bench_get_part_names (), *name))
      return gs_cli_bad (error, "--only has \"%s\", which is no part; choose from %s", *name, names);
  return TRUE;
}

static gboolean
parse (Arguments *self, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &self->model, "Model to measure (default: the starter)", "MODEL" },
    { "synthetic", 0, 0, G_OPTION_ARG_STRING, &self->synthetic, "Random weights of a model's shapes instead",
      "sd15|sd21|sdxl|starter" },
    { "width", 'W', 0, G_OPTION_ARG_INT, &self->width, "Width (default: what the model was made for)", "PIXELS" },
    { "height", 'H', 0, G_OPTION_ARG_INT, &self->height, "Height", "PIXELS" },
    { "repeats", 0, 0, G_OPTION_ARG_INT, &self->repeats, "Timed runs after a warm-up (default: 3)", "N" },
    { "only", 0, 0, G_OPTION_ARG_STRING, &self->only_text,
      "Measure only these: text_encoder, unet_batch1, unet_batch2, unet_controlnet, vae_encode, "
      "vae_decode, train_lora", "PART[,PART...]" },
    { "train", 0, 0, G_OPTION_ARG_NONE, &self->train,
      "Measure a step of training a LoRA of rank 8 beside an evaluation of the U-Net", NULL },
    { "compare", 0, 0, G_OPTION_ARG_FILENAME, &self->compare,
      "Print times as ratios to those that --json printed into FILE earlier", "FILE" },
    { "trace", 0, 0, G_OPTION_ARG_FILENAME, &self->trace,
      "Write the time of every node into FILE, for chrome://tracing or Perfetto", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->json, "Print the figures as JSON", NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!gs_cli_parse (argc, argv, entries, &self->session, "- measure speed and memory", 0, NULL, NULL, error))
    return FALSE;
  if (self->model != NULL && self->synthetic != NULL)
    return gs_cli_bad (error, "A model is either loaded or synthetic; give --model or --synthetic");
  if (self->synthetic != NULL &&
      !g_strv_contains ((const char *const[]) { "sd15", "sd21", "sdxl", "starter", NULL }, self->synthetic))
    return gs_cli_bad (error, "--synthetic is \"%s\"; choose one of sd15, sd21, sdxl, starter", self->synthetic);
  if (self->train && self->only_text != NULL)
    return gs_cli_bad (error, "--train chooses what is measured, and so does --only; give one of them");
  if (self->train)
    self->only_text = g_strdup ("unet_batch1,train_lora");
  if ((self->width == 0) != (self->height == 0))
    return gs_cli_bad (error, "One side of the picture is given; give both --width and --height");
  if (self->width != 0 && (self->width % 8 != 0 || self->height % 8 != 0))
    return gs_cli_bad (error, "%d x %d is no size; both sides are multiples of 8", self->width, self->height);
  return split_only (self, error) &&
         (self->width == 0 || (gs_cli_check_range ("--width", self->width, 64, 8192, error) &&
                               gs_cli_check_range ("--height", self->height, 64, 8192, error))) &&
         gs_cli_check_range ("--repeats", self->repeats, 1, 1000, error);
}

static gboolean
load (GsSession *session, const Arguments *arguments, GsCliProgress *progress, GError **error)
{
  if (arguments->synthetic != NULL)
    return gs_session_load_synthetic (session, arguments->synthetic, error);
  return gs_session_load_model (session, arguments->model, NULL, gs_cli_progress_update, progress, error);
}

static gboolean
measure (const Arguments *arguments, GsCliProgress *progress, GError **error)
{
  g_autoptr (GsCliBenchOld) old = NULL;
  g_autoptr (GsSession) session = NULL;
  g_autoptr (GsBench) bench = NULL;
  GsCliBench self;
  GsBenchOptions options;

  /* Files first: measuring takes minutes. */
  if (arguments->compare != NULL && (old = gs_cli_bench_old_load (arguments->compare, error)) == NULL)
    return FALSE;
  if (arguments->trace != NULL && !gs_cli_check_output (arguments->trace, error))
    return FALSE;
  session = gs_cli_open_session (&arguments->session, GS_PRECISION_AUTO, error);
  if (session == NULL || !load (session, arguments, progress, error))
    return FALSE;
  self = (GsCliBench) { .session = session, .old = old };
  self.width = arguments->width != 0 ? arguments->width : gs_session_get_model (session)->native_size;
  self.height = arguments->height != 0 ? arguments->height : gs_session_get_model (session)->native_size;
  options = (GsBenchOptions) {
    .width = self.width,
    .height = self.height,
    .repeats = arguments->repeats,
    .only = (const char *const *) arguments->only,
    .profile_all = arguments->only != NULL || arguments->trace != NULL,
  };
  bench = gs_session_bench (session, &options, gs_cli_progress_update, progress, error);
  gs_cli_progress_finish (progress);
  if (bench == NULL)
    return FALSE;
  self.bench = bench;
  if (arguments->json)
    gs_cli_bench_print_json (&self);
  else
    gs_cli_bench_print_tables (&self);
  return arguments->trace == NULL || gs_cli_bench_write_trace (&self, arguments->trace, error);
}

GsCliStatus
gs_cli_bench (int argc, char **argv)
{
  g_auto (Arguments) arguments = { .repeats = 3 };
  g_autoptr (GError) error = NULL;
  GsCliProgress progress;

  if (!parse (&arguments, argc, argv, &error))
    return gs_cli_fail (error);
  gs_cli_progress_init (&progress, NULL);
  gs_cli_catch_signals ();
  if (measure (&arguments, &progress, &error))
    return GS_CLI_OK;
  gs_cli_progress_finish (&progress);
  return gs_cli_fail (error);
}
