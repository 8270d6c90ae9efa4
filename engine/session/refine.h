/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The last steps of a run by another model: SDXL's refiner (Podell et al., "SDXL", 2023, section 2.5, here
 * as diffusers' ensemble of experts: one run, handed over in its middle).
 */
#pragma once

#include "session/job.h"

G_BEGIN_DECLS

/* Opens the refiner that the request names, or finds it opened, and works out after which step of the job's
 * run it takes over: job->n_made; 0 if there is none, or nothing left for it. The model that it is
 * lets go of device memory that the plan for the job has no room beside. */
gboolean gs_refine_init (GsJob *job, GsSession *session, GError **error);

/* Before the job's own stages, with its plan. */
void     gs_refine_make_way (GsSession *session, const GsMemoryPlan *plan);

/* Goes on from the steps that each picture has left, begun (one per picture of the batch), with the
 * refiner: as a request that resumes at that step with the refiner loaded, to the bit. values: gets the
 * latents; steps: gets each picture's steps where the request keeps them. The job's memory plan is in effect
 * again afterwards. notes: gets sentences about memory, or NULL. */
gboolean gs_refine (GsJob *job, GsSession *session, GsSteps **begun, float *values, GsSteps **steps,
                    GPtrArray **notes, GError **error);

G_END_DECLS
