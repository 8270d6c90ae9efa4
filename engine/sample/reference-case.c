/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorded runs of reference samplers, made again and compared. */
#include "sample/reference-case.h"

#include "base/error.h"
#include "sample/reference-tables.h"
#include "sample/sampler-config.h"
#include "sample/sampler.h"

#include <math.h>
#include <string.h>

#define TABLE_TOLERANCE 1e-5

void
gs_reference_compare (GsReferenceResult *result, const char *what, gint step, const float *got,
                      const float *want, gsize n, double tolerance)
{
  double difference = 0.0, peak = 0.0, relative;

  for (gsize i = 0; i < n; i++)
    {
      double d = fabs ((double) got[i] - want[i]);

      difference = d <= difference ? difference : d; /* keeps a NaN */
      peak = MAX (peak, fabs ((double) want[i]));
    }
  relative = peak > 0.0 ? difference / peak : difference;
  gs_reference_note (result, what, step, difference, relative, tolerance);
}

void
gs_reference_note (GsReferenceResult *result, const char *what, gint step, double absolute,
                   double relative, double tolerance)
{
  gboolean within = relative <= tolerance;
  gboolean worse =
    result->tolerance <= 0.0 || !(relative / tolerance <= result->max_relative / result->tolerance);

  if (!within)
    result->passed = FALSE;
  if (!worse || isnan (result->max_relative))
    return;
  result->max_absolute = absolute;
  result->max_relative = relative;
  result->tolerance = tolerance;
  if (step >= 0)
    g_snprintf (result->detail, sizeof result->detail, "%s, step %d", what, step);
  else
    g_strlcpy (result->detail, what, sizeof result->detail);
}

static void
fail (GsReferenceResult *result, const char *why)
{
  result->passed = FALSE;
  result->max_relative = INFINITY;
  result->tolerance = TABLE_TOLERANCE;
  g_strlcpy (result->detail, why, sizeof result->detail);
}

/* ---- A run
 * ------------------------------------------------------------------------------------------------
 */

typedef struct
{
  gsize n; /* elements of a latent */
  gsize n_calls, n_draws, n_steps;
  float *x_start, *mu, *noise;
  float *model_in, *model_t, *model_out;
  float *samples;    /* diffusers: the latent after each call */
  float *x0;         /* diffusers: the estimate of each call */
  float *starts;     /* k-diffusion: the latent at the start of each step */
  float *denoised;   /* k-diffusion: the first estimate of each step */
  float *final;
  JsonArray *draws_per_call;
  gboolean estimates_differ; /* x0 holds GsSamplerStep's estimate */
  double tolerance, final_tolerance;

  gboolean replay;
  gsize call, draw, step;
  gboolean step_begins;
  gsize draws_since_call;
  gboolean draws_agree;
  GsReferenceResult *result;
} Run;

