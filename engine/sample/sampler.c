/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame round every sampler: arrays, model evaluations, noise, callbacks. */
#include "sample/sampler.h"

#include "base/error.h"
#include "sample/sampler-class.h"
#include "sample/sampler-table.h"

#include <math.h>
#include <string.h>

GsSampler *
gs_sampler_new (const GsSamplerOptions *options, const GsSchedule *schedule, guint n_steps,
                double strength, gsize n_elements, GError **error)
{
  const GsSamplerClass *klass = gs_sampler_class_of (options->sampler);
  GsTimetable *times;
  GsSampler *sampler;

  g_assert (n_elements > 0);
  if (klass == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT, "There is no sampler “%s”.",
                   options->sampler);
      return NULL;
    }
  if (!(strength >= 0.0 && strength <= 1.0))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "The denoising strength is %g; it must lie between 0 and 1.", strength);
      return NULL;
    }
  times = gs_timetable_new (options, schedule, n_steps, error);
  if (times == NULL)
    return NULL;

  sampler = g_new0 (GsSampler, 1);
  sampler->klass = klass;
  sampler->options = *options;
  sampler->options.own_sigmas = NULL; /* borrowed, and used up */
  sampler->schedule = schedule;
  sampler->times = times;
  sampler->first = gs_first_step (options->strength_rule, times->n, strength);
  sampler->n = n_elements;
  sampler->input = g_new0 (float, n_elements);
  sampler->output = g_new0 (float, n_elements);
  sampler->x0 = g_new0 (float, n_elements);
  sampler->noise = g_new0 (float, n_elements);
  for (guint k = 0; k < klass->n_arrays; k++)
    sampler->arrays[k] = g_new0 (float, n_elements);
  return sampler;
}

void
gs_sampler_free (GsSampler *sampler)
{
  if (sampler == NULL)
    return;
  gs_timetable_free (sampler->times);
  g_free (sampler->input);
  g_free (sampler->output);
  g_free (sampler->x0);
  g_free (sampler->noise);
  for (guint k = 0; k < GS_MAX_ARRAYS; k++)
    g_free (sampler->arrays[k]);
  g_free (sampler);
}

guint
gs_sampler_n_steps (const GsSampler *sampler)
{
  return sampler->times->n - sampler->first;
}

guint
gs_sampler_n_evaluations (const GsSampler *sampler)
{
  if (gs_sampler_n_steps (sampler) == 0)
    return 0;
  if (sampler->klass->count != NULL)
    return sampler->klass->count (sampler);
  return gs_sampler_n_steps (sampler) * sampler->klass->name.evaluations;
}

gboolean
gs_sampler_draws_noise (const GsSampler *sampler)
{
  const GsSamplerClass *klass = sampler->klass;

  return klass->name.draws_noise || sampler->options.s_churn > 0.0 ||
         (klass->noise_by_eta && sampler->options.eta > 0.0);
}

double
gs_sampler_timestep (const GsSampler *sampler, guint i)
{
  guint step = sampler->first + i;

  return step < sampler->times->n ? sampler->times->timesteps[step] : -1.0;
}

double
gs_sampler_sigma (const GsSampler *sampler, guint i)
{
  return sampler->times->sigmas[MIN (sampler->first + i, sampler->times->n)];
}

void
gs_sampler_skip (GsSampler *sampler, guint n)
{
  sampler->first += MIN (n, gs_sampler_n_steps (sampler));
}

double
gs_sampler_init_noise_sigma (const GsSampler *sampler)
{
  return sampler->times->init_noise_sigma;
}

/* Rounded to floats as the references have them. */
static GsPoint
point_of (const GsSampler *sampler, double sigma, double timestep)
{
  float noise = (float) sigma, signal = 1.0f;

  if (sampler->options.variance_preserving)
    {
      signal = 1.0f / sqrtf (noise * noise + 1.0f);
      noise *= signal;
    }
  return (GsPoint) { signal, noise, timestep };
}

