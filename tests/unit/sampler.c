/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samplers on a model that can be solved: pictures whose elements are normal with a known mean and
 * deviation. There the best denoiser is linear, the path from noise to picture has a closed form,
 * and what a sampler makes of it shows its order of convergence; where noise is added, the
 * deviation of the result must be the pictures'. */
#include "sample/sampler.h"

#include "base/error.h"
#include "base/random.h"

#include <math.h>
#include <string.h>

#define MEAN 0.4
#define DEVIATION 0.7

typedef struct
{
  GsSampler *sampler;
  const GsSchedule *schedule;
  GsRandom *random;
  GsPrediction prediction;
  gsize n;
  gboolean consistent; /* the model knows the end of the path, as a distilled one does */
  guint n_calls, n_steps;
  guint cancel_at;
  double last_timestep;
  const float *init, *mask;
} Toy;

static gboolean
toy_denoise (const float *input, double timestep, float *output, gpointer user_data, GError **error)
{
  Toy *toy = user_data;
  double sigma = gs_schedule_t_to_sigma (toy->schedule, timestep);
  double alpha = 1.0 / sqrt (sigma * sigma + 1.0);
  double total = DEVIATION * DEVIATION + sigma * sigma;

  for (gsize i = 0; i < toy->n; i++)
    {
      double x = input[i] / alpha;
      double x0 = toy->consistent ? MEAN + (x - MEAN) * DEVIATION / sqrt (total)
                                  : (x * DEVIATION * DEVIATION + MEAN * sigma * sigma) / total;
      double noise = (x - x0) / sigma;

      if (toy->prediction == GS_PREDICT_V)
        output[i] = (float) (alpha * noise - sigma * alpha * x0);
      else
        output[i] = (float) (toy->prediction == GS_PREDICT_SAMPLE ? x0 : noise);
    }
  toy->n_calls++;
  return TRUE;
}

static void
toy_noise (float *out, gsize n, gpointer user_data)
{
  Toy *toy = user_data;

  gs_random_normal (toy->random, out, n);
}

static gboolean
toy_denoised (const float *x, float *x0, double sigma, double timestep, gpointer user_data)
{
  Toy *toy = user_data;

  if (toy->mask == NULL)
    return FALSE;
  for (gsize i = 0; i < toy->n; i++)
    x0[i] = toy->mask[i] * x0[i] + (1.0f - toy->mask[i]) * toy->init[i];
  return TRUE;
}

static gboolean
toy_step (const GsSamplerStep *step, gpointer user_data)
{
  Toy *toy = user_data;

  g_assert_cmpuint (step->index, ==, toy->n_steps);
  g_assert_cmpfloat (step->sigma, >=, 0.0);
  if (step->index + 1 < step->n_steps)
    {
      g_assert_cmpfloat (step->timestep, >=, 0.0);
      g_assert_cmpfloat (step->timestep, <=, toy->last_timestep);
    }
  else
    g_assert_cmpfloat (step->timestep, ==, -1.0);
  toy->last_timestep = step->timestep;
  for (gsize i = 0; i < toy->n; i++)
    if (!isfinite (step->x[i]) || !isfinite (step->x0[i]) || !isfinite (step->estimate[i]))
      g_error ("not a number after step %u", step->index);
  toy->n_steps++;
  return toy->n_steps != toy->cancel_at;
}

static const GsSamplerCallbacks toy_callbacks = { toy_denoise, toy_noise, toy_denoised, toy_step };

static GsSchedule *
training_schedule (void)
{
  GsNoiseConfig config = GS_NOISE_CONFIG_SD;

  return gs_schedule_new (&config, NULL);
}

