/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a sampler's own file needs: the class to fill in, and the tools to take a step with. */
#pragma once

#include "sample/sampler.h"
#include "sample/times.h"

G_BEGIN_DECLS

/* A new sampler is one file that defines one of these, and one line in sampler-table.c. */
typedef struct
{
  GsSamplerName name;
  guint n_arrays; /* latents to remember or work in, as sampler->arrays; zero at the start */
  gboolean drop_penultimate; /* A1111 runs it so */
  GsSigmas automatic;        /* the schedule that A1111's "Automatic" means */
  gboolean noise_by_eta;     /* draws noise where eta > 0, although users see none of that */
  /* Takes x from the beginning of step i (an index into sampler->times) to its end. */
  gboolean (*step) (GsSampler *sampler, guint i, float *x, GError **error);
  /* Model evaluations of a run, where it is not n_steps times name.evaluations. */
  guint (*count) (const GsSampler *sampler);
} GsSamplerClass;

#define GS_MAX_ARRAYS 8

struct _GsSampler
{
  const GsSamplerClass *klass;
  GsSamplerOptions options;
  const GsSchedule *schedule;
  GsTimetable *times;
  guint first; /* the step of times at which the run begins */
  gsize n;     /* elements of a latent */

  /* During a run. */
  const GsSamplerCallbacks *callbacks;
  gpointer user_data;
  float *input;    /* what the model sees */
  float *output;   /* what the model said last (as if it had said it, where x0 was changed) */
  float *x0;       /* the latest estimate */
  float *noise;
  const float *estimate; /* see GsSamplerStep */
  float *arrays[GS_MAX_ARRAYS];
};

/* x = signal * x0 + noise * n. */
typedef struct
{
  double signal;
  double noise;
  double timestep;
} GsPoint;

/* Where step i begins. */
GsPoint gs_sampler_point (const GsSampler *sampler, guint i);

/* The point of any sigma in the x0 + sigma n form, with its interpolated timestep. */
GsPoint gs_sampler_point_at_sigma (const GsSampler *sampler, double sigma);

/* Asks the model about x. Sets sampler->x0 and sampler->output. */
gboolean gs_sampler_evaluate (GsSampler *sampler, const float *x, GsPoint point, GError **error);

/* The noise that the last evaluation of x saw: out may be sampler->output. */
void gs_sampler_predicted_noise (const GsSampler *sampler, const float *x, GsPoint point,
                                 float *out);

/* New unit noise in sampler->noise. */
gboolean gs_sampler_draw (GsSampler *sampler, GError **error);

/* How many steps of this run lie before step i: how much history there is. */
guint gs_sampler_age (const GsSampler *sampler, guint i);

/* Moves array k to k + 1 for k = 0 .. count - 2 (the last comes round) and returns the free array
 * 0. */
float *gs_sampler_push (GsSampler *sampler, guint count);

/* out = sum of weight * values; terms of weight 0 are skipped. out may be among the values. */
typedef struct
{
  double weight;
  const float *values;
} GsTerm;

void gs_combine_terms (float *out, gsize n, const GsTerm *terms, guint n_terms);

#define gs_combine(out, n, ...) \
  gs_combine_terms ((out), (n), (const GsTerm[]) { __VA_ARGS__ }, \
                    sizeof ((const GsTerm[]) { __VA_ARGS__ }) / sizeof (GsTerm))

/* Ancestral sampling: the step goes down to sigma_down, then noise of scale sigma_up brings it to
 * sigma_to. */
void gs_ancestral_step (double sigma_from, double sigma_to, double eta, double *sigma_down,
                        double *sigma_up);

/* Karras et al. 2022, algorithm 2: raises the noise of x as s_churn asks for; the sigma reached. */
gboolean gs_sampler_churn (GsSampler *sampler, guint i, float *x, double *sigma_hat,
                           GError **error);

/* out = x + (x - x0) / sigma_from * (sigma_to - sigma_from), x0 from the last evaluation. In floats
 * and in this order, as the references do: a zero-terminal-SNR schedule begins at sigma 4096, where
 * their rounding of x alone is 1e-5 of the latent that is left after the first step. */
void gs_sampler_euler (const GsSampler *sampler, float *out, const float *x, double sigma_from,
                       double sigma_to);

/* The same line written as an exponential integrator: out = r x + (1 - r) x0, r = sigma_to /
 * sigma_from. */
void gs_sampler_approach (const GsSampler *sampler, float *out, const float *x, double sigma_from,
                          double sigma_to);

/* For classes with two evaluations except where a step ends at sigma 0. */
guint gs_sampler_count_two_stage (const GsSampler *sampler);

/* The same for ancestral steps, which may go down to 0 and up again. */
guint gs_sampler_count_ancestral (const GsSampler *sampler);

G_END_DECLS
