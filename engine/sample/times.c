/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timesteps and noise levels of a run.
 *
 * The spacings are those of huggingface/diffusers (schedulers/scheduling_*.py), kept to the digit:
 * numpy's arange and linspace accumulate in double and round halves to even, and so does this. Lin
 * et al. 2023 explain why "trailing" is the one that begins at the training schedule's end. */
#include "sample/times.h"

#include "base/error.h"

#include <math.h>

/* Timestep i of n of a spacing over 0 .. span - 1, descending. n_train: of the schedule. */
static double
spaced_time (const GsSamplerOptions *options, guint span, guint n_train, guint n, guint i)
{
  switch (options->spacing)
    {
    case GS_SPACING_LINSPACE:
      if (n == 1)
        return 0.0;
      return i == 0 ? span - 1.0 : (n - 1.0 - i) * ((span - 1.0) / (n - 1.0));
    case GS_SPACING_TRAILING:
      {
        /* numpy.arange (span, 0, -step): the step is what two rounded entries differ by. */
        double step = (span - (double) n_train / n) - span;

        return MAX (rint (span + i * step) - 1.0, 0.0);
      }
    case GS_SPACING_LEADING:
    default:
      return (n - 1.0 - i) * (span / n) + options->steps_offset;
    }
}

static void
interpolated_times (GsTimetable *times, const GsSamplerOptions *options, const GsSchedule *schedule)
{
  for (guint i = 0; i < times->n; i++)
    {
      double t = gs_schedule_sigma_to_t (schedule, times->sigmas[i]);

      if (options->round_times == GS_ROUND_NEAREST)
        t = rint (t);
      else if (options->round_times == GS_ROUND_DOWN)
        t = floor (t);
      times->timesteps[i] = t;
    }
}

static void
resample (GsTimetable *times, const GsSamplerOptions *options, double sigma_min, double sigma_max)
{
  if (options->sigma_min > 0.0)
    sigma_min = options->sigma_min;
  if (options->sigma_max > 0.0)
    sigma_max = options->sigma_max;
  gs_sigma_curve (options->sigmas, times->sigmas, times->n, sigma_min, sigma_max);
}

static void
add_final_sigma (GsTimetable *times, const GsSamplerOptions *options, const GsSchedule *schedule)
{
  double final = 0.0;

  if (options->final_sigma == GS_FINAL_SIGMA_MIN)
    final = gs_schedule_sigma_min (schedule);
  else if (options->final_sigma == GS_FINAL_REPEAT)
    final = times->sigmas[times->n - 1];
  times->sigmas[times->n] = final;
}

static void
fill_spaced (GsTimetable *times, const GsSamplerOptions *options, const GsSchedule *schedule)
{
  guint n = times->n;
  double log_max = log (gs_schedule_sigma_max (schedule)),
         log_min = log (gs_schedule_sigma_min (schedule));

  for (guint i = 0; i < n; i++)
    {
      times->timesteps[i] = (float) spaced_time (options, schedule->n, schedule->n, n, i);
      times->sigmas[i] = options->log_linear
                           ? exp (log_max + (log_min - log_max) * i / n)
                           : gs_schedule_interpolate_sigma (schedule, times->timesteps[i]);
    }
  if (options->log_linear && !options->resample)
    times->sigmas[n] = gs_schedule_sigma_min (schedule);
  else
    {
      if (options->resample)
        {
          double last =
            options->log_linear ? gs_schedule_sigma_min (schedule) : times->sigmas[n - 1];

          resample (times, options, last, times->sigmas[0]);
        }
      add_final_sigma (times, options, schedule);
    }
  if (options->resample)
    interpolated_times (times, options, schedule);
  if (options->quarter_log_times)
    for (guint i = 0; i < n; i++)
      times->timesteps[i] = 0.25 * log (times->sigmas[i]);
}

/* The training steps left when those with log (alpha / sigma) below the limit are cut off. */
static guint
clipped_span (const GsSamplerOptions *options, const GsSchedule *schedule)
{
  guint span = schedule->n;

  while (span > 1 && -schedule->log_sigmas[span - 1] < options->lambda_min_clipped)
    span--;
  return span;
}

static void
fill_multistep (GsTimetable *times, const GsSamplerOptions *options, const GsSchedule *schedule)
{
  guint span = clipped_span (options, schedule);
  gboolean trailing = options->spacing == GS_SPACING_TRAILING;
  guint points = trailing ? times->n : times->n + 1;

  if (trailing) /* the steps stay as long as for the whole span, so there are fewer */
    times->n = (guint) ceil (times->n * (double) span / schedule->n);
  for (guint i = 0; i < times->n; i++)
    {
      double t = rint (spaced_time (options, span, schedule->n, points, i));

      times->timesteps[i] = CLAMP (t, 0.0, schedule->n - 1.0);
      times->sigmas[i] = schedule->sigmas[(guint) times->timesteps[i]];
    }
  if (options->resample)
    {
      resample (times, options, gs_schedule_sigma_min (schedule), gs_schedule_sigma_max (schedule));
      interpolated_times (times, options, schedule);
    }
  add_final_sigma (times, options, schedule);
}

static void
fill_discrete (GsTimetable *times, const GsSamplerOptions *options, const GsSchedule *schedule)
{
  gint stride = (gint) (schedule->n / times->n);
  double before_first = options->final_alpha_one ? 1.0 : schedule->alphas_cumprod[0];

  times->targets = g_new (double, times->n);
  for (guint i = 0; i < times->n; i++)
    {
      double t = rint (spaced_time (options, schedule->n, schedule->n, times->n, i));

      times->timesteps[i] = CLAMP (t, 0.0, schedule->n - 1.0);
      times->targets[i] =
        gs_schedule_alpha_cumprod (schedule, (gint) times->timesteps[i] - stride, before_first);
    }
}