/* Runs from x, which is replaced. */
static void
run_toy (Toy *toy, const GsSamplerOptions *options, guint n_steps, double strength, float *x)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GsSampler) sampler =
    gs_sampler_new (options, toy->schedule, n_steps, strength, toy->n, &error);

  g_assert_no_error (error);
  toy->prediction = options->prediction;
  toy->n_calls = toy->n_steps = 0;
  toy->last_timestep = G_MAXDOUBLE;
  gs_sampler_run (sampler, x, &toy_callbacks, toy, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (toy->n_steps, ==, gs_sampler_n_steps (sampler));
  g_assert_cmpuint (toy->n_calls, ==, gs_sampler_n_evaluations (sampler));
}

/* ---- Convergence ----------------------------------------------------------------------------- */

/* Sigmas from 14.6 to 0.1, even in log sigma, so that the last step is like the others. */
static double *
open_sigmas (guint n)
{
  double *sigmas = g_new (double, n + 1);

  for (guint i = 0; i <= n; i++)
    sigmas[i] = exp (log (14.6) + (log (0.1) - log (14.6)) * i / n);
  return sigmas;
}

/* Error of a deterministic run in n steps; the state may be at unit variance. */
static double
path_error (const GsSchedule *schedule, GsSamplerOptions *options, guint n)
{
  g_autofree double *sigmas = open_sigmas (n);
  Toy toy = { .schedule = schedule, .n = 1 };
  double unit = options->variance_preserving ? sqrt (14.6 * 14.6 + 1.0) : 1.0;
  double unit_end = options->variance_preserving ? sqrt (0.1 * 0.1 + 1.0) : 1.0;
  double start = 20.0, variance = DEVIATION * DEVIATION;
  double want = MEAN + (start - MEAN) * sqrt ((variance + 0.01) / (variance + 14.6 * 14.6));
  float x = (float) (start / unit);

  options->times = GS_TIMES_SIGMAS;
  options->own_sigmas = sigmas;
  options->round_times = GS_ROUND_NONE;
  options->drop_penultimate = FALSE;
  options->lower_order_final = FALSE;
  options->eta = 0.0;
  toy.random = gs_random_new (GS_RNG_CPU, 0);
  run_toy (&toy, options, n, 1.0, &x);
  gs_random_free (toy.random);
  return fabs (x * unit_end - want);
}

static void
test_convergence (void)
{
  /* What 16 times the steps must gain at least. Theory says 16^order; the second-order methods that
   * start with an Euler step, and float latents, stay somewhat below. */
  static const struct
  {
    const char *sampler;
    guint order;
    double gain;
  } methods[] = {
    { "euler", 1, 12.0 },        { "euler-a", 1, 12.0 },      { "heun", 2, 150.0 },
    { "dpm2", 2, 150.0 },        { "dpm2-a", 2, 150.0 },      { "lms", 4, 100.0 },
    { "dpmpp-2m", 2, 120.0 },    { "dpmpp-2s-a", 2, 150.0 },  { "dpmpp-sde", 2, 150.0 },
    { "dpmpp-2m-sde", 2, 120.0 },{ "dpmpp-3m-sde", 3, 150.0 },{ "unipc", 2, 150.0 },
    { "unipc", 3, 150.0 },       { "deis", 2, 120.0 },        { "deis", 3, 150.0 },
  };
  g_autoptr (GsSchedule) schedule = training_schedule ();

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      GsSamplerOptions options;
      double coarse, fine;

      gs_sampler_options_init (&options, methods[i].sampler, "normal", GS_PREDICT_EPSILON, NULL);
      options.order = methods[i].order;
      coarse = path_error (schedule, &options, 16);
      fine = path_error (schedule, &options, 256);
      g_test_message ("%s %u: %.3g in 16 steps, %.3g in 256", methods[i].sampler, methods[i].order,
                      coarse, fine);
      g_assert_cmpfloat (fine, <, MAX (coarse / methods[i].gain, 2e-6));
    }
}

