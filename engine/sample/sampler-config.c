/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scheduler configurations read into options. What a key means and which value it has when it is
 * missing is taken from the constructors in huggingface/diffusers, src/diffusers/schedulers. */
#include "sample/sampler-config.h"

#include "base/error.h"
#include "sample/name-match.h"

#include <math.h>
#include <string.h>

/* The getters take what is of the wrong type, or null, for missing. */
static JsonNode *
member (JsonObject *object, const char *key)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, key) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

static double
number (JsonObject *object, const char *key, double otherwise)
{
  JsonNode *node = member (object, key);
  GType type = node != NULL ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (type == G_TYPE_INT64 || type == G_TYPE_DOUBLE)
    return json_node_get_double (node);
  if (type == G_TYPE_STRING && g_strcmp0 (json_node_get_string (node), "-inf") == 0)
    return -INFINITY;
  return otherwise;
}

static gint
whole (JsonObject *object, const char *key, gint otherwise)
{
  double value = number (object, key, otherwise);

  return isfinite (value) ? (gint) CLAMP (value, -1e6, 1e6) : otherwise;
}

static gboolean
flag (JsonObject *object, const char *key, gboolean otherwise)
{
  JsonNode *node = member (object, key);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN
           ? json_node_get_boolean (node)
           : otherwise;
}

static const char *
text (JsonObject *object, const char *key, const char *otherwise)
{
  JsonNode *node = member (object, key);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : otherwise;
}

static JsonObject *
child (JsonObject *object, const char *key)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, key) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static gboolean
unsupported (GError **error, const char *key, const char *value)
{
  g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
               "The scheduler setting %s = “%s” is not supported; choose another sampler.", key,
               value);
  return FALSE;
}

/* Reads a setting with a few named values. */
typedef struct
{
  const char *name;
  int value;
} Choice;

static gboolean
choose (JsonObject *config, const char *key, const Choice *choices, guint n_choices, int *value,
        GError **error)
{
  const char *name = text (config, key, NULL);

  if (name == NULL)
    return TRUE;
  for (guint i = 0; i < n_choices; i++)
    if (strcmp (name, choices[i].name) == 0)
      {
        *value = choices[i].value;
        return TRUE;
      }
  return unsupported (error, key, name);
}

#define CHOOSE(config, key, choices, value, error) \
  choose ((config), (key), (choices), G_N_ELEMENTS (choices), (value), (error))

static const Choice beta_choices[] = {
  { "scaled_linear", GS_BETAS_SCALED_LINEAR },
  { "linear", GS_BETAS_LINEAR },
  { "squaredcos_cap_v2", GS_BETAS_SQUARED_COSINE },
};

static const Choice prediction_choices[] = {
  { "epsilon", GS_PREDICT_EPSILON },      { "eps", GS_PREDICT_EPSILON },
  { "v_prediction", GS_PREDICT_V },       { "v", GS_PREDICT_V },
  { "sample", GS_PREDICT_SAMPLE },        { "original_sample", GS_PREDICT_SAMPLE },
};

static const Choice spacing_choices[] = {
  { "leading", GS_SPACING_LEADING },
  { "linspace", GS_SPACING_LINSPACE },
  { "trailing", GS_SPACING_TRAILING },
};

static const Choice final_choices[] = {
  { "zero", GS_FINAL_ZERO },
  { "sigma_min", GS_FINAL_SIGMA_MIN },
};

/* Each family takes the others' values for its own default, as diffusers does when schedulers are
 * swapped. */
static const Choice dpm_solver_choices[] = {
  { "midpoint", GS_SOLVER_MIDPOINT }, { "heun", GS_SOLVER_HEUN },
  { "logrho", GS_SOLVER_MIDPOINT },   { "bh1", GS_SOLVER_MIDPOINT },
  { "bh2", GS_SOLVER_MIDPOINT },
};

static const Choice unipc_solver_choices[] = {
  { "bh1", GS_SOLVER_BH1 },  { "bh2", GS_SOLVER_BH2 },    { "midpoint", GS_SOLVER_BH2 },
  { "heun", GS_SOLVER_BH2 }, { "logrho", GS_SOLVER_BH2 },
};