/* Luo et al., "Latent Consistency Models" (2023): a subset of the timesteps of the distillation. */
static void
fill_distilled (GsTimetable *times, const GsSamplerOptions *options, const GsSchedule *schedule)
{
  guint n = times->n;
  guint original = MIN (MAX (options->original_steps, n), schedule->n);
  guint stride = schedule->n / original;

  for (guint i = 0; i < n; i++)
    {
      guint place = (guint) (i * ((double) original / n));

      times->timesteps[i] = (double) (original - MIN (place, original - 1)) * stride - 1.0;
    }
}

static void
alphas_from_times (GsTimetable *times, const GsSchedule *schedule)
{
  double last = times->targets != NULL ? times->targets[times->n - 1] : 1.0;

  times->alphas = g_new (double, times->n);
  for (guint i = 0; i < times->n; i++)
    {
      guint t = (guint) times->timesteps[i];

      times->alphas[i] = schedule->alphas_cumprod[t];
      times->sigmas[i] = schedule->sigmas[t];
    }
  times->sigmas[times->n] = sqrt ((1.0 - last) / MAX (last, 0x1p-24));
}

static GArray *
own_or_named_table (const GsSamplerOptions *options, const GsSchedule *schedule, guint n)
{
  GArray *table;

  if (options->own_sigmas != NULL)
    {
      table = g_array_new (FALSE, FALSE, sizeof (double));
      g_array_append_vals (table, options->own_sigmas, n + 1);
      return table;
    }
  table = gs_sigma_table_new (options->sigmas, schedule, n + (options->drop_penultimate ? 1 : 0),
                              options->sigma_min, options->sigma_max);
  if (options->drop_penultimate)
    g_array_remove_index (table, table->len - 2);
  return table;
}

static gboolean
check_sigmas (const GsTimetable *times, GError **error)
{
  for (guint i = 0; i <= times->n; i++)
    {
      double sigma = times->sigmas[i];
      gboolean fits = isfinite (sigma) && (i < times->n ? sigma > 0.0 : sigma >= 0.0) &&
                      (i == 0 || i == times->n || sigma <= times->sigmas[i - 1] * (1.0 + 1e-6));

      if (!fits)
        {
          g_set_error (
            error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
            "Noise level %u of the schedule is %g; the levels must descend to zero or above.", i,
            sigma);
          return FALSE;
        }
    }
  return TRUE;
}

static GsTimetable *
allocate (guint n)
{
  GsTimetable *times = g_new0 (GsTimetable, 1);

  times->n = n;
  times->timesteps = g_new0 (double, n);
  times->sigmas = g_new0 (double, n + 1);
  return times;
}

static double
init_noise_sigma (const GsTimetable *times, const GsSamplerOptions *options)
{
  double sigma = times->sigmas[0];

  if (options->variance_preserving || times->alphas != NULL)
    return 1.0;
  if (options->times == GS_TIMES_SPACED && options->spacing == GS_SPACING_LEADING)
    return sqrt (sigma * sigma + 1.0);
  return sigma;
}

GsTimetable *
gs_timetable_new (const GsSamplerOptions *options, const GsSchedule *schedule, guint n_steps,
                  GError **error)
{
  g_autoptr (GsTimetable) times = NULL;
  guint most = options->times == GS_TIMES_SIGMAS ? GS_MAX_STEPS : MIN (GS_MAX_STEPS, schedule->n);

  if (n_steps < 1 || n_steps > most)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "%u sampling steps cannot be made; choose 1 to %u.", n_steps, most);
      return NULL;
    }

  if (options->times == GS_TIMES_SIGMAS)
    {
      g_autoptr (GArray) table = own_or_named_table (options, schedule, n_steps);

      times = allocate (table->len - 1);
      for (guint i = 0; i < table->len; i++)
        times->sigmas[i] = g_array_index (table, double, i);
      interpolated_times (times, options, schedule);
    }
  else
    {
      times = allocate (n_steps);
      if (options->times == GS_TIMES_SPACED)
        fill_spaced (times, options, schedule);
      else if (options->times == GS_TIMES_MULTISTEP)
        fill_multistep (times, options, schedule);
      else if (options->times == GS_TIMES_DISCRETE)
        fill_discrete (times, options, schedule);
      else
        fill_distilled (times, options, schedule);
    }
  if (options->times == GS_TIMES_DISCRETE || options->times == GS_TIMES_DISTILLED)
    alphas_from_times (times, schedule);
  if (!check_sigmas (times, error))
    return NULL;

  /* The references keep sigmas as floats. */
  for (guint i = 0; i <= times->n; i++)
    times->sigmas[i] = (float) times->sigmas[i];
  times->init_noise_sigma = init_noise_sigma (times, options);
  return g_steal_pointer (&times);
}

void
gs_timetable_free (GsTimetable *times)
{
  if (times == NULL)
    return;
  g_free (times->timesteps);
  g_free (times->sigmas);
  g_free (times->alphas);
  g_free (times->targets);
  g_free (times);
}

guint
gs_first_step (GsStrengthRule rule, guint n_steps, double strength)
{
  guint kept;

  /* A strength that went through a float, as 0.7f does, must count as 0.7: 7 of 10 steps, not 6. */
  strength = rint (strength * 1e6) / 1e6;
  if (!(strength > 0.0))
    return n_steps;
  if (rule == GS_STRENGTH_A1111)
    kept = (guint) (MIN (strength, 0.999) * n_steps) + 1;
  else
    kept = (guint) (MIN (strength, 1.0) * n_steps);
  return n_steps - MIN (kept, n_steps);
}
