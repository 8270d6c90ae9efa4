/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Building a program plans its activations and declares its weights without allocating anything, so
 * the sum over a stage's programs is what the stage will hold: its weights, the arena at the size of
 * the largest program, and every program's inputs and outputs.
 */
#include "session/memory-plan.h"

#include "gpu/buffer.h"
#include "session/autoencoder.h"
#include "session/model.h"
#include "session/preview.h"
#include "session/prompt-encoder.h"
#include "tensor/stream.h"

#define LARGEST_TILE 96
#define SMALLEST_TILE 16

/* A place of the stream: larger ones mean fewer waits, smaller ones more weights that stay. */
#define LARGEST_PLACE (G_GUINT64_CONSTANT (256) << 20)
#define PART_IN_PLACES 8 /* of the room for weights, each */

#define ALL_STAGES ((1u << GS_N_STAGES) - 1)

/* ---- Needs ---- */

static gboolean
add (GsProgram *program, GsStageNeeds *needs)
{
  if (program == NULL)
    return FALSE;
  for (guint i = 0; i < needs->n_programs; i++)
    if (needs->programs[i] == program)
      return TRUE;
  g_assert (needs->n_programs < GS_STAGE_MAX_PROGRAMS);
  needs->programs[needs->n_programs++] = program;
  needs->arena_bytes = MAX (needs->arena_bytes, gs_program_get_arena_bytes (program));
  needs->io_bytes += gs_program_get_io_bytes (program);
  return TRUE;
}

static gboolean
add_text (GsSession *session, const GsMemoryJob *job, GsStageNeeds *needs, GError **error)
{
  static const GsComponent encoders[] = { GS_COMPONENT_TEXT_ENCODER, GS_COMPONENT_TEXT_ENCODER_2 };

  for (guint i = 0; i < G_N_ELEMENTS (encoders); i++)
    if (session->model->config.has[encoders[i]]
        && !add (gs_text_program (session, encoders[i], job->clip_skip, error), needs))
      return FALSE;
  return TRUE;
}

static guint32
tile_side (guint32 side, guint tile)
{
  return tile > 0 ? MIN (side, tile) : side;
}

/* The picture to start from, and what measuring the previews' colours takes. */
static gboolean
add_reading (GsSession *session, const GsMemoryJob *job, guint tile, GsStageNeeds *needs,
             GError **error)
{
  GError *failure = NULL;
  GsProgram *preview = gs_preview_program (session, job->preview, &failure);

  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  if (preview != NULL && !add (preview, needs))
    return FALSE;
  return !job->encodes
         || add (gs_vae_encode_program (session, tile_side (job->width, tile),
                                        tile_side (job->height, tile), error), needs);
}

static void
add_unet_program (GsProgram *program, GsStageNeeds *needs)
{
  const guint n = needs->n_programs;

  add (program, needs);
  if (needs->n_programs > n)
    needs->unet[needs->n_unet++] = program;
}

/* The U-Net's programs with some controls acting: three for each way of evaluating. */
static gboolean
add_guided (GsSession *session, const GsMemoryJob *job, GsControlMask mask, GsStageNeeds *needs,
            GError **error)
{
  const GsUnetGuides guides = { job->controls, mask, job->speed.free_u };
  GsWay ways[GS_MAX_WAYS];
  const guint n = gs_speed_ways (&job->speed, job->batch, ways);

  for (guint i = 0; i < n; i++)
    {
      GsUnetPrograms unet;

      if (!gs_unet_programs (session, ways[i].part, ways[i].batch, job->width, job->height,
                             job->n_tokens, &guides, &unet, error))
        return FALSE;
      add_unet_program (unet.steps, needs);
      if (unet.context != NULL)
        add_unet_program (unet.context, needs);
      add_unet_program (unet.times, needs);
    }
  return TRUE;
}

static gboolean
add_unet (GsSession *session, const GsMemoryJob *job, GsStageNeeds *needs, GError **error)
{
  GsControlMask ever = 0;

  if (gs_preview_uses_taesd (session, job->preview)
      && !add (gs_taesd_program (session, job->width, job->height, error), needs))
    return FALSE;
  if (job->n_controls == 0)
    return add_guided (session, job, 0, needs, error);
  for (guint i = 0; i < MAX (job->n_steps, 1); i++)
    {
      GsControlMask mask = gs_controls_active (job->controls, job->n_controls, i,
                                               MAX (job->n_steps, 1));

      if (!add_guided (session, job, mask, needs, error))
        return FALSE;
      ever |= mask;
    }
  /* What is made of their pictures reads their weights, which pass through with the U-Net's. */
  for (guint i = 0; i < job->n_controls; i++)
    if ((ever >> i & 1) != 0)
      {
        GsProgram *hint = gs_unet_hint_program (session, job->width, job->height, &job->controls[i],
                                                error);

        if (hint == NULL)
          return FALSE;
        add_unet_program (hint, needs);
      }
  return TRUE;
}