static void
run_clear (Run *run)
{
  float *arrays[] = { run->x_start, run->mu,        run->noise,   run->model_in,
                      run->model_t, run->model_out, run->samples, run->x0,
                      run->starts,  run->denoised,  run->final };

  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_free (arrays[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static void
check_draws (Run *run)
{
  JsonNode *want;

  if (run->draws_per_call == NULL || run->call == 0 ||
      run->call > json_array_get_length (run->draws_per_call))
    return;
  want = json_array_get_element (run->draws_per_call, (guint) run->call - 1);
  if (!JSON_NODE_HOLDS_VALUE (want) || json_node_get_int (want) != (gint64) run->draws_since_call)
    run->draws_agree = FALSE;
}

static const char *
mode (const Run *run, const char *replayed, const char *modelled)
{
  return run->replay ? replayed : modelled;
}

static gboolean
denoise (const float *input, double timestep, float *output, gpointer user_data, GError **error)
{
  Run *run = user_data;
  gsize at = run->call * run->n;
  float t = (float) timestep;
  double off;

  if (run->call >= run->n_calls)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED, "more than the %zu recorded model calls",
                   run->n_calls);
      return FALSE;
    }
  check_draws (run);
  off = fabs (t - run->model_t[run->call]);
  gs_reference_note (run->result, "timestep", (gint) run->call, off,
                     off / MAX (1.0, fabs (run->model_t[run->call])), TABLE_TOLERANCE);
  gs_reference_compare (run->result, mode (run, "model input (replay)", "model input (formula)"),
                        (gint) run->call, input, run->model_in + at, run->n,
                        run->replay ? run->tolerance : run->final_tolerance);
  if (run->replay)
    memcpy (output, run->model_out + at, run->n * sizeof (float));
  else
    for (gsize i = 0; i < run->n; i++)
      output[i] = (float) (tanh (0.9 * input[i] + 0.3 * sin (0.01 * timestep)) + 0.1 * run->mu[i]);
  run->call++;
  run->draws_since_call = 0;
  return TRUE;
}

static gboolean
denoised (const float *x, float *x0, double sigma, double timestep, gpointer user_data)
{
  Run *run = user_data;
  gsize last = run->call - 1;
  double tolerance = run->replay ? run->tolerance : run->final_tolerance;

  if (run->samples != NULL && last > 0)
    gs_reference_compare (run->result, mode (run, "latent (replay)", "latent (formula)"),
                          (gint) last - 1, x, run->samples + (last - 1) * run->n, run->n,
                          tolerance);
  if (run->x0 != NULL && !run->estimates_differ)
    gs_reference_compare (run->result, mode (run, "x0 (replay)", "x0 (formula)"), (gint) last, x0,
                          run->x0 + last * run->n, run->n, tolerance);
  if (run->step_begins && run->step < run->n_steps)
    {
      if (run->starts != NULL)
        gs_reference_compare (
          run->result, mode (run, "step start (replay)", "step start (formula)"), (gint) run->step,
          x, run->starts + run->step * run->n, run->n, tolerance);
      if (run->denoised != NULL)
        gs_reference_compare (run->result, mode (run, "denoised (replay)", "denoised (formula)"),
                              (gint) run->step, x0, run->denoised + run->step * run->n, run->n,
                              tolerance);
    }
  run->step_begins = FALSE;
  return FALSE;
}

static void
draw_noise (float *out, gsize n, gpointer user_data)
{
  Run *run = user_data;

  if (run->draw < run->n_draws)
    memcpy (out, run->noise + run->draw * n, n * sizeof (float));
  else
    memset (out, 0, n * sizeof (float));
  run->draw++;
  run->draws_since_call++;
}

static gboolean
end_step (const GsSamplerStep *step, gpointer user_data)
{
  Run *run = user_data;

  if (run->x0 != NULL && run->estimates_differ)
    gs_reference_compare (run->result, mode (run, "estimate (replay)", "estimate (formula)"),
                          (gint) run->step, step->estimate, run->x0 + run->step * run->n, run->n,
                          run->replay ? run->tolerance : run->final_tolerance);
  run->step++;
  run->step_begins = TRUE;
  return TRUE;
}

static void
make_run (Run *run, const GsSamplerOptions *options, const GsSchedule *schedule, gboolean replay)
{
  static const GsSamplerCallbacks callbacks = { denoise, draw_noise, denoised, end_step };
  g_autoptr (GError) error = NULL;
  g_autoptr (GsSampler) sampler = NULL;
  g_autofree float *x = g_memdup2 (run->x_start, run->n * sizeof (float));

  run->replay = replay;
  run->call = run->draw = run->step = run->draws_since_call = 0;
  run->step_begins = run->draws_agree = TRUE;
  sampler = gs_sampler_new (options, schedule, (guint) run->n_steps, 1.0, run->n, &error);
  if (sampler == NULL || !gs_sampler_run (sampler, x, &callbacks, run, &error))
    {
      fail (run->result, error->message);
      return;
    }
  check_draws (run);
  gs_reference_compare (run->result, mode (run, "final latent (replay)", "final latent (formula)"),
                        -1, x, run->final, run->n, run->final_tolerance);
  if (run->call != run->n_calls || run->call != gs_sampler_n_evaluations (sampler))
    fail (run->result, "the number of model calls differs");
  else if (run->draw != run->n_draws || !run->draws_agree)
    fail (run->result, "noise is drawn at other places");
}

/* ---- What a case says
 * --------------------------------------------------------------------------------------- */

static double
tolerance_member (JsonObject *entry, const char *key, double otherwise)
{
  JsonNode *node = json_object_get_member (entry, "tolerance");
  JsonObject *object =
    node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *value = object != NULL ? json_object_get_member (object, key) : NULL;

  return value != NULL && JSON_NODE_HOLDS_VALUE (value) ? json_node_get_double (value) : otherwise;
}

/* The file name in "github.com/... @commit schedulers/scheduling_ddim.py", or NULL. */
static char *
reference_file (JsonObject *entry)
{
  JsonNode *node = json_object_get_member (entry, "reference");
  JsonArray *array =
    node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  JsonNode *first =
    array != NULL && json_array_get_length (array) > 0 ? json_array_get_element (array, 0) : NULL;
  const char *text = first != NULL && json_node_get_value_type (first) == G_TYPE_STRING
                       ? json_node_get_string (first)
                       : NULL;
  const char *name = text != NULL ? strstr (text, "scheduling_") : NULL;
  const char *end = name != NULL ? strstr (name, ".py") : NULL;

  return end != NULL ? g_strndup (name, (gsize) (end - name) + 3) : NULL;
}

static const char *
string_of (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
             json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

static gboolean
load_run (Run *run, JsonObject *entry, JsonObject *config, GsReferenceTensor tensor,
          gpointer user_data)
{
  gsize n_in = 0, n_out = 0, n_noise = 0, n_final = 0, n_mu = 0, n_samples = 0, n_x0 = 0,
        n_starts = 0, n_denoised = 0;
  JsonNode *draws = json_object_get_member (config, "noise_draws_per_call");

  run->x_start = tensor ("in.x_T", &run->n, user_data);
  run->mu = tensor ("in.mu", &n_mu, user_data);
  run->noise = tensor ("in.noise", &n_noise, user_data);
  run->model_t = tensor ("rec.model_t", &run->n_calls, user_data);
  run->model_in = tensor ("rec.model_in", &n_in, user_data);
  run->model_out = tensor ("rec.model_out", &n_out, user_data);
  run->samples = tensor ("out.samples", &n_samples, user_data);
  run->x0 = tensor ("out.x0", &n_x0, user_data);
  run->starts = tensor ("out.step_start_samples", &n_starts, user_data);
  run->denoised = tensor ("out.denoised", &n_denoised, user_data);
  run->final = tensor ("out.final", &n_final, user_data);
  run->n_draws = run->n > 0 ? n_noise / run->n : 0;
  run->draws_per_call =
    draws != NULL && JSON_NODE_HOLDS_ARRAY (draws) ? json_node_get_array (draws) : NULL;
  run->tolerance = tolerance_member (entry, "fp32", 2e-5);
  run->final_tolerance = tolerance_member (entry, "final", 1e-4);
  return run->n > 0 && n_mu == run->n && n_final == run->n && n_in == run->n * run->n_calls &&
         n_out == n_in && (run->samples == NULL || n_samples == n_in) &&
         (run->x0 == NULL || n_x0 == n_in) &&
         (run->starts == NULL || n_starts >= run->n * run->n_steps) &&
         (run->denoised == NULL || n_denoised >= run->n * run->n_steps);
}

/* diffusers writes sigmas down once per call for solvers of two calls a step. */
static void
check_sigmas (Run *run, const GsSamplerOptions *options, const GsSchedule *schedule,
              const float *want, gsize n_want)
{
  g_autoptr (GsSampler) sampler =
    gs_sampler_new (options, schedule, (guint) run->n_steps, 1.0, run->n, NULL);
  const GsSamplerName *name = gs_sampler_lookup (options->sampler, NULL);
  gboolean pairs = name != NULL && name->evaluations == 2;
  gsize n = sampler != NULL ? gs_sampler_n_steps (sampler) : 0;
  gboolean fits =
    pairs ? n_want == 2 * n || n_want == 2 * n + 2 : n_want == n + 1 || n_want == n + 2;

  if (sampler == NULL || !fits)
    {
      fail (run->result, "the number of sigmas differs");
      return;
    }
  for (gsize i = 0; i < n_want; i++)
    {
      guint step = (guint) MIN (pairs ? (i + 1) / 2 : i, n);
      double got = gs_sampler_sigma (sampler, step);
      double off = fabs (got - want[i]);

      if (i == n + 1 && !pairs) /* a zero beyond a log-linear table, never reached */
        continue;
      gs_reference_note (run->result, "sigma", (gint) i, off, off / MAX (fabs (want[i]), 1e-12),
                         TABLE_TOLERANCE);
    }
}

static gboolean
check_run (JsonObject *entry, JsonObject *config, GsReferenceTensor tensor, gpointer user_data,
           GsReferenceResult *result, GError **error)
{
  g_auto (Run) run = { 0 };
  GsNoiseConfig noise = GS_NOISE_CONFIG_SD;
  g_autoptr (GsSchedule) schedule = NULL;
  g_autofree char *file = reference_file (entry);
  g_autofree float *sigmas = NULL;
  g_autofree double *own_sigmas = NULL;
  const char *function = string_of (config, "sampler");
  GsSamplerOptions options;
  gsize n_sigmas = 0;

  if (function != NULL)
    {
      JsonNode *args = json_object_get_member (config, "args");

      if (!gs_sampler_options_from_k_diffusion (&options, function,
                                                args != NULL && JSON_NODE_HOLDS_OBJECT (args)
                                                  ? json_node_get_object (args)
                                                  : NULL,
                                                error))
        return FALSE;
      if (g_strcmp0 (string_of (config, "prediction"), "v") == 0)
        options.prediction = GS_PREDICT_V;
      sigmas = tensor ("in.sigmas", &n_sigmas, user_data);
      run.n_steps = MAX (n_sigmas, 1) - 1;
      own_sigmas = g_new0 (double, n_sigmas + 1);
      for (gsize i = 0; i < n_sigmas; i++)
        own_sigmas[i] = sigmas[i];
      options.own_sigmas = own_sigmas;
    }
  else
    {
      if (!gs_sampler_options_from_config (&options, file, config, error))
        return FALSE;
      sigmas = tensor ("out.sigmas", &n_sigmas, user_data);
      run.n_steps = (gsize) CLAMP (json_object_get_int_member_with_default (config, "steps", 0), 0,
                                   GS_MAX_STEPS);
    }
  if (!gs_noise_config_from_json (&noise, config, error))
    return FALSE;
  schedule = gs_schedule_new (&noise, error);
  if (schedule == NULL)
    return FALSE;

  run.result = result;
  run.estimates_differ =
    strcmp (options.sampler, "lcm") == 0 || strcmp (options.sampler, "tcd") == 0;
  if (!load_run (&run, entry, config, tensor, user_data))
    {
      fail (result, "the case's tensors are missing or do not fit together");
      return TRUE;
    }
  if (function == NULL && sigmas != NULL)
    check_sigmas (&run, &options, schedule, sigmas, n_sigmas);
  make_run (&run, &options, schedule, TRUE);
  make_run (&run, &options, schedule, FALSE);
  return TRUE;
}

gboolean
gs_reference_case_check (JsonObject *entry, const char *const *names, GsReferenceTensor tensor,
                         gpointer user_data, GsReferenceResult *result, GError **error)
{
  JsonNode *node = json_object_get_member (entry, "config");
  JsonObject *config =
    node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  *result = (GsReferenceResult) { .passed = TRUE };
  if (config == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "The case has no configuration.");
      return FALSE;
    }
  if (g_strv_contains (names, "rec.model_in"))
    return check_run (entry, config, tensor, user_data, result, error);
  if (g_strv_contains (names, "out.ddpm"))
    return gs_reference_check_noising (entry, config, tensor, user_data, result, error);
  return gs_reference_check_tables (entry, config, names, tensor, user_data, result, error);
}
