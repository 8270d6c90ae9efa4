/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scheduler configurations of Stable Diffusion 1.x's pipelines (its scheduler_config.json). */
#include "parity/reference-scheduler.h"

#include "base/error.h"
#include "sample/sampler-config.h"

#include <string.h>

static const struct
{
  const char *name, *class_name;
} classes[] = {
  { "ddim", "DDIMScheduler" },
  { "euler", "EulerDiscreteScheduler" },
  { "euler_a", "EulerAncestralDiscreteScheduler" },
  { "heun", "HeunDiscreteScheduler" },
  { "lms", "LMSDiscreteScheduler" },
  { "dpm2", "KDPM2DiscreteScheduler" },
  { "dpm2_a", "KDPM2AncestralDiscreteScheduler" },
  { "dpmpp_2m", "DPMSolverMultistepScheduler" },
  { "dpmpp_2m_sde", "DPMSolverMultistepScheduler" },
  { "dpmpp_2s", "DPMSolverSinglestepScheduler" },
  { "pndm", "PNDMScheduler" },
  { "plms", "PNDMScheduler" },
  { "unipc", "UniPCMultistepScheduler" },
  { "deis", "DEISMultistepScheduler" },
  { "lcm", "LCMScheduler" },
  { "tcd", "TCDScheduler" },
};

gboolean
gs_reference_scheduler (GsSamplerOptions *options, JsonObject *config, GError **error)
{
  g_autoptr (JsonNode) node = json_from_string (
    "{ \"num_train_timesteps\": 1000, \"beta_start\": 0.00085, \"beta_end\": 0.012,"
    "  \"beta_schedule\": \"scaled_linear\", \"steps_offset\": 1, \"timestep_spacing\": \"leading\","
    "  \"clip_sample\": false, \"set_alpha_to_one\": false, \"skip_prk_steps\": true }",
    error);
  const char *scheduler = json_object_get_string_member_with_default (config, "scheduler", "");
  const gboolean karras = g_str_has_suffix (scheduler, "_karras");
  g_autofree char *name = g_strndup (scheduler, strlen (scheduler) - (karras ? 7 : 0));
  JsonObject *settings = json_node_get_object (node);

  if (karras)
    json_object_set_boolean_member (settings, "use_karras_sigmas", TRUE);
  if (g_str_has_suffix (name, "_sde"))
    json_object_set_string_member (settings, "algorithm_type", "sde-dpmsolver++");
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_str_equal (classes[i].name, name))
      return gs_sampler_options_from_config (options, classes[i].class_name, settings, error);
  g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED, "The scheduler “%s” is not known", scheduler);
  return FALSE;
}
