/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sizes that the model can work with are multiples of the latent factor. Where no pixel may move (a
 * mask, a frame) an odd size is padded and cut off again; else the picture is resized a little.
 */
#include "session/canvas-layout.h"

#include <math.h>

#define MAX_SIDE 8192u /* pixels */
#define LEAST_SIDE 8u  /* latent pixels */

/* Models repeat themselves in pictures of many times the pixels that they were trained on: SD 1.x
 * is commonly run up to 768 x 768. */
#define MOST_NATIVE 2.25

static guint32
round_up (guint32 n, guint32 factor)
{
  return (n + factor - 1) / factor * factor;
}

static guint32
round_nearest (guint32 n, guint32 factor)
{
  return MAX (factor, (n + factor / 2) / factor * factor);
}

gboolean
gs_request_grows (const GsRequest *r)
{
  return r->outpaint_left + r->outpaint_top + r->outpaint_right + r->outpaint_bottom > 0;
}

/* Grows one side of a pair so that the whole becomes a multiple of factor. */
static guint32
grow (guint32 length, guint32 before, guint32 after, guint32 factor, gint64 *start)
{
  guint32 whole = round_up (length + before + after, factor);

  *start = after > 0 || before == 0 ? before : whole - length;
  return whole;
}

static void
place_whole (const GsRequest *r, guint32 factor, GsCanvasLayout *layout)
{
  layout->source_width = r->width > 0 ? r->width : r->init_image->width;
  layout->source_height = r->height > 0 ? r->height : r->init_image->height;
  if (gs_request_grows (r))
    {
      layout->stage_width = grow (layout->source_width, r->outpaint_left, r->outpaint_right, factor,
                                  &layout->left);
      layout->stage_height = grow (layout->source_height, r->outpaint_top, r->outpaint_bottom,
                                   factor, &layout->top);
      layout->result_width = layout->stage_width;
      layout->result_height = layout->stage_height;
      return;
    }
  if (r->mask == NULL)
    {
      layout->source_width = round_nearest (layout->source_width, factor);
      layout->source_height = round_nearest (layout->source_height, factor);
    }
  layout->stage_width = round_up (layout->source_width, factor);
  layout->stage_height = round_up (layout->source_height, factor);
  layout->result_width = layout->source_width;
  layout->result_height = layout->source_height;
}

/* The factor on a frame's sides that makes it a picture of the model's size. */
static double
native_scale (guint32 width, guint32 height, guint32 native_size)
{
  double native = (double) native_size * native_size, pixels = (double) width * height;

  if (pixels < native)
    return sqrt (native / pixels);
  return pixels > MOST_NATIVE * native ? sqrt (MOST_NATIVE * native / pixels) : 1;
}

static guint32
scaled_side (guint32 side, double scale, guint32 factor)
{
  return CLAMP (round_nearest ((guint32) (side * scale + 0.5), factor), LEAST_SIDE * factor,
                MAX_SIDE);
}

static void
place_frame (const GsRequest *r, guint32 factor, guint32 native_size, GsCanvasLayout *layout)
{
  double scale = 1;

  if (r->init_image != NULL)
    {
      layout->source_width = r->init_image->width;
      layout->source_height = r->init_image->height;
    }
  layout->left = -(gint64) r->frame_x;
  layout->top = -(gint64) r->frame_y;
  layout->result_width = layout->stage_width = r->frame_width;
  layout->result_height = layout->stage_height = r->frame_height;
  if (r->width > 0)
    {
      layout->width = round_nearest (r->width, factor);
      layout->height = round_nearest (r->height, factor);
      layout->is_scaled = layout->width != r->frame_width || layout->height != r->frame_height;
      return;
    }
  if (r->scale_to_native)
    scale = native_scale (r->frame_width, r->frame_height, native_size);
  layout->is_scaled = scale != 1;
  if (layout->is_scaled)
    {
      layout->width = scaled_side (r->frame_width, scale, factor);
      layout->height = scaled_side (r->frame_height, scale, factor);
      return;
    }
  layout->stage_width = MAX (round_up (r->frame_width, factor), LEAST_SIDE * factor);
  layout->stage_height = MAX (round_up (r->frame_height, factor), LEAST_SIDE * factor);
}

static gboolean
check (const GsRequest *r, GError **error)
{
  const GsImage *image = r->init_image;

  if (image == NULL && (r->mask != NULL || gs_request_grows (r)))
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "Repainting and outpainting need a picture to start from");
  else if (r->mask != NULL
           && (r->mask->width != image->width || r->mask->height != image->height))
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "The mask is %u x %u pixels large but the picture is %u x %u; they must agree",
                 r->mask->width, r->mask->height, image->width, image->height);
  else if (image == NULL && r->frame_width == 0 && (r->width == 0 || r->height == 0))
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "Give the picture a width and a height");
  else if (r->width > MAX_SIDE || r->height > MAX_SIDE) /* before anything is added to them */
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "A picture of %u x %u pixels cannot be made: sides are at most %u pixels", r->width,
                 r->height, MAX_SIDE);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_frame (const GsRequest *r, GError **error)
{
  if ((r->frame_width == 0) != (r->frame_height == 0) || r->frame_width > MAX_SIDE
      || r->frame_height > MAX_SIDE)
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "A frame of %u x %u pixels cannot be filled: sides are from 1 to %u pixels",
                 r->frame_width, r->frame_height, MAX_SIDE);
  else if (r->frame_width > 0 && gs_request_grows (r))
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "Outpaint with a frame by letting it hang over the picture, not by a number of "
                 "pixels a side");
  else if (r->frame_width > 0 && (r->width == 0) != (r->height == 0))
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "Give both the width and the height at which the frame is to be made, or none");
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_size (const GsCanvasLayout *layout, guint32 factor, GError **error)
{
  guint32 least = LEAST_SIDE * factor;

  if (layout->width >= least && layout->height >= least && layout->width <= MAX_SIDE
      && layout->height <= MAX_SIDE)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
               "A picture of %u x %u pixels cannot be made: sides are from %u to %u pixels",
               layout->width, layout->height, least, MAX_SIDE);
  return FALSE;
}

gboolean
gs_canvas_layout_init (GsCanvasLayout *layout, const GsRequest *request, guint32 factor,
                       guint32 native_size, GError **error)
{
  *layout = (GsCanvasLayout) { 0 };
  if (!check (request, error) || !check_frame (request, error))
    return FALSE;
  if (request->frame_width > 0)
    place_frame (request, factor, native_size, layout);
  else if (request->init_image != NULL)
    place_whole (request, factor, layout);
  else
    {
      layout->result_width = layout->stage_width = round_nearest (request->width, factor);
      layout->result_height = layout->stage_height = round_nearest (request->height, factor);
    }
  if (!layout->is_scaled)
    {
      layout->width = layout->stage_width;
      layout->height = layout->stage_height;
    }
  return check_size (layout, factor, error);
}
