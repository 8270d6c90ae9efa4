/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long the parts of a model take. Inputs are constant: no kernel's time depends on them. */
#include "base/median.h"
#include "session/autoencoder.h"
#include "session/bench-private.h"
#include "session/model.h"
#include "session/preview.h"
#include "session/prompt-encoder.h"
#include "session/unet-programs.h"

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

static double
graph_bytes (const GsGraph *graph)
{
  double bytes = 0;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const GsNode *node = graph->nodes->pdata[i];

      if (!node->dead)
        bytes += gs_bench_node_bytes (node);
    }
  return bytes;
}

/* Runs a program `repeats` times after one warm-up. */
static gboolean
measure (GsSession *session, GsProgram *program, guint repeats, GsBenchEntry *entry, GError **error)
{
  GsGraph *graph = gs_program_get_graph (program);
  g_autofree double *seconds = g_new (double, repeats);

  if (!gs_program_prepare (program, error) || !set_inputs (program, error)
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
  entry->seconds = gs_median (seconds, repeats);
  entry->gflop = gs_graph_flop (graph) * 1e-9;
  entry->n_dispatches = gs_program_get_n_dispatches (program);
  entry->arena_bytes = gs_program_get_arena_bytes (program);
  entry->peak_bytes = gs_device_get_peak_bytes (session->device);
  gs_bench_entry_finish (entry, graph_bytes (graph));
  return TRUE;
}

static void
node_clear (gpointer data)
{
  GsBenchNode *node = data;

  g_free (node->name);
  g_free (node->shapes);
}

static GsBenchPart *
part_new (const char *name)
{
  GsBenchPart *part = g_new0 (GsBenchPart, 1);

  part->total.name = name;
  part->ops = g_array_new (FALSE, TRUE, sizeof (GsBenchEntry));
  part->nodes = g_array_new (FALSE, TRUE, sizeof (GsBenchNode));
  g_array_set_clear_func (part->nodes, node_clear);
  return part;
}

static void
part_free (gpointer data)
{
  GsBenchPart *part = data;

  g_array_unref (part->ops);
  g_array_unref (part->nodes);
  g_free (part);
}

void
gs_bench_free (GsBench *bench)
{
  if (bench == NULL)
    return;
  g_array_unref (bench->ceilings);
  g_ptr_array_unref (bench->parts);
  g_free (bench);
}

enum
{
  TEXT_ENCODER,
  TEXT_ENCODER_2,
  UNET_BATCH1,
  UNET_BATCH2,
  UNET_CONTROLNET, /* only if it is asked for */
  VAE_ENCODE,
  VAE_DECODE,
  TRAIN_LORA,
  N_PARTS,
};

static const char *const part_names[N_PARTS + 1] = {
  [TEXT_ENCODER] = "text_encoder", [TEXT_ENCODER_2] = "text_encoder_2",
  [UNET_BATCH1] = "unet_batch1",   [UNET_BATCH2] = "unet_batch2",
  [UNET_CONTROLNET] = "unet_controlnet",
  [VAE_ENCODE] = "vae_encode",     [VAE_DECODE] = "vae_decode",
  [TRAIN_LORA] = "train_lora",
};

const char *const *
gs_bench_get_part_names (void)
{
  return part_names;
}

/* One evaluation of the U-Net, without what is computed once a run. */
static GsProgram *
unet_program (GsSession *session, guint batch, guint32 width, guint32 height,
              const GsUnetGuides *guides, GError **error)
{
  GsUnetPrograms unet;

  return gs_unet_programs (session, GS_UNET_WHOLE, batch, width, height, GS_PROMPT_LENGTH, guides,
                           &unet, error)
           ? unet.steps
           : NULL;
}

/* The same of both halves with a ControlNet of the model's sizes beside it. */
static GsProgram *
controlled_program (GsSession *session, guint32 width, guint32 height, GError **error)
{
  GsControlUse uses[GS_MAX_CONTROLS] = { { NULL } };
  const GsUnetGuides guides = { uses, 1, FALSE };

  gs_controls_open_synthetic (session, uses);
  return unet_program (session, 2, width, height, &guides, error);
}

/* The program of a part at the size, in latent pixels. */
static GsProgram *
part_program (GsSession *session, guint part, guint32 width, guint32 height, GError **error)
{
  const guint clip_skip = gs_model_config_clip_skip (&session->model->config, 0);

  switch (part)
    {
    case TEXT_ENCODER:
      return gs_text_program (session, GS_COMPONENT_TEXT_ENCODER, clip_skip, error);
    case TEXT_ENCODER_2:
      return gs_text_program (session, GS_COMPONENT_TEXT_ENCODER_2, clip_skip, error);
    case TRAIN_LORA:   return gs_bench_train_program (session, width, height, error);
    case UNET_BATCH1:  return unet_program (session, 1, width, height, NULL, error);
    case UNET_BATCH2:  return unet_program (session, 2, width, height, NULL, error);
    case UNET_CONTROLNET:
      return controlled_program (session, width, height, error);
    case VAE_ENCODE:   return gs_vae_encode_program (session, width, height, error);
    default:           return gs_vae_decode_program (session, width, height, error);
    }
}

static gboolean
is_wanted (GsSession *session, const GsBenchOptions *options, guint part)
{
  const GsModelConfig *config = &session->model->config;

  return (part != VAE_ENCODE || config->vae.has_encoder)
         && (part != TEXT_ENCODER || config->has[GS_COMPONENT_TEXT_ENCODER])
         && (part != TEXT_ENCODER_2 || config->has[GS_COMPONENT_TEXT_ENCODER_2])
         && (options->only != NULL ? g_strv_contains (options->only, part_names[part])
                                   : part != TRAIN_LORA && part != UNET_CONTROLNET);
}

static gboolean
measure_part (GsSession *session, const GsBenchOptions *options, GsBench *bench, guint i,
              GError **error)
{
  const guint32 factor = gs_latent_factor (session);
  GsProgram *program = part_program (session, i, options->width / factor, options->height / factor,
                                     error);
  GsBenchPart *part = part_new (part_names[i]);

  g_ptr_array_add (bench->parts, part);
  if (program == NULL || !measure (session, program, options->repeats, &part->total, error))
    return FALSE;
  if (bench->gflops_per_s > 0)
    part->total.fraction = part->total.gflops_per_s / bench->gflops_per_s;
  return (i != UNET_BATCH2 && i != VAE_DECODE && !options->profile_all)
         || gs_bench_profile (bench, part, program, options->repeats, error);
}

/* What showing a step's picture adds to it, with the linear map. */
static gboolean
measure_preview (GsSession *session, const GsBenchOptions *options, GsBench *bench, GError **error)
{
  const guint32 factor = gs_latent_factor (session), width = options->width / factor, height = options->height / factor;
  g_autofree float *latent = g_new0 (float, (gsize) session->model->config.vae.latent_channels * width * height);
  g_autofree double *seconds = g_new (double, options->repeats);

  if (!gs_preview_prepare (session, GS_PREVIEW_FAST, error))
    return FALSE;
  for (guint i = 0; i < options->repeats; i++)
    {
      const gint64 start = g_get_monotonic_time ();
      g_autoptr (GsImage) image
          = gs_preview_new (session, GS_PREVIEW_FAST, latent, width, height, factor, error);

      if (image == NULL)
        return FALSE;
      seconds[i] = (g_get_monotonic_time () - start) * 1e-6;
    }
  bench->preview_seconds = gs_median (seconds, options->repeats);
  return TRUE;
}

static gboolean
run_bench (GsSession *session, const GsBenchOptions *options, GsBench *bench, GError **error)
{
  if (!gs_progress_phase (&session->progress, GS_PHASE_LOAD, N_PARTS + 1, error)
      || !gs_bench_ceilings (session, bench, error)
      || !gs_progress_step (&session->progress, 1, NULL, error))
    return FALSE;
  for (guint i = 0; i < N_PARTS; i++)
    if ((is_wanted (session, options, i) && !measure_part (session, options, bench, i, error))
        || !gs_progress_step (&session->progress, i + 2, NULL, error))
      return FALSE;
  return !is_wanted (session, options, UNET_BATCH2) || measure_preview (session, options, bench, error);
}

static gboolean
check_options (GsSession *session, const GsBenchOptions *options, GError **error)
{
  const guint32 factor = gs_latent_factor (session);
  gboolean any = FALSE;

  if (options->width < factor || options->height < factor || options->width > 8192
      || options->height > 8192 || options->repeats < 1)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "Measuring takes sides from %u to 8192 pixels and at least one repeat", factor);
      return FALSE;
    }
  for (guint i = 0; i < N_PARTS; i++)
    any = any || is_wanted (session, options, i);
  if (!any)
    g_set_error_literal (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                         "The model has none of the parts that are to be measured");
  return any;
}

GsBench *
gs_session_bench (GsSession *session, const GsBenchOptions *options, GsProgressFunc progress,
                  gpointer user_data, GError **error)
{
  g_autoptr (GsBench) bench = NULL;
  gboolean done;

  if (!gs_session_require_model (session, error) || !check_options (session, options, error))
    return NULL;
  bench = g_new0 (GsBench, 1);
  bench->ceilings = g_array_new (FALSE, TRUE, sizeof (GsBenchEntry));
  bench->parts = g_ptr_array_new_with_free_func (part_free);
  gs_progress_begin (&session->progress, session->device, progress, user_data, NULL);
  done = run_bench (session, options, bench, error);
  gs_progress_end (&session->progress);
  gs_model_forget_notes (session->model);
  return done ? g_steal_pointer (&bench) : NULL;
}