gboolean
gs_noise_config_from_json (GsNoiseConfig *noise, JsonObject *config, GError **error)
{
  int betas = noise->betas;

  if (!CHOOSE (config, "beta_schedule", beta_choices, &betas, error))
    return FALSE;
  noise->betas = betas;
  noise->beta_start = number (config, "beta_start", noise->beta_start);
  noise->beta_end = number (config, "beta_end", noise->beta_end);
  noise->n_train_steps =
    MAX (whole (config, "num_train_timesteps", (gint) noise->n_train_steps), 0);
  noise->zero_terminal_snr = flag (config, "rescale_betas_zero_snr", noise->zero_terminal_snr);
  return TRUE;
}

static gboolean
read_common (GsSamplerOptions *options, JsonObject *config, GError **error)
{
  JsonObject *args = child (config, "step_args");
  int prediction = GS_PREDICT_EPSILON, spacing = options->spacing, final = options->final_sigma;

  if (!CHOOSE (config, "prediction_type", prediction_choices, &prediction, error) ||
      !CHOOSE (config, "timestep_spacing", spacing_choices, &spacing, error) ||
      !CHOOSE (config, "final_sigmas_type", final_choices, &final, error))
    return FALSE;
  if (flag (config, "use_flow_sigmas", FALSE))
    return unsupported (error, "use_flow_sigmas", "true");
  if (text (config, "variance_type", NULL) != NULL &&
      g_str_has_prefix (text (config, "variance_type", ""), "learned"))
    return unsupported (error, "variance_type", text (config, "variance_type", ""));
  options->prediction = prediction;
  options->spacing = spacing;
  options->final_sigma = final;
  options->steps_offset = whole (config, "steps_offset", 0);
  options->sigma_min = number (config, "sigma_min", 0.0);
  options->sigma_max = number (config, "sigma_max", 0.0);
  options->lambda_min_clipped = number (config, "lambda_min_clipped", -INFINITY);
  options->clip_x0 = flag (config, "clip_sample", options->clip_x0);
  options->clip_range = number (config, "clip_sample_range", 1.0);
  options->threshold_x0 = flag (config, "thresholding", FALSE);
  options->threshold_ratio = number (config, "dynamic_thresholding_ratio", 0.995);
  options->threshold_max = number (config, "sample_max_value", 1.0);
  options->order = (guint) CLAMP (whole (config, "solver_order", (gint) options->order), 1, 4);
  options->lower_order_final = flag (config, "lower_order_final", options->lower_order_final);
  options->euler_at_final = flag (config, "euler_at_final", FALSE);
  options->eta = number (args, "eta", options->eta);
  options->s_noise = number (args, "s_noise", 1.0);
  options->s_churn = number (args, "s_churn", 0.0);
  options->s_tmin = number (args, "s_tmin", 0.0);
  options->s_tmax = number (args, "s_tmax", INFINITY);
  return TRUE;
}

/* rounding: of the timesteps of Karras sigmas; of the other curves': others. */
static void
read_resampling (GsSamplerOptions *options, JsonObject *config, GsRounding rounding,
                 GsRounding others)
{
  options->resample = TRUE;
  options->round_times = others;
  if (flag (config, "use_karras_sigmas", FALSE))
    {
      options->sigmas = GS_SIGMAS_KARRAS;
      options->round_times = rounding;
    }
  else if (flag (config, "use_lu_lambdas", FALSE))
    {
      options->sigmas = GS_SIGMAS_LU;
      options->round_times = rounding;
    }
  else if (flag (config, "use_exponential_sigmas", FALSE))
    options->sigmas = GS_SIGMAS_EXPONENTIAL;
  else if (flag (config, "use_beta_sigmas", FALSE))
    options->sigmas = GS_SIGMAS_BETA;
  else
    options->resample = FALSE;
}

