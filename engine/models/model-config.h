/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a checkpoint's networks look like, as numbers.
 *
 * Sizes are read from the tensors' shapes, never assumed, so that a miniature and a full model
 * go through the same code. What shapes cannot say (heads, norm groups, prediction type, scaling
 * factor ...) comes, in this order, from JSON that the caller has, from the diffusers
 * config.json, from JSON in the safetensors metadata ("gesso.test_config", "gesso.config",
 * "config", single "gesso.*" values), and else from what the family always has.
 *
 * All of it is checked before a network is built: a config that was read divides where the
 * networks divide, and every tensor that they ask for is in the checkpoint with the right shape. */
#pragma once

#include "io/checkpoint.h"

G_BEGIN_DECLS

#define GS_MAX_LEVELS           8
#define GS_MAX_LAYERS_PER_LEVEL 8
#define GS_MAX_DEPTH            32
#define GS_MAX_LATENT_CHANNELS  64

typedef enum
{
  GS_FAMILY_SD1,
  GS_FAMILY_SD2,
  GS_FAMILY_SDXL,
  GS_N_FAMILIES
} GsFamily;

typedef enum
{
  GS_PREDICTION_EPSILON,
  GS_PREDICTION_V,
} GsModelPrediction; /* sample has a GsPrediction of its own */

typedef enum
{
  GS_BETA_SCALED_LINEAR, /* the square roots are evenly spaced */
  GS_BETA_LINEAR,
  GS_BETA_SQUARED_COSINE,
} GsBetaSchedule;

typedef struct
{
  guint layers;
  guint width;
  guint heads; /* divides width */
  guint mlp_width;
  guint vocabulary;    /* rows of the token table */
  guint extra_tokens;  /* rows behind them for words of textual inversion; no file has any */
  guint length;        /* positions: 77 */
  guint bos, eos, pad; /* token ids; pad fills up after eos */
  gboolean quick_gelu; /* x sigmoid (1.702 x), else exact GELU */
  gboolean open_clip;  /* trained by OpenCLIP (SD2, SDXL's second), which pads with 0 */
  guint projection_width; /* of the pooled vector; 0: it makes none */
  guint clip_skip;     /* the layer that the U-Net was trained on: 1 the last, 2 the last but one */
  double epsilon;      /* of the layer norms */
} GsClipConfig;

typedef struct
{
  guint in_channels;  /* Z, or 2 Z + 1 for inpainting: latent, mask, masked image's latent; or 2 Z for
                         editing: latent, image's latent */
  guint out_channels; /* Z */
  guint time_width;   /* of the time embedding's two linear layers */
  guint n_levels;
  guint channels[GS_MAX_LEVELS]; /* the first is also the width of conv_in and of the sinusoids */
  guint layers; /* residual blocks per level on the way down; one more on the way up */
  /* Transformer blocks behind each residual block of a level, on the way down and on the way up;
   * 0 = none. Pruned models have other numbers on either way and within a level. */
  guint8 down_depth[GS_MAX_LEVELS][GS_MAX_LAYERS_PER_LEVEL];
  guint8 up_depth[GS_MAX_LEVELS][GS_MAX_LAYERS_PER_LEVEL + 1];
  guint heads[GS_MAX_LEVELS]; /* divides channels; the middle has the last level's */
  guint middle_layers;        /* residual blocks in the middle: 2, or 1 without attention */
  guint middle_depth;         /* 0 = no attention in the middle */
  guint context_width;        /* of the text vectors; 0 if nothing attends to them */
  guint label_width;          /* SDXL's pooled conditioning ("add_embedding"); 0 = none */
  guint size_width;           /* of the sinusoids of each size in it: 256 */
  guint groups;               /* of all group norms; divides every norm's channels */
  double epsilon;             /* of the residual blocks' norms; the transformers' is 1e-6 */
  gboolean linear_projection; /* proj_in, proj_out stored as (C, C), not (C, C, 1, 1) */
} GsUnetConfig;

