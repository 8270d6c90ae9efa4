/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Building a program plans its activations and declares its weights without allocating anything, so
 * the sum over a job's programs is what the job will hold at its peak: all weights, the arena at
 * the size of the largest program, and every program's inputs and outputs.
 */
#include "session/memory-plan.h"

#include "gpu/buffer.h"
#include "session/autoencoder.h"
#include "session/model.h"
#include "session/preview.h"
#include "session/prompt-encoder.h"

static const GsComponent text_encoders[] = { GS_COMPONENT_TEXT_ENCODER,
                                             GS_COMPONENT_TEXT_ENCODER_2 };

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
  plan->io_bytes += gs_program_get_io_bytes (program);
  return TRUE;
}

/* These come first: see gs_memory_plan_prepare(). */
static gboolean
add_text (GsSession *session, const GsMemoryJob *job, GsMemoryPlan *plan, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (text_encoders); i++)
    if (session->model->config.has[text_encoders[i]]
        && !add (gs_text_program (session, text_encoders[i], job->clip_skip, error), plan))
      return FALSE;
  plan->n_text_programs = plan->n_programs;
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

/* The U-Net's programs with some controls acting. */
static gboolean
add_guided (GsSession *session, const GsMemoryJob *job, GsControlMask mask, GsMemoryPlan *plan,
            GError **error)
{
  const GsUnetGuides guides = { job->controls, mask };
  GsWay ways[GS_MAX_WAYS];
  const guint n = gs_speed_ways (&job->speed, job->batch == 2, ways);

  for (guint i = 0; i < n; i++)
    {
      GsUnetPrograms unet;

      if (!gs_unet_programs (session, ways[i].part, ways[i].batch, job->width, job->height,
                             job->n_tokens, &guides, &unet, error)
          || (unet.context != NULL && !add (unet.context, plan)) || !add (unet.times, plan)
          || !add (unet.steps, plan))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_unet (GsSession *session, const GsMemoryJob *job, GsMemoryPlan *plan, GError **error)
{
  GsControlMask ever = 0;

  if (job->n_controls == 0)
    return add_guided (session, job, 0, plan, error);
  for (guint i = 0; i < MAX (job->n_steps, 1); i++)
    {
      GsControlMask mask = gs_controls_active (job->controls, job->n_controls, i,
                                               MAX (job->n_steps, 1));

      if (!add_guided (session, job, mask, plan, error))
        return FALSE;
      ever |= mask;
    }
  for (guint i = 0; i < job->n_controls; i++)
    if ((ever >> i & 1) != 0
        && !add (gs_unet_hint_program (session, job->width, job->height, &job->controls[i], error),
                 plan))
      return FALSE;
  return TRUE;
}

static guint64
available_bytes (GsSession *session)
{
  return MIN (gs_device_get_free_bytes (session->device)
                  + gs_device_get_used_bytes (session->device),
              session->memory_limit);
}

static gboolean
plan_with_tile (GsSession *session, const GsMemoryJob *job, guint tile, GsMemoryPlan *plan,
                GError **error)
{
  *plan = (GsMemoryPlan) { .tile = tile };
  if (!add_text (session, job, plan, error)
      || !add_autoencoder (session, job, plan, error)
      || !add_preview (session, job, plan, error)
      || !add_unet (session, job, plan, error))
    return FALSE;
  plan->weight_bytes = gs_weight_store_get_declared_bytes (session->model->weights, NULL)
                       + gs_controls_get_declared_bytes (session->model);
  plan->needed_bytes = plan->weight_bytes + plan->arena_bytes + plan->io_bytes
                       + GS_BUFFER_PADDING_BYTES;
  plan->available_bytes = available_bytes (session);
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

/* With the text encoders first and alone the peak is the larger of both parts. */
static void
evict_text (GsSession *session, GsMemoryPlan *plan)
{
  GsWeightStore *store = session->model->weights;
  guint64 weights = gs_weight_store_get_declared_bytes (store, "text_encoder")
                    + gs_weight_store_get_declared_bytes (store, "text_encoder_2");
  guint64 io = 0, arena = 0, alone;

  for (guint i = 0; i < plan->n_text_programs; i++)
    {
      io += gs_program_get_io_bytes (plan->programs[i]);
      arena = MAX (arena, gs_program_get_arena_bytes (plan->programs[i]));
    }
  alone = weights + io + arena + GS_BUFFER_PADDING_BYTES;

  plan->evicts_text = TRUE;
  plan->needed_bytes = MAX (alone, plan->needed_bytes - weights - io);
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
  if (!fits (session, plan))
    evict_text (session, plan);
  if (plan->arena_bytes + GS_BUFFER_PADDING_BYTES
      > gs_device_get_info (session->device)->max_allocation_bytes)
    plan->available_bytes = MIN (plan->available_bytes,
                                 gs_device_get_info (session->device)->max_allocation_bytes);
  return TRUE;
}

/* What the session holds now, with the arena as the program wants it. */
static guint64
bytes_with (GsSession *session, GsProgram *program)
{
  const guint64 has = gs_arena_get_bytes (session->arena);
  const guint64 wants = gs_program_get_arena_bytes (program);

  return gs_device_get_used_bytes (session->device) + gs_program_get_io_bytes (program)
         + (wants > has ? wants - has + GS_BUFFER_PADDING_BYTES : 0);
}

gboolean
gs_memory_fit_tile (GsSession *session, guint32 width, guint32 height, gboolean encodes,
                    guint *tile, GError **error)
{
  GsMemoryPlan plan = { .available_bytes = available_bytes (session) };

  for (guint side = *tile > 0 ? *tile : MAX (MAX (width, height), SMALLEST_TILE);
       side >= SMALLEST_TILE; side = MIN (side - 1, LARGEST_TILE) / 16 * 16)
    {
      const guint32 w = MIN (width, side), h = MIN (height, side);
      GsProgram *program = encodes ? gs_vae_encode_program (session, w, h, error)
                                   : gs_vae_decode_program (session, w, h, error);

      if (program == NULL)
        return FALSE;
      plan.arena_bytes = gs_program_get_arena_bytes (program);
      plan.needed_bytes = bytes_with (session, program);
      *tile = w < width || h < height ? side : 0;
      if (fits (session, &plan))
        return TRUE;
    }
  return gs_memory_plan_check (&plan, error);
}

/* The program with the largest arena goes first: an arena that grows would have the others recorded
 * again. */
static gboolean
prepare_programs (GsSession *session, GsProgram *const *programs, guint n, GError **error)
{
  guint largest = 0;

  if (!gs_progress_phase (&session->progress, GS_PHASE_LOAD, n, error))
    return FALSE;
  for (guint i = 1; i < n; i++)
    if (gs_program_get_arena_bytes (programs[i]) > gs_program_get_arena_bytes (programs[largest]))
      largest = i;
  /* Kernels are compiled while weights are uploaded. */
  for (guint i = 0; i < n; i++)
    if (!gs_program_ask_kernels (programs[(largest + i) % n], error))
      return FALSE;
  for (guint i = 0; i < n; i++)
    if (!gs_program_prepare (programs[(largest + i) % n], error)
        || !gs_progress_step (&session->progress, i + 1, NULL, error))
      return FALSE;
  return TRUE;
}

gboolean
gs_memory_plan_prepare (GsSession *session, const GsMemoryPlan *plan, GError **error)
{
  return prepare_programs (session, plan->programs,
                           plan->evicts_text ? plan->n_text_programs : plan->n_programs, error);
}

gboolean
gs_memory_plan_continue (GsSession *session, const GsMemoryPlan *plan, GError **error)
{
  GsProgram *const *rest = plan->programs + plan->n_text_programs;
  const guint n = plan->n_programs - plan->n_text_programs;

  if (!plan->evicts_text)
    return TRUE;
  gs_model_keep_programs (session->model, rest, n);
  gs_weight_store_evict (session->model->weights, "text_encoder");
  gs_weight_store_evict (session->model->weights, "text_encoder_2");
  return prepare_programs (session, rest, n, error);
}

void
gs_memory_forget (GsSession *session)
{
  static const char *const components[] = { "text_encoder", "text_encoder_2", "unet", "vae",
                                            "taesd" };

  gs_model_keep_programs (session->model, NULL, 0); /* they know where weights lie */
  for (guint i = 0; i < G_N_ELEMENTS (components); i++)
    gs_weight_store_evict (session->model->weights, components[i]);
  gs_controls_evict (session->model);
  gs_arena_trim (session->arena);
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
