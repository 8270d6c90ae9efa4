/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoCandidate: a picture that was made for a place and is neither accepted nor discarded yet.
 * Immutable; any thread.
 *
 * Properties, all read-only: "recipe" (string), "x", "y", "width", "height".
 */
#pragma once

#include "gesso-tiles.h"

G_BEGIN_DECLS

#define GESSO_TYPE_CANDIDATE (gesso_candidate_get_type ())
G_DECLARE_FINAL_TYPE (GessoCandidate, gesso_candidate, GESSO, CANDIDATE, GObject)

/* area is its place in the picture; tiles hold its RGBA pixels from (0, 0) and are not written any
 * more; the recipe is as of a generated layer, or NULL. */
GessoCandidate *gesso_candidate_new        (GessoTiles         *tiles,
                                            const GdkRectangle *area,
                                            const char         *recipe);
/* The same at another place, with the same tiles. */
GessoCandidate *gesso_candidate_new_moved  (GessoCandidate *other, int dx, int dy);

/* The first of those that were moved: what others hang on a candidate is found there. */
GessoCandidate *gesso_candidate_get_original (GessoCandidate *self);
GessoTiles     *gesso_candidate_get_tiles  (GessoCandidate *self);
void            gesso_candidate_get_area   (GessoCandidate *self, GdkRectangle *area);
const char     *gesso_candidate_get_recipe (GessoCandidate *self);

G_END_DECLS
