/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The latents of a run from step to step, to look at and to go on from.
 */
#pragma once

#include "session/canvas.h"
#include "session/session-private.h"

G_BEGIN_DECLS

struct _GsSteps
{
  int         n_refs;
  guint32     channels, width, height;
  const char *sampler;  /* its id, static                          */
  guint       n_whole;  /* steps of the whole schedule             */
  double      strength; /* denoising strength: how many are run    */
  guint       n;        /* steps of the run                        */
  guint       n_kept;   /* latents that are there, n + 1 in the end */
  float      *noise;    /* (Z, H, W): what it began with, unscaled */
  float      *x;        /* (n + 1, Z, H, W): what each step left   */
  float      *x0;       /* (n + 1, Z, H, W): what is seen in it    */
  double     *sigmas;   /* n + 1: noise left in x                  */
  guint      *n_drawn;  /* n + 1: latents of noise drawn for it    */
  GsCanvas   *canvas;
  guint       tile;     /* for the autoencoder */
};

/* Room for the steps of a run whose other fields are as in `like`; the canvas is shared.
 * GS_ERROR_OUT_OF_MEMORY. */
GsSteps *gs_steps_new (const GsSteps *like, GError **error);

static inline gsize
gs_steps_elements (const GsSteps *steps)
{
  return (gsize) steps->channels * steps->width * steps->height;
}

/* The latent after the next step (the first one: the beginning) and the estimate of the finished one
 * that the step made, NULL if none. */
void gs_steps_add (GsSteps *steps, const float *x, const float *x0, double sigma, guint n_drawn);

/* In an empty one: takes the noise and what came before step k's end from another run. */
void gs_steps_add_from (GsSteps *steps, const GsSteps *other, guint k);

/* A run's first k steps alone. GS_ERROR_OUT_OF_MEMORY. */
GsSteps *gs_steps_new_until (const GsSteps *steps, guint k, GError **error);

G_END_DECLS
