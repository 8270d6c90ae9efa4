/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random numbers that other Stable Diffusion programs make from the same seed.
 *
 * GS_RNG_CPU repeats torch.Generator ("cpu").manual_seed (seed) and torch.randn: the Mersenne
 * twister mt19937 (Matsumoto and Nishimura, 1998). torch seeds it with the low 32 bits only.
 * GS_RNG_CUDA repeats torch.randn on a CUDA device as A1111's "NV" source does: Philox4x32-10
 * (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011), keyed by all 64 bits;
 * number i of draw d comes from the counter (d, 0, i, 0).
 *
 * The length of a draw matters: two draws of 8 are not one draw of 16. Draw a whole tensor at once.
 * Not thread-safe; a generator belongs to one thread.
 */
#pragma once

#include "base/rng-kind.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GsRandom GsRandom;

GsRandom *gs_random_new  (GsRngKind kind, guint64 seed);
void      gs_random_free (GsRandom *random);

/* out: n standard normal numbers, as one call of torch.randn with n elements. n < 2^32. */
void gs_random_normal (GsRandom *random, float *out, gsize n);

/* 32 uniform bits. With GS_RNG_CUDA each takes a draw of its own. */
guint32 gs_random_uint32 (GsRandom *random);

/* A uniform integer in [0, bound), without bias; bound > 0. */
guint32 gs_random_below (GsRandom *random, guint32 bound);

/*
 * Spherical interpolation from low (strength 0) to high (strength 1) for variation seeds.
 * low, high, out: (planes, rows, columns) floats; out may be one of the inputs.
 * As in A1111 the angle is measured per column, over the rows of a plane; and where the two are
 * nearly parallel it falls back to low * strength + high * (1 - strength), that way round.
 */
void gs_slerp (float strength, const float *low, const float *high, float *out,
               gsize planes, gsize rows, gsize columns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsRandom, gs_random_free)

G_END_DECLS
