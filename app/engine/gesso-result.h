/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoResult: one picture of an order. Immutable; any thread.
 *
 * The candidate holds exactly what changes: laid over what the order started from it gives the
 * engine's picture, and where nothing was to change it is transparent to the byte.
 */
#pragma once

#include "document/gesso-candidate.h"
#include "gesso-picture.h"
#include "gesso-trail.h"

G_BEGIN_DECLS

#define GESSO_TYPE_RESULT (gesso_result_get_type ())
G_DECLARE_FINAL_TYPE (GessoResult, gesso_result, GESSO, RESULT, GObject)

GessoCandidate *gesso_result_get_candidate (GessoResult *self);
/* The frame as a whole, with its parameters: for the history. */
GessoPicture   *gesso_result_get_picture   (GessoResult *self);
/* NULL if steps were not kept. */
GessoTrail     *gesso_result_get_trail     (GessoResult *self);
guint64         gesso_result_get_seed      (GessoResult *self);

G_END_DECLS
