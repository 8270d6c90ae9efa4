/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps, sampler, schedule and guidance as one choice. */
#include "gesso-preset.h"

#include <math.h>

#define FEW_STEPS 12 /* a model that proposes no more was made for them */
#define MAX_STEPS 1000

GessoProposal
gesso_preset_get (GessoPreset preset, const GessoProposal *proposal)
{
  GessoProposal values = *proposal;

  switch (preset)
    {
    case GESSO_PRESET_FAST:
      values.steps = (proposal->steps + 1) / 2;
      if (proposal->steps > FEW_STEPS)
        {
          /* Of second order: what euler-a needs its steps for, this one reaches with fewer. */
          values.sampler = "dpmpp-2m";
          values.schedule = "karras";
        }
      break;
    case GESSO_PRESET_FINE:
      values.steps = MIN (2 * proposal->steps, MAX_STEPS);
      break;
    case GESSO_PRESET_BALANCED:
    case GESSO_PRESET_CUSTOM:
    default:
      break;
    }

  return values;
}

GessoPreset
gesso_preset_find (GessoSettings *settings, const GessoProposal *proposal)
{
  g_autofree char *sampler = NULL;
  g_autofree char *schedule = NULL;
  double guidance_scale, guidance_rescale;
  guint steps;

  g_object_get (settings, "steps", &steps, "guidance-scale", &guidance_scale, "guidance-rescale",
                &guidance_rescale, "sampler", &sampler, "schedule", &schedule, NULL);
  for (GessoPreset preset = 0; preset < GESSO_N_PRESETS; preset++)
    {
      GessoProposal values = gesso_preset_get (preset, proposal);

      if (steps == values.steps && fabs (guidance_scale - values.guidance_scale) < 1e-6 &&
          guidance_rescale == 0 && g_strcmp0 (sampler, values.sampler) == 0 &&
          g_strcmp0 (schedule, values.schedule) == 0)
        return preset;
    }

  return GESSO_PRESET_CUSTOM;
}

void
gesso_preset_apply (GessoPreset preset, GessoSettings *settings, const GessoProposal *proposal)
{
  GessoProposal values = gesso_preset_get (preset, proposal);

  g_object_set (settings, "steps", values.steps, "guidance-scale", values.guidance_scale,
                "guidance-rescale", 0.0, "sampler", values.sampler, "schedule", values.schedule,
                NULL);
}
