/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the strip share. */
#pragma once

#include "gesso-candidate-strip.h"

#include "candidates/gesso-scrubber.h"

G_BEGIN_DECLS

struct _GessoCandidateStrip
{
  GtkWidget           parent_instance;

  GtkListView        *list;
  GtkBox             *pending;
  GtkWidget          *tools;
  GtkLabel           *label;
  GtkToggleButton    *compare;
  GessoScrubber      *scrubber;

  GessoPainting      *painting;
  GtkSingleSelection *selection;
  GPtrArray          *bound;       /* GtkListItems that show something */

  guint               n_pending;
  GdkPaintable       *preview;
  GdkRectangle        preview_area;

  GessoCandidate     *shown;       /* whose texture that is */
  GdkTexture         *texture;

  GPtrArray          *discarded;   /* the last ones, for Undo */
  guint64             discard_state;
};

/* NULL: without a painting. */
GListModel     *gesso_candidate_strip_get_candidates (GessoCandidateStrip *self);
guint           gesso_candidate_strip_get_n          (GessoCandidateStrip *self);
GessoCandidate *gesso_candidate_strip_dup_candidate  (GessoCandidateStrip *self, guint position);

/* gesso-candidate-strip-list.c */
void  gesso_candidate_strip_init_list    (GessoCandidateStrip *self);
/* Their places among all change with the others. */
void  gesso_candidate_strip_update_items (GessoCandidateStrip *self);
/* "Candidate 2 of 4, seed 123", for screen readers too; the position counts from 0. */
char *gesso_candidate_strip_describe     (GessoCandidateStrip *self,
                                          GessoCandidate      *candidate,
                                          guint                position);

/* gesso-candidate-strip-actions.c */
void gesso_candidate_strip_install_actions (GtkWidgetClass *widget_class);
void gesso_candidate_strip_enable_actions  (GessoCandidateStrip *self);

/* gesso-candidate-strip-compare.c */
void gesso_candidate_strip_bind_compare (GtkWidgetClass *widget_class);

G_END_DECLS