gboolean
gs_memory_plan_needs (GsSession *session, const GsMemoryPlan *plan, guint stages,
                      GsStageNeeds *needs, GError **error)
{
  const GsMemoryJob *job = &plan->job;
  GsWeightStore *store = session->model->weights;
  const gboolean autoencoder = stages & (1u << GS_STAGE_READ | 1u << GS_STAGE_DECODE);

  *needs = (GsStageNeeds) { 0 };
  if ((stages & 1u << GS_STAGE_TEXT && !add_text (session, job, needs, error))
      || (stages & 1u << GS_STAGE_READ && !add_reading (session, job, plan->tile, needs, error))
      || (stages & 1u << GS_STAGE_DENOISE && !add_unet (session, job, needs, error))
      || (stages & 1u << GS_STAGE_DECODE
          && !add (gs_vae_decode_program (session, tile_side (job->width, plan->tile),
                                          tile_side (job->height, plan->tile), error), needs)))
    return FALSE;
  if (stages & 1u << GS_STAGE_TEXT)
    needs->weight_bytes += gs_weight_store_get_declared_bytes (store, "text_encoder")
                           + gs_weight_store_get_declared_bytes (store, "text_encoder_2");
  if (autoencoder && needs->n_programs > 0)
    needs->weight_bytes += gs_weight_store_get_declared_bytes (store, "vae");
  if (stages & 1u << GS_STAGE_DENOISE)
    {
      needs->unet_bytes = gs_weight_store_get_declared_bytes (store, "unet")
                          + gs_controls_get_declared_bytes (session->model);
      needs->weight_bytes += needs->unet_bytes
                             + gs_weight_store_get_declared_bytes (store, "taesd");
    }
  return TRUE;
}

/* ---- Choosing ---- */

guint
gs_memory_tier_group (GsMemoryTier tier, GsMemoryStage stage)
{
  const guint own = 1u << stage;

  switch (tier)
    {
    case GS_TIER_RESIDENT:    return ALL_STAGES;
    case GS_TIER_TEXT_LEAVES: return stage == GS_STAGE_TEXT ? own
                                                            : ALL_STAGES & ~(1u << GS_STAGE_TEXT);
    default:                  return own;
    }
}

static guint64
largest_node_bytes (const GsStageNeeds *needs)
{
  guint64 most = 0;

  for (guint i = 0; i < needs->n_unet; i++)
    most = MAX (most, gs_program_get_largest_weight_bytes (needs->unet[i]));
  return most;
}

/* What is there beside the U-Net's weights. */
static guint64
fixed_bytes (const GsStageNeeds *needs)
{
  return needs->weight_bytes - needs->unet_bytes + needs->arena_bytes + needs->io_bytes
         + GS_BUFFER_PADDING_BYTES;
}

void
gs_memory_plan_stream (GsMemoryPlan *plan, const GsStageNeeds *needs, guint64 available_bytes)
{
  const guint64 fixed = fixed_bytes (needs), least = largest_node_bytes (needs);
  const guint64 room = available_bytes > fixed ? available_bytes - fixed : 0;
  guint64 places;

  plan->place_bytes = MAX (least, MIN (room / PART_IN_PLACES, LARGEST_PLACE));
  places = 2 * (plan->place_bytes + GS_BUFFER_PADDING_BYTES);
  plan->kept_bytes = room > places ? room - places : 0;
}

static guint64
stage_bytes (const GsMemoryPlan *plan, const GsStageNeeds *needs)
{
  if (plan->tier == GS_TIER_STREAMED && needs->unet_bytes > 0)
    return fixed_bytes (needs) + 2 * (plan->place_bytes + GS_BUFFER_PADDING_BYTES)
           + MIN (plan->kept_bytes, needs->unet_bytes);
  return needs->weight_bytes + needs->arena_bytes + needs->io_bytes + GS_BUFFER_PADDING_BYTES;
}

