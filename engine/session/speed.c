/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Guidance in a part of the run: Kynkäänniemi et al., "Applying Guidance in a Limited Interval Improves
 * Sample and Distribution Quality in Diffusion Models", 2024; here the part is of the steps.
 *
 * Deep layers once in so many evaluations: Ma et al., "DeepCache", 2023, with the outermost layers of
 * both ways (its branch 1) run each time.
 *
 * The gate: Zhang et al., "Cross-Attention Makes Inference Cumbersome in Text-to-Image Diffusion Models"
 * (T-GATE), 2024: once the picture's layout stands, what the prompt says in each layer is kept, the mean
 * of prompt and negative prompt, and guidance ends.
 */
#include "session/speed.h"

#include "base/error.h"

static gboolean
is_guided_at (const GsSpeedState *state, guint step)
{
  const float to = state->speed.guide_to > 0 ? state->speed.guide_to : 1;
  const float at = (step + 0.5f) / MAX (state->n_steps, 1);

  return state->batch > 1 && at >= state->speed.guide_from && at <= to;
}

GsWay
gs_speed_next (GsSpeedState *state, guint step)
{
  const GsSpeed *speed = &state->speed;
  GsWay way = { GS_UNET_WHOLE, is_guided_at (state, step) ? state->batch : 1 };

  if (speed->gate > 0 && step >= speed->gate && state->has_cross)
    return (GsWay) { GS_UNET_GATED, 1 };
  if (speed->gate > 0 && step + 1 >= speed->gate)
    {
      /* The last one before; or the first of a run that begins behind it. */
      state->has_cross = TRUE;
      state->deep_batch = 0;
      way.part = GS_UNET_KEEP_CROSS;
      way.batch = state->batch;
      return way;
    }
  if (speed->deep_cache < 2)
    return way;
  if (state->deep_batch == way.batch && state->deep_age + 1 < speed->deep_cache)
    {
      state->deep_age++;
      way.part = GS_UNET_SHALLOW;
      return way;
    }
  state->deep_age = 0;
  state->deep_batch = way.batch;
  way.part = GS_UNET_KEEP_DEEP;
  return way;
}

static void
add (GsWay *ways, guint *n, GsUnetPart part, guint batch)
{
  g_assert (*n < GS_MAX_WAYS);
  ways[(*n)++] = (GsWay) { part, batch };
}

guint
gs_speed_ways (const GsSpeed *speed, guint batch, GsWay *ways)
{
  const gboolean is_limited = speed->guide_from > 0 || (speed->guide_to > 0 && speed->guide_to < 1);
  const guint batches[] = { batch, 1 };
  guint n = 0;

  for (guint i = 0; i < (batch > 1 && is_limited ? 2 : 1); i++)
    if (speed->deep_cache > 1)
      {
        add (ways, &n, GS_UNET_KEEP_DEEP, batches[i]);
        add (ways, &n, GS_UNET_SHALLOW, batches[i]);
      }
    else
      add (ways, &n, GS_UNET_WHOLE, batches[i]);
  if (speed->gate > 0)
    {
      add (ways, &n, GS_UNET_KEEP_CROSS, batch);
      add (ways, &n, GS_UNET_GATED, 1);
    }
  return n;
}

gboolean
gs_speed_check (const GsSpeed *speed, GError **error)
{
  const char *problem = NULL;
  const float to = speed->guide_to > 0 ? speed->guide_to : 1;

  if (!(speed->guide_from >= 0 && speed->guide_from < to && to <= 1))
    problem = "Guidance can be given from one part of the run to a later one, both from 0 to 1";
  else if (speed->deep_cache > 20)
    problem = "The deep layers must run at least once in 20 steps";
  else if (speed->gate > 1000)
    problem = "The gate can close after 1 to 1000 steps";
  if (problem == NULL)
    return TRUE;
  g_set_error_literal (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT, problem);
  return FALSE;
}
