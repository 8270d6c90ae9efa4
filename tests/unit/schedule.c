/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training noise schedules and the tables of noise levels made from them. */
#include "sample/beta-quantile.h"
#include "sample/sampler-config.h"
#include "sample/schedule.h"
#include "sample/sigma-table.h"
#include "sample/times.h"

#include "base/error.h"

#include <math.h>

static GsSchedule *
make_schedule (GsBetaKind betas, gboolean zero_terminal_snr)
{
  GsNoiseConfig config = GS_NOISE_CONFIG_SD;
  g_autoptr (GError) error = NULL;
  GsSchedule *schedule;

  config.betas = betas;
  config.zero_terminal_snr = zero_terminal_snr;
  schedule = gs_schedule_new (&config, &error);
  g_assert_no_error (error);
  return schedule;
}

static void
test_stable_diffusion (void)
{
  g_autoptr (GsSchedule) schedule = make_schedule (GS_BETAS_SCALED_LINEAR, FALSE);

  /* The well-known ends of Stable Diffusion's schedule. */
  g_assert_cmpfloat_with_epsilon (gs_schedule_sigma_min (schedule), 0.0292, 1e-4);
  g_assert_cmpfloat_with_epsilon (gs_schedule_sigma_max (schedule), 14.6146, 1e-4);
  for (guint i = 0; i < schedule->n; i++)
    {
      double alpha = schedule->alphas_cumprod[i];

      g_assert_cmpfloat_with_epsilon (schedule->sigmas[i], sqrt ((1.0 - alpha) / alpha), 1e-4);
      if (i > 0)
        g_assert_cmpfloat (schedule->sigmas[i], >, schedule->sigmas[i - 1]);
    }
}

static void
test_zero_terminal_snr (void)
{
  for (int betas = GS_BETAS_SCALED_LINEAR; betas <= GS_BETAS_SQUARED_COSINE; betas++)
    {
      g_autoptr (GsSchedule) plain = make_schedule (betas, FALSE);
      g_autoptr (GsSchedule) schedule = make_schedule (betas, TRUE);

      /* The end is pure noise, the beginning is as it was. */
      g_assert_cmpfloat (schedule->alphas_cumprod[schedule->n - 1], ==, 0.0f);
      g_assert_cmpfloat (schedule->betas[schedule->n - 1], ==, 1.0f);
      g_assert_cmpfloat_with_epsilon (schedule->alphas_cumprod[0], plain->alphas_cumprod[0], 1e-6);
      for (guint i = 0; i < schedule->n; i++)
        g_assert_true (isfinite (schedule->sigmas[i]) && isfinite (schedule->log_sigmas[i]));
    }
}

static void
test_sigma_and_t (void)
{
  g_autoptr (GsSchedule) schedule = make_schedule (GS_BETAS_SCALED_LINEAR, FALSE);

  for (double t = 0.0; t <= 999.0; t += 0.37)
    g_assert_cmpfloat_with_epsilon (
      gs_schedule_sigma_to_t (schedule, gs_schedule_t_to_sigma (schedule, t)), t, 1e-6);
  for (guint t = 0; t < schedule->n; t += 37)
    {
      g_assert_cmpfloat_with_epsilon (gs_schedule_t_to_sigma (schedule, t), schedule->sigmas[t],
                                      1e-5);
      g_assert_cmpfloat (gs_schedule_interpolate_sigma (schedule, t), ==, schedule->sigmas[t]);
    }
  g_assert_cmpfloat (gs_schedule_sigma_to_t (schedule, 0.0), ==, 0.0);
  g_assert_cmpfloat (gs_schedule_sigma_to_t (schedule, 1e9), ==, 999.0);
  g_assert_cmpfloat (gs_schedule_t_to_sigma (schedule, -5.0), ==,
                     gs_schedule_t_to_sigma (schedule, 0.0));
  g_assert_cmpfloat (gs_schedule_t_to_sigma (schedule, 5000.0), ==,
                     gs_schedule_t_to_sigma (schedule, 999.0));
}

