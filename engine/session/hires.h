/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Large pictures in two passes: a small one, which the model knows how to compose, and one over its
 * enlargement, from image to image.
 */
#pragma once

#include "session/canvas.h"
#include "session/session-private.h"

G_BEGIN_DECLS

typedef enum
{
  GS_ENLARGE_LATENT,
  GS_ENLARGE_PIXELS,
} GsEnlargement;

typedef struct
{
  gboolean      is_on;
  guint32       width, height; /* of the first pass, pixels                        */
  GsEnlargement enlargement;
  char         *model;         /* an upscaler's file for the pixels, or NULL       */
  char         *label;         /* what A1111's parameters call the enlargement     */
  char         *note;          /* a remark for the result, or NULL                 */
  guint         n_made;        /* steps that the second pass makes ...             */
  guint         n_steps;       /* ... the last ones of so many                     */
  double        strength;      /* of the second pass, so that it makes just those  */
} GsHiresPlan;

/* Whether a picture of the canvas is made in two passes, and the size in pixels of the first.
 * native_size: see GsModelInfo. */
gboolean gs_hires_first_size (const GsRequest *request, const GsCanvas *canvas, guint32 factor,
                              guint32 native_size, guint32 *width, guint32 *height);

/* Whether a request's picture is made in two passes, and how. canvas: of the whole request.
 * is_a1111: how strengths count steps, see GsStrengthRule. The plan must be cleared, also on error. */
gboolean gs_hires_plan_init  (GsHiresPlan *plan, GsSession *session, const GsRequest *request,
                              const GsCanvas *canvas, gboolean is_a1111, GError **error);
void     gs_hires_plan_clear (GsHiresPlan *plan);

/* The request of the first pass. */
GsRequest gs_hires_first (const GsHiresPlan *plan, const GsRequest *request);

/* What the second pass starts from, for each picture of the batch. */
typedef struct
{
  guint     n;
  guint32   width, height;    /* of the first pass's latents */
  float   **latents;          /* (Z, height, width) */
  GsImage **images;           /* enlarged, or NULL  */
  GPtrArray *notes;           /* sentences about its memory, or NULL */
} GsHiresStart;

void gs_hires_start_clear (GsHiresStart *start);

/* Makes the pictures of the first pass. */
gboolean gs_hires_begin (const GsHiresPlan *plan, GsSession *session, const GsRequest *request,
                         const GsCanvas *canvas, GsHiresStart *start, GError **error);

/* The latent of picture i for the second pass, (Z, height, width) of the canvas; the caller frees it.
 * tile: of the autoencoder. */
float *gs_hires_latent (const GsHiresStart *start, guint i, GsSession *session,
                        const GsCanvas *canvas, guint tile, GError **error);

G_END_DECLS
