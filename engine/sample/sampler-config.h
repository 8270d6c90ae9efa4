/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A diffusers scheduler_config.json, or the name of a k-diffusion function, turned into options. */
#pragma once

#include "sample/options.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The training noise that a scheduler configuration describes; what it lacks keeps the values that
 * `noise` has. GS_ERROR_UNSUPPORTED for beta schedules that are not known. "trained_betas" is not
 * looked at. */
gboolean gs_noise_config_from_json (GsNoiseConfig *noise, JsonObject *config, GError **error);

/* How a diffusers scheduler with that configuration samples. class_name: "EulerDiscreteScheduler"
 * or the name of its file, "scheduling_euler_discrete.py". `config` may hold "step_args", an object
 * of arguments to each step. GS_ERROR_UNSUPPORTED for classes and settings (flow matching, learned
 * variance) that this engine lacks. */
gboolean gs_sampler_options_from_config (GsSamplerOptions *options, const char *class_name,
                                         JsonObject *config, GError **error);

/* How the k-diffusion function `function` ("sample_euler_ancestral") with keyword arguments `args`
 * (may be NULL) samples. The sigmas are the caller's: options->own_sigmas. The
 * noise is taken as a noise_sampler gives it, draw by draw. */
gboolean gs_sampler_options_from_k_diffusion (GsSamplerOptions *options, const char *function,
                                              JsonObject *args, GError **error);

/* The schedulers that pipelines name shortly ("ddim", "euler", "euler_a", "dpmpp_2m_karras", ...)
 * with Stable Diffusion's settings, as diffusers runs them. */
gboolean gs_sampler_options_from_pipeline (GsSamplerOptions *options, const char *scheduler,
                                           GError **error);

G_END_DECLS
