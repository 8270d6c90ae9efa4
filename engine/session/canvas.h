/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The picture that a request starts from, made ready: of the right size, grown for outpainting,
 * with a soft mask; and the way back, from the model's picture to the result.
 */
#pragma once

#include "gs.h"

G_BEGIN_DECLS

/* Arrays are (H, W) of the model's size or of the result's. Nothing changes once it is made. */
typedef struct _GsCanvas
{
  int      n_refs;
  guint32  width, height;   /* what the model works on: multiples of the latent factor */
  guint32  result_width, result_height;
  gboolean is_scaled;       /* the result is the model's picture resized, else its upper left part */
  float    run_strength;    /* denoising strength of the run */

  /* Of the model's size. */
  float  *pixels;           /* (H, W, 3) in 0..1: the original; what lies outside it is filled;
                               NULL: nothing to start from */
  float  *repaint;          /* 0 or 1, what the model repaints; NULL: everything */
  float  *strength;         /* 0..1, how much of the run a pixel takes part in, 0 where it is not
                               repainted; NULL: all of it where it is */

  /* Of the result's size. */
  float  *alpha;            /* how much of the model's picture shows; NULL: all of it */
  guint8 *original;         /* (H, W, 3): what shows where alpha is 0 */
  guint8 *ring;             /* not 0 where colours are compared; NULL: nowhere */
} GsCanvas;

/* factor: pixels of a latent pixel's side; native_size: see GsModelInfo.
 * GS_ERROR_INVALID_ARGUMENT for sizes that do not fit. */
GsCanvas *gs_canvas_new   (const GsRequest *request, guint32 factor, guint32 native_size,
                           GError **error);
GsCanvas *gs_canvas_ref   (GsCanvas *canvas);
void      gs_canvas_unref (GsCanvas *canvas); /* NULL is allowed; any thread */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsCanvas, gs_canvas_unref)

/* The picture for the encoder, (3, H, W) in -1..1, with what will be repainted filled. */
float *gs_canvas_filled (const GsCanvas *canvas, GsMaskFill fill);

/* The same with 0 (grey) where it will be repainted: what inpainting models are shown. */
float *gs_canvas_masked (const GsCanvas *canvas);

/* The mask for latents, (H / factor, W / factor), 1 = repaint: where any of its pixels is
 * repainted. NULL without a mask. */
float *gs_canvas_latent_mask (const GsCanvas *canvas, guint32 factor);

/* The strength for latents, (H / factor, W / factor): the mean over the pixels that are repainted.
 * NULL if it is as the mask. */
float *gs_canvas_latent_strength (const GsCanvas *canvas, guint32 factor);

/* The result from the model's picture, (3, H, W) in -1..1. */
GsImage *gs_canvas_finish (const GsCanvas *canvas, const float *picture);

/* GsResult.coverage. */
GsImage *gs_canvas_coverage (const GsCanvas *canvas);

/* A picture of the model's size as it lies in the result: without the padding. Takes it. */
GsImage *gs_canvas_trim (const GsCanvas *canvas, GsImage *image);

G_END_DECLS