GsPoint
gs_sampler_point (const GsSampler *sampler, guint i)
{
  const GsTimetable *times = sampler->times;

  if (times->alphas != NULL)
    {
      float alpha = (float) times->alphas[i];

      /* Only v prediction can be read where nothing of the picture is left. */
      if (alpha == 0.0f && sampler->options.prediction != GS_PREDICT_V)
        alpha = 0x1p-24f;
      return (GsPoint) { sqrtf (alpha), sqrtf (1.0f - alpha), times->timesteps[i] };
    }
  return point_of (sampler, times->sigmas[i], times->timesteps[i]);
}

GsPoint
gs_sampler_point_at_sigma (const GsSampler *sampler, double sigma)
{
  return point_of (sampler, sigma, gs_schedule_sigma_to_t (sampler->schedule, sigma));
}

void
gs_sampler_renoise (const GsSampler *sampler, guint i, const float *init, const float *noise,
                    float *out)
{
  guint step = sampler->first + i;

  if (step < sampler->times->n)
    {
      GsPoint point = gs_sampler_point (sampler, step);

      gs_add_noise (out, init, noise, sampler->n, point.signal, point.noise);
    }
  else if (out != init)
    memcpy (out, init, sampler->n * sizeof (float));
}

void
gs_sampler_start (const GsSampler *sampler, const float *init, const float *noise, float *x)
{
  if (init != NULL)
    gs_sampler_renoise (sampler, 0, init, noise, x);
  else
    gs_combine (x, sampler->n, { sampler->times->init_noise_sigma, noise });
}

void
gs_combine_terms (float *out, gsize n, const GsTerm *terms, guint n_terms)
{
  for (gsize i = 0; i < n; i++)
    {
      double sum = 0.0;

      for (guint k = 0; k < n_terms; k++)
        if (terms[k].weight != 0.0)
          sum += terms[k].weight * terms[k].values[i];
      out[i] = (float) sum;
    }
}

