/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stages one after the other, and tiers when memory ends. */
#include "session/memory-stages.h"

#include "session/control.h"
#include "session/model.h"
#include "tensor/stream.h"

/* Weights of a component and the stages that read them. */
static const struct
{
  const char *name;
  guint       stages;
} components[] = {
  { "text_encoder", 1u << GS_STAGE_TEXT },
  { "text_encoder_2", 1u << GS_STAGE_TEXT },
  { "unet", 1u << GS_STAGE_DENOISE },
  { "taesd", 1u << GS_STAGE_DENOISE },
  { "vae", 1u << GS_STAGE_READ | 1u << GS_STAGE_DECODE },
};

void
gs_memory_begin (GsSession *session, GsMemoryPlan *plan)
{
  session->plan = plan;
  gs_device_set_limit (session->device, session->memory_limit);
}

void
gs_memory_end (GsSession *session)
{
  session->plan = NULL;
  gs_device_set_limit (session->device, G_MAXUINT64);
}

guint
gs_memory_tile (GsSession *session, guint fallback)
{
  return session->plan != NULL ? session->plan->tile : fallback;
}

/* Programs whose weights pass through the stream are of no use without it. */
static void
end_stream (GsSession *session)
{
  if (session->stream == NULL)
    return;
  gs_model_keep_programs (session->model, NULL, 0);
  g_clear_pointer (&session->stream, gs_stream_free);
}

void
gs_memory_forget (GsSession *session)
{
  end_stream (session);
  gs_model_keep_programs (session->model, NULL, 0); /* they know where weights lie */
  for (guint i = 0; i < G_N_ELEMENTS (components); i++)
    gs_weight_store_evict (session->model->weights, components[i].name);
  gs_controls_evict (session->model);
  gs_arena_trim (session->arena);
}

/* The program with the largest arena goes first: an arena that grows would have the others recorded
 * again. */
static gboolean
prepare_programs (GsSession *session, GsProgram *const *programs, guint n, gboolean tells,
                  GError **error)
{
  guint largest = 0;

  if (tells && !gs_progress_phase (&session->progress, GS_PHASE_LOAD, n, error))
    return FALSE;
  for (guint i = 1; i < n; i++)
    if (gs_program_get_arena_bytes (programs[i]) > gs_program_get_arena_bytes (programs[largest]))
      largest = i;
  /* Kernels are compiled while weights are uploaded, all of them before the first recording, which
   * waits for its kernels. */
  for (guint i = 0; i < n; i++)
    if (!gs_program_ask_kernels (programs[(largest + i) % n], error))
      return FALSE;
  for (guint i = 0; i < n; i++)
    if (!gs_program_bring_weights (programs[(largest + i) % n], error)
        || (tells && !gs_progress_step (&session->progress, i + 1, NULL, error)))
      return FALSE;
  for (guint i = 0; i < n; i++)
    if (!gs_program_prepare (programs[(largest + i) % n], error))
      return FALSE;
  return TRUE;
}

/* Lets go what the stages do not need: weights of other components if the plan says so, programs, an
 * arena that is too large. */
static void
make_room (GsSession *session, const GsMemoryPlan *plan, guint stages, const GsStageNeeds *needs)
{
  gs_model_keep_programs (session->model, needs->programs, needs->n_programs);
  for (guint i = 0; i < G_N_ELEMENTS (components) && plan->tier > GS_TIER_RESIDENT; i++)
    if (!(components[i].stages & stages)
        || (plan->tier == GS_TIER_STREAMED && g_str_equal (components[i].name, "unet")))
      gs_weight_store_evict (session->model->weights, components[i].name);
  if (plan->tier == GS_TIER_STREAMED
      || (plan->tier > GS_TIER_RESIDENT && !(stages & 1u << GS_STAGE_DENOISE)))
    gs_controls_evict (session->model);
  if (gs_arena_get_bytes (session->arena) > needs->arena_bytes)
    gs_arena_trim (session->arena);
}

static void
begin_stream (GsSession *session, const GsMemoryPlan *plan, const GsStageNeeds *needs)
{
  session->stream = gs_stream_new (session->device, plan->place_bytes);
  /* The steps' program runs in each step, the others once or twice a picture. */
  for (guint i = 0; i < needs->n_unet; i++)
    gs_program_stream_weights (needs->unet[i], session->stream, i == 0 ? plan->kept_bytes : 0);
}

