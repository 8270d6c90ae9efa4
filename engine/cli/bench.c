/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gesso-cli bench: how long each part of a model takes, and how much work that is. */
#include "cli/json.h"
#include "cli/progress.h"

#include <stdio.h>

typedef struct
{
  GsCliSessionArguments session;
  char    *model, *synthetic;
  int      width, height, repeats;
  gboolean json;
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  gs_cli_session_arguments_clear (&arguments->session);
  g_free (arguments->model);
  g_free (arguments->synthetic);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
parse (Arguments *self, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &self->model, "Model to measure (default: the starter)", "MODEL" },
    { "synthetic", 0, 0, G_OPTION_ARG_STRING, &self->synthetic, "Random weights of a model's shapes instead",
      "sd15|sdxl|starter" },
    { "width", 'W', 0, G_OPTION_ARG_INT, &self->width, "Width (default: what the model was made for)", "PIXELS" },
    { "height", 'H', 0, G_OPTION_ARG_INT, &self->height, "Height", "PIXELS" },
    { "repeats", 0, 0, G_OPTION_ARG_INT, &self->repeats, "Timed runs after a warm-up (default: 3)", "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->json, "Print the figures as JSON", NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!gs_cli_parse (argc, argv, entries, &self->session, "- measure speed and memory", 0, NULL, NULL, error))
    return FALSE;
  if (self->model != NULL && self->synthetic != NULL)
    return gs_cli_bad (error, "A model is either loaded or synthetic; give --model or --synthetic");
  if (self->synthetic != NULL &&
      !g_strv_contains ((const char *const[]) { "sd15", "sdxl", "starter", NULL }, self->synthetic))
    return gs_cli_bad (error, "--synthetic is \"%s\"; choose one of sd15, sdxl, starter", self->synthetic);
  if ((self->width == 0) != (self->height == 0))
    return gs_cli_bad (error, "One side of the picture is given; give both --width and --height");
  if (self->width != 0 && (self->width % 8 != 0 || self->height % 8 != 0))
    return gs_cli_bad (error, "%d x %d is no size; both sides are multiples of 8", self->width, self->height);
  return (self->width == 0 || (gs_cli_check_range ("--width", self->width, 64, 8192, error) &&
                               gs_cli_check_range ("--height", self->height, 64, 8192, error))) &&
         gs_cli_check_range ("--repeats", self->repeats, 1, 1000, error);
}

static void
print_entry (const GsBenchEntry *entry, gboolean is_op)
{
  g_autofree char *peak = is_op ? g_strdup_printf ("%u", entry->n_calls) : gs_cli_format_bytes (entry->peak_bytes);

  printf ("%-24s %10.2f %10.2f %10.1f %10.1f %12s\n", entry->name, entry->seconds * 1e3, entry->gflop,
          entry->gflops_per_s, entry->gbytes_per_s, peak);
}

static void
print_table (const GsBench *bench)
{
  printf ("%-24s %10s %10s %10s %10s %12s\n", "part", "ms", "GFLOP", "GFLOP/s", "GB/s", "peak memory");
  for (guint i = 0; i < bench->parts->len; i++)
    print_entry (&g_array_index (bench->parts, GsBenchEntry, i), FALSE);
  printf ("\n%-24s %10s %10s %10s %10s %12s\n", "op (unet_batch2)", "ms", "GFLOP", "GFLOP/s", "GB/s", "calls");
  for (guint i = 0; i < bench->ops->len; i++)
    print_entry (&g_array_index (bench->ops, GsBenchEntry, i), TRUE);
}

static void
add_entry (JsonBuilder *builder, const GsBenchEntry *entry, gboolean is_op)
{
  json_builder_set_member_name (builder, entry->name);
  json_builder_begin_object (builder);
  gs_cli_json_number (builder, "seconds", entry->seconds);
  gs_cli_json_number (builder, "gflop", entry->gflop);
  gs_cli_json_number (builder, "gflops_per_s", entry->gflops_per_s);
  gs_cli_json_number (builder, "gbytes_per_s", entry->gbytes_per_s);
  if (is_op)
    gs_cli_json_integer (builder, "calls", entry->n_calls);
  else
    gs_cli_json_integer (builder, "peak_bytes", entry->peak_bytes);
  json_builder_end_object (builder);
}

static void
print_json (const GsBench *bench, GsSession *session, guint width, guint height)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  gs_cli_json_string (builder, "device", gs_session_get_device (session)->name);
  gs_cli_json_string (builder, "driver", gs_session_get_device (session)->driver);
  gs_cli_json_string (builder, "model", gs_session_get_model (session)->name);
  gs_cli_json_integer (builder, "width", width);
  gs_cli_json_integer (builder, "height", height);
  for (guint i = 0; i < bench->parts->len; i++)
    add_entry (builder, &g_array_index (bench->parts, GsBenchEntry, i), FALSE);
  json_builder_set_member_name (builder, "ops");
  json_builder_begin_object (builder);
  for (guint i = 0; i < bench->ops->len; i++)
    add_entry (builder, &g_array_index (bench->ops, GsBenchEntry, i), TRUE);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  gs_cli_json_print (builder);
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
  g_autoptr (GsSession) session = gs_cli_open_session (&arguments->session, GS_PRECISION_AUTO, error);
  g_autoptr (GsBench) bench = NULL;
  guint width, height;

  if (session == NULL || !load (session, arguments, progress, error))
    return FALSE;
  width = arguments->width != 0 ? arguments->width : gs_session_get_model (session)->native_size;
  height = arguments->height != 0 ? arguments->height : gs_session_get_model (session)->native_size;
  bench = gs_session_bench (session, width, height, arguments->repeats, gs_cli_progress_update, progress, error);
  gs_cli_progress_finish (progress);
  if (bench == NULL)
    return FALSE;
  if (arguments->json)
    print_json (bench, session, width, height);
  else
    {
      printf ("%s, %s, %u x %u pixels\n\n", gs_session_get_model (session)->name,
              gs_session_get_device (session)->name, width, height);
      print_table (bench);
    }
  return TRUE;
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