static int
compare_floats (gconstpointer a, gconstpointer b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/* Saharia et al., "Photorealistic Text-to-Image Diffusion Models with Deep Language Understanding"
 * (2022), section 2.3: the range is a quantile of |x0|, and what exceeds it is clamped and scaled
 * down. */
static void
threshold (float *x0, gsize n, double ratio, double most)
{
  g_autofree float *sorted = g_new (float, n);
  double place = CLAMP (ratio, 0.0, 1.0) * (n - 1);
  gsize low = (gsize) place, high = MIN (low + 1, n - 1);
  double range;

  for (gsize i = 0; i < n; i++)
    sorted[i] = fabsf (x0[i]);
  qsort (sorted, n, sizeof (float), compare_floats);
  range = sorted[low] + (place - low) * ((double) sorted[high] - sorted[low]);
  range = MIN (MAX (range, 1.0), MAX (most, 1.0));
  for (gsize i = 0; i < n; i++)
    x0[i] = (float) (CLAMP (x0[i], -range, range) / range);
}

static void
limit_x0 (GsSampler *sampler)
{
  const GsSamplerOptions *options = &sampler->options;
  float range = (float) options->clip_range;

  if (options->threshold_x0)
    threshold (sampler->x0, sampler->n, options->threshold_ratio, options->threshold_max);
  else if (options->clip_x0)
    for (gsize i = 0; i < sampler->n; i++)
      sampler->x0[i] = CLAMP (sampler->x0[i], -range, range);
}

/* x0 from what the model said, x = signal x0 + noise n. In floats and in the references' order,
 * because where little is left of the picture or of the noise their rounding is seen in the digits
 * that are compared. */
static void
output_to_x0 (GsSampler *sampler, const float *x, GsPoint point)
{
  const float *output = sampler->output;
  float *x0 = sampler->x0;
  float signal = (float) point.signal, noise = (float) point.noise;
  float power = noise * noise + 1.0f, factor = -noise / sqrtf (power);

  if (sampler->options.prediction == GS_PREDICT_SAMPLE)
    memcpy (x0, output, sampler->n * sizeof (float));
  else if (sampler->options.prediction == GS_PREDICT_EPSILON)
    for (gsize i = 0; i < sampler->n; i++)
      x0[i] = (x[i] - noise * output[i]) / signal;
  else if (signal == 1.0f)
    for (gsize i = 0; i < sampler->n; i++)
      x0[i] = output[i] * factor + x[i] / power;
  else
    for (gsize i = 0; i < sampler->n; i++)
      x0[i] = signal * x[i] - noise * output[i];
}

/* What the model would have had to say for the x0 that is there. */
static void
x0_to_output (GsSampler *sampler, const float *x, GsPoint point)
{
  double power = point.signal * point.signal + point.noise * point.noise;

  switch (sampler->options.prediction)
    {
    case GS_PREDICT_V:
      gs_combine (sampler->output, sampler->n, { point.signal / (point.noise * sqrt (power)), x },
                  { -sqrt (power) / point.noise, sampler->x0 });
      break;
    case GS_PREDICT_SAMPLE:
      memcpy (sampler->output, sampler->x0, sampler->n * sizeof (float));
      break;
    case GS_PREDICT_EPSILON:
    default:
      gs_combine (sampler->output, sampler->n, { 1.0 / point.noise, x },
                  { -point.signal / point.noise, sampler->x0 });
      break;
    }
}

gboolean
gs_sampler_evaluate (GsSampler *sampler, const float *x, GsPoint point, GError **error)
{
  double power = point.signal * point.signal + point.noise * point.noise;

  gs_combine (sampler->input, sampler->n, { 1.0 / sqrt (power), x });
  if (!sampler->callbacks->denoise (sampler->input, point.timestep, sampler->output,
                                    sampler->user_data, error))
    return FALSE;
  output_to_x0 (sampler, x, point);
  limit_x0 (sampler);
  sampler->estimate = sampler->x0;
  if (sampler->callbacks->denoised != NULL)
    {
      double sigma = point.noise / MAX (point.signal, 0x1p-12);

      if (sampler->callbacks->denoised (x, sampler->x0, sigma, point.timestep, sampler->user_data))
        x0_to_output (sampler, x, point);
    }
  return TRUE;
}

void
gs_sampler_predicted_noise (const GsSampler *sampler, const float *x, GsPoint point, float *out)
{
  double power = point.signal * point.signal + point.noise * point.noise;

  switch (sampler->options.prediction)
    {
    case GS_PREDICT_V:
      gs_combine (out, sampler->n, { point.noise / power, x },
                  { point.signal / sqrt (power), sampler->output });
      break;
    case GS_PREDICT_SAMPLE:
      gs_combine (out, sampler->n, { 1.0 / point.noise, x },
                  { -point.signal / point.noise, sampler->output });
      break;
    case GS_PREDICT_EPSILON:
    default:
      if (out != sampler->output)
        memcpy (out, sampler->output, sampler->n * sizeof (float));
      break;
    }
}

gboolean
gs_sampler_draw (GsSampler *sampler, GError **error)
{
  if (sampler->callbacks->noise == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "The sampler %s needs a source of noise.", sampler->klass->name.label);
      return FALSE;
    }
  sampler->callbacks->noise (sampler->noise, sampler->n, sampler->user_data);
  return TRUE;
}

guint
gs_sampler_age (const GsSampler *sampler, guint i)
{
  return i - sampler->first;
}

float *
gs_sampler_push (GsSampler *sampler, guint count)
{
  float *last = sampler->arrays[count - 1];

  for (guint k = count - 1; k > 0; k--)
    sampler->arrays[k] = sampler->arrays[k - 1];
  sampler->arrays[0] = last;
  return last;
}

