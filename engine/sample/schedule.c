/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training noise schedules, in the float steps in which PyTorch makes them.
 *
 * The formulas are those of huggingface/diffusers (scheduling_ddim.py) and crowsonkb/k-diffusion
 * (external.py). Where a number is the difference of nearly equal ones, as the last steps of a
 * zero-terminal-SNR schedule are, float rounding decides its fourth digit: there the order and
 * precision of operations are kept on purpose. */
#include "sample/schedule.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

/* What diffusers takes for the alphas_cumprod of zero terminal SNR where it needs a sigma. */
#define LEAST_ALPHA_CUMPROD 0x1p-24f

static float *
linspace (double start, double end, guint n)
{
  float *out = g_new (float, n);
  float first = (float) start, last = (float) end;
  float step = n > 1 ? (last - first) / (float) (n - 1) : 0.0f;

  /* torch.linspace walks from both ends so that each end is exact, and rounds once. */
  for (guint i = 0; i < n; i++)
    out[i] = i < n / 2 ? fmaf (step, (float) i, first) : fmaf (-step, (float) (n - 1 - i), last);
  return out;
}

static double
squared_cosine (double t)
{
  double c = cos ((t + 0.008) / 1.008 * G_PI / 2.0);

  return c * c;
}

static float *
make_betas (const GsNoiseConfig *config)
{
  guint n = config->n_train_steps;
  float *betas = NULL;

  switch (config->betas)
    {
    case GS_BETAS_LINEAR:
      return linspace (config->beta_start, config->beta_end, n);

    case GS_BETAS_SQUARED_COSINE:
      betas = g_new (float, n);
      for (guint i = 0; i < n; i++)
        {
          double ratio = squared_cosine ((i + 1) / (double) n) / squared_cosine (i / (double) n);

          betas[i] = (float) MIN (1.0 - ratio, 0.999);
        }
      return betas;

    case GS_BETAS_SCALED_LINEAR:
    default:
      betas = linspace (sqrt (config->beta_start), sqrt (config->beta_end), n);
      for (guint i = 0; i < n; i++)
        betas[i] *= betas[i];
      return betas;
    }
}

/* Running product of 1 - beta; torch accumulates floats in double. */
static void
accumulate (const float *betas, float *alphas_cumprod, guint n)
{
  double product = 1.0;

  for (guint i = 0; i < n; i++)
    {
      product *= (double) (1.0f - betas[i]);
      alphas_cumprod[i] = (float) product;
    }
}

/* Algorithm 1 of Lin et al., "Common Diffusion Noise Schedules and Sample Steps Are Flawed" (2023):
 * shift sqrt(a_t) so that the last is 0, stretch so that the first stays. */
static void
rescale_zero_terminal_snr (float *betas, float *alphas_cumprod, guint n)
{
  float first = sqrtf (alphas_cumprod[0]);
  float last = sqrtf (alphas_cumprod[n - 1]);
  float stretch = first / (first - last);
  float previous = 1.0f;

  for (guint i = 0; i < n; i++)
    {
      float root = (sqrtf (alphas_cumprod[i]) - last) * stretch;
      float product = root * root;

      betas[i] = 1.0f - (i == 0 ? product : product / previous);
      previous = product;
    }
  accumulate (betas, alphas_cumprod, n);
}

static void
make_sigmas (GsSchedule *schedule)
{
  for (guint i = 0; i < schedule->n; i++)
    {
      float alpha = schedule->alphas_cumprod[i];

      if (alpha == 0.0f)
        alpha = LEAST_ALPHA_CUMPROD;
      schedule->sigmas[i] = sqrtf ((1.0f - alpha) / alpha);
      schedule->log_sigmas[i] = logf (schedule->sigmas[i]);
    }
}

static gboolean
check_betas (const float *betas, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (!(betas[i] > 0.0f && betas[i] <= 1.0f))
      {
        g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                     "The noise schedule's beta %u is %g; betas must lie between 0 and 1.", i,
                     betas[i]);
        return FALSE;
      }
  return TRUE;
}

