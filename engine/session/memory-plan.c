/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Building a program plans its activations and declares its weights without allocating anything, so
 * the sum over a job's programs is what the job will hold at its peak: all weights, the arena at
 * the size of the largest program, and every program's inputs and outputs.
 */
#include "session/memory-plan.h"

#include "gpu/buffer.h"
#include "session/autoencoder.h"
#include "session/denoise.h"
#include "session/model.h"
#include "session/preview.h"
#include "session/prompt-encoder.h"

#define LARGEST_TILE 96
#define SMALLEST_TILE 16

static gboolean
add (GsProgram *program, GsMemoryPlan *plan)
{
  if (program == NULL)
    return FALSE;
  for (guint i = 0; i < plan->n_programs; i++)
    if (plan->programs[i] == program)
      return TRUE;
  g_assert (plan->n_programs < GS_PLAN_MAX_PROGRAMS);
  plan->programs[plan->n_programs++] = program;
  plan->arena_bytes = MAX (plan->arena_bytes, gs_program_get_arena_bytes (program));
  /* Inputs and outputs are a buffer each. */
  plan->io_bytes += gs_program_get_io_bytes (program) + 2 * GS_BUFFER_PADDING_BYTES;
  return TRUE;
}

static gboolean
add_autoencoder (GsSession *session, const GsMemoryJob *job, GsMemoryPlan *plan, GError **error)
{
  guint32 width = plan->tile > 0 ? MIN (job->width, plan->tile) : job->width;
  guint32 height = plan->tile > 0 ? MIN (job->height, plan->tile) : job->height;

  if (!add (gs_vae_decode_program (session, width, height, error), plan))
    return FALSE;
  return !job->encodes || add (gs_vae_encode_program (session, width, height, error), plan);
}

static gboolean
add_preview (GsSession *session, const GsMemoryJob *job, GsMemoryPlan *plan, GError **error)
{
  GError *failure = NULL;
  GsProgram *program;

  if (gs_preview_uses_taesd (session, job->preview))
    return add (gs_taesd_program (session, job->width, job->height, error), plan);
  program = gs_preview_program (session, job->preview, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  return program == NULL || add (program, plan);
}

static gboolean
plan_with_tile (GsSession *session, const GsMemoryJob *job, guint tile, GsMemoryPlan *plan,
                GError **error)
{
  *plan = (GsMemoryPlan) { .tile = tile };
  if (!add (gs_text_program (session, job->clip_skip, error), plan)
      || !add_autoencoder (session, job, plan, error)
      || !add_preview (session, job, plan, error)
      || !add (gs_unet_program (session, job->batch, job->width, job->height, job->n_tokens, error),
               plan))
    return FALSE;
  plan->weight_bytes = gs_weight_store_get_declared_bytes (session->model->weights, NULL);
  plan->needed_bytes = plan->weight_bytes + plan->arena_bytes + plan->io_bytes
                       + GS_BUFFER_PADDING_BYTES;
  plan->available_bytes = gs_device_get_free_bytes (session->device)
                          + gs_device_get_used_bytes (session->device);
  return TRUE;
}

/* No single allocation may be larger than the device's limit either. */
static gboolean
fits (GsSession *session, const GsMemoryPlan *plan)
{
  return plan->needed_bytes <= plan->available_bytes
         && plan->arena_bytes + GS_BUFFER_PADDING_BYTES
                <= gs_device_get_info (session->device)->max_allocation_bytes;
}

gboolean
gs_memory_plan (GsSession *session, const GsMemoryJob *job, GsMemoryPlan *plan, GError **error)
{
  if (!plan_with_tile (session, job, 0, plan, error))
    return FALSE;
  for (guint tile = LARGEST_TILE; tile >= SMALLEST_TILE && !fits (session, plan); tile -= 16)
    if ((job->width > tile || job->height > tile)
        && !plan_with_tile (session, job, tile, plan, error))
      return FALSE;
  if (plan->arena_bytes + GS_BUFFER_PADDING_BYTES
      > gs_device_get_info (session->device)->max_allocation_bytes)
    plan->available_bytes = MIN (plan->available_bytes,
                                 gs_device_get_info (session->device)->max_allocation_bytes);
  return TRUE;
}

void
gs_memory_plan_apply (GsSession *session, const GsMemoryPlan *plan)
{
  gs_model_keep_programs (session->model, plan->programs, plan->n_programs);
  if (gs_arena_get_bytes (session->arena) > plan->arena_bytes)
    gs_arena_trim (session->arena);
}

gboolean
gs_memory_plan_check (const GsMemoryPlan *plan, GError **error)
{
  g_autofree char *needed = NULL, *available = NULL;

  if (plan->needed_bytes <= plan->available_bytes)
    return TRUE;
  needed = g_format_size_full (plan->needed_bytes, G_FORMAT_SIZE_IEC_UNITS);
  available = g_format_size_full (plan->available_bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
               "The picture needs %s of device memory, %s are available; make it smaller", needed,
               available);
  return FALSE;
}
