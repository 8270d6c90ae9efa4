/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Candidates as textures: small in the strip, and as they are in place. */
#pragma once

#include "document/gesso-painting.h"

G_BEGIN_DECLS

#define GESSO_CANDIDATE_LOOK_SIZE 80 /* in the strip, to each side */

/* At most size to its longer side, laid over the painting as it is now. */
GdkTexture *gesso_candidate_look_small (GessoCandidate *candidate, GessoPainting *painting, int size);

/* All of it, transparent where it changes nothing. */
GdkTexture *gesso_candidate_look_whole (GessoCandidate *candidate);

G_END_DECLS