GsSchedule *
gs_schedule_new_from_betas (const GsNoiseConfig *config, const float *betas, guint n,
                            GError **error)
{
  GsSchedule *schedule;

  if (n < 2 || n > 100000)
    {
      g_set_error (
        error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
        "A noise schedule of %u training steps cannot be used; 2 to 100000 are possible.", n);
      return NULL;
    }
  if (!check_betas (betas, n, error))
    return NULL;

  schedule = g_new0 (GsSchedule, 1);
  schedule->config = *config;
  schedule->config.n_train_steps = n;
  schedule->n = n;
  schedule->betas = g_memdup2 (betas, n * sizeof (float));
  schedule->alphas_cumprod = g_new (float, n);
  schedule->sigmas = g_new (float, n);
  schedule->log_sigmas = g_new (float, n);
  accumulate (schedule->betas, schedule->alphas_cumprod, n);
  if (config->zero_terminal_snr)
    rescale_zero_terminal_snr (schedule->betas, schedule->alphas_cumprod, n);
  make_sigmas (schedule);
  return schedule;
}

GsSchedule *
gs_schedule_new (const GsNoiseConfig *config, GError **error)
{
  g_autofree float *betas = NULL;

  /* The same limits as above, before anything is allocated. */
  if (config->n_train_steps >= 2 && config->n_train_steps <= 100000)
    betas = make_betas (config);
  return gs_schedule_new_from_betas (config, betas, config->n_train_steps, error);
}

void
gs_schedule_free (GsSchedule *schedule)
{
  if (schedule == NULL)
    return;
  g_free (schedule->betas);
  g_free (schedule->alphas_cumprod);
  g_free (schedule->sigmas);
  g_free (schedule->log_sigmas);
  g_free (schedule);
}

double
gs_schedule_sigma_min (const GsSchedule *schedule)
{
  return schedule->sigmas[0];
}

double
gs_schedule_sigma_max (const GsSchedule *schedule)
{
  return schedule->sigmas[schedule->n - 1];
}

static double
interpolate (const float *table, guint n, double t)
{
  double place = CLAMP (t, 0.0, (double) (n - 1));
  guint low = MIN ((guint) place, n - 2);
  double weight = place - low;

  return (1.0 - weight) * table[low] + weight * table[low + 1];
}

double
gs_schedule_t_to_sigma (const GsSchedule *schedule, double t)
{
  return exp (interpolate (schedule->log_sigmas, schedule->n, t));
}

double
gs_schedule_interpolate_sigma (const GsSchedule *schedule, double t)
{
  return interpolate (schedule->sigmas, schedule->n, t);
}

double
gs_schedule_sigma_to_t (const GsSchedule *schedule, double sigma)
{
  double log_sigma = log (MAX (sigma, 1e-10));
  guint low = 0, high = schedule->n - 1;
  double weight;

  /* The last entry that is not above; the table ascends. */
  while (high - low > 1)
    {
      guint middle = (low + high) / 2;

      if (log_sigma >= schedule->log_sigmas[middle])
        low = middle;
      else
        high = middle;
    }
  weight = (schedule->log_sigmas[low] - log_sigma) /
           ((double) schedule->log_sigmas[low] - schedule->log_sigmas[low + 1]);
  return low + CLAMP (weight, 0.0, 1.0);
}

double
gs_schedule_alpha_cumprod (const GsSchedule *schedule, gint t, double before_first)
{
  if (t < 0)
    return before_first;
  return schedule->alphas_cumprod[MIN ((guint) t, schedule->n - 1)];
}

void
gs_add_noise (float *out, const float *x0, const float *noise, gsize n, double signal,
              double noise_scale)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (float) (signal * x0[i] + noise_scale * noise[i]);
}

void
gs_velocity (float *out, const float *x0, const float *noise, gsize n, double signal,
             double noise_scale)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (float) (signal * noise[i] - noise_scale * x0[i]);
}
