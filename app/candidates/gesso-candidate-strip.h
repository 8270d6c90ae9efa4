/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoCandidateStrip: the pictures that were made and are neither accepted nor discarded, and
 * those that are still to come. Hidden while there are none.
 *
 * Left and Right choose, which shows a candidate in place on the canvas; Enter accepts it as a
 * layer, Delete discards it, holding C shows the picture without it.
 *
 * Properties: "selected" (GessoCandidate or NULL).
 * Actions: candidate.accept, .discard, .discard-all, .more-like-this, .reuse-seed.
 *
 * Signals:
 *   overlay-changed ()                      see gesso_candidate_strip_get_overlay()
 *   accepted (GessoLayer *)
 *   discarded (uint n)                      gesso_candidate_strip_undo_discard() brings them back
 *   more-like-this (const char *recipe)
 *   reuse-seed (const char *recipe)
 *   continue (GessoTrail *, uint step)
 */
#pragma once

#include "document/gesso-painting.h"
#include "engine/gesso-engine.h"
#include "engine/gesso-result.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_CANDIDATE_STRIP (gesso_candidate_strip_get_type ())
G_DECLARE_FINAL_TYPE (GessoCandidateStrip, gesso_candidate_strip, GESSO, CANDIDATE_STRIP, GtkWidget)

/* NULL before it goes. */
void            gesso_candidate_strip_set_painting (GessoCandidateStrip *self,
                                                    GessoPainting       *painting);
/* For looking back; NULL: without. */
void            gesso_candidate_strip_set_engine   (GessoCandidateStrip *self, GessoEngine *engine);

/* A picture is finished: it becomes a candidate, and is chosen if none is. dx, dy: how far its place
 * has moved since it was ordered. */
void            gesso_candidate_strip_add_result   (GessoCandidateStrip *self,
                                                    GessoResult         *result,
                                                    int                  dx,
                                                    int                  dy);

/* How many pictures are on their way, and the newest look at the first of them, at its place. */
void            gesso_candidate_strip_set_pending  (GessoCandidateStrip *self,
                                                    guint                n,
                                                    GdkPaintable        *preview,
                                                    const GdkRectangle  *area);

GessoCandidate *gesso_candidate_strip_get_selected (GessoCandidateStrip *self);
void            gesso_candidate_strip_select       (GessoCandidateStrip *self,
                                                    GessoCandidate      *candidate);
/* While TRUE the overlay is gone. */
void            gesso_candidate_strip_set_comparing (GessoCandidateStrip *self, gboolean comparing);
/* Holding C compares also while that widget has the focus. */
void            gesso_candidate_strip_add_keys     (GessoCandidateStrip *self, GtkWidget *widget);

/* What the canvas shows over the picture, and where: the chosen candidate (or a step of its trail),
 * else the look at what is coming, else NULL. Borrowed. */
GdkPaintable   *gesso_candidate_strip_get_overlay  (GessoCandidateStrip *self, GdkRectangle *area);

/* Brings back what was discarded last; does nothing if that is back already. */
void            gesso_candidate_strip_undo_discard (GessoCandidateStrip *self);

G_END_DECLS