typedef struct
{
  guint latent_channels; /* Z */
  guint n_levels;
  guint channels[GS_MAX_LEVELS]; /* from the picture's end */
  guint layers; /* residual blocks per level in the encoder; one more in the decoder */
  guint groups;
  gboolean has_encoder, has_decoder;
  gboolean has_quant_conv; /* and post_quant_conv */
  double scaling_factor;   /* U-Net's latent = (VAE's latent - shift_factor) * scaling_factor */
  double shift_factor;
} GsVaeConfig;

typedef struct
{
  guint channels;
  guint latent_channels;
  gboolean has_encoder, has_decoder;
} GsTaesdConfig;

typedef struct
{
  double beta_start, beta_end;
  GsBetaSchedule beta_schedule;
  guint train_steps;
  GsModelPrediction prediction;
  gboolean is_said;          /* the files say what it predicts; else it is the family's custom */
  gboolean zero_terminal_snr;
  guint steps_offset;        /* of "leading" timesteps: 1 */
  gboolean set_alpha_to_one; /* DDIM's last alpha: FALSE = the schedule's first */
} GsScheduleConfig;

typedef struct
{
  GsFamily family;
  gboolean has[GS_N_COMPONENTS]; /* whose configs below mean something */
  GsClipConfig clip;
  GsClipConfig clip_2; /* SDXL's second text encoder */
  GsUnetConfig unet;
  GsVaeConfig vae;
  GsTaesdConfig taesd;
  GsScheduleConfig schedule;
} GsModelConfig;

/* "SD 1.x", "SD 1.x inpainting", "SD 2.x", "SDXL" ...; static. */
const char *gs_model_config_family_name (const GsModelConfig *config);

/* Text encoder layers to leave out, less one: what was asked for (0: nothing), but never fewer than the
 * family does. SD 2.x and SDXL attend to the last layer but one. */
guint gs_model_config_clip_skip (const GsModelConfig *config, guint asked);

/* Numbers that SDXL's label is made of beside the pooled text: 6 sizes, or with the refiner 4 and a
 * score; 0 for models without a label. */
guint gs_model_config_n_sizes (const GsModelConfig *config);

/* TRUE if the U-Net takes a mask and a masked image beside the latent. */
gboolean gs_model_config_is_inpainting (const GsModelConfig *config);

/* TRUE if it takes the picture to edit beside the latent: instruct-pix2pix. */
gboolean gs_model_config_is_editing (const GsModelConfig *config);

/* Side of the pictures the model was trained on, in pixels: from the files where they say it,
 * else 512 (768 for SD2 with v prediction, 1024 for SDXL). `checkpoint` may be NULL. */
guint gs_model_config_native_size (const GsModelConfig *config, const GsCheckpoint *checkpoint);

/* Reads all components that the checkpoint has, and checks each for missing, surplus and wrongly
 * shaped tensors. A TAESD that does not fit its U-Net is left out (config->has says so). `extra`
 * (may be NULL) is JSON like that of "gesso.test_config", or the flat config of one component.
 * GS_ERROR_BAD_FILE names what is missing or does not fit; GS_ERROR_UNSUPPORTED names what kind
 * of model it is instead. */
gboolean gs_model_config_read (const GsCheckpoint *checkpoint, JsonObject *extra,
                               GsModelConfig *config, GError **error);

/* The first half of it: no tensors are compared, so that `info` can list what is missing
 * (models/model-tensors.h). An error where even the sizes cannot be told. */
gboolean gs_model_config_derive (const GsCheckpoint *checkpoint, JsonObject *extra,
                                 GsModelConfig *config, GError **error);

/* Known models' numbers without a file, for measuring: "sd15", "sd21", "sdxl", "starter". */
gboolean gs_model_config_preset (const char *name, GsModelConfig *config, GError **error);

/* Everything that can be said of a model without a device: opens, reads and checks the file or
 * folder, and looks for NaN and infinities. A readable file that holds no model is an error only
 * if it pretends to be one by its names. `warnings` (may be NULL) receives a new NULL-terminated
 * list of sentences, also on failure. */
gboolean gs_model_verify (const char *path, char ***warnings, GError **error);

G_END_DECLS
