/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoOrder: pictures to be made into a painting. What it needs it takes along when it is made: a
 * snapshot of the painting and a copy of the settings, so that painting can go on meanwhile.
 *
 * The frame's part of the flattened picture is what is started from; where it is transparent or
 * lies outside, the picture is continued. Visible mask layers say what is changed, the greater value
 * counts, grey changes less; a selection limits that, or is the mask where no mask is painted.
 *
 * Set it up before it is run or queued. Properties, read-only: "prompt" (string).
 */
#pragma once

#include "document/gesso-settings.h"
#include "document/gesso-snapshot.h"
#include "gesso-trail.h"

G_BEGIN_DECLS

#define GESSO_TYPE_ORDER (gesso_order_get_type ())
G_DECLARE_FINAL_TYPE (GessoOrder, gesso_order, GESSO, ORDER, GObject)

#define GESSO_MAX_BATCH 64

GessoOrder    *gesso_order_new           (GessoSnapshot *snapshot, GessoSettings *settings);

/* Another frame than the snapshot's. */
void           gesso_order_set_area      (GessoOrder *self, const GdkRectangle *area);
/* Candidates to make; 1 at first. */
void           gesso_order_set_batch     (GessoOrder *self, guint batch);
/* More like the picture of the settings' seed; strength 0: no. */
void           gesso_order_set_variation (GessoOrder *self, guint64 seed, double strength);
/* Goes on from a step of a trail, whose area, steps, sampler and schedule it takes over. */
void           gesso_order_set_resume    (GessoOrder *self, GessoTrail *trail, guint step);
/* For looking back; TRUE at first. */
void           gesso_order_set_keep_steps (GessoOrder *self, gboolean keep);
/* Of a draft nothing but the picture is wanted: no steps, no looks before it is finished, and latents
 * that cannot be decoded do not take the place of another order's. */
void           gesso_order_set_draft     (GessoOrder *self, gboolean draft);

GessoSnapshot *gesso_order_get_snapshot  (GessoOrder *self);
GessoSettings *gesso_order_get_settings  (GessoOrder *self);
void           gesso_order_get_area      (GessoOrder *self, GdkRectangle *area);
guint          gesso_order_get_batch     (GessoOrder *self);
guint64        gesso_order_get_variation_seed     (GessoOrder *self);
double         gesso_order_get_variation_strength (GessoOrder *self);
GessoTrail    *gesso_order_get_trail     (GessoOrder *self); /* NULL: from the start */
guint          gesso_order_get_step      (GessoOrder *self);
gboolean       gesso_order_get_keep_steps (GessoOrder *self);
gboolean       gesso_order_get_draft     (GessoOrder *self);

/* Remarks of the engine in sentences, once it was run: ended by NULL, or NULL for none. */
const char *const *gesso_order_get_notes (GessoOrder *self);

/* Once it has failed: the denoised latents are kept and decoding can be tried again. Or a server did not
 * answer any more: the pictures that are missing can be asked for again. */
gboolean       gesso_order_get_unfinished (GessoOrder *self);

/* What one of its pictures took on the first device, without loading and what is made once; 0: it was not
 * run there, or not to its end with all the steps that its settings say. */
double         gesso_order_get_seconds   (GessoOrder *self);

/* ---- What it starts from; any thread -------------------------------------------------------- */

/* The frame's part of the flattened picture, premultiplied RGBA. */
guint8        *gesso_order_flatten       (GessoOrder *self);
/* The mask in the frame, a byte a pixel; NULL: there is none. */
guint8        *gesso_order_flatten_mask  (GessoOrder *self);

/* ---- Files; any thread ---------------------------------------------------------------------- */

/* The order as a painting of its own, of no more than it needs. What it resumes is not kept: it
 * would begin at the start. */
GessoSnapshot *gesso_order_pack          (GessoOrder *self);
/* NULL for a snapshot that is no packed order. */
GessoOrder    *gesso_order_unpack        (GessoSnapshot *snapshot);

G_END_DECLS
