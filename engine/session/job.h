/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stages of a generation, in the order in which they are called; gs_session_generate() strings
 * them together.
 */
#pragma once

#include "session/denoise.h"
#include "session/hires.h"
#include "session/latents.h"
#include "session/memory-stages.h"
#include "session/model.h"
#include "session/prompt-encoder.h"
#include "session/steps.h"

G_BEGIN_DECLS

typedef struct
{
  const GsRequest *request; /* borrowed */
  GsSamplerOptions options;
  GsCanvas *canvas;
  guint32   width, height;  /* of the latent                                    */
  guint     n_chunks;       /* of both prompts                                  */
  guint     clip_skip;
  GsHiresPlan hires;        /* of which this is the second pass, if it is on    */
  guint     n_steps;        /* of the whole schedule                            */
  double    strength;       /* part of the steps that is run                    */
  gboolean  is_guided;      /* two evaluations a step                           */
  GsSpeed   speed;
  GsControlUse controls[GS_MAX_CONTROLS]; /* request->n_controls of them       */
  guint     n_run;          /* steps that are run                               */
  guint     n_made;         /* after which another model goes on; 0: none does   */
  GsSteps **begun;          /* each picture's, instead of request->resume; or NULL; borrowed */

  /* After gs_job_encode(). */
  const GsPromptVectors *context, *negative; /* borrowed from the model's cache */
  float    *label, *negative_label; /* SDXL's, or NULL                          */
  float    *init;           /* latent of the start picture, or NULL             */
  float    *mask;           /* (height, width), or NULL                         */
  float    *strengths;      /* the same, see GsDenoiseJob                       */
  float    *extra;          /* further channels for inpainting U-Nets, or NULL  */
} GsJob;

/* Checks the request and works out sizes. The job must be cleared afterwards, also on error. */
gboolean gs_job_init    (GsJob *job, GsSession *session, const GsRequest *request, GError **error);
gboolean gs_job_plan    (GsJob *job, GsSession *session, GsMemoryPlan *plan, GError **error);
/* Encodes prompts and start picture, with the session's memory plan in effect. */
gboolean gs_job_encode  (GsJob *job, GsSession *session, GError **error);
/* Makes the latent of picture i of the batch, x: (Z, height, width). timings: gets the steps'
 * seconds, or NULL. steps: gets its steps if the request keeps them. */
gboolean gs_job_denoise (GsJob *job, GsSession *session, guint i, GsTimings *timings, float *x,
                         GsSteps **steps, GError **error);
void     gs_job_clear   (GsJob *job);

G_END_DECLS
