/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoPainting: the layered picture of a document, with undo for everything done to it.
 *
 * Coordinates are the picture's pixels, from its upper left corner. Layers are a GListModel of
 * GessoLayer, the TOP one FIRST; candidates are one of GessoCandidate, the oldest first.
 *
 * Every operation below is one entry of the history unless it says otherwise. A change of several
 * operations, or of many writes (a stroke), is what stands between begin and end:
 *
 *   gesso_painting_begin (painting, _("Brush Stroke"));
 *   tiles = gesso_painting_edit (painting, layer, &error);           the layer's tiles, writable
 *   pixels = gesso_tiles_edit (tiles, i, j); ...                     in the layer's coordinates
 *   gesso_painting_damage (painting, &area);                         the canvas redraws
 *   gesso_painting_end (painting);
 *
 * Properties:
 *   width, height     uint, read-only
 *   active-layer      GessoLayer or NULL; no entry
 *   modified          boolean, read-only: changed since gesso_painting_mark_saved()
 *   history           GessoHistory, read-only
 *   has-selection     boolean, read-only
 *   frame             GdkRectangle
 *
 * Signals:
 *   damaged (const GdkRectangle *area)  these pixels of the flattened picture (or of a mask) may
 *                                       look different; clipped to nothing, for layers reach out
 *   selection-changed ()
 *   changed ()                          something worth an autosave is done: after a change, undo,
 *                                       redo, a new candidate, other settings
 */
#pragma once

#include "gesso-history.h"
#include "gesso-layer.h"

G_BEGIN_DECLS

#define GESSO_TYPE_PAINTING (gesso_painting_get_type ())
G_DECLARE_FINAL_TYPE (GessoPainting, gesso_painting, GESSO, PAINTING, GObject)

/* Without layers; the frame is the whole picture. Sizes are clamped to 1 .. GESSO_MAX_SIZE. */
GessoPainting *gesso_painting_new      (guint width, guint height);

/* Becomes what was read from a file or a journal; the history begins anew. */
void           gesso_painting_restore  (GessoPainting *self, GessoSnapshot *snapshot);
/* What it is now, for savers and journals. */
GessoSnapshot *gesso_painting_snapshot (GessoPainting *self);

guint          gesso_painting_get_width      (GessoPainting *self);
guint          gesso_painting_get_height     (GessoPainting *self);
GListModel    *gesso_painting_get_layers     (GessoPainting *self);
GListModel    *gesso_painting_get_candidates (GessoPainting *self);
GessoHistory  *gesso_painting_get_history    (GessoPainting *self);

guint          gesso_painting_get_n_layers   (GessoPainting *self);
/* Borrowed; NULL beyond the end. */
GessoLayer    *gesso_painting_get_layer      (GessoPainting *self, guint position);
/* FALSE if it is not in the painting. */
gboolean       gesso_painting_find_layer     (GessoPainting *self, GessoLayer *layer,
                                              guint *position);
GessoLayer    *gesso_painting_get_active     (GessoPainting *self);
void           gesso_painting_set_active     (GessoPainting *self, GessoLayer *layer);

gboolean       gesso_painting_get_modified   (GessoPainting *self);
void           gesso_painting_mark_saved     (GessoPainting *self);
/* What was restored is in no file yet. */
void           gesso_painting_mark_modified  (GessoPainting *self);

/* The owner's settings (prompt and so on) as they go into files and journals; no entry. A floating
 * variant is taken. */
GVariant      *gesso_painting_get_settings   (GessoPainting *self);
void           gesso_painting_set_settings   (GessoPainting *self, GVariant *settings);

/* Flattened, straight from the live layers; see gesso_composite(). */
void           gesso_painting_composite      (GessoPainting      *self,
                                              const GdkRectangle *area,
                                              guint8             *pixels,
                                              gsize               stride);
/* The colour at a pixel, straight RGBA. */
void           gesso_painting_pick           (GessoPainting *self, int x, int y, guint8 *rgba);

/* ---- Changes -------------------------------------------------------------------------------- */

/* They nest; the outermost name counts, translated, as a title: "Brush Stroke". */
void           gesso_painting_begin  (GessoPainting *self, const char *name);
/* The same, but if the entry before had the same key (a static string) and is at most a second
 * old, no new one is made: for sliders and arrow keys. */
void           gesso_painting_begin_merging (GessoPainting *self, const char *name,
                                             const char *key, gpointer what);
void           gesso_painting_end    (GessoPainting *self);
/* Instead of end: everything is again as it was at the outermost begin. */
void           gesso_painting_cancel (GessoPainting *self);
gboolean       gesso_painting_is_changing (GessoPainting *self);