/* DDIM and PLMS walk on the training timesteps; their end is alphas_cumprod[0]. */
static double
discrete_error (const GsSchedule *schedule, const char *sampler, guint n)
{
  GsSamplerOptions options;
  Toy toy = { .schedule = schedule, .n = 1, .last_timestep = G_MAXDOUBLE };
  g_autoptr (GsSampler) probe = NULL;
  double from, to, variance = DEVIATION * DEVIATION, want;
  float x = 1.3f;

  gs_sampler_options_init (&options, sampler, "normal", GS_PREDICT_EPSILON, NULL);
  probe = gs_sampler_new (&options, schedule, n, 1.0, 1, NULL);
  from = gs_sampler_sigma (probe, 0);
  to = gs_sampler_sigma (probe, n);
  want = MEAN + (x * sqrt (from * from + 1.0) - MEAN) *
                  sqrt ((variance + to * to) / (variance + from * from));
  run_toy (&toy, &options, n, 1.0, &x);
  return fabs (x * sqrt (to * to + 1.0) - want);
}

static void
test_discrete_convergence (void)
{
  static const char *const names[] = { "ddim", "plms" };
  static const double gains[] = { 12.0, 60.0 };
  g_autoptr (GsSchedule) schedule = training_schedule ();

  for (guint i = 0; i < 2; i++)
    {
      double coarse = discrete_error (schedule, names[i], 10);
      double fine = discrete_error (schedule, names[i], 200);

      g_test_message ("%s: %.3g in 10 steps, %.3g in 200", names[i], coarse, fine);
      g_assert_cmpfloat (fine, <, coarse / gains[i]);
    }
}

/* ---- Added noise ----------------------------------------------------------------------------- */

static void
test_deviation (void)
{
  static const struct
  {
    const char *sampler;
    guint n_steps;
    gboolean consistent;
  } methods[] = {
    { "euler-a", 200, FALSE },
    { "dpm2-a", 60, FALSE },
    { "dpmpp-2s-a", 60, FALSE },
    { "dpmpp-sde", 60, FALSE },
    { "dpmpp-2m-sde", 100, FALSE },
    { "dpmpp-2m-sde-heun", 100, FALSE },
    { "dpmpp-3m-sde", 100, FALSE },
    { "ddim", 200, FALSE },
    { "lcm", 4, TRUE },
    { "tcd", 8, TRUE },
  };
  enum { N = 12000 };
  g_autoptr (GsSchedule) schedule = training_schedule ();
  g_autofree float *x = g_new (float, N);
  g_autofree float *noise = g_new (float, N);

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (GsRandom) random = gs_random_new (GS_RNG_CUDA, 7);
      g_autoptr (GsSampler) sampler = NULL;
      Toy toy = {
        .schedule = schedule, .random = random, .n = N, .consistent = methods[i].consistent
      };
      GsSamplerOptions options;
      double mean = 0.0, square = 0.0;

      gs_sampler_options_init (&options, methods[i].sampler, "karras", GS_PREDICT_EPSILON, NULL);
      if (strcmp (methods[i].sampler, "ddim") == 0)
        options.eta = 1.0;
      else if (strcmp (methods[i].sampler, "tcd") == 0)
        options.eta = 1.0; /* jumps to the end each time: the same as LCM */
      sampler = gs_sampler_new (&options, schedule, methods[i].n_steps, 1.0, N, NULL);
      g_assert_true (gs_sampler_draws_noise (sampler));
      gs_random_normal (random, noise, N);
      gs_sampler_start (sampler, NULL, noise, x);
      run_toy (&toy, &options, methods[i].n_steps, 1.0, x);
      for (gsize k = 0; k < N; k++)
        mean += x[k] / N;
      for (gsize k = 0; k < N; k++)
        square += (x[k] - mean) * (x[k] - mean) / N;
      g_test_message ("%s: mean %.4f, deviation %.4f", methods[i].sampler, mean, sqrt (square));
      g_assert_cmpfloat_with_epsilon (mean, MEAN, 0.02);
      g_assert_cmpfloat_with_epsilon (sqrt (square), DEVIATION, 0.03);
    }
}

