/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long the parts of a model take, and what of a U-Net evaluation each kind of op takes.
 * Inputs are constant: no kernel's time depends on them.
 */
#include "base/median.h"
#include "gs.h"
#include "session/autoencoder.h"
#include "session/denoise.h"
#include "session/model.h"
#include "session/prompt-encoder.h"
#include "tensor/op-class.h"

static gboolean
set_inputs (GsProgram *program, GError **error)
{
  GsGraph *graph = gs_program_get_graph (program);

  for (guint i = 0; i < graph->tensors->len; i++)
    {
      GsTensor *tensor = graph->tensors->pdata[i];
      gsize n = gs_shape_elements (tensor->shape);
      g_autofree guint32 *ids = NULL;
      g_autofree float *values = NULL;

      if (tensor->kind != GS_TENSOR_INPUT)
        continue;
      if (tensor->dtype == GS_DTYPE_U32)
        {
          ids = g_new0 (guint32, n);
          if (!gs_program_set_ids (program, tensor->name, ids, n, error))
            return FALSE;
          continue;
        }
      values = g_new (float, n);
      for (gsize k = 0; k < n; k++)
        values[k] = (float) ((k * 2654435761u % 1000) / 500.0 - 1);
      if (!gs_program_set_floats (program, tensor->name, values, n, error))
        return FALSE;
    }
  return TRUE;
}

/* Bytes that a node reads and writes. */
static double
node_bytes (const GsNode *node)
{
  double bytes = node->output->n_bytes;

  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != NULL)
      bytes += node->inputs[i]->n_bytes;
  return bytes;
}

static double
graph_bytes (const GsGraph *graph)
{
  double bytes = 0;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const GsNode *node = graph->nodes->pdata[i];

      if (!node->dead)
        bytes += node_bytes (node);
    }
  return bytes;
}

/* Runs a program `repeats` times after one warm-up. */
static gboolean
measure (GsSession *session, const char *name, GsProgram *program, guint repeats,
         GsBenchEntry *entry, GError **error)
{
  g_autofree double *seconds = g_new (double, repeats);

  if (program == NULL || !gs_program_prepare (program, error) || !set_inputs (program, error)
      || !gs_program_run (program, error))
    return FALSE;
  gs_device_reset_peak (session->device);
  for (guint i = 0; i < repeats; i++)
    {
      gint64 start = g_get_monotonic_time ();

      if (!gs_program_run (program, error))
        return FALSE;
      seconds[i] = (g_get_monotonic_time () - start) * 1e-6;
    }
  *entry = (GsBenchEntry) {
    .name = name,
    .seconds = gs_median (seconds, repeats),
    .gflop = gs_graph_flop (gs_program_get_graph (program)) * 1e-9,
    .peak_bytes = gs_device_get_peak_bytes (session->device),
  };
  entry->gflops_per_s = entry->gflop / entry->seconds;
  entry->gbytes_per_s = graph_bytes (gs_program_get_graph (program)) * 1e-9 / entry->seconds;
  return TRUE;
}

typedef struct
{
  GArray *ops;    /* GsBenchEntry, with its bytes in gbytes_per_s until the end */
} Profile;

static void
add_node (const GsNode *node, const GsNodeTime *time, gpointer user_data)
{
  Profile *profile = user_data;
  GsBenchEntry *entry = NULL;

  for (guint i = 0; i < profile->ops->len && entry == NULL; i++)
    if (g_array_index (profile->ops, GsBenchEntry, i).name == node->klass->name)
      entry = &g_array_index (profile->ops, GsBenchEntry, i);
  if (entry == NULL)
    {
      GsBenchEntry fresh = { .name = node->klass->name };

      g_array_append_val (profile->ops, fresh);
      entry = &g_array_index (profile->ops, GsBenchEntry, profile->ops->len - 1);
    }
  entry->n_calls++;
  entry->seconds += time->seconds;
  entry->gflop += node->klass->flop != NULL ? node->klass->flop (node) * 1e-9 : 0;
  entry->gbytes_per_s += node_bytes (node) * 1e-9;
}

static int
slowest_first (gconstpointer a, gconstpointer b)
{
  return gs_compare_doubles (&((const GsBenchEntry *) b)->seconds,
                             &((const GsBenchEntry *) a)->seconds);
}

static gboolean
profile_ops (GsProgram *program, GArray *ops, GError **error)
{
  Profile profile = { ops };

  if (program == NULL || !gs_program_profile (program, 1, add_node, &profile, error))
    return FALSE;
  for (guint i = 0; i < ops->len; i++)
    {
      GsBenchEntry *entry = &g_array_index (ops, GsBenchEntry, i);

      entry->gflops_per_s = entry->seconds > 0 ? entry->gflop / entry->seconds : 0;
      entry->gbytes_per_s = entry->seconds > 0 ? entry->gbytes_per_s / entry->seconds : 0;
    }
  g_array_sort (ops, slowest_first);
  return TRUE;
}

void
gs_bench_free (GsBench *bench)
{
  if (bench == NULL)
    return;
  g_array_unref (bench->parts);
  g_array_unref (bench->ops);
  g_free (bench);
}

/* Part number i at the size, in latent pixels. */
static GsProgram *
part_program (GsSession *session, guint i, guint32 width, guint32 height, GError **error)
{
  guint n_tokens = session->model->config.clip.length;

  switch (i)
    {
    case 0:  return gs_text_program (session, 1, error);
    case 1:  return gs_unet_program (session, 1, width, height, n_tokens, error);
    case 2:  return gs_unet_program (session, 2, width, height, n_tokens, error);
    case 3:  return gs_vae_encode_program (session, width, height, error);
    default: return gs_vae_decode_program (session, width, height, error);
    }
}

static gboolean
run_bench (GsSession *session, GsBench *bench, guint32 width, guint32 height, guint repeats,
           GError **error)
{
  static const char *const names[] = { "text_encoder", "unet_batch1", "unet_batch2", "vae_encode",
                                       "vae_decode" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GsBenchEntry entry;

      if (i == 3 && !session->model->config.vae.has_encoder)
        continue;
      if (!measure (session, names[i], part_program (session, i, width, height, error), repeats,
                    &entry, error)
          || !gs_progress_step (&session->progress, i + 1, NULL, error))
        return FALSE;
      g_array_append_val (bench->parts, entry);
    }
  return profile_ops (part_program (session, 2, width, height, error), bench->ops, error);
}

GsBench *
gs_session_bench (GsSession *session, guint width, guint height, guint repeats,
                  GsProgressFunc progress, gpointer user_data, GError **error)
{
  g_autoptr (GsBench) bench = NULL;
  guint32 factor;
  gboolean done;

  if (!gs_session_require_model (session, error))
    return NULL;
  factor = gs_latent_factor (session);
  if (width < factor || height < factor || width > 8192 || height > 8192 || repeats < 1)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "Measuring takes sides from %u to 8192 pixels and at least one repeat", factor);
      return NULL;
    }
  bench = g_new0 (GsBench, 1);
  bench->parts = g_array_new (FALSE, TRUE, sizeof (GsBenchEntry));
  bench->ops = g_array_new (FALSE, TRUE, sizeof (GsBenchEntry));
  gs_progress_begin (&session->progress, session->device, progress, user_data, NULL);
  done = gs_progress_phase (&session->progress, GS_PHASE_LOAD, 5, error)
         && run_bench (session, bench, width / factor, height / factor, repeats, error);
  gs_progress_end (&session->progress);
  return done ? g_steal_pointer (&bench) : NULL;
}