static void
test_bad_schedules (void)
{
  static const GsNoiseConfig bad[] = {
    { GS_BETAS_LINEAR, 0.0001, 0.02, 0, FALSE },
    { GS_BETAS_LINEAR, 0.0001, 0.02, 1, FALSE },
    { GS_BETAS_LINEAR, 0.0001, 0.02, 1 << 30, FALSE },
    { GS_BETAS_LINEAR, -1.0, 0.02, 1000, FALSE },
    { GS_BETAS_LINEAR, 0.0, 0.02, 1000, FALSE },
    { GS_BETAS_SCALED_LINEAR, NAN, 0.02, 1000, FALSE },
    { GS_BETAS_LINEAR, 0.0001, 2.0, 1000, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gs_schedule_new (&bad[i], &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
    }
}

/* ---- Tables ---------------------------------------------------------------------------------- */

static void
test_tables_descend (void)
{
  static const guint steps[] = { 1, 2, 3, 7, 10, 11, 20, 32, 50, 999, 1000 };
  g_autoptr (GsSchedule) plain = make_schedule (GS_BETAS_SCALED_LINEAR, FALSE);
  g_autoptr (GsSchedule) to_noise = make_schedule (GS_BETAS_SCALED_LINEAR, TRUE);
  const GsSchedule *schedules[] = { plain, to_noise };

  for (const GsScheduleName *name = gs_schedule_names (); name->id != NULL; name++)
    for (guint s = 0; s < G_N_ELEMENTS (schedules); s++)
      for (guint k = 0; k < G_N_ELEMENTS (steps); k++)
        {
          g_autoptr (GArray) table =
            gs_sigma_table_new (name->kind, schedules[s], steps[k], 0.0, 0.0);
          const double *sigmas = (const double *) (const void *) table->data;

          if (name->kind != GS_SIGMAS_DDIM)
            g_assert_cmpuint (table->len, ==, steps[k] + 1);
          g_assert_cmpuint (table->len, >=, 2);
          for (guint i = 0; i + 1 < table->len; i++)
            {
              g_assert_cmpfloat (sigmas[i], >, 0.0);
              g_assert_cmpfloat (sigmas[i], >=, sigmas[i + 1]);
            }
          if (name->kind != GS_SIGMAS_KL_OPTIMAL)
            g_assert_cmpfloat (sigmas[table->len - 1], ==, 0.0);
        }
}

static void
test_table_ends (void)
{
  static const GsSigmas from_top[] = {
    GS_SIGMAS_UNIFORM,  GS_SIGMAS_KARRAS, GS_SIGMAS_EXPONENTIAL, GS_SIGMAS_SGM_UNIFORM,
    GS_SIGMAS_SIMPLE,   GS_SIGMAS_BETA,   GS_SIGMAS_TRAILING,    GS_SIGMAS_KL_OPTIMAL,
  };
  g_autoptr (GsSchedule) schedule = make_schedule (GS_BETAS_SCALED_LINEAR, FALSE);
  double top = gs_schedule_sigma_max (schedule);

  for (guint i = 0; i < G_N_ELEMENTS (from_top); i++)
    {
      g_autoptr (GArray) table = gs_sigma_table_new (from_top[i], schedule, 20, 0.0, 0.0);
      g_autoptr (GArray) cut = gs_sigma_table_new (from_top[i], schedule, 20, 0.1, 5.0);

      g_assert_cmpfloat_with_epsilon (g_array_index (table, double, 0), top, 1e-4);
      if (from_top[i] != GS_SIGMAS_SIMPLE && from_top[i] != GS_SIGMAS_TRAILING)
        g_assert_cmpfloat_with_epsilon (g_array_index (cut, double, 0), 5.0, 1e-3);
    }
}

static void
test_schedule_names (void)
{
  static const struct
  {
    const char *name;
    const char *id;
  } found[] = {
    { "Karras", "karras" },
    { "SGM Uniform", "sgm-uniform" },
    { "sgm_uniform", "sgm-uniform" },
    { "uniform", "normal" },
    { "KL_OPTIMAL", "kl-optimal" },
    { "Turbo", "trailing" },
    { "align_your_steps_GITS", "align-your-steps-gits" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (found); i++)
    {
      const GsScheduleName *name = gs_schedule_name_lookup (found[i].name);

      g_assert_nonnull (name);
      g_assert_cmpstr (name->id, ==, found[i].id);
    }
  g_assert_null (gs_schedule_name_lookup ("karas"));
  g_assert_null (gs_schedule_name_lookup (""));
}

static void
test_beta_quantile (void)
{
  /* Beta (1, 1) is uniform, Beta (2, 1) has p = x^2, Beta (1/2, 1/2) is the arcsine law. */
  for (double p = 0.0; p <= 1.0; p += 1.0 / 64.0)
    {
      g_assert_cmpfloat_with_epsilon (gs_beta_quantile (p, 1.0, 1.0), p, 1e-12);
      g_assert_cmpfloat_with_epsilon (gs_beta_quantile (p, 2.0, 1.0), sqrt (p), 1e-12);
      g_assert_cmpfloat_with_epsilon (gs_beta_quantile (p, 0.5, 0.5), pow (sin (p * G_PI_2), 2.0),
                                      1e-12);
      g_assert_cmpfloat_with_epsilon (
        gs_beta_quantile (p, 0.6, 0.6) + gs_beta_quantile (1.0 - p, 0.6, 0.6), 1.0, 1e-12);
    }
}

/* ---- Timesteps ------------------------------------------------------------------------------- */

static void
check_times (const char *class_name, const char *spacing, guint n, const double *want)
{
  g_autoptr (GsSchedule) schedule = make_schedule (GS_BETAS_SCALED_LINEAR, FALSE);
  g_autoptr (JsonObject) config = json_object_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GsTimetable) times = NULL;
  GsSamplerOptions options;

  json_object_set_string_member (config, "timestep_spacing", spacing);
  json_object_set_int_member (config, "steps_offset", g_str_equal (spacing, "leading"));
  g_assert_true (gs_sampler_options_from_config (&options, class_name, config, &error));
  g_assert_no_error (error);
  times = gs_timetable_new (&options, schedule, n, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (times->timesteps[i], want[i], 1e-4);
}

/* DDIM's are table 2 of Lin et al. 2023, which counts timesteps from 1. */
static void
test_spacings (void)
{
  check_times ("DDIMScheduler", "leading", 5, (const double[]) { 801, 601, 401, 201, 1 });
  check_times ("DDIMScheduler", "linspace", 5, (const double[]) { 999, 749, 500, 250, 0 });
  check_times ("DDIMScheduler", "trailing", 5, (const double[]) { 999, 799, 599, 399, 199 });
  check_times ("EulerDiscreteScheduler", "linspace", 5,
               (const double[]) { 999, 749.25, 499.5, 249.75, 0 });
  check_times ("DPMSolverMultistepScheduler", "leading", 4, (const double[]){ 801, 601, 401, 201 });
  check_times ("UniPCMultistepScheduler", "linspace", 4, (const double[]) { 999, 749, 500, 250 });
  check_times ("LCMScheduler", "leading", 4, (const double[]) { 999, 759, 499, 259 });
}

static void
test_configurations (void)
{
  static const char *const unusable[][2] = {
    { "EulerDiscreteScheduler", "{\"prediction_type\": \"flow\"}" },
    { "DPMSolverMultistepScheduler", "{\"use_flow_sigmas\": true}" },
    { "DPMSolverMultistepScheduler", "{\"algorithm_type\": \"other\"}" },
    { "UniPCMultistepScheduler", "{\"solver_type\": \"other\"}" },
    { "FlowMatchEulerDiscreteScheduler", "{}" },
  };
  GsSamplerOptions options;

  for (guint i = 0; i < G_N_ELEMENTS (unusable); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = json_from_string (unusable[i][1], NULL);

      g_assert_false (gs_sampler_options_from_config (&options, unusable[i][0],
                                                      json_node_get_object (node), &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED);
    }

  /* Values of the wrong type are as good as missing. */
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) node = json_from_string (
      "{\"timestep_spacing\": 3, \"steps_offset\": \"x\", \"solver_order\": null, "
      "\"disable_corrector\": [\"a\", {}, 1], \"step_args\": []}",
      NULL);

    g_assert_true (gs_sampler_options_from_config (&options, "UniPCMultistepScheduler",
                                                   json_node_get_object (node), &error));
    g_assert_no_error (error);
    g_assert_cmpuint (options.order, ==, 2);
    g_assert_cmpuint (options.no_corrector[0], ==, 2);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schedule/stable-diffusion", test_stable_diffusion);
  g_test_add_func ("/schedule/zero-terminal-snr", test_zero_terminal_snr);
  g_test_add_func ("/schedule/sigma-and-t", test_sigma_and_t);
  g_test_add_func ("/schedule/bad", test_bad_schedules);
  g_test_add_func ("/schedule/tables-descend", test_tables_descend);
  g_test_add_func ("/schedule/table-ends", test_table_ends);
  g_test_add_func ("/schedule/names", test_schedule_names);
  g_test_add_func ("/schedule/beta-quantile", test_beta_quantile);
  g_test_add_func ("/schedule/spacings", test_spacings);
  g_test_add_func ("/schedule/configurations", test_configurations);
  return g_test_run ();
}