/* Euler, Heun, LMS, DPM2: x0 + sigma n, timesteps are floats. */
static gboolean
read_spaced (GsSamplerOptions *options, JsonObject *config, GError **error)
{
  gboolean dpm2 = g_str_has_prefix (options->sampler, "dpm2");

  options->times = GS_TIMES_SPACED;
  options->spacing = GS_SPACING_LINSPACE;
  options->order = 4;
  options->noise_at_end = TRUE;
  if (!read_common (options, config, error))
    return FALSE;
  options->order = 4;
  read_resampling (options, config, dpm2 ? GS_ROUND_NEAREST : GS_ROUND_NONE, GS_ROUND_NONE);
  options->log_linear = g_strcmp0 (text (config, "interpolation_type", NULL), "log_linear") == 0;
  options->quarter_log_times = options->prediction == GS_PREDICT_V &&
                               g_strcmp0 (text (config, "timestep_type", NULL), "continuous") == 0;
  return TRUE;
}

/* DPM-Solver, UniPC, DEIS: unit variance, whole timesteps. */
static gboolean
read_multistep (GsSamplerOptions *options, JsonObject *config, GError **error)
{
  gboolean cosine = g_strcmp0 (text (config, "beta_schedule", NULL), "squaredcos_cap_v2") == 0;
  gboolean dpm = g_str_has_prefix (options->sampler, "dpmpp-2m");

  options->times = GS_TIMES_MULTISTEP;
  options->variance_preserving = TRUE;
  options->spacing = GS_SPACING_LINSPACE;
  options->noise_at_end = TRUE;
  if (!read_common (options, config, error))
    return FALSE;
  read_resampling (options, config, dpm && cosine ? GS_ROUND_DOWN : GS_ROUND_NEAREST,
                   GS_ROUND_DOWN);
  return TRUE;
}

static gboolean
read_dpm_solver (GsSamplerOptions *options, JsonObject *config, GError **error)
{
  const char *algorithm = text (config, "algorithm_type", "dpmsolver++");
  gboolean single = g_strcmp0 (options->sampler, "dpmpp-2s") == 0;
  int solver = GS_SOLVER_MIDPOINT;

  if (single)
    options->lower_order_final = FALSE;
  if (!CHOOSE (config, "solver_type", dpm_solver_choices, &solver, error))
    return FALSE;
  if (strcmp (algorithm, "dpmsolver") == 0 || strcmp (algorithm, "sde-dpmsolver") == 0)
    options->predict_noise = TRUE;
  else if (strcmp (algorithm, "dpmsolver++") != 0 && strcmp (algorithm, "sde-dpmsolver++") != 0 &&
           strcmp (algorithm, "deis") != 0)
    return unsupported (error, "algorithm_type", algorithm);
  if (g_str_has_prefix (algorithm, "sde-"))
    options->sampler = single ? "dpmpp-2s-sde" : "dpmpp-2m-sde";
  options->solver = solver;
  if (!read_multistep (options, config, error))
    return FALSE;
  if (single) /* this scheduler knows no other */
    options->spacing = GS_SPACING_LINSPACE;
  return TRUE;
}

static gboolean
read_unipc (GsSamplerOptions *options, JsonObject *config, GError **error)
{
  int solver = GS_SOLVER_BH2;
  JsonNode *off = config != NULL ? json_object_get_member (config, "disable_corrector") : NULL;

  if (!CHOOSE (config, "solver_type", unipc_solver_choices, &solver, error) ||
      !read_multistep (options, config, error))
    return FALSE;
  options->solver = solver;
  options->predict_noise = !flag (config, "predict_x0", TRUE);
  if (options->resample && options->final_sigma == GS_FINAL_SIGMA_MIN)
    options->final_sigma = GS_FINAL_REPEAT;
  if (off != NULL && JSON_NODE_HOLDS_ARRAY (off))
    {
      JsonArray *steps = json_node_get_array (off);

      for (guint i = 0; i < json_array_get_length (steps); i++)
        {
          JsonNode *node = json_array_get_element (steps, i);
          gboolean is_whole =
            JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64;
          gint64 step = is_whole ? json_node_get_int (node) : -1;

          if (step >= 0 && step < GS_MAX_STEPS)
            options->no_corrector[step / 32] |= 1u << (step % 32);
        }
    }
  return TRUE;
}

static gboolean
read_deis (GsSamplerOptions *options, JsonObject *config, GError **error)
{
  if (!read_multistep (options, config, error))
    return FALSE;
  options->final_sigma = options->resample ? GS_FINAL_REPEAT : GS_FINAL_SIGMA_MIN;
  return TRUE;
}