/* ---- Extreme inputs -------------------------------------------------------------------------- */

/* Numbers must stay finite; how large they get in two steps from sigma 4096 is the method's affair.
 */
static void
try_extreme (const GsSchedule *schedule, const char *sampler, const char *schedule_id,
             guint n_steps, double strength, GsPrediction prediction)
{
  enum { N = 5 };
  static const float init[N] = { -1.0f, -0.5f, 0.0f, 0.5f, 3.0f };
  static const float noise[N] = { 1.0f, -1.0f, 0.1f, 2.0f, -3.0f };
  g_autoptr (GsRandom) random = gs_random_new (GS_RNG_CPU, 3);
  g_autoptr (GsSampler) probe = NULL;
  g_autoptr (GError) error = NULL;
  Toy toy = { .schedule = schedule, .random = random, .n = N };
  GsSamplerOptions options;
  float x[N];

  gs_sampler_options_init (&options, sampler, schedule_id, prediction, &error);
  g_assert_no_error (error);
  probe = gs_sampler_new (&options, schedule, n_steps, strength, N, &error);
  g_assert_no_error (error);
  gs_sampler_start (probe, strength < 1.0 ? init : NULL, noise, x);
  run_toy (&toy, &options, n_steps, strength, x);
  if (strength == 0.0)
    g_assert_cmpmem (x, sizeof x, init, sizeof init);
  for (guint i = 0; i < N; i++)
    if (!(fabs (x[i]) < (schedule->config.zero_terminal_snr ? 1e5 : 100.0)))
      {
        g_test_message ("%s %s, %u steps, strength %g, prediction %d, zero SNR %d: %g", sampler,
                        schedule_id, n_steps, strength, prediction,
                        schedule->config.zero_terminal_snr, x[i]);
        g_test_fail ();
      }
}

static void
test_extremes (void)
{
  static const guint steps[] = { 1, 2, 3, 16 };
  static const double strengths[] = { 0.0, 0.001, 0.5, 1.0 };
  GsNoiseConfig zero_snr = GS_NOISE_CONFIG_SD;
  g_autoptr (GsSchedule) schedule = training_schedule ();
  g_autoptr (GsSchedule) to_noise = NULL;

  zero_snr.zero_terminal_snr = TRUE;
  to_noise = gs_schedule_new (&zero_snr, NULL);
  for (const GsSamplerName *sampler = gs_sampler_names (); sampler->id != NULL; sampler++)
    for (const GsScheduleName *name = gs_schedule_names (); name->id != NULL; name++)
      for (guint n = 0; n < G_N_ELEMENTS (steps); n++)
        for (guint s = 0; s < G_N_ELEMENTS (strengths); s++)
          {
            GsPrediction prediction = (n + s) % 2 ? GS_PREDICT_V : GS_PREDICT_EPSILON;

            try_extreme (schedule, sampler->id, name->id, steps[n], strengths[s], prediction);
            try_extreme (to_noise, sampler->id, name->id, steps[n], strengths[s], GS_PREDICT_V);
          }
  for (const GsSamplerName *sampler = gs_sampler_names (); sampler->id != NULL; sampler++)
    {
      try_extreme (schedule, sampler->id, "normal", 1000, 1.0, GS_PREDICT_EPSILON);
      try_extreme (schedule, sampler->id, "beta", 1000, 0.999, GS_PREDICT_EPSILON);
      try_extreme (to_noise, sampler->id, "trailing", 1000, 1.0, GS_PREDICT_V);
    }
}