/* Undo and redo of the history; FALSE in mid change or if there is nothing. */
gboolean       gesso_painting_undo   (GessoPainting *self);
gboolean       gesso_painting_redo   (GessoPainting *self);

/* Inside a change: the tiles to write to, in the layer's own coordinates, borrowed until end. NULL
 * for a layer that is locked or hidden, with a sentence for people. */
GessoTiles    *gesso_painting_edit   (GessoPainting *self, GessoLayer *layer, GError **error);
/* Says what was written through gesso_painting_edit(), in the picture's coordinates. */
void           gesso_painting_damage (GessoPainting *self, const GdkRectangle *area);

/* ---- Selection, frame, candidates ----------------------------------------------------------- */

/* Borrowed, 1 channel, the picture's coordinates; NULL: everything is selected. */
GessoTiles    *gesso_painting_get_selection (GessoPainting *self);
/* The tiles are not to be written any more; NULL or empty ones end the selection. */
void           gesso_painting_set_selection (GessoPainting *self, const char *name,
                                             GessoTiles *selection);

void           gesso_painting_get_frame     (GessoPainting *self, GdkRectangle *frame);
/* Sizes are clamped to 8 .. GESSO_MAX_SIZE. Moving it again within a second is the same entry. */
void           gesso_painting_set_frame     (GessoPainting *self, const GdkRectangle *frame);

/* No entry: undo never loses a picture that took minutes. */
void           gesso_painting_add_candidate     (GessoPainting *self, GessoCandidate *candidate);
/* Becomes a generated layer above the active one (active then), and is no candidate any more; it may
 * come from elsewhere. NULL if there are GESSO_MAX_LAYERS. */
GessoLayer    *gesso_painting_accept_candidate  (GessoPainting *self, GessoCandidate *candidate,
                                                 const char *name);
void           gesso_painting_discard_candidate (GessoPainting *self, GessoCandidate *candidate);
void           gesso_painting_discard_candidates (GessoPainting *self);

/* ---- Layers --------------------------------------------------------------------------------- */

/* At position (clamped), and active then. FALSE if there are GESSO_MAX_LAYERS. */
gboolean       gesso_painting_add_layer     (GessoPainting *self, GessoLayer *layer,
                                             guint position);
/* An empty one above the active layer, with a name of its own; borrowed. */
GessoLayer    *gesso_painting_new_layer     (GessoPainting *self, GessoLayerKind kind);
void           gesso_painting_remove_layer  (GessoPainting *self, GessoLayer *layer);
/* Above the original; borrowed. */
GessoLayer    *gesso_painting_duplicate_layer (GessoPainting *self, GessoLayer *layer);
void           gesso_painting_reorder_layer (GessoPainting *self, GessoLayer *layer,
                                             guint position);
/* Onto the next layer below, with its blend mode and opacity; that one keeps its own. FALSE with a
 * sentence if there is none, either is locked or hidden, or one is a mask and the other is not.
 * Masks unite: the greater value counts. */
gboolean       gesso_painting_merge_down    (GessoPainting *self, GessoLayer *layer,
                                             GError **error);
/* By whole pixels; with a selection only what is selected, and the selection goes along. */
gboolean       gesso_painting_move_layer    (GessoPainting *self, GessoLayer *layer,
                                             int dx, int dy, GError **error);
/* One colour (straight RGBA; a mask takes its alpha) laid over the selection or the whole picture. */
gboolean       gesso_painting_fill_layer    (GessoPainting *self, GessoLayer *layer,
                                             const guint8 *rgba, GError **error);
/* What is selected becomes transparent; without a selection all of the layer. */
gboolean       gesso_painting_clear_layer   (GessoPainting *self, GessoLayer *layer,
                                             GError **error);
/* Replaces a rectangle of the picture in a layer, where the selection allows. RGBA premultiplied,
 * or 1 byte in a mask. */
gboolean       gesso_painting_paste         (GessoPainting *self, GessoLayer *layer,
                                             const char *name, const GdkRectangle *area,
                                             const guint8 *pixels, gsize stride, GError **error);

/* ---- The whole picture ---------------------------------------------------------------------- */

/* area, in the old coordinates, becomes the picture: larger to a side to outpaint, smaller to
 * crop. Nothing is cut off: layers keep what lies outside. FALSE if a side is over
 * GESSO_MAX_SIZE. */
gboolean       gesso_painting_resize        (GessoPainting *self, const GdkRectangle *area,
                                             GError **error);
void           gesso_painting_mirror        (GessoPainting *self, gboolean across, gboolean down);
/* Quarter turns clockwise; negative ones the other way. */
void           gesso_painting_turn          (GessoPainting *self, int quarters);

G_END_DECLS
