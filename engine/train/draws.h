/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a training step leaves to chance. Everything follows from the seed and from where in the training
 * it is, through Philox (base/random.h), so the position is all there is to remember: a training that
 * is continued draws what it would have drawn.
 */
#pragma once

#include "base/random.h"

G_BEGIN_DECLS

/* A generator for one sample of one step, or for something else that needs one, by its number. */
GsRandom *gs_draws_random (guint64 seed, guint64 step, guint32 sample);

/* A uniform number in [0, 1). */
double    gs_draws_uniform (GsRandom *random);

/* Which of n things is drawn at a position (step times batch plus sample): each of them once in every n
 * draws, in an order that is another each time. order: of n guint32, kept between calls, with the epoch
 * it is for; begin with epoch G_MAXUINT64. */
guint32   gs_draws_pick (guint64 seed, guint64 position, guint32 n, guint32 *order, guint64 *epoch);

G_END_DECLS