static gboolean
read_ddim (GsSamplerOptions *options, JsonObject *config, GError **error)
{
  options->times = GS_TIMES_DISCRETE;
  options->eta = 0.0;
  options->clip_x0 = TRUE;
  if (!read_common (options, config, error))
    return FALSE;
  options->final_alpha_one = flag (config, "set_alpha_to_one", TRUE);
  return TRUE;
}

static gboolean
read_pndm (GsSamplerOptions *options, JsonObject *config, GError **error)
{
  options->times = GS_TIMES_DISCRETE;
  if (!read_common (options, config, error))
    return FALSE;
  options->final_alpha_one = flag (config, "set_alpha_to_one", FALSE);
  options->runge_kutta_start = !flag (config, "skip_prk_steps", FALSE);
  return TRUE;
}

static gboolean
read_distilled (GsSamplerOptions *options, JsonObject *config, GError **error)
{
  gboolean tcd = strcmp (options->sampler, "tcd") == 0;

  options->times = GS_TIMES_DISTILLED;
  options->eta = 0.3;
  if (!read_common (options, config, error))
    return FALSE;
  options->original_steps = (guint) MAX (whole (config, "original_inference_steps", 50), 1);
  options->timestep_scaling = number (config, "timestep_scaling", 10.0);
  if (tcd) /* has the settings but looks at neither */
    options->clip_x0 = options->threshold_x0 = FALSE;
  return TRUE;
}

static const struct
{
  const char *class_name;
  const char *file;
  const char *sampler;
  gboolean (*read) (GsSamplerOptions *options, JsonObject *config, GError **error);
} diffusers_classes[] = {
  { "EulerDiscreteScheduler", "scheduling_euler_discrete.py", "euler", read_spaced },
  { "EulerAncestralDiscreteScheduler", "scheduling_euler_ancestral_discrete.py", "euler-a",
    read_spaced },
  { "HeunDiscreteScheduler", "scheduling_heun_discrete.py", "heun", read_spaced },
  { "LMSDiscreteScheduler", "scheduling_lms_discrete.py", "lms", read_spaced },
  { "KDPM2DiscreteScheduler", "scheduling_k_dpm_2_discrete.py", "dpm2", read_spaced },
  { "KDPM2AncestralDiscreteScheduler", "scheduling_k_dpm_2_ancestral_discrete.py", "dpm2-a",
    read_spaced },
  { "DPMSolverMultistepScheduler", "scheduling_dpmsolver_multistep.py", "dpmpp-2m",
    read_dpm_solver },
  { "DPMSolverSinglestepScheduler", "scheduling_dpmsolver_singlestep.py", "dpmpp-2s",
    read_dpm_solver },
  { "UniPCMultistepScheduler", "scheduling_unipc_multistep.py", "unipc", read_unipc },
  { "DEISMultistepScheduler", "scheduling_deis_multistep.py", "deis", read_deis },
  { "DDIMScheduler", "scheduling_ddim.py", "ddim", read_ddim },
  { "PNDMScheduler", "scheduling_pndm.py", "plms", read_pndm },
  { "LCMScheduler", "scheduling_lcm.py", "lcm", read_distilled },
  { "TCDScheduler", "scheduling_tcd.py", "tcd", read_distilled },
};

gboolean
gs_sampler_options_from_config (GsSamplerOptions *options, const char *class_name,
                                JsonObject *config, GError **error)
{
  gs_sampler_options_clear (options);
  for (guint i = 0; i < G_N_ELEMENTS (diffusers_classes); i++)
    if (g_strcmp0 (class_name, diffusers_classes[i].class_name) == 0 ||
        g_strcmp0 (class_name, diffusers_classes[i].file) == 0)
      {
        options->sampler = diffusers_classes[i].sampler;
        return diffusers_classes[i].read (options, config, error);
      }
  return unsupported (error, "_class_name", class_name != NULL ? class_name : "");
}

