/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a word of textual inversion. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char  *name;      /* the word                                           */
  const char  *model;     /* name of the model it was made with, or NULL        */
  guint64      step;      /* of the training                                    */
  guint        n_vectors, width;
  const float *values;    /* (n_vectors, width)                                 */
} GsInversionContent;

/* By the path's ending: .safetensors is diffusers' layout, one tensor called like the word, which A1111
 * and ComfyUI load too; .pt is A1111's own, a PyTorch file of string_to_token, string_to_param and what
 * goes with them (modules/textual_inversion/textual_inversion.py there). Whole or not at all; the same
 * content gives the same bytes. GS_ERROR_BAD_FILE; GS_ERROR_INVALID_ARGUMENT for other endings. */
gboolean gs_inversion_write (const char *path, const GsInversionContent *content, GError **error);

G_END_DECLS
