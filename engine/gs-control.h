/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Guiding pictures by pictures: ControlNet, control-LoRA and T2I-Adapter. Part of gs.h.
 */
#pragma once

#include "gs-image.h"

G_BEGIN_DECLS

#define GS_MAX_CONTROLS 4

/* What is made of a picture before a network looks at it. Depth and pose have no such thing here: their
 * pictures come from elsewhere. */
typedef enum
{
  GS_PREPROCESS_NONE,      /* it is what the network was trained on already              */
  GS_PREPROCESS_CANNY,     /* thin white edges on black                                  */
  GS_PREPROCESS_SCRIBBLE,  /* a drawing in dark lines on light: white lines on black     */
  GS_PREPROCESS_LINES,     /* the same of any picture, by its fine differences of light  */
  GS_PREPROCESS_SOFT_EDGE, /* edges as bright as they are strong                         */
  GS_PREPROCESS_INVERT,    /* dark for light                                             */
  GS_PREPROCESS_TILE,      /* its rough colours: for more detail                         */
  GS_PREPROCESS_INPAINT,   /* the picture with what is repainted cut out                 */
  GS_N_PREPROCESS,
} GsPreprocess;

/* For settings and the command line: "canny". Static. Any thread. */
const char *gs_preprocess_id     (GsPreprocess preprocess);
gboolean    gs_preprocess_lookup (const char *id, GsPreprocess *preprocess);

typedef struct
{
  const char    *path;       /* a file or folder of a ControlNet or T2I-Adapter, or one's name in the
                                session's library */
  const GsImage *image;      /* covers what is made: the frame, else all of the result. It is resized to
                                that. NULL: the picture that the request starts from */
  GsPreprocess   preprocess;
  float          low, high;  /* of Canny: an edge begins above high, goes on above low; both 0: 100, 200 */
  float          strength;   /* 0..2 */
  float          start, end; /* part of the steps in which it acts, 0..1 */
} GsControl;

#define GS_CONTROL_DEFAULT ((GsControl) { .strength = 1.0f, .end = 1.0f })

/* What a network would see of a picture, RGB, as large as it; GS_PREPROCESS_INPAINT shows it as it is.
 * low, high: as in GsControl. Any thread. */
GsImage *gs_preprocess_image (const GsImage *image, GsPreprocess preprocess, float low, float high);

G_END_DECLS
