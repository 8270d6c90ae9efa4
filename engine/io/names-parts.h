/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of names.c that know one model's structure each. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Input or output blocks of a CompVis U-Net; SDXL has 9, SD 1.x has 12. */
#define GS_NAMES_MAX_BLOCKS 64

typedef struct
{
  guint8 level, index; /* place among the diffusers blocks       */
  guint8 resampler;    /* sub-index + 1 of the resampler, or 0   */
} GsUnetBlockPlace;

typedef struct
{
  GsUnetBlockPlace input[GS_NAMES_MAX_BLOCKS], output[GS_NAMES_MAX_BLOCKS];
} GsUnetNames;

/* First every name without its prefix, then finish, then rename. */
void gs_unet_names_see (GsUnetNames *names, const char *rest);
void gs_unet_names_finish (GsUnetNames *names);
char *gs_unet_names_rename (const GsUnetNames *names, const char *rest);

typedef struct
{
  guint up_levels; /* CompVis counts the decoder's levels from the bottom, diffusers from the top */
} GsVaeNames;

void gs_vae_names_see (GsVaeNames *names, const char *rest);
char *gs_vae_names_rename (const GsVaeNames *names, const char *rest);

typedef struct
{
  GsUnetNames unet;      /* its half of a U-Net                         */
  guint       last_hint; /* the largest index among the hint's encoder */
} GsControlNames;

void     gs_control_names_see    (GsControlNames *names, const char *rest);
void     gs_control_names_finish (GsControlNames *names);
char    *gs_control_names_rename (const GsControlNames *names, const char *rest);
/* Whether a file with a tensor of that name, which has no prefix, is a ControlNet. */
gboolean gs_control_names_is_mark (const char *name);

typedef struct
{
  guint n_blocks; /* in one list for all levels; 0: each level has its own */
} GsT2iNames;

void     gs_t2i_names_see     (GsT2iNames *names, const char *rest);
char    *gs_t2i_names_rename  (const GsT2iNames *names, const char *rest);
/* Whether a file with a tensor of that name is a T2I-Adapter. */
gboolean gs_t2i_names_is_mark (const char *name);

/* The name behind the prefix of an OpenCLIP text encoder. */
char *gs_open_clip_names_rename (const char *rest);

/* "12." -> 12 and moves on; at most three digits. */
gboolean gs_names_take_index (const char **at, guint *index);

/* Moves on behind `word` if it stands there. */
gboolean gs_names_take (const char **at, const char *word);

/* Table lookup by prefix: `from` -> `to` + rest; NULL if none fits. Rows end with { NULL }. */
typedef struct
{
  const char *from, *to;
} GsNameRule;

char *gs_names_apply (const GsNameRule *rules, const char *rest);

G_END_DECLS
