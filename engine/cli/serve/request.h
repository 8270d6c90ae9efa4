/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a program asks for through A1111's interface: the JSON of /sdapi/v1/txt2img and img2img as a
 * request of the engine. Nothing in it is believed. Names and meanings of members follow
 * modules/api/models.py and modules/processing.py of AUTOMATIC1111/stable-diffusion-webui.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "gs.h"

G_BEGIN_DECLS

typedef struct
{
  GsRequest request;          /* what it points to is owned here */
  char     *prompt, *negative_prompt, *sampler, *schedule, *upscaler;
  GsImage  *init, *mask;
  char     *model;            /* override_settings' sd_model_checkpoint, or NULL */
  gboolean  send_images;
} GsServeRequest;

/* from_picture: img2img. Any thread. NULL with GS_ERROR_INVALID_ARGUMENT, and a sentence for the
 * other program's user. */
GsServeRequest *gs_serve_request_new  (JsonObject *object, gboolean from_picture, GError **error);
void            gs_serve_request_free (GsServeRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsServeRequest, gs_serve_request_free)

/* A PNG in base64, bare or as a "data:" URL. parameters: as in gs_image_load_png(). NULL with
 * GS_ERROR_BAD_FILE. */
GsImage *gs_serve_picture_from_text (const char *text, char **parameters, GError **error);

/* A number or TRUE/FALSE of an object, however the program wrote it; fallback where it is missing or
 * no such thing. */
double      gs_serve_number  (JsonObject *object, const char *name, double fallback);
gboolean    gs_serve_boolean (JsonObject *object, const char *name, gboolean fallback);
/* Borrowed; NULL where there is no string of that name. */
const char *gs_serve_string  (JsonObject *object, const char *name);

G_END_DECLS
