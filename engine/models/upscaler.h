/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Networks that enlarge pictures, of the ESRGAN family: RRDBNet (ESRGAN, Real-ESRGAN) and
 * SRVGGNetCompact. Everything about one is read from its tensors.
 */
#pragma once

#include "io/tensor-file.h"
#include "ops/ops.h"

G_BEGIN_DECLS

typedef enum
{
  GS_UPSCALER_RRDB,    /* residual in residual dense blocks */
  GS_UPSCALER_COMPACT, /* a line of convolutions            */
} GsUpscalerKind;

typedef struct
{
  GsUpscalerKind kind;
  guint32 channels;    /* of the features                                          */
  guint32 growth;      /* RRDB: of each dense convolution                          */
  guint32 n_blocks;    /* RRDB: of three dense blocks each; compact: convolutions between
                          the first and the last                                   */
  guint32 unshuffle;   /* side of the squares of pixels that become channels first */
  guint32 n_doublings; /* RRDB: enlargements by two                                */
  guint32 scale;       /* of the result                                            */
} GsUpscalerConfig;

/* What the network of a file is. names: gets from the builder's names of weights to the file's, both
 * owned by it, or is NULL. GS_ERROR_UNSUPPORTED if the file is none of these. */
gboolean gs_upscaler_config_read (const GsTensorFile *file, GsUpscalerConfig *config,
                                  GHashTable *names, GError **error);

/* Pixels beyond which a pixel of the picture does not reach in any direction. */
guint32 gs_upscaler_reach (const GsUpscalerConfig *config);

/* x: (1, H, W, 3) in 0..1, sides multiples of unshuffle -> (1, scale H, scale W, 3), about 0..1, not
 * clamped. */
GsTensor *gs_upscaler (GsGraph *g, const GsUpscalerConfig *config, GsTensor *x);

G_END_DECLS