static gboolean
enter_now (GsSession *session, GsMemoryPlan *plan, GsMemoryStage stage, gboolean tells,
           GError **error)
{
  const guint stages = gs_memory_tier_group (plan->tier, stage);
  GsStageNeeds needs;

  if (plan->entered == stages)
    return TRUE;
  plan->entered = 0;
  end_stream (session);
  if (!gs_memory_plan_needs (session, plan, stages, &needs, error))
    return FALSE;
  if (needs.n_programs > 0)
    {
      /* Programs of this stage whose weights are about to leave must not stay recorded. */
      if (plan->tier == GS_TIER_STREAMED && needs.n_unet > 0)
        {
          gs_model_keep_programs (session->model, NULL, 0);
          if (!gs_memory_plan_needs (session, plan, stages, &needs, error))
            return FALSE;
        }
      make_room (session, plan, stages, &needs);
      if (plan->tier == GS_TIER_STREAMED && needs.n_unet > 0)
        begin_stream (session, plan, &needs);
      if (!plan->begun) /* what earlier jobs left counts no more */
        gs_device_reset_peak (session->device);
      plan->begun = TRUE;
      if (!prepare_programs (session, needs.programs, needs.n_programs, tells, error))
        return FALSE;
    }
  plan->entered = stages;
  return TRUE;
}

static const char *const sentences[] = {
  [GS_TIER_TEXT_LEAVES] = "the text encoders leave it once the prompts are encoded now",
  [GS_TIER_ALONE] = "only what is computed with stays there now, which is slower",
  [GS_TIER_STREAMED] = "the U-Net's weights are brought to it in each step now, which is slower",
};

static void
add_note (GsMemoryPlan *plan, char *change)
{
  if (plan->notes == NULL)
    plan->notes = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (plan->notes, g_strdup_printf ("The device ran out of memory; %s", change));
  g_free (change);
}

/* Does with less in the stage at hand; FALSE if it cannot. The stream gets as little as it can do
 * with: how much there is, nobody knows any more. */
static gboolean
lower (GsSession *session, GsMemoryPlan *plan)
{
  const gboolean is_text = plan->stage == GS_STAGE_TEXT;
  const gboolean is_unet = plan->stage == GS_STAGE_DENOISE;
  const guint tile = gs_memory_next_tile (&plan->job, plan->tile);
  GsStageNeeds needs;

  if (plan->tier < (is_text ? GS_TIER_TEXT_LEAVES : is_unet ? GS_TIER_STREAMED : GS_TIER_ALONE))
    {
      plan->tier++;
      add_note (plan, g_strdup (sentences[plan->tier]));
    }
  else if (!is_text && !is_unet && tile > 0)
    {
      plan->tile = tile;
      add_note (plan, g_strdup_printf ("the autoencoder works in tiles of %u latent pixels a side "
                                       "now", tile));
    }
  else if (is_unet && plan->kept_bytes > 0)
    {
      plan->kept_bytes = 0;
      add_note (plan, g_strdup ("all of the U-Net's weights are brought to it in each step now"));
    }
  else
    return FALSE;
  gs_memory_forget (session);
  plan->entered = 0;
  if (plan->tier == GS_TIER_STREAMED && plan->place_bytes == 0
      && gs_memory_plan_needs (session, plan, 1u << GS_STAGE_DENOISE, &needs, NULL))
    gs_memory_plan_stream (plan, &needs, 0);
  return TRUE;
}

/* What was tried last stays in error. */
static gboolean
enter (GsSession *session, GsMemoryPlan *plan, gboolean tells, GError **error)
{
  GError *failure = NULL;

  while (!enter_now (session, plan, plan->stage, tells, &failure))
    {
      g_debug ("memory: %s", failure->message);
      if (!g_error_matches (failure, GS_ERROR, GS_ERROR_OUT_OF_MEMORY) || !lower (session, plan))
        {
          g_propagate_error (error, failure);
          return FALSE;
        }
      g_clear_error (&failure);
    }
  return TRUE;
}

gboolean
gs_memory_enter (GsSession *session, GsMemoryStage stage, GError **error)
{
  GsMemoryPlan *plan = session->plan;

  if (plan == NULL)
    return TRUE;
  plan->stage = stage;
  return enter (session, plan, TRUE, error);
}

gboolean
gs_memory_fall_back (GsSession *session, GError **error)
{
  GsMemoryPlan *plan = session->plan;

  if (plan == NULL || error == NULL
      || !g_error_matches (*error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY) || !lower (session, plan))
    return FALSE;
  g_clear_error (error);
  return enter (session, plan, FALSE, error);
}
