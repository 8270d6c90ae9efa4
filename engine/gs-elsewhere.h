/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures that another program paints, on another machine: what it is given of a request, and the way
 * back from its picture. No device and no model is needed. Besides gs.h; any thread.
 */
#pragma once

#include "gs.h"

G_BEGIN_DECLS

/* What the other program is given; pictures are of the size that it works at. */
typedef struct
{
  guint    width, height;             /* of the picture that is to come, multiples of 8         */
  guint    first_width, first_height; /* of the first of two passes; 0: there is one            */
  GsImage *picture;                   /* RGB, to start from; NULL: from the prompt alone        */
  GsImage *mask;                      /* gray, 255: to be repainted, else 0; NULL: everything   */
  float    strength;                  /* denoising strength                                     */
  gboolean is_uneven;                 /* some parts were to be changed less, which is lost here */
  GsImage *coverage;                  /* GsResult.coverage; NULL: 255 everywhere                */
  struct _GsCanvas *canvas;
} GsElsewhere;

/* native_size: of the other program's model, see GsModelInfo. NULL with GS_ERROR_INVALID_ARGUMENT for what
 * gs_session_generate() would refuse too. */
GsElsewhere *gs_elsewhere_new    (const GsRequest *request, guint native_size, GError **error);
void         gs_elsewhere_free   (GsElsewhere *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsElsewhere, gs_elsewhere_free)

/* The result, as in GsResult.images, from what was painted: RGB, of the size that was asked for. */
GsImage     *gs_elsewhere_finish (const GsElsewhere *self, const GsImage *painted);

G_END_DECLS