void
gs_ancestral_step (double sigma_from, double sigma_to, double eta, double *sigma_down,
                   double *sigma_up)
{
  /* In floats: where sigma_to is far below sigma_from, sigma_down is a small difference of its
   * square and another, and the references' rounding shows in the timesteps half way. */
  float from = (float) sigma_from * (float) sigma_from, to = (float) sigma_to * (float) sigma_to;
  float up = (float) eta * sqrtf (MAX (to * (from - to) / from, 0.0f));

  up = MIN ((float) sigma_to, up);
  *sigma_up = up;
  *sigma_down = sqrtf (MAX (to - up * up, 0.0f));
}

gboolean
gs_sampler_churn (GsSampler *sampler, guint i, float *x, double *sigma_hat, GError **error)
{
  const GsSamplerOptions *options = &sampler->options;
  double sigma = sampler->times->sigmas[i];
  gboolean within = sigma >= options->s_tmin && sigma <= options->s_tmax;
  double gamma = within ? MIN (options->s_churn / sampler->times->n, G_SQRT2 - 1.0) : 0.0;

  *sigma_hat = sigma * (gamma + 1.0);
  if (gamma <= 0.0)
    return TRUE;
  if (!gs_sampler_draw (sampler, error))
    return FALSE;
  gs_combine (
    x, sampler->n, { 1.0, x },
    { options->s_noise * sqrt (*sigma_hat * *sigma_hat - sigma * sigma), sampler->noise });
  return TRUE;
}

void
gs_sampler_euler (const GsSampler *sampler, float *out, const float *x, double sigma_from,
                  double sigma_to)
{
  float sigma = (float) sigma_from, length = (float) sigma_to - sigma;

  for (gsize i = 0; i < sampler->n; i++)
    {
      float slope = (x[i] - sampler->x0[i]) / sigma;

      out[i] = x[i] + slope * length;
    }
}

void
gs_sampler_approach (const GsSampler *sampler, float *out, const float *x, double sigma_from,
                     double sigma_to)
{
  double kept = sigma_to / sigma_from;

  gs_combine (out, sampler->n, { kept, x }, { 1.0 - kept, sampler->x0 });
}

guint
gs_sampler_count_two_stage (const GsSampler *sampler)
{
  guint n = gs_sampler_n_steps (sampler);

  return 2 * n - (sampler->times->sigmas[sampler->times->n] == 0.0 ? 1 : 0);
}

guint
gs_sampler_count_ancestral (const GsSampler *sampler)
{
  const GsTimetable *times = sampler->times;
  guint count = 0;

  for (guint i = sampler->first; i < times->n; i++)
    {
      double down, up;

      gs_ancestral_step (times->sigmas[i], times->sigmas[i + 1], sampler->options.eta, &down, &up);
      count += down > 0.0 ? 2 : 1;
    }
  return count;
}

static gboolean
report_step (GsSampler *sampler, guint i, float *x)
{
  GsSamplerStep step = {
    .index = i,
    .n_steps = gs_sampler_n_steps (sampler),
    .x = x,
    .x0 = sampler->x0,
    .estimate = sampler->estimate,
    .sigma = gs_sampler_sigma (sampler, i + 1),
    .timestep = gs_sampler_timestep (sampler, i + 1),
  };

  return sampler->callbacks->step == NULL || sampler->callbacks->step (&step, sampler->user_data);
}

gboolean
gs_sampler_run (GsSampler *sampler, float *x, const GsSamplerCallbacks *callbacks,
                gpointer user_data, GError **error)
{
  g_autofree float *next = g_new (float, sampler->n);
  guint n_steps = gs_sampler_n_steps (sampler);

  sampler->callbacks = callbacks;
  sampler->user_data = user_data;
  for (guint i = 0; i < n_steps; i++)
    {
      memcpy (next, x, sampler->n * sizeof (float));
      if (!sampler->klass->step (sampler, sampler->first + i, next, error))
        return FALSE;
      memcpy (x, next, sampler->n * sizeof (float));
      if (!report_step (sampler, i, x))
        {
          g_set_error_literal (error, GS_ERROR, GS_ERROR_CANCELLED, "Cancelled.");
          return FALSE;
        }
    }
  return TRUE;
}
