/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a part's time each node and each op class takes, and which ceiling holds it. */
#include "base/median.h"
#include "session/bench-private.h"
#include "tensor/op-class.h"

double
gs_bench_node_bytes (const GsNode *node)
{
  const gboolean gathers = g_str_equal (node->klass->name, "embedding"); /* only rows of its table */
  double bytes = node->output->n_bytes + (node->second != NULL ? node->second->n_bytes : 0);

  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != NULL)
      bytes += gathers ? MIN (node->inputs[i]->n_bytes, node->output->n_bytes)
                       : node->inputs[i]->n_bytes;
  return bytes;
}

void
gs_bench_entry_finish (GsBenchEntry *entry, double bytes)
{
  entry->gflops_per_s = entry->seconds > 0 ? entry->gflop / entry->seconds : 0;
  entry->gbytes_per_s = entry->seconds > 0 ? bytes * 1e-9 / entry->seconds : 0;
}

static void
append_shape (GString *text, const GsTensor *tensor)
{
  const GsShape s = tensor->shape;

  g_string_append_printf (text, "%ux%ux%ux%u", s.n, s.h, s.w, s.c);
}

/* Of what flows: weights are known by the node's name. */
static char *
describe_shapes (const GsNode *node)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != NULL && node->inputs[i]->kind != GS_TENSOR_WEIGHT)
      {
        if (text->len > 0)
          g_string_append (text, ", ");
        append_shape (text, node->inputs[i]);
      }
  g_string_append (text, text->len > 0 ? " -> " : "-> ");
  append_shape (text, node->output);
  return g_string_free (text, FALSE);
}

static void
add_node (const GsNode *node, const GsNodeTime *time, gpointer user_data)
{
  GsBenchPart *part = user_data;
  const GsBenchNode fresh = {
    .op = node->klass->name,
    .name = g_strdup (node->name),
    .shapes = describe_shapes (node),
    .seconds = time->seconds,
    .gflop = node->klass->flop != NULL ? node->klass->flop (node) * 1e-9 : 0,
    .gbytes = gs_bench_node_bytes (node) * 1e-9,
    .n_dispatches = time->n_dispatches,
  };

  g_array_append_val (part->nodes, fresh);
}

/* Nodes counted together; gbytes_per_s holds their bytes until finish(). */
static void
count (GsBenchEntry *entry, const GsBenchNode *node)
{
  entry->n_nodes++;
  entry->n_dispatches += node->n_dispatches;
  entry->seconds += node->seconds;
  entry->gflop += node->gflop;
  entry->gbytes_per_s += node->gbytes;
}

static void
finish (GsBenchEntry *entry, const GsBench *bench, double all_seconds)
{
  double compute, memory;

  gs_bench_entry_finish (entry, entry->gbytes_per_s * 1e9);
  compute = bench->gflops_per_s > 0 ? entry->gflops_per_s / bench->gflops_per_s : 0;
  memory = bench->gbytes_per_s > 0 ? entry->gbytes_per_s / bench->gbytes_per_s : 0;
  entry->memory_bound = memory > compute;
  entry->fraction = MAX (compute, memory);
  entry->share = all_seconds > 0 ? entry->seconds / all_seconds : 0;
}

static GsBenchEntry *
entry_of (GArray *ops, const char *op)
{
  GsBenchEntry fresh = { .name = op };

  for (guint i = 0; i < ops->len; i++)
    if (g_str_equal (g_array_index (ops, GsBenchEntry, i).name, op))
      return &g_array_index (ops, GsBenchEntry, i);
  g_array_append_val (ops, fresh);
  return &g_array_index (ops, GsBenchEntry, ops->len - 1);
}

static int
slowest_first (gconstpointer a, gconstpointer b)
{
  return gs_compare_doubles (&((const GsBenchEntry *) b)->seconds,
                             &((const GsBenchEntry *) a)->seconds);
}

gboolean
gs_bench_profile (const GsBench *bench, GsBenchPart *part, GsProgram *program, guint n_passes,
                  GError **error)
{
  double seconds = 0;

  if (!gs_program_profile (program, n_passes, add_node, part, error))
    return FALSE;
  part->gemms = (GsBenchEntry) { .name = "GEMMs and convolutions" };
  for (guint i = 0; i < part->nodes->len; i++)
    {
      const GsBenchNode *node = &g_array_index (part->nodes, GsBenchNode, i);

      count (entry_of (part->ops, node->op), node);
      seconds += node->seconds;
      if (node->gflop > 0 && !g_str_equal (node->op, "attention"))
        count (&part->gemms, node);
    }
  finish (&part->gemms, bench, seconds);
  for (guint i = 0; i < part->ops->len; i++)
    finish (&g_array_index (part->ops, GsBenchEntry, i), bench, seconds);
  g_array_sort (part->ops, slowest_first);
  return TRUE;
}
