/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A memory plan at work: what the coming stage needs is brought, what the plan has no room for
 * leaves; and what is done when the device runs out of memory all the same.
 */
#pragma once

#include "session/memory-plan.h"

G_BEGIN_DECLS

/* Puts a plan, which is borrowed, into effect for the session's job, and ends that. The session's limit
 * holds in between, whatever was planned. */
void gs_memory_begin (GsSession *session, GsMemoryPlan *plan);
void gs_memory_end   (GsSession *session);

/* Makes everything ready for a stage: uploads weights, records programs, lets others go. Programs that
 * were obtained before may be gone. TRUE at once if the session has no plan. Tells the session's
 * progress, which is in the phase of loading then. Falls back by itself. */
gboolean gs_memory_enter (GsSession *session, GsMemoryStage stage, GError **error);

/* After an error in the stage that was entered: if it was the device running out of memory and the job
 * may do with less, makes the stage ready in the next tier, notes that for the result, clears the
 * error and returns TRUE: then whatever failed is to be done again, with programs obtained anew. Else
 * FALSE; the error stays as it is, or tells what failed on the way. */
gboolean gs_memory_fall_back (GsSession *session, GError **error);

/* The tile of the plan in effect; fallback without one. */
guint gs_memory_tile (GsSession *session, guint fallback);

/* Gives all device memory of the session's model back; plans made before are void. */
void gs_memory_forget (GsSession *session);

G_END_DECLS
