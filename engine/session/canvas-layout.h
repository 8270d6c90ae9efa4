/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where things lie: the start picture on the stage, which has the resolution of the result, and the
 * size that the model works at.
 */
#pragma once

#include "gs.h"

G_BEGIN_DECLS

typedef struct
{
  guint32  source_width, source_height; /* what start picture and mask are resized to   */
  gint64   left, top;                   /* their upper left corner on the stage         */
  guint32  stage_width, stage_height;   /* the result, filled up on the right and below */
  guint32  result_width, result_height; /* the upper left part of the stage             */
  guint32  width, height;               /* what the model works on: the stage's size, or, if */
  gboolean is_scaled;                   /* this, another one                            */
} GsCanvasLayout;

/* factor: pixels of a latent pixel's side; native_size: see GsModelInfo.
 * GS_ERROR_INVALID_ARGUMENT for sizes that do not fit. */
gboolean gs_canvas_layout_init (GsCanvasLayout *layout, const GsRequest *request, guint32 factor,
                                guint32 native_size, GError **error);

/* TRUE if the request grows the start picture by the outpaint_ fields. */
gboolean gs_request_grows (const GsRequest *request);

G_END_DECLS