static const struct
{
  const char *function;
  const char *sampler;
  guint order;
} k_diffusion_functions[] = {
  { "sample_euler", "euler", 1 },
  { "sample_euler_ancestral", "euler-a", 1 },
  { "sample_heun", "heun", 2 },
  { "sample_lms", "lms", 4 },
  { "sample_dpm_2", "dpm2", 2 },
  { "sample_dpm_2_ancestral", "dpm2-a", 2 },
  { "sample_dpmpp_2m", "dpmpp-2m", 2 },
  { "sample_dpmpp_2s_ancestral", "dpmpp-2s-a", 2 },
  { "sample_dpmpp_sde", "dpmpp-sde", 2 },
  { "sample_dpmpp_2m_sde", "dpmpp-2m-sde", 2 },
  { "sample_dpmpp_3m_sde", "dpmpp-3m-sde", 3 },
};

gboolean
gs_sampler_options_from_k_diffusion (GsSamplerOptions *options, const char *function,
                                     JsonObject *args, GError **error)
{
  int solver = GS_SOLVER_MIDPOINT;

  gs_sampler_options_clear (options);
  options->sampler = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (k_diffusion_functions); i++)
    if (g_strcmp0 (function, k_diffusion_functions[i].function) == 0)
      {
        options->sampler = k_diffusion_functions[i].sampler;
        options->order = k_diffusion_functions[i].order;
      }
  if (options->sampler == NULL)
    return unsupported (error, "sampler", function != NULL ? function : "");
  if (!CHOOSE (args, "solver_type", dpm_solver_choices, &solver, error))
    return FALSE;
  options->solver = solver;
  options->k_diffusion_order = TRUE;
  options->separate_noise = TRUE;
  options->order = (guint) CLAMP (whole (args, "order", (gint) options->order), 1, 4);
  options->eta = number (args, "eta", 1.0);
  options->s_noise = number (args, "s_noise", 1.0);
  options->s_churn = number (args, "s_churn", 0.0);
  options->s_tmin = number (args, "s_tmin", 0.0);
  options->s_tmax = number (args, "s_tmax", INFINITY);
  options->midpoint_ratio = CLAMP (number (args, "r", 0.5), 1e-3, 1.0);
  return TRUE;
}

gboolean
gs_sampler_options_from_pipeline (GsSamplerOptions *options, const char *scheduler, GError **error)
{
  static const struct
  {
    const char *name;
    const char *class_name;
    gboolean karras;
  } schedulers[] = {
    { "ddim", "DDIMScheduler", FALSE },
    { "pndm", "PNDMScheduler", FALSE },
    { "plms", "PNDMScheduler", FALSE },
    { "euler", "EulerDiscreteScheduler", FALSE },
    { "euler_karras", "EulerDiscreteScheduler", TRUE },
    { "euler_a", "EulerAncestralDiscreteScheduler", FALSE },
    { "euler_ancestral", "EulerAncestralDiscreteScheduler", FALSE },
    { "heun", "HeunDiscreteScheduler", FALSE },
    { "lms", "LMSDiscreteScheduler", FALSE },
    { "dpm2", "KDPM2DiscreteScheduler", FALSE },
    { "dpm2_a", "KDPM2AncestralDiscreteScheduler", FALSE },
    { "dpmpp_2m", "DPMSolverMultistepScheduler", FALSE },
    { "dpmpp_2m_karras", "DPMSolverMultistepScheduler", TRUE },
    { "unipc", "UniPCMultistepScheduler", FALSE },
    { "deis", "DEISMultistepScheduler", FALSE },
    { "lcm", "LCMScheduler", FALSE },
    { "tcd", "TCDScheduler", FALSE },
  };
  g_autoptr (JsonObject) config = json_object_new ();

  json_object_set_string_member (config, "timestep_spacing", "leading");
  json_object_set_int_member (config, "steps_offset", 1);
  json_object_set_boolean_member (config, "set_alpha_to_one", FALSE);
  json_object_set_boolean_member (config, "clip_sample", FALSE);
  json_object_set_boolean_member (config, "skip_prk_steps", TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (schedulers); i++)
    if (scheduler != NULL && gs_name_matches (scheduler, schedulers[i].name))
      {
        json_object_set_boolean_member (config, "use_karras_sigmas", schedulers[i].karras);
        return gs_sampler_options_from_config (options, schedulers[i].class_name, config, error);
      }
  return unsupported (error, "scheduler", scheduler != NULL ? scheduler : "");
}
