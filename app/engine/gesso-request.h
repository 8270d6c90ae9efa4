/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoRequest: settings and pictures of the app as the engine's request, and settings back out of
 * a picture's parameters text. */
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

  char     *prompt, *negative_prompt, *sampler, *schedule, *hires_upscaler;
  GsImage  *picture;    /* of an order: the frame's part of the painting */
  GsImage  *mask;
} GessoRequest;

/* start and mask may be NULL; start must outlive the request. Any thread. */
void gesso_request_init  (GessoRequest  *self,
                          GessoSettings *settings,
                          GessoPicture  *start,
                          GBytes        *mask);
/* A painting's order; it must outlive the request. FALSE if there is nothing to do. */
gboolean gesso_request_init_order (GessoRequest *self, GessoOrder *order, GError **error);
void gesso_request_clear (GessoRequest *self);

G_END_DECLS
