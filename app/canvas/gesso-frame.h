/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The frame says what is generated: a rectangle of the picture, in multiples of 8 as models want
 * them, that may lie partly outside it. Here is its mathematics; the frame itself is a property of
 * the painting.
 */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define GESSO_FRAME_STEP 8
#define GESSO_FRAME_MIN 64
#define GESSO_FRAME_MAX 8192

/* Which part of it a pointer has; edges and corners as bits. */
typedef enum
{
  GESSO_FRAME_NONE = 0,
  GESSO_FRAME_LEFT = 1 << 0,
  GESSO_FRAME_RIGHT = 1 << 1,
  GESSO_FRAME_TOP = 1 << 2,
  GESSO_FRAME_BOTTOM = 1 << 3,
  GESSO_FRAME_INSIDE = 1 << 4
} GessoFramePart;

/* reach: how far from an edge still counts, in the picture's pixels. */
GessoFramePart gesso_frame_find_part (const GdkRectangle *frame, double x, double y, double reach);

/* start moved, or resized by an edge or corner, by (dx, dy): on the grid of 8 in the picture and in
 * multiples of 8. What is not dragged stays where it is. With square the sides keep their ratio. */
void           gesso_frame_drag      (const GdkRectangle *start, GessoFramePart part, double dx,
                                      double dy, gboolean keep_ratio, GdkRectangle *frame);

/* A frame round what a mask covers (bounds): padded by context of its longer side to all sides, in
 * multiples of 8, at least min_size to each side, and moved into the picture as far as it fits. */
void           gesso_frame_follow    (const GdkRectangle *bounds, double context, int min_size,
                                      int picture_width, int picture_height, GdkRectangle *frame);

/* On the grid, and in size. */
void           gesso_frame_snap      (GdkRectangle *frame);

G_END_DECLS
