/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a training is, for the files called training-*. */
#pragma once

#include "io/adapter.h"
#include "nn/low-rank.h"
#include "session/model.h"
#include "session/training-options.h"
#include "train/dataset.h"
#include "train/lora-modules.h"
#include "train/trained.h"

G_BEGIN_DECLS

/* A caption ready for the graph: a text encoder's length of ids, and what the kind makes of them. */
typedef struct
{
  guint32 *ids;     /* config->clip.length                                           */
  float   *vectors; /* LoRA: the encoded text, if that does not change; inversion: the
                       tokens' vectors. (length, width); or NULL                     */
} GsTrainingText;

/* What one kind of training has of its own. */
typedef struct
{
  /* Adds the trained parameters and gives them their first values. */
  gboolean  (*begin)   (GsTraining *training, GError **error);
  /* The vectors that the U-Net attends to, from inputs of the graph. Called in no scope. */
  GsTensor *(*context) (GsTraining *training, GsGraph *g);
  /* The loss of a picture of this size in latent pixels, called in no scope; NULL: the U-Net's. */
  GsTensor *(*loss)    (GsTraining *training, GsGraph *g, guint32 width, guint32 height);
  /* Learns from sample number of n of a step: adds to the gradients and to the loss. NULL: from noisy
   * latents and captions, which are read beforehand; else neither are read, and context, set, collect
   * and read are not called. */
  gboolean  (*learn)   (GsTraining *training, guint64 step, guint number, guint n, double *loss,
                        GError **error);
  /* Tensors whose gradients are outputs 1, 2 ... of the program. */
  void      (*ask)     (GsTraining *training, GsGraph *g, GPtrArray *tensors);
  /* Sets a text's inputs and those of the parameters. */
  gboolean  (*set)     (GsTraining *training, GsProgram *program, const GsTrainingText *text,
                        GError **error);
  /* Adds the program's gradients to the parameters'. */
  gboolean  (*collect) (GsTraining *training, GsProgram *program, const GsTrainingText *text,
                        GError **error);
  /* What a new text needs beside its ids; while text encoders may run. */
  gboolean  (*read)    (GsTraining *training, GsTrainingText *text, GError **error);
  /* From now on the session's pictures are made with what was learnt so far, or without again. */
  gboolean  (*show)    (GsTraining *training, GError **error);
  void      (*hide)    (GsTraining *training);
  /* Around a run, and behind each step of the optimizer; or NULL: nothing to do. */
  gboolean  (*enter)   (GsTraining *training, GError **error);
  gboolean  (*stepped) (GsTraining *training, GError **error);
  void      (*leave)   (GsTraining *training);
  /* The training is let go of. */
  void      (*end)     (GsTraining *training);
  gboolean  (*save)    (GsTraining *training, const char *path, GError **error);
  gboolean  text_stays; /* the text encoder is needed while learning */
} GsTrainingClass;

/* Pictures, and what was made of them. */
typedef struct
{
  GsDataset *dataset; /* NULL: there are none                                            */
  float    **latents; /* of each item, and behind those of each one mirrored: (2 Z, h, w) */
  guint32   *order;   /* see gs_draws_pick()                                             */
  guint64    epoch;
} GsTrainingPictures;

struct _GsTraining
{
  GsSession        *session;
  const GsTrainingClass *klass;
  GsTrainingOptions options;
  guint             serial;    /* of its programs' keys */
  GsTrainingPictures pictures;
  GsTrainingPictures prior;    /* those that are to stay as they are */
  GHashTable       *facts;
  GPtrArray        *notes;
  GsTrainedRule     rule;
  GsTrained        *trained;
  GArray           *losses;    /* float, one a step done */
  gboolean          is_loaded; /* the state is that of the file, or newer */

  /* LoRA */
  GArray           *modules;   /* GsLoraModule */
  GArray           *outputs;   /* guint: of each trained tensor the program's output; 0: none */
  GsLowRank        *low_rank;
  GsAdapter        *shown;     /* while sample pictures are made */
  /* Model */
  GArray           *places;    /* where gradients come out: of training-weights.c */
  GHashTable       *names;     /* canonical name -> number of the trained tensor, and 1 */
  /* Inversion */
  guint             first_id;  /* of the new word's rows */

