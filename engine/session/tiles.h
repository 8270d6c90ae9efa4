/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work on a picture in overlapping tiles whose results fade into each other.
 */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

/* A picture-to-picture function: in (in_channels, height, width) -> out (out_channels,
 * height * out_scale / in_scale, width * out_scale / in_scale). */
typedef gboolean (*GsTileFunc) (const float *in, guint32 width, guint32 height, float *out,
                                gpointer user_data, GError **error);

typedef struct
{
  guint32 in_channels, out_channels;
  guint32 in_scale, out_scale; /* pixels of in and of out that stand for one unit */
  guint32 width, height;       /* of the picture, in units                        */
  guint32 tile;                /* side of a tile, in units                        */
  guint32 overlap;             /* of neighbouring tiles, in units, below tile     */
  guint32 margin;              /* of a tile inside of the picture, not used: what is beyond it would
                                  have reached there. In units, below half of overlap            */
} GsTiling;

/* Calls func for each tile, row by row (all of the same size), and puts the results together. Fails as
 * func does, and with GS_ERROR_OUT_OF_MEMORY. */
gboolean gs_run_tiled (const GsTiling *tiling, const float *in, float *out, GsTileFunc func,
                       gpointer user_data, GError **error);

G_END_DECLS
