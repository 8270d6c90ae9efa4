/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoMask: which part of the start picture is repainted. One byte a pixel, 255 is repainted.
 *
 * Kept in tiles, so that a stroke on a large picture uploads and remembers only what it touches.
 * "changed" is emitted after every change.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_MASK (gesso_mask_get_type ())
G_DECLARE_FINAL_TYPE (GessoMask, gesso_mask, GESSO, MASK, GObject)

GessoMask *gesso_mask_new      (guint width, guint height);

/* Whether nothing is painted: the whole picture is repainted then. */
gboolean   gesso_mask_is_empty (GessoMask *self);

/* The mask row by row, or NULL if it is empty. */
GBytes    *gesso_mask_to_bytes (GessoMask *self);

/* A stroke is a chain of lines of round ends, in pixels; value 255 paints and 0 erases. It is
 * undone as a whole. */
void       gesso_mask_begin_stroke (GessoMask *self);
void       gesso_mask_line         (GessoMask              *self,
                                    const graphene_point_t *from,
                                    const graphene_point_t *to,
                                    double                  radius,
                                    guint8                  value);

void       gesso_mask_clear    (GessoMask *self); /* can be undone */
gboolean   gesso_mask_can_undo (GessoMask *self);
void       gesso_mask_undo     (GessoMask *self);

/* Draws the painted part over bounds, the picture's place. */
void       gesso_mask_snapshot (GessoMask             *self,
                                GtkSnapshot           *snapshot,
                                const graphene_rect_t *bounds);

G_END_DECLS
