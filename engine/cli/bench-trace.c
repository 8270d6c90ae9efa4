/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every node's time as a Chrome trace, for chrome://tracing and ui.perfetto.dev: an array of complete
 * events ("ph": "X", times in microseconds), as in Google's "Trace Event Format".
 *
 * A part is a thread with one event over all of it and its nodes below, one after the other.
 */
#include "cli/bench.h"
#include "cli/json.h"

static void
begin_event (JsonBuilder *builder, const char *name, const char *phase, guint thread)
{
  json_builder_begin_object (builder);
  gs_cli_json_string (builder, "name", name);
  gs_cli_json_string (builder, "ph", phase);
  gs_cli_json_integer (builder, "pid", 1);
  gs_cli_json_integer (builder, "tid", thread);
}

/* What the thread is called. */
static void
add_thread_name (JsonBuilder *builder, const char *name, guint thread)
{
  begin_event (builder, "thread_name", "M", thread);
  json_builder_set_member_name (builder, "args");
  json_builder_begin_object (builder);
  gs_cli_json_string (builder, "name", name);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
add_times (JsonBuilder *builder, const char *category, double start, double seconds)
{
  gs_cli_json_string (builder, "cat", category);
  gs_cli_json_number (builder, "ts", start * 1e6);
  gs_cli_json_number (builder, "dur", seconds * 1e6);
}

static void
add_node (JsonBuilder *builder, const GsBenchNode *node, double start, guint thread)
{
  begin_event (builder, node->name, "X", thread);
  add_times (builder, node->op, start, node->seconds);
  json_builder_set_member_name (builder, "args");
  json_builder_begin_object (builder);
  gs_cli_json_string (builder, "op", node->op);
  gs_cli_json_string (builder, "shapes", node->shapes);
  gs_cli_json_number (builder, "gflop", node->gflop);
  gs_cli_json_number (builder, "gflops_per_s", node->seconds > 0 ? node->gflop / node->seconds : 0);
  gs_cli_json_number (builder, "gbytes_per_s", node->seconds > 0 ? node->gbytes / node->seconds : 0);
  gs_cli_json_integer (builder, "dispatches", node->n_dispatches);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

/* Returns when it ends. */
static double
add_part (JsonBuilder *builder, const GsBenchPart *part, double start, guint thread)
{
  double seconds = 0;

  for (guint i = 0; i < part->nodes->len; i++)
    seconds += g_array_index (part->nodes, GsBenchNode, i).seconds;
  add_thread_name (builder, part->total.name, thread);
  begin_event (builder, part->total.name, "X", thread);
  add_times (builder, "part", start, seconds);
  json_builder_end_object (builder);
  for (guint i = 0; i < part->nodes->len; i++)
    {
      const GsBenchNode *node = &g_array_index (part->nodes, GsBenchNode, i);

      add_node (builder, node, start, thread);
      start += node->seconds;
    }
  return start;
}

gboolean
gs_cli_bench_write_trace (const GsCliBench *self, const char *path, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) reason = NULL;
  double start = 0;
  gsize length;

  json_builder_begin_array (builder);
  for (guint i = 0; i < self->bench->parts->len; i++)
    start = add_part (builder, self->bench->parts->pdata[i], start, i + 1);
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, &length);
  if (g_file_set_contents (path, text, length, &reason))
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "The trace was not written: %s; name another file",
               reason->message);
  return FALSE;
}
