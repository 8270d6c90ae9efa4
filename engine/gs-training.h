/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Teaching the loaded model something new: a word (textual inversion), an add-on (LoRA), or all of its
 * U-Net or of its autoencoder, from a folder of pictures. Part of gs.h.
 *
 *   GsTrainingOptions options = GS_TRAINING_OPTIONS_DEFAULT;
 *   options.kind = GS_TRAINING_LORA;
 *   options.data = "pictures";
 *   options.state = "gizmo.training";
 *   options.word = "gizmo";
 *   g_autoptr (GsTraining) training = gs_training_new (session, &options, &error);
 *   gs_training_run (training, on_progress, NULL, &finished, &error);
 *   gs_training_save (training, "gizmo.safetensors", &error);
 *
 * A training lives in a folder of its own (the state folder):
 *
 *   settings.ini        its options, so that it can be continued without them
 *   state.safetensors   parameters, moments and losses of the last written step
 *   cache/              latents of the pictures, vectors of the captions
 *   samples/            pictures made on the way, <step>-<number>.png
 *
 * The state is written at every pause and every so many seconds, whole or not at all. A training that
 * was killed, or ended by a full disk or a lost device, goes on from there, and its result is the same
 * to the byte as if nothing had happened.
 *
 * Threads and errors are as in gs.h: a training belongs to its session's thread. Between two calls of
 * gs_training_run() the session makes pictures as ever, which is how training and painting take turns;
 * the session's model must stay the same.
 */
#pragma once

#include <glib.h>

#include "gs-image.h"

G_BEGIN_DECLS

typedef struct _GsSession GsSession;
typedef struct _GsTraining GsTraining;

typedef enum
{
  GS_TRAINING_INVERSION, /* the vectors of a new word; the model stays as it is     */
  GS_TRAINING_LORA,      /* low-rank factors beside the model's weights             */
  GS_TRAINING_MODEL,     /* the weights of the U-Net themselves, which takes a host memory of some
                            five times their number of floats                       */
  GS_TRAINING_AUTOENCODER, /* those of the autoencoder, by pictures alone. The U-Net does not learn
                            what becomes of its latents: keep to a low rate                 */
} GsTrainingKind;

typedef enum
{
  GS_SUBJECT_OBJECT, /* the word is a thing; pictures without captions are "a picture of WORD" ... */
  GS_SUBJECT_STYLE,  /* the word is a manner: "a picture in the style of WORD" ...                 */
} GsTrainingSubject;

typedef enum
{
  GS_OPTIMIZER_ADAMW,
  GS_OPTIMIZER_PRODIGY, /* finds its rate by itself: rate is a factor on that, usually 1 */
} GsTrainingOptimizer;

/* How the learning rate goes on after the warm-up. */
typedef enum
{
  GS_SCHEDULE_CONSTANT,
  GS_SCHEDULE_LINEAR, /* down to 0 at the last step */
  GS_SCHEDULE_COSINE,
} GsTrainingSchedule;

/* Whether values are computed twice instead of kept: half as much memory or less, a third more time. */
typedef enum
{
  GS_RECOMPUTE_AUTO, /* where it would not fit otherwise */
  GS_RECOMPUTE_NEVER,
  GS_RECOMPUTE_ALWAYS,
} GsTrainingRecompute;

typedef struct
{
  GsTrainingKind kind;
  const char *data;         /* folder of pictures with captions beside them, see train/dataset.h    */
  const char *state;        /* the state folder; made if needed                                     */
  const char *word;         /* the new word; of a LoRA a word that captions begin with, or NULL     */
  GsTrainingSubject subject;
  guint    resolution;      /* pixels of a square's side; 0: the model's native size                */
  gboolean buckets;         /* other shapes for pictures that are not square                        */
  gboolean flip;            /* pictures are also seen mirrored                                      */
  guint    steps;           /* of the optimizer                                                     */
  guint    batch;           /* pictures a step, one after the other: memory does not depend on it   */
  guint    accumulate;      /* so many batches make a step: the same as a larger batch              */
  GsTrainingOptimizer optimizer;
  double   rate;            /* of learning; 0: what suits the kind and the optimizer                */
  double   text_rate;       /* LoRA: of the text encoder's modules; 0: as rate                      */
  GsTrainingSchedule schedule;
  guint    warm_up;         /* steps in which the rate rises from nothing                           */
  double   weight_decay;
  double   clip;            /* longest gradient that is taken as it is; 0: any                      */
  double   average;         /* the result is a running mean that keeps this much a step (0.999);
                               0: the last values                                                   */
  double   snr_gamma;       /* min-SNR weighting of timesteps: 5; 0: all count the same             */
  double   noisy_gain;      /* noisy timesteps count up to so many times more; 0: not               */
  double   caption_dropout; /* the share of captions that are left empty, 0..1; not of inversion    */
  double   noise_offset;    /* this much of one random number a channel is added to the noise       */
  const char *prior;        /* folder of other pictures of the same class, which are to stay as they are
                               (prior preservation); NULL: none                                     */
  double   prior_weight;    /* how much they count                                                  */
  GsTrainingRecompute recompute;
  guint64  seed;
  guint    clip_skip;       /* as in GsRequest                                                      */

  guint    n_vectors;       /* inversion: of the word, 1..32                                        */
  const char *initial;      /* inversion: words whose vectors it begins with; NULL: a common one    */

  guint    rank;            /* LoRA: 1..256                                                         */
  double   alpha;           /* LoRA: the modules count alpha / rank times; 0: as rank               */
  guint    conv_rank;       /* LoCon: of 3x3 convolutions; 0: none                                  */
  double   conv_alpha;      /* 0: as conv_rank                                                      */
  gboolean text_encoder;    /* LoRA, model: its layers too                                          */
  gboolean from_scratch;    /* model, autoencoder: begins with random weights of the loaded model's
                               shapes. An autoencoder's latents are then made to what a U-Net takes,
                               when it is written                                                   */
  double   divergence;      /* autoencoder: how much the latents' divergence counts                 */
  double   edges;           /* autoencoder: how much differences of neighbouring pixels count       */
  const char *blocks;       /* LoRA: only layers with one of these words in their names, separated
                               by commas ("mid_block,up_blocks.1,attn2"); NULL: all                 */

  guint    sample_every;    /* steps between sample pictures; 0: none                               */
  const char *const *prompts; /* of the sample pictures, ended by NULL; NULL: one about the word    */
  guint    sample_steps;    /* denoising steps of a sample                                          */
  double   sample_guidance;
  guint    state_seconds;   /* between two writings of the state                                    */
  guint    state_every;     /* and steps between them; 0: seconds alone                             */
} GsTrainingOptions;

