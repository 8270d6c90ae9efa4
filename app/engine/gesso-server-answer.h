/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures and progress out of what a server answers, of which nothing is believed; any thread. */
#pragma once

#include <json-glib/json-glib.h>

#include "gs.h"

G_BEGIN_DECLS

/* Bytes that an answer with a picture of that size may have. */
gsize    gesso_server_answer_get_max_bytes (guint width, guint height);

/* The first picture, RGB, of that size; parameters: A1111's text, or NULL. host: for sentences. */
GsImage *gesso_server_answer_get_picture   (JsonNode   *root,
                                            guint       width,
                                            guint       height,
                                            const char *host,
                                            char      **parameters,
                                            GError    **error);

typedef struct
{
  gboolean active;         /* something is painted                          */
  char     stamp[32];      /* tells one job from the next, "" for none said */
  guint    step, n_steps;  /* of all its passes                             */
  double   seconds_left;   /* < 0: not known                                */
  GsImage *preview;        /* RGB, of at most the picture's size; or NULL   */
} GessoServerProgress;

/* Of the answer to "progress"; width, height: of the picture that is made. */
void     gesso_server_progress_init  (GessoServerProgress *self, JsonNode *root, guint width, guint height);
void     gesso_server_progress_clear (GessoServerProgress *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GessoServerProgress, gesso_server_progress_clear)

G_END_DECLS
