/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finished latents of a job, with what it takes to make pictures of them.
 */
#pragma once

#include "session/canvas.h"
#include "session/session-private.h"

G_BEGIN_DECLS

typedef struct _GsLatents
{
  guint     n;               /* finished ones, of those that there is room for */
  guint32   channels, width, height;
  float    *values;          /* (n, channels, height, width) in the U-Net's scale */
  guint     tile;            /* for the autoencoder */
  GsCanvas *canvas;
} GsLatents;

void gs_latents_free (GsLatents *latents); /* NULL is allowed */

static inline gsize
gs_latents_elements (const GsLatents *latents)
{
  return (gsize) latents->channels * latents->width * latents->height;
}

/* The result from one latent, (Z, height, width). */
GsImage *gs_latent_picture (GsSession *session, const float *latent, guint32 width, guint32 height,
                            guint tile, const GsCanvas *canvas, GError **error);

/* Decodes latent i into a picture. */
GsImage *gs_latents_decode (GsSession *session, const GsLatents *latents, guint i, GError **error);

G_END_DECLS