#define GS_TRAINING_OPTIONS_DEFAULT                                                                \
  ((GsTrainingOptions) {                                                                           \
      .buckets = TRUE, .steps = 1000, .batch = 1, .accumulate = 1, .weight_decay = 0.01,           \
      .clip = 1, .prior_weight = 1,                                                                \
      .divergence = 1e-6, .edges = 0.5,                                                             \
      .n_vectors = 1, .rank = 8, .sample_steps = 20, .sample_guidance = 7, .state_seconds = 60 })

/* Reads the pictures' folder and checks everything that can be checked before the work; the session
 * must have a model. If the state folder holds a training of these options it is continued (steps and
 * what concerns sample pictures and writing the state may differ); if it holds another one, that is an
 * error that names the first difference: GS_ERROR_INVALID_ARGUMENT. */
GsTraining *gs_training_new    (GsSession *session, const GsTrainingOptions *options,
                                GError **error);
/* Continues what is in a state folder, by the options there. */
GsTraining *gs_training_resume (GsSession *session, const char *state, GError **error);
/* Before its session. NULL is allowed. */
void        gs_training_free   (GsTraining *training);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsTraining, gs_training_free)

typedef enum
{
  GS_TRAINING_READ_PICTURES, /* latents are made, those that are not in the cache */
  GS_TRAINING_READ_CAPTIONS,
  GS_TRAINING_LEARN,
  GS_TRAINING_SAMPLE,
} GsTrainingPhase;

typedef struct
{
  GsTrainingPhase phase;
  guint    part, n_parts;     /* of pictures, captions or samples                                   */
  guint    step, n_steps;     /* finished and all; step counts what was done before it was resumed  */
  gboolean is_step;           /* a step has just ended: loss is its                                 */
  double   loss, mean_loss;   /* of the last step; of the last hundred                              */
  double   seconds_per_step;  /* mean since gs_training_run(); 0: not known                         */
  double   seconds_left;      /* < 0: not known                                                     */
  guint64  planned_bytes;     /* device memory that learning needs, known beforehand                */
  guint64  peak_bytes;        /* device memory that was used so far                                 */
  const GsImage *sample;      /* a sample picture that was just made, during the call; else NULL    */
  const char *sample_path;
} GsTrainingProgress;

/* Called at every change and at least every 50 ms while the engine waits for the device. FALSE pauses:
 * gs_training_run() comes back within one submit, and what the step had done so far is done again. */
typedef gboolean (*GsTrainingFunc) (const GsTrainingProgress *progress, gpointer user_data);

/* Learns until all steps are done, progress says FALSE, or something goes wrong. TRUE with *finished in
 * the first two cases; in all of them the state is written as far as it can be. After
 * GS_ERROR_DEVICE_LOST a new session continues with gs_training_resume(). */
gboolean gs_training_run (GsTraining *training, GsTrainingFunc progress, gpointer user_data,
                          gboolean *finished, GError **error);

/* Writes what was learnt so far. A word: .safetensors in diffusers' layout, .pt in A1111's; a LoRA:
 * .safetensors with kohya's names and metadata; a model: .safetensors with the names, the other parts and
 * the metadata of the file that it was. The same training gives the same bytes. */
gboolean gs_training_save (GsTraining *training, const char *path, GError **error);

/* Device memory that learning will need and what there is; before gs_training_run(). */
gboolean gs_training_plan (GsTraining *training, guint64 *needed_bytes, guint64 *available_bytes,
                           GError **error);

/* What should be known: pictures that were left out, captions that were cut; sentences ended by NULL. */
const char *const *gs_training_get_notes  (GsTraining *training);
guint              gs_training_get_step   (GsTraining *training);
guint              gs_training_n_pictures (GsTraining *training);
/* Losses of all steps done; borrowed until the next gs_training_run(). */
const float       *gs_training_get_losses (GsTraining *training, guint *n);
/* Number of trained parameters. */
guint64            gs_training_n_parameters (GsTraining *training);

/* ---- Without a session, on any thread ---- */

/* What is cut out of a picture of these sizes to learn from: x, y, width and height in its pixels. The
 * options are those of the training, resolution not 0. */
void   gs_training_crop        (guint width, guint height, guint resolution, gboolean buckets,
                                double crop[4]);

/* Draws the pictures that the starter model learns from, n of them with captions, into a folder that a
 * training can read; those that are there are left as they are. The same seed, the same pictures.
 * GS_ERROR_BAD_FILE. */
gboolean gs_training_draw_scenes (const char *folder, guint n, guint64 seed, GError **error);

/* Losses of the steps that a state folder holds; NULL and 0 where it holds none. Free with g_free(). */
float *gs_training_load_losses (const char *state, guint *n);

G_END_DECLS
