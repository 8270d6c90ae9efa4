/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The picture that a request starts from, made ready: of the right size, grown for outpainting,
 * with a soft mask; and the way back, from the model's picture to the result.
 */
#pragma once

#include "gs.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 width, height;   /* what the model works on: multiples of the latent factor */
  guint32 result_width, result_height; /* the upper left part of it that is the result */
  float  *pixels;          /* (H, W, 3) in 0..1: the original; what lies outside it is filled;
                              NULL: nothing to start from */
  float  *alpha;           /* (H, W): how much of the model's picture shows; NULL: all of it */
  guint8 *original;        /* (result_height, result_width, 3): what shows where alpha is 0 */
  float  *repaint;         /* (H, W): 0 or 1, what the model repaints; NULL: everything  */
} GsCanvas;

/* factor: pixels of a latent pixel's side. GS_ERROR_INVALID_ARGUMENT for sizes that do not fit. */
GsCanvas *gs_canvas_new  (const GsRequest *request, guint32 factor, GError **error);
void      gs_canvas_free (GsCanvas *canvas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsCanvas, gs_canvas_free)

/* The picture for the encoder, (3, H, W) in -1..1, with what will be repainted filled. */
float *gs_canvas_filled (const GsCanvas *canvas, GsMaskFill fill);

/* The same with 0 (grey) where it will be repainted: what inpainting models are shown. */
float *gs_canvas_masked (const GsCanvas *canvas);

/* The mask for latents, (H / factor, W / factor), 1 = repaint: where any of its pixels is
 * repainted. NULL without a mask. */
float *gs_canvas_latent_mask (const GsCanvas *canvas, guint32 factor);

/* The result from the model's picture, (3, H, W) in -1..1. */
GsImage *gs_canvas_finish (const GsCanvas *canvas, const float *picture);

G_END_DECLS