/* Fills in what the plan's tier and tile need. */
static gboolean
measure (GsSession *session, GsMemoryPlan *plan, GError **error)
{
  plan->needed_bytes = plan->arena_bytes = plan->weight_bytes = 0;
  plan->place_bytes = plan->kept_bytes = 0;
  for (guint stage = 0; stage < GS_N_STAGES; stage++)
    {
      const guint group = gs_memory_tier_group (plan->tier, stage);
      GsStageNeeds needs;

      if ((group & ((1u << stage) - 1)) != 0) /* it was counted with an earlier one */
        continue;
      if (!gs_memory_plan_needs (session, plan, group, &needs, error))
        return FALSE;
      if (needs.n_programs == 0)
        continue;
      if (plan->tier == GS_TIER_STREAMED && needs.unet_bytes > 0)
        gs_memory_plan_stream (plan, &needs, plan->available_bytes);
      plan->needed_bytes = MAX (plan->needed_bytes, stage_bytes (plan, &needs));
      plan->arena_bytes = MAX (plan->arena_bytes, needs.arena_bytes);
    }
  plan->weight_bytes = gs_weight_store_get_declared_bytes (session->model->weights, NULL)
                       + gs_controls_get_declared_bytes (session->model);
  return TRUE;
}

static guint64
available_bytes (GsSession *session)
{
  return MIN (gs_device_get_free_bytes (session->device)
                  + gs_device_get_used_bytes (session->device),
              session->memory_limit);
}

/* No single allocation may be larger than the device's limit either. */
static gboolean
fits (GsSession *session, const GsMemoryPlan *plan)
{
  return plan->needed_bytes <= plan->available_bytes
         && plan->arena_bytes + GS_BUFFER_PADDING_BYTES
                <= gs_device_get_info (session->device)->max_allocation_bytes;
}

guint
gs_memory_next_tile (const GsMemoryJob *job, guint tile)
{
  guint next = tile == 0 ? LARGEST_TILE : tile - 16;

  while (next >= SMALLEST_TILE && job->width <= next && job->height <= next)
    next -= 16;
  return next >= SMALLEST_TILE ? next : 0;
}

gboolean
gs_memory_plan (GsSession *session, const GsMemoryJob *job, GsMemoryPlan *plan, GError **error)
{
  const guint64 largest = gs_device_get_info (session->device)->max_allocation_bytes;
  guint tile = 0;

  *plan = (GsMemoryPlan) { .job = *job, .available_bytes = available_bytes (session) };
  do
    {
      plan->tile = tile;
      for (plan->tier = GS_TIER_RESIDENT; plan->tier < GS_N_TIERS; plan->tier++)
        {
          if (!measure (session, plan, error))
            return FALSE;
          if (fits (session, plan))
            return TRUE;
        }
      plan->tier = GS_TIER_STREAMED;
      tile = gs_memory_next_tile (job, tile);
    }
  while (tile > 0);
  if (plan->arena_bytes + GS_BUFFER_PADDING_BYTES > largest)
    plan->available_bytes = MIN (plan->available_bytes, largest);
  return TRUE;
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

char *
gs_memory_plan_describe (const GsMemoryPlan *plan)
{
  static const char *const tiers[] = {
    [GS_TIER_RESIDENT] = "Everything stays on the device",
    [GS_TIER_TEXT_LEAVES] = "The text encoders leave the device once the prompts are encoded",
    [GS_TIER_ALONE] = "Text encoders, U-Net and autoencoder are on the device one at a time",
    [GS_TIER_STREAMED] = ("Text encoders, U-Net and autoencoder are on the device one at a time, and "
                          "the U-Net's weights pass through it in each step"),
  };
  g_autofree char *needed = g_format_size_full (plan->needed_bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *available = g_format_size_full (plan->available_bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *weights = g_format_size_full (plan->weight_bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *place = g_format_size_full (plan->place_bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *kept = g_format_size_full (plan->kept_bytes, G_FORMAT_SIZE_IEC_UNITS);
  GString *text = g_string_new (tiers[plan->tier]);

  g_string_append_printf (text, "\n%s of device memory are needed, %s are available; all weights "
                          "take %s", needed, available, weights);
  if (plan->tier == GS_TIER_STREAMED)
    g_string_append_printf (text, "\nWeights pass through two places of %s; %s of them stay", place,
                            kept);
  if (plan->tile > 0)
    g_string_append_printf (text, "\nThe autoencoder works in tiles of %u latent pixels a side",
                            plan->tile);
  return g_string_free (text, FALSE);
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