  gboolean          is_read;   /* pictures and captions are */
  GHashTable       *texts;     /* text -> GsTrainingText */
  char             *vae_hash, *text_hash;

  GsTrainingProgress progress;
  GsTrainingFunc     func;
  gpointer           user_data;
  gint64             began;    /* us; when this run's first step began */
  guint              began_at; /* which step that was */
  double             away;     /* seconds since then that were no steps: samples, files */
  gint64             written;  /* when the state was last written */
};

extern const GsTrainingClass gs_training_autoencoder;
extern const GsTrainingClass gs_training_inversion;
extern const GsTrainingClass gs_training_lora;
extern const GsTrainingClass gs_training_model;

/* FALSE with GS_ERROR_CANCELLED if the caller wants a pause. */
gboolean gs_training_tell (GsTraining *training, GError **error);
/* In a new phase of so many parts. */
gboolean gs_training_phase (GsTraining *training, GsTrainingPhase phase, guint n_parts,
                            GError **error);

/* ---- training-data.c ---- */

/* Latents of all pictures and what the texts need, from the cache or made now. */
gboolean gs_training_read_data (GsTraining *training, GError **error);
/* Hashes of the model's parts that the cache's content depends on. */
char    *gs_training_hash_component (GsModel *model, GsComponent component);
char    *gs_training_cache_folder (GsTraining *training);
/* Lets go of all device memory of the model and of what was declared of its weights. */
void     gs_training_forget (GsTraining *training);

/* ---- training-texts.c ---- */

/* The caption of an item, which may be one of the prior's; template: any number, which chooses among
 * texts for pictures without one. */
char    *gs_training_caption (GsTraining *training, const GsDatasetItem *item, guint32 template);
/* Texts that an item may have: templates 0 .. n - 1. */
guint    gs_training_n_captions (GsTraining *training, const GsDatasetItem *item);
/* Made at its first use; the training's. */
GsTrainingText *gs_training_text (GsTraining *training, const char *caption, GError **error);
void     gs_training_text_free (gpointer text);

/* ---- training-step.c ---- */

/* The program that learns from pictures of a size in latent pixels; made if needed, borrowed. */
GsProgram *gs_training_program (GsTraining *training, guint32 width, guint32 height,
                                GError **error);
/* One step of the optimizer. On failure nothing has changed. */
gboolean gs_training_step (GsTraining *training, GError **error);

/* ---- training-weights.c: what kinds that train the model's own weights have in common ---- */

/* Adds what a component has to training->trained, at so many times the rate. */
gboolean gs_training_weights_add   (GsTraining *training, GsComponent component, double rate,
                                    GError **error);
/* Behind the last of them: their first values. */
void     gs_training_weights_begin (GsTraining *training);
/* Members of the class. */
void     gs_training_weights_ask     (GsTraining *training, GsGraph *g, GPtrArray *tensors);
gboolean gs_training_weights_collect (GsTraining *training, GsProgram *program,
                                      const GsTrainingText *text, GError **error);
gboolean gs_training_weights_show    (GsTraining *training, GError **error);
/* The model's weights are these from now on. */
gboolean gs_training_weights_put     (GsTraining *training, const float *values, GError **error);
gboolean gs_training_weights_renew   (GsTraining *training, GError **error);
void     gs_training_weights_leave   (GsTraining *training);
void     gs_training_weights_end     (GsTraining *training);
gboolean gs_training_weights_save    (GsTraining *training, const char *path, GError **error);
/* The model's file with these values in the place of what is trained. */
gboolean gs_training_weights_save_values (GsTraining *training, const float *values,
                                          const char *path, GError **error);

/* ---- training-samples.c ---- */

/* Makes the sample pictures of the step unless they are there. */
gboolean gs_training_sample (GsTraining *training, GError **error);

/* ---- training-files.c ---- */

/* Checks or writes the settings, reads the state if there is one. */
gboolean gs_training_open_state  (GsTraining *training, GError **error);
gboolean gs_training_write_state (GsTraining *training, GError **error);

G_END_DECLS
