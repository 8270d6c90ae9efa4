/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A loaded model: its file, what it says about itself, its weights, and the programs made of it.
 */
#pragma once

#include "io/adapter.h"
#include "io/checkpoint.h"
#include "io/tokenizer.h"
#include "models/model-config.h"
#include "nn/weight-router.h"
#include "nn/weights.h"
#include "sample/sampler.h"
#include "session/session-private.h"

G_BEGIN_DECLS

struct _GsModel
{
  GsModelInfo   *info;
  GsModelConfig  config;
  GsWeightSource *source;    /* the store's: the checkpoint's weights with adapters on them */
  GsWeightStore *weights;
  GPtrArray     *adapters;   /* GsAdapter, the last one used at the end */
  const GsAdapter *trained;  /* applies beside those that prompts ask for, or NULL; borrowed */
  char          *loras;      /* which apply, for comparing; NULL: none  */
  GPtrArray     *lora_paths; /* of those that the prompt names, in its order */
  char          *vae_path;   /* of the file that the autoencoder is from; NULL: the model's own */
  GsWeightRouter *router;    /* to the weights, and to those of controls */
  GPtrArray     *controls;   /* GsControlModel, those of the last request */
  guint          n_controls_made;
  GPtrArray     *inversions; /* GsInversion, in the order of their ids  */
  GHashTable    *strangers;  /* paths beside them that hold no words for this model */
  gboolean       has_new_words; /* that the weights lack */
  GsSchedule    *schedule;
  GHashTable    *prompts;    /* "skip chunks prompt" -> GsPromptVectors */

  GsCheckpoint  *checkpoint; /* with other files' autoencoder and TAESD; NULL: synthetic weights */

  GsTokenizer   *tokenizer;
  GError        *tokenizer_error; /* why there is none */

  GPtrArray     *programs;   /* the latest ones, the most recently used last */
  GHashTable    *times;      /* timestep, bit by bit -> what the U-Net's times' program makes of it */
  GBytes        *times_labels; /* SDXL's labels that those hold for, or NULL */

  gboolean       vae_needs_f32; /* in half precision it overflowed once */

  gboolean       has_preview; /* preview is known */
  /* (3, Z + 1): from a latent pixel's channels and 1 to RGB in -1..1. */
  float          preview[3 * (GS_MAX_LATENT_CHANNELS + 1)];
};

/* Opens a file or folder; NULL: the starter model. options may be NULL. library: paths of files that what it
 * lacks may be in, or NULL. */
GsModel *gs_model_open      (GsDevice *device, GsDtype dtype, const char *path,
                             const GsModelOptions *options, const GPtrArray *library,
                             GError **error);
/* Over an open checkpoint, which it takes, also on error. */
GsModel *gs_model_new       (GsDevice *device, GsDtype dtype, GsCheckpoint *checkpoint,
                             GError **error);
/* Random weights: "sd15", "sd21", "sdxl", "starter". */
GsModel *gs_model_synthetic (GsDevice *device, GsDtype dtype, const char *shape, GError **error);
void     gs_model_free      (GsModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsModel, gs_model_free)

/* Its own, and those of its controls under their scopes. */
GsWeights   *gs_model_get_weights   (GsModel *model);
/* NULL with the reason if the model's vocabulary was not found. */
GsTokenizer *gs_model_get_tokenizer (GsModel *model, GError **error);

/* Programs are kept under a key: what they compute and for which sizes. A new one may push the
 * least recently used out. Both return a borrowed one, valid until the next
 * gs_model_add_program(). */
GsProgram *gs_model_find_program (GsModel *model, const char *key);
/* Finishes and takes the graph. */
GsProgram *gs_model_add_program  (GsModel *model, GsArena *arena, const char *key, GsGraph *graph,
                                  GError **error);
/* What the user of a program noted about the inputs that it last gave it, or NULL; gone with the
 * program. They keep what they hold from run to run, so the same need not be made and given again. */
GBytes *gs_model_get_note (GsModel *model, GsProgram *program);
/* Takes the note; NULL: none. */
void    gs_model_set_note (GsModel *model, GsProgram *program, GBytes *note);
/* For when inputs were set by someone else. */
void    gs_model_forget_notes (GsModel *model);

/* After the source's weights became others: brings the resident ones up to date and forgets what was
 * made with them. On error no weight is resident and no program is left. */
gboolean gs_model_refresh (GsModel *model, GError **error);

/* Frees all programs but these. */
void       gs_model_keep_programs (GsModel *model, GsProgram *const *programs, guint n_programs);

G_END_DECLS