static void
test_bad_arguments (void)
{
  g_autoptr (GsSchedule) schedule = training_schedule ();
  GsSamplerOptions options;
  static const struct
  {
    guint n_steps;
    double strength;
  } bad[] = { { 0, 1.0 }, { 1001, 1.0 }, { 10, -0.1 }, { 10, 1.5 }, { 10, NAN } };

  gs_sampler_options_init (&options, "euler", "karras", GS_PREDICT_EPSILON, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (
        gs_sampler_new (&options, schedule, bad[i].n_steps, bad[i].strength, 4, &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_cancel (void)
{
  g_autoptr (GsSchedule) schedule = training_schedule ();
  g_autoptr (GsSampler) sampler = NULL;
  g_autoptr (GError) error = NULL;
  Toy toy = { .schedule = schedule, .n = 1, .cancel_at = 3, .last_timestep = G_MAXDOUBLE };
  GsSamplerOptions options;
  float x = 10.0f;

  gs_sampler_options_init (&options, "dpmpp-2m", "karras", GS_PREDICT_EPSILON, NULL);
  sampler = gs_sampler_new (&options, schedule, 10, 1.0, 1, NULL);
  g_assert_false (gs_sampler_run (sampler, &x, &toy_callbacks, &toy, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_CANCELLED);
  g_assert_cmpuint (toy.n_calls, ==, 3);
  g_assert_true (x != 10.0f);
}

/* ---- Masks and strength ---------------------------------------------------------------------- */

/* With x0 blended in every evaluation, what the mask keeps comes back, whatever the sampler. */
static void
test_blended_estimate (void)
{
  enum { N = 2 };
  static const float init[N] = { -2.5f, -2.5f }, mask[N] = { 0.0f, 1.0f },
                     noise[N] = { 1.0f, 1.0f };
  g_autoptr (GsSchedule) schedule = training_schedule ();

  for (const GsSamplerName *name = gs_sampler_names (); name->id != NULL; name++)
    {
      g_autoptr (GsRandom) random = gs_random_new (GS_RNG_CPU, 5);
      g_autoptr (GsSampler) sampler = NULL;
      Toy toy = { .schedule = schedule, .random = random, .n = N, .init = init, .mask = mask };
      GsSamplerOptions options;
      float x[N];

      gs_sampler_options_init (&options, name->id, "normal", GS_PREDICT_V, NULL);
      sampler = gs_sampler_new (&options, schedule, 20, 0.8, N, NULL);
      gs_sampler_start (sampler, init, noise, x);
      run_toy (&toy, &options, 20, 0.8, x);
      /* DDIM, PLMS and TCD end with the noise of the first training step. */
      g_assert_cmpfloat_with_epsilon (x[0], init[0], name->follows_schedule ? 1e-4 : 0.1);
      g_assert_cmpfloat (fabs (x[1] - init[1]), >, 0.3);
    }
}

static void
test_renoise (void)
{
  static const float init[1] = { 2.0f }, noise[1] = { -1.0f };
  g_autoptr (GsSchedule) schedule = training_schedule ();
  GsSamplerOptions options;
  const char *ids[] = { "euler", "unipc", "ddim", "lcm" };

  for (guint k = 0; k < G_N_ELEMENTS (ids); k++)
    {
      g_autoptr (GsSampler) sampler = NULL;
      float x;

      gs_sampler_options_init (&options, ids[k], "normal", GS_PREDICT_EPSILON, NULL);
      sampler = gs_sampler_new (&options, schedule, 10, 0.5, 1, NULL);
      for (guint i = 0; i < gs_sampler_n_steps (sampler); i++)
        {
          double sigma = gs_sampler_sigma (sampler, i);
          double unit = k == 0 ? 1.0 : sqrt (sigma * sigma + 1.0);

          gs_sampler_renoise (sampler, i, init, noise, &x);
          g_assert_cmpfloat_with_epsilon (x, (2.0 - sigma) / unit, 1e-5);
        }
      gs_sampler_renoise (sampler, gs_sampler_n_steps (sampler), init, noise, &x);
      g_assert_cmpfloat (x, ==, 2.0f);
    }
}

static void
test_strength (void)
{
  static const struct
  {
    const char *sampler;
    guint n_steps;
    double strength;
    guint kept;
  } cases[] = {
    { "ddim", 10, 0.6, 6 },       { "ddim", 10, 0.7f, 7 },  { "ddim", 50, 0.75, 37 },
    { "ddim", 10, 1.0, 10 },      { "ddim", 10, 0.05, 0 },  { "ddim", 10, 0.0, 0 },
    { "euler", 10, 0.6, 7 },      { "euler", 20, 0.75, 16 },{ "euler", 20, 1.0, 20 },
    { "euler", 20, 0.0, 0 },      { "dpm2", 20, 0.5, 11 },
  };
  g_autoptr (GsSchedule) schedule = training_schedule ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GsSamplerOptions options;
      g_autoptr (GsSampler) sampler = NULL;

      gs_sampler_options_init (&options, cases[i].sampler, NULL, GS_PREDICT_EPSILON, NULL);
      sampler = gs_sampler_new (&options, schedule, cases[i].n_steps, cases[i].strength, 1, NULL);
      g_assert_cmpuint (gs_sampler_n_steps (sampler), ==, cases[i].kept);
    }
}

/* ---- Names ----------------------------------------------------------------------------------- */

static void
test_names (void)
{
  static const struct
  {
    const char *name;
    const char *id;
    const char *schedule;
  } found[] = {
    { "Euler a", "euler-a", NULL },
    { "k_euler_a", "euler-a", NULL },
    { "DPM++ 2M", "dpmpp-2m", NULL },
    { "dpm++ 2m karras", "dpmpp-2m", "karras" },
    { "DPMPP_2M", "dpmpp-2m", NULL },
    { "DPM++ 2M SDE Heun Exponential", "dpmpp-2m-sde-heun", "exponential" },
    { "DPM++ 2S a Karras", "dpmpp-2s-a", "karras" },
    { "LMS Karras", "lms", "karras" },
    { "ddim", "ddim", NULL },
    { "UniPC", "unipc", NULL },
    { "PNDM", "plms", NULL },
    { "DPM2 a", "dpm2-a", NULL },
  };
  GsSamplerOptions options;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (found); i++)
    {
      const char *schedule = NULL;
      const GsSamplerName *name = gs_sampler_lookup (found[i].name, &schedule);

      g_assert_nonnull (name);
      g_assert_cmpstr (name->id, ==, found[i].id);
      g_assert_cmpstr (schedule, ==, found[i].schedule);
    }
  g_assert_null (gs_sampler_lookup ("eulr", NULL));
  g_assert_null (gs_sampler_lookup ("", NULL));

  g_assert_false (gs_sampler_options_init (&options, "nothing", NULL, GS_PREDICT_EPSILON, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (gs_sampler_options_init (&options, NULL, "nothing", GS_PREDICT_EPSILON, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);

  g_assert_true (
    gs_sampler_options_init (&options, "DPM++ 2M", "Automatic", GS_PREDICT_EPSILON, NULL));
  g_assert_cmpint (options.sigmas, ==, GS_SIGMAS_KARRAS);
  g_assert_true (
    gs_sampler_options_init (&options, "DPM++ 2M Karras", NULL, GS_PREDICT_EPSILON, NULL));
  g_assert_cmpint (options.sigmas, ==, GS_SIGMAS_KARRAS);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/convergence", test_convergence);
  g_test_add_func ("/sampler/discrete-convergence", test_discrete_convergence);
  g_test_add_func ("/sampler/deviation", test_deviation);
  g_test_add_func ("/sampler/extremes", test_extremes);
  g_test_add_func ("/sampler/bad-arguments", test_bad_arguments);
  g_test_add_func ("/sampler/cancel", test_cancel);
  g_test_add_func ("/sampler/blended-estimate", test_blended_estimate);
  g_test_add_func ("/sampler/renoise", test_renoise);
  g_test_add_func ("/sampler/strength", test_strength);
  g_test_add_func ("/sampler/names", test_names);
  return g_test_run ();
}
