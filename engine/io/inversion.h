/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files of textual inversion (Gal et al., "An Image is Worth One Word", arXiv:2208.01618): a new word,
 * which is some rows for a text encoder's token table. Understood are A1111's .pt and .safetensors,
 * diffusers' learned_embeds, and pairs for SDXL's two encoders ("clip_l", "clip_g").
 */
#pragma once

#include "io/stored-tensor.h"

G_BEGIN_DECLS

#define GS_INVERSION_MAX_PARTS 2    /* encoders of one model */
#define GS_INVERSION_MAX_VECTORS 128

/* Rows for an encoder of that width. */
typedef struct
{
  guint  width;
  guint  n_vectors;
  float *values; /* (n_vectors, width) */
} GsInversionPart;

typedef struct
{
  char *path;
  char *name;  /* the file's, without its ending: what prompts say */
  char *token; /* what diffusers' files call it ("<cat-toy>"), or NULL */
  GsInversionPart parts[GS_INVERSION_MAX_PARTS];
  guint n_parts;
} GsInversion;

/* GS_ERROR_BAD_FILE if the file is damaged or no such file. */
GsInversion *gs_inversion_open (const char *path, GError **error);
void         gs_inversion_free (GsInversion *inversion);

/* The part for an encoder, or NULL. */
const GsInversionPart *gs_inversion_part (const GsInversion *inversion, guint width);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsInversion, gs_inversion_free)

G_END_DECLS
