/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoRequest: an order of the app as the engine's request. */
#pragma once

#include "document/gesso-settings.h"
#include "gesso-order.h"
#include "gesso-picture.h"

#include "gs.h"

G_BEGIN_DECLS

typedef struct
{
  GsRequest gs;      /* its strings and images are borrowed from the rest */
  char     *model;   /* path, "" for the starter */
  char     *vae;     /* path, "" for the model's own */
  char     *refiner; /* path, "" for none */

  char     *prompt, *negative_prompt, *sampler, *schedule, *hires_upscaler;
  GsImage  *picture;    /* the frame's part of the painting */
  GsImage  *mask;
  GsControl controls[GS_MAX_CONTROLS]; /* of the visible layers that guide, the uppermost first */
  GsImage  *control_images[GS_MAX_CONTROLS];
  GPtrArray *guides;    /* of GessoGuide, or NULL */
} GessoRequest;

/* The order must outlive it. FALSE if there is nothing to do. Any thread. */
gboolean gesso_request_init  (GessoRequest *self, GessoOrder *order, GError **error);
void     gesso_request_clear (GessoRequest *self);

G_END_DECLS
