/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Snapping, dragging and following, one direction at a time. */
#include "config.h"

#include "gesso-frame.h"

#include <math.h>

#define STEP GESSO_FRAME_STEP

static int
snap (double x)
{
  return (int) lrint (x / STEP) * STEP;
}

static int
snap_size (double x)
{
  return CLAMP (snap (x), GESSO_FRAME_MIN, GESSO_FRAME_MAX);
}

GessoFramePart
gesso_frame_find_part (const GdkRectangle *frame, double x, double y, double reach)
{
  double left = x - frame->x, right = frame->x + frame->width - x;
  double top = y - frame->y, bottom = frame->y + frame->height - y;
  GessoFramePart part = GESSO_FRAME_NONE;

  if (left < -reach || right < -reach || top < -reach || bottom < -reach)
    return GESSO_FRAME_NONE;

  /* A small frame keeps a middle to move it by. */
  if (left < MIN (reach, frame->width / 4.0))
    part |= GESSO_FRAME_LEFT;
  else if (right < MIN (reach, frame->width / 4.0))
    part |= GESSO_FRAME_RIGHT;
  if (top < MIN (reach, frame->height / 4.0))
    part |= GESSO_FRAME_TOP;
  else if (bottom < MIN (reach, frame->height / 4.0))
    part |= GESSO_FRAME_BOTTOM;

  return part ? part : GESSO_FRAME_INSIDE;
}

/* One direction: where the dragged edge goes. low: the left or upper edge is dragged. */
static void
drag_edge (int start, int size, gboolean low, double by, int *new_start, int *new_size)
{
  int end = start + size;

  if (low)
    {
      int edge = snap (start + by);

      *new_size = snap_size (end - edge);
      *new_start = end - *new_size;
    }
  else
    {
      *new_size = snap_size (snap (end + by) - start);
      *new_start = start;
    }
}

static void
restore_ratio (const GdkRectangle *start, GessoFramePart part, GdkRectangle *frame)
{
  double ratio = (double) start->width / start->height;
  int right = start->x + start->width, bottom = start->y + start->height;

  if ((part & (GESSO_FRAME_LEFT | GESSO_FRAME_RIGHT)) &&
      (!(part & (GESSO_FRAME_TOP | GESSO_FRAME_BOTTOM)) ||
       abs (frame->width - start->width) >= abs (frame->height - start->height) * ratio))
    frame->height = snap_size (frame->width / ratio);
  else
    frame->width = snap_size (frame->height * ratio);

  frame->x = part & GESSO_FRAME_LEFT ? right - frame->width : start->x;
  frame->y = part & GESSO_FRAME_TOP ? bottom - frame->height : start->y;
}

void
gesso_frame_drag (const GdkRectangle *start,
                  GessoFramePart      part,
                  double              dx,
                  double              dy,
                  gboolean            keep_ratio,
                  GdkRectangle       *frame)
{
  *frame = *start;
  if (part == GESSO_FRAME_INSIDE)
    {
      frame->x = snap (start->x + dx);
      frame->y = snap (start->y + dy);
      return;
    }

  if (part & (GESSO_FRAME_LEFT | GESSO_FRAME_RIGHT))
    drag_edge (start->x, start->width, part & GESSO_FRAME_LEFT, dx, &frame->x, &frame->width);
  if (part & (GESSO_FRAME_TOP | GESSO_FRAME_BOTTOM))
    drag_edge (start->y, start->height, part & GESSO_FRAME_TOP, dy, &frame->y, &frame->height);
  if (keep_ratio)
    restore_ratio (start, part, frame);
}

/* One direction of following: a middle and a size become a place, inside the picture if it fits. */
static void
follow (double middle, double size, int min_size, int picture, int *start, int *length)
{
  *length = CLAMP ((int) ceil (size / STEP) * STEP, MAX (min_size, GESSO_FRAME_MIN),
                   GESSO_FRAME_MAX);
  *start = snap (middle - *length / 2.0);
  if (*length >= picture)
    *start = MIN (MAX (*start, picture - *length), 0);
  else
    *start = CLAMP (*start, 0, picture - *length);
}

void
gesso_frame_follow (const GdkRectangle *bounds,
                    double              context,
                    int                 min_size,
                    int                 picture_width,
                    int                 picture_height,
                    GdkRectangle       *frame)
{
  double padding = context * MAX (bounds->width, bounds->height);

  min_size = (min_size + STEP - 1) / STEP * STEP;
  follow (bounds->x + bounds->width / 2.0, bounds->width + 2 * padding, min_size, picture_width,
          &frame->x, &frame->width);
  follow (bounds->y + bounds->height / 2.0, bounds->height + 2 * padding, min_size, picture_height,
          &frame->y, &frame->height);
}

void
gesso_frame_snap (GdkRectangle *frame)
{
  frame->x = snap (frame->x);
  frame->y = snap (frame->y);
  frame->width = snap_size (frame->width);
  frame->height = snap_size (frame->height);
}
