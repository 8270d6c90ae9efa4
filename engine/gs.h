/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gesso's engine, as a program sees it: no Vulkan, no tensors.
 *
 *   g_autoptr (GsSession) session = gs_session_new (NULL, &error);
 *   gs_session_load_model (session, NULL, NULL, NULL, NULL, &error);
 *   GsRequest request = GS_REQUEST_DEFAULT;
 *   request.prompt = "a red house under a yellow sun";
 *   g_autoptr (GsResult) result = gs_session_generate (session, &request, NULL, NULL, &error);
 *   gs_image_save_png (result->images[0], "house.png", result->parameters[0], &error);
 *
 * tests/example is a whole program of this kind. What it is built with is called gesso-engine, by pkg-config
 * where Gesso is installed and by meson where it is a subproject.
 *
 * Threads: the engine is synchronous. A session and everything obtained from it belong to one
 * thread at a time; nothing here may be called on an application's main loop but the functions that
 * say so. Callbacks run on the calling thread.
 *
 * Ownership: "const" returns are borrowed and live as long as the object they come from;
 * everything else returned belongs to the caller. Strings are UTF-8, file names in GLib's encoding.
 *
 * Errors: functions that can fail take a GError and set GS_ERROR (see base/error.h) with one
 * sentence that says what to do. After GS_ERROR_DEVICE_LOST only gs_session_free() is valid.
 */
#pragma once

#include "base/error.h"
#include "base/rng-kind.h"
#include "gs-control.h"
#include "gs-image.h"
#include "gs-library.h"
#include "gs-training.h"
#include "gs-upscale.h"

G_BEGIN_DECLS

/* ---- Devices -------------------------------------------------------------------------------- */

typedef enum
{
  GS_DEVICE_DISCRETE,
  GS_DEVICE_INTEGRATED,
  GS_DEVICE_VIRTUAL,
  GS_DEVICE_CPU,
} GsDeviceKind;

typedef struct
{
  char        *name;         /* "AMD Radeon RX 7600 (RADV NAVI33)"                             */
  char        *driver;       /* "radv Mesa 26.1.0"                                             */
  GsDeviceKind kind;
  guint64      memory_bytes; /* size of the largest device-local heap                          */
  guint64      free_bytes;   /* what the driver says we may still use; memory_bytes if unknown */
  gboolean     has_fp16;     /* stores activations in half precision                           */
  char        *unusable;     /* why it cannot be used, or NULL                                 */
  guint        index;        /* its place in gs_list_devices()                                 */
} GsDeviceInfo;

void gs_device_info_free (GsDeviceInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsDeviceInfo, gs_device_info_free)

/* All Vulkan devices in order of preference (discrete, integrated, virtual, CPU), unusable ones
 * last; the element type is GsDeviceInfo. Empty if there is no driver at all. Any thread. */
GPtrArray *gs_list_devices (void);

/* ---- Sessions ------------------------------------------------------------------------------- */

typedef enum
{
  GS_PRECISION_AUTO, /* f16 where the device computes it fast, else f32 */
  GS_PRECISION_F16,  /* activations stored as half, sums in float       */
  GS_PRECISION_F32,
} GsPrecision;

typedef struct
{
  const char *device;    /* part of a device's name, or its index in gs_list_devices(); NULL: the
                            environment variable GESSO_DEVICE, else the first usable one */
  GsPrecision precision;
  guint64     memory_limit; /* bytes of device memory that pictures may take at most; 0: the variable
                               GESSO_MEMORY_LIMIT (MiB), else what the device has free */
} GsSessionOptions;

typedef struct _GsSession GsSession;

/* To be called first in main(), before there are threads: sets up the environment that drivers read.
 * Without a graphics card it may take a second, once per driver version. */
void                gs_prepare_process    (void);

/* options: may be NULL. NULL with GS_ERROR_NO_DEVICE if nothing fits. */
GsSession          *gs_session_new        (const GsSessionOptions *options, GError **error);
void                gs_session_free       (GsSession *session);
const GsDeviceInfo *gs_session_get_device (GsSession *session);
/* Why that device was chosen, one sentence. */
const char         *gs_session_get_reason (GsSession *session);
/* Folders (an artist's library, as for gs_library_list()) in which LoRA and words of textual inversion
 * are looked for too, after the places that GsRequest.prompt names; ended by NULL, or NULL for none. */
void                gs_session_set_library (GsSession *session, const char *const *folders);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsSession, gs_session_free)

/* ---- Kept steps ----------------------------------------------------------------------------- */

/* The latents of a picture from step to step, kept when a request says keep_steps: they can be
 * looked at, and any of them can be continued otherwise (GsRequest.resume). Nothing in it changes
 * once it is made; any thread may hold it, count and unref it. */
typedef struct _GsSteps GsSteps;

GsSteps *gs_steps_ref       (GsSteps *steps);
void     gs_steps_unref     (GsSteps *steps); /* NULL is allowed */
/* The number n of steps that were made: 0 is the beginning, k what step k left, n the end. */
guint    gs_steps_get_n     (const GsSteps *steps);
/* Host memory that it takes: two latents a step, 128 KiB for 512 x 512 pixels. */
guint64  gs_steps_get_bytes (const GsSteps *steps);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsSteps, gs_steps_unref)

/* ---- Progress ------------------------------------------------------------------------------- */

typedef enum
{
  GS_PHASE_LOAD,
  GS_PHASE_TEXT_ENCODE,
  GS_PHASE_IMAGE_ENCODE,
  GS_PHASE_DENOISE,
  GS_PHASE_DECODE,
  GS_PHASE_UPSCALE, /* its steps are tiles */
} GsPhase;

/* A picture of a batch, as soon as it is made; borrowed during the call. */
typedef struct
{
  guint          index;      /* in the batch */
  guint64        seed;
  const GsImage *image;      /* as it will be in GsResult.images */
  const char    *parameters; /* A1111 parameters text */
  GsSteps       *steps;      /* with keep_steps, else NULL */
} GsFinished;

typedef struct
{
  GsPhase        phase;
  guint          step, n_steps;    /* finished and total denoising steps, or parts of other phases */
  guint          image, n_images;  /* the batch is made one picture after the other                */
  double         seconds_per_step; /* mean so far; 0 before the first step ends                    */
  double         seconds_left;     /* estimate for the denoising phase; < 0: not known yet         */
  const GsImage *preview;          /* the denoised estimate (x0), RGB, only at the end of a step of
                                      a request with preview on, else NULL; valid during the call.
                                      It shows what the result will show, but all of the model's
                                      picture (see coverage), and at the size that the model works
                                      at */
  const GsImage *coverage;         /* while pictures are made: GsResult.coverage; during the call */
  const GsFinished *finished;      /* once for each picture, when it is decoded, else NULL */
} GsProgress;

/* Called at every change and at least every 50 ms while the engine waits for the device.
 * Returns FALSE to cancel: the running call then fails with GS_ERROR_CANCELLED within 100 ms or one
 * submit, and the session stays usable. */
typedef gboolean (*GsProgressFunc) (const GsProgress *progress, gpointer user_data);

/* ---- Checking a device ---------------------------------------------------------------------- */

/* What is known of how right a device and its driver compute: each kernel that they may choose makes small
 * products, which are compared with double precision. A kernel that fails, or that takes the process or the
 * device down, is not used any more. */
typedef struct
{
  guint  n_checks, n_made, n_failed;
  gboolean usable;  /* FALSE: a kernel failed that has no other in its place */
  gboolean has_fp16, has_matrix; /* half precision; cooperative matrices */
  char  *verdict;   /* a sentence: "AMD Radeon RX 7600, radv Mesa 26.1.0: half precision yes,
                       cooperative matrix yes, all 24 checks passed" */
  char  *report;    /* lines for a bug report; nothing of the person or of files */
} GsDeviceCheck;

void gs_device_check_free (GsDeviceCheck *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsDeviceCheck, gs_device_check_free)

/* What is known so far, from the driver's folder in the cache. n_made < n_checks: it is worth checking. */
GsDeviceCheck *gs_session_get_device_check (GsSession *session);

/* Makes the checks that have not been made: milliseconds each, after the driver has compiled. NULL with
 * GS_ERROR_CANCELLED (those made are kept) or GS_ERROR_DEVICE_LOST (the next session goes on with
 * those after the culprit). progress: GS_PHASE_LOAD, a step a check; may be NULL. */
GsDeviceCheck *gs_session_check_device     (GsSession *session, GsProgressFunc progress,
                                            gpointer user_data, GError **error);

/* ---- Models --------------------------------------------------------------------------------- */

typedef struct
{
  const char *vae;   /* file that replaces the model's autoencoder, or NULL                     */
  const char *taesd; /* TAESD file for sharp previews, or NULL: looked for beside the model and
                        in $XDG_DATA_HOME/gesso/taesd/                                           */
  const char *const *text_encoders; /* files or folders whose text encoders replace the model's,
                                       ended by NULL, or NULL: for files of a U-Net alone       */
} GsModelOptions;

/* Loads a file (.safetensors, .ckpt, .pt, .gguf) or a diffusers folder and makes it the session's
 * model; the previous one is dropped first. path: NULL = the starter model. options, progress: may be
 * NULL. */
gboolean gs_session_load_model (GsSession *session, const char *path, const GsModelOptions *options,
                                GsProgressFunc progress, gpointer user_data, GError **error);

typedef struct
{
  char   *path;         /* the file or folder                                             */
  char   *name;         /* what to show: the file's name without its ending, or "Starter" */
  char   *family;       /* "SD 1.x", "SD 1.x inpainting", "SD 2.x", "SDXL" ...            */
  char   *dtype;        /* the type of most weights: "F16"                                */
  guint64 n_parameters;
  guint64 file_bytes;
  char  **components;   /* "text encoder", "U-Net", "autoencoder", "TAESD"                */
  char  **missing;      /* names of tensors that the family needs and the file lacks      */
  char  **unknown;      /* names of tensors that are not used                             */
  char  **notes;        /* other remarks in sentences: NaN weights, no vocabulary ...     */
  guint   native_size;  /* side of the pictures it was trained on, in pixels              */
  gboolean is_inpainting;
  gboolean is_editing;  /* instruct-pix2pix: it changes the start picture as the prompt says */
} GsModelInfo;

/* Reads only headers: no device, milliseconds. path: NULL = the starter model. Any thread. */
GsModelInfo       *gs_model_info_new    (const char *path, GError **error);
void               gs_model_info_free   (GsModelInfo *info);
/* How many tokens the vocabulary has to have that a model lacks; 0: it has one, or there is one beside its file,
 * in $XDG_DATA_HOME/gesso/clip/, or in a diffusers model in one of the folders (ended by NULL, or NULL).
 * Reads headers and vocabularies: tens of milliseconds. path: NULL = the starter model. Any thread. */
guint              gs_model_lacks_vocabulary (const char *path, const char *const *folders);
/* Of the loaded model, or NULL. */
const GsModelInfo *gs_session_get_model (GsSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsModelInfo, gs_model_info_free)

/* ---- Converting ----------------------------------------------------------------------------- */

/* How much of the work is done, 0..1; FALSE stops. */
typedef gboolean (*GsConvertFunc) (double fraction, gpointer user_data);

/* Writes the tensors of a model file (or of a diffusers folder, under its folders' names) into another:
 * .safetensors or .gguf, by the name of `out`. dtype: "f32", "f16", "bf16", "q8_0", "q5_0", "q5_1",
 * "q4_0" or "q4_1" for all weights that can stand in it; NULL keeps each as it is, where the new format
 * can hold it, else without loss. Numbers beyond the range of halves stay floats. Whole or not at all.
 * GS_ERROR_INVALID_ARGUMENT for other names. Any thread. */
gboolean gs_convert_model (const char *in, const char *out, const char *dtype,
                           GsConvertFunc progress, gpointer user_data, GError **error);

/* Where the starter model is, or NULL if it is not installed. Any thread. */
const char *gs_starter_path (void);

/* ---- Samplers and schedules ----------------------------------------------------------------- */

typedef struct
{
  const char *id;    /* "dpmpp-2m": for requests, settings and the command line */
  const char *label; /* "DPM++ 2M": for people and A1111's parameters text      */
} GsNamed;

/* Ended by an entry of NULLs. Any thread. */
const GsNamed *gs_list_samplers  (void);
const GsNamed *gs_list_schedules (void);

/* ---- Requests ------------------------------------------------------------------------------- */

typedef enum
{
  GS_FILL_ORIGINAL, /* what is there, noised           */
  GS_FILL_BLUR,     /* the surroundings, blurred in    */
  GS_FILL_NOISE,    /* latent noise                    */
  GS_FILL_COLOR,    /* the mean colour of the surround */
} GsMaskFill;

typedef enum
{
  GS_PREVIEW_NONE,
  GS_PREVIEW_FAST, /* linear projection of the latent, one pixel per latent pixel, enlarged */
  GS_PREVIEW_BEST, /* TAESD where its file is present, else as FAST                         */
} GsPreview;

/* A picture from a prompt alone in two passes: a smaller one, then its enlargement from image to image. */
typedef enum
{
  GS_HIRES_OFF,
  GS_HIRES_AUTO, /* the first at the model's native size, if the picture has 1.5 times as many pixels or
                    more: models compose larger ones of several */
  GS_HIRES_ON,   /* the first smaller by hires_scale */
} GsHires;

typedef struct
{
  const char *prompt;          /* NULL or empty: unconditioned. "<lora:name:0.8>" applies a LoRA to the
                                  model's weights: a file of that name in
                                  $XDG_DATA_HOME/gesso/loras/, in the model's folder, or in a folder
                                  Lora or loras beside it. A word of textual inversion is the name of
                                  a file in gesso/embeddings/ there, or in a folder embeddings beside
                                  or above the model */
  const char *negative_prompt; /* NULL: empty */
  guint       width, height;   /* pixels, multiples of 8, 64..8192; with init_image 0: its size (rounded to
                                  multiples of 8); before outpainting is added */
  guint       steps;           /* 1..1000 */
  float       guidance_scale;  /* 0..50; 1 = one evaluation a step instead of two */
  float       image_guidance;  /* 0..50: how closely a model for editing (GsModelInfo.is_editing) keeps to
                                  init_image, which such a model needs; there is no denoising
                                  strength then. Other models: nothing */
  float       guidance_rescale;/* 0..1, for zero-terminal-SNR models; 0 = off */
  const char *sampler;         /* id or label; NULL: "euler-a" */
  const char *schedule;        /* id or label; NULL: "normal" */
  guint64     seed;            /* picture i of the batch uses seed + i */
  guint64     variation_seed;  /* "more like this": the noise of seed, turned by ... */
  float       variation_strength; /* ... this much, 0..1, towards that of variation_seed. If it is
                                  not 0, picture i of the batch uses seed and variation_seed + i
                                  (A1111's subseed) */
  GsRngKind   rng;
  guint       batch;           /* 1..64 pictures, one after the other */
  guint       clip_skip;       /* 1: last layer, 2: last but one ...; 0: the model's default,
                                  which SD 2.x and SDXL never fall short of: 2 */

  const GsImage *init_image;         /* start from it (img2img), or NULL */

  /* The frame: the part of init_image that is made anew, in init_image's pixels; the result covers
   * exactly the frame. Where it hangs over init_image's edges, and where init_image is transparent,
   * it is outpainted, at full denoising strength; with nothing but that, or without init_image, it
   * is made from the prompt alone. frame_width 0: no frame. With a frame the outpaint_ fields must
   * be 0, and width and height are the size to work at: 0 = that of the frame, or as
   * scale_to_native says; the model's picture is resized to the frame and put into it at
   * init_image's own resolution. */
  int            frame_x, frame_y;
  guint          frame_width, frame_height; /* 1..8192 */
  gboolean       scale_to_native;    /* a frame smaller than the model's native size is worked on at
                                        as many pixels as that; one of more than 2.25 times as many
                                        at 2.25 times as many */

  float          denoising_strength; /* 0..1, with init_image or mask */
  const GsImage *mask;               /* same size as init_image, any channel count (luma, alpha is ignored);
                                        white is repainted; NULL: everything, or with a frame that
                                        hangs over what is outpainted */
  gboolean       mask_is_strength;   /* differential diffusion: a pixel's denoising strength is
                                        denoising_strength times the mask there, so grey is
                                        changed less; below an eighth it fades into the original,
                                        too. Black and white mean the same with and without;
                                        without, grey mixes the pictures */
  guint          mask_feather;       /* pixels of soft edge outside the mask; beyond it no byte changes */
  gboolean       match_colors;       /* with mask or outpainting: shift and scale the colours of what
                                        is made so that they meet the original around it. Where
                                        the coverage is 0 nothing changes either way */
  GsMaskFill     fill;
  guint          outpaint_left, outpaint_top, outpaint_right, outpaint_bottom; /* pixels to grow by;
                                        sides are rounded up to make the result a multiple of 8 */
  GsHires        hires;              /* where nothing of a picture is started from */
  float          hires_scale;        /* 1..8, width and height over those of the first pass */
  float          hires_strength;     /* denoising strength of the second pass, above 0, to 1 */
  guint          hires_steps;        /* that the second pass makes; 0: steps times its strength */
  const char    *hires_upscaler;     /* "latent", "pixel" (Lanczos), an upscaler's file or its name in
                                        the library; NULL: pixels if the model can read pictures.
                                        One that is not in the library is left out with a note */
  /* Shortcuts, which change the picture a little; 0: off. What they gain: README.md. */
  float          guidance_from, guidance_to; /* guided only in this part of the steps, 0..1;
                                        guidance_to 0: to the end */
  guint          deep_cache;         /* the U-Net's deep layers run once in so many evaluations, 2..20 */
  guint          gate;               /* after so many steps what the prompt says is kept, unguided */
  gboolean       free_u;             /* FreeU, the second version, with its authors' numbers for the
                                        model's family: stronger shapes. It costs time, see there */
  const char *refiner;           /* a model's file or its name in the library that makes the last steps, with
                                    neither LoRA nor controls: SDXL's refiner; NULL: none */
  float       refiner_start;     /* from which part of the steps on, 0..1 */
  GsPreview      preview;

  const GsControl *controls;         /* networks that guide it by pictures, all of them in each step */
  guint          n_controls;         /* at most GS_MAX_CONTROLS */

  gboolean       keep_steps;         /* see GsResult.steps */
  const GsSteps *resume;             /* goes on from a kept step instead of from noise, or NULL. The
                                        size in latent pixels, steps, sampler and schedule must be
                                        those of the kept run, and denoising_strength is; all else
                                        may differ. Pictures of a batch differ if the sampler draws
                                        noise. With everything the same the picture is the
                                        same, but for samplers that remember earlier steps (LMS,
                                        DPM++ 2M, UniPC ...), which begin anew */
  guint          resume_step;        /* 0..gs_steps_get_n (resume) */
} GsRequest;

#define GS_REQUEST_DEFAULT                                                                         \
  ((GsRequest) {                                                                                   \
      .width = 512, .height = 512, .steps = 20, .guidance_scale = 7.0f, .image_guidance = 1.5f,    \
      .batch = 1,                                                                                  \
      .denoising_strength = 0.75f, .mask_feather = 8, .match_colors = TRUE,                       \
      .hires_scale = 2.0f, .hires_strength = 0.5f, .refiner_start = 0.8f,             \
      .preview = GS_PREVIEW_NONE })

typedef struct
{
  double load_seconds, text_encode_seconds, image_encode_seconds, denoise_seconds, decode_seconds;
  double *step_seconds; /* of the first picture */
  guint   n_steps;
} GsTimings;

typedef struct
{
  guint     n_images;
  GsImage **images;       /* RGB; NULL entries where the decode failed */
  guint64  *seeds;
  char    **parameters;   /* A1111 parameters text of each picture, for its PNG */
  GsSteps **steps;        /* with keep_steps: of each picture (of two passes the second), NULL where it
                             was not denoised to its end; else NULL */
  GsImage  *coverage;     /* gray, as large as the pictures: how much of the model's picture shows,
                             0 where the original's bytes stand; NULL: 255 everywhere */
  GsTimings timings;
  guint64   peak_bytes;   /* device memory, weights included */
  char    **notes;        /* remarks in sentences, ended by NULL: parts of a LoRA that the model has no
                             place for; or NULL */
  struct _GsLatents *latents; /* the finished latents, kept for gs_session_decode() */
} GsResult;

void gs_result_free (GsResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsResult, gs_result_free)

/* Makes the pictures of a request with the session's model. NULL on error; but when denoising was
 * done and only the decode failed, the result comes back with the latents, images[i] NULL *and*
 * error set: gs_session_decode() tries again. */
GsResult *gs_session_generate (GsSession *session, const GsRequest *request,
                               GsProgressFunc progress, gpointer user_data, GError **error);

/* Decodes the latents of pictures that are still NULL. */
gboolean gs_session_decode (GsSession *session, GsResult *result,
                            GsProgressFunc progress, gpointer user_data, GError **error);

/* What the model saw in the picture after a step, quickly, as in GsProgress.preview (kind: not
 * GS_PREVIEW_NONE). Step 0 shows the beginning itself: noise. */
GsImage *gs_session_preview_step (GsSession *session, const GsSteps *steps, guint step,
                                  GsPreview kind, GError **error);

/* The same through the autoencoder and put into the original, as in GsResult.images. */
GsImage *gs_session_decode_step (GsSession *session, const GsSteps *steps, guint step,
                                 GsProgressFunc progress, gpointer user_data, GError **error);

/* Writes the latents as .safetensors (latents: (N, 4, H/8, W/8) F32) so that they survive the process. */
gboolean gs_result_save_latents (const GsResult *result, const char *path, GError **error);

/* How a request would be fitted into device memory: sentences, a line each. */
char    *gs_session_describe_memory (GsSession *session, const GsRequest *request, GError **error);

/* Device memory that a request would need at its peak, weights included, and what is available. */
gboolean gs_session_estimate_memory (GsSession *session, const GsRequest *request,
                                     guint64 *needed_bytes, guint64 *available_bytes, GError **error);

/* Tokens of a prompt with the loaded model's vocabulary and how many fill its last chunk. */
gboolean gs_session_count_tokens (GsSession *session, const char *prompt, guint *n_tokens,
                                  guint *n_available, GError **error);

/* ---- Enlarging ------------------------------------------------------------------------------ */

/* A picture made larger: see GsUpscaleOptions. Needs no model of the session; session may be NULL
 * where options name no upscaler. The result has 3 channels or, where image has alpha, 4; without an
 * upscaler as many as image. */
GsImage *gs_session_upscale (GsSession *session, const GsImage *image,
                             const GsUpscaleOptions *options, GsProgressFunc progress,
                             gpointer user_data, GError **error);

/* ---- Settings of a picture ------------------------------------------------------------------ */

/* The settings in an A1111 "parameters" text (see gs_image_load_png()); strings are owned by the
 * struct. Fields that the text lacks keep GS_REQUEST_DEFAULT's values. */
typedef struct
{
  GsRequest request;
  char     *prompt, *negative_prompt, *sampler, *schedule, *model, *hires_upscaler, *refiner;
  gboolean  has_seed, has_size, has_denoising_strength;
} GsSettings;

/* Any thread. NULL if the text is not of that form. */
GsSettings *gs_settings_parse (const char *parameters, GError **error);
void        gs_settings_free  (GsSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsSettings, gs_settings_free)

/* ---- Measuring ------------------------------------------------------------------------------ */

/* What was measured of one thing: a ceiling of the device, a part of a model, or all of a part's
 * nodes of one op class. */
typedef struct
{
  const char *name;
  double      seconds;       /* median; of a ceiling the best */
  double      gflop;         /* counted: 2 per multiply-add of matmuls, convolutions, attention */
  double      gflops_per_s;
  double      gbytes_per_s;  /* planned traffic of operands over seconds */
  double      fraction;      /* parts: of the compute ceiling; op classes: of the nearer ceiling */
  gboolean    memory_bound;  /* op classes: the nearer ceiling is that of memory */
  double      share;         /* op classes: of the seconds of all of them */
  guint       n_nodes;       /* op classes */
  guint       n_dispatches;
  guint64     arena_bytes;   /* parts: activations, as planned */
  guint64     peak_bytes;    /* parts: all device memory while it ran, weights included */
} GsBenchEntry;

typedef struct
{
  const char *op;            /* its class */
  char       *name;          /* "unet.mid_block.resnets.0.conv1" */
  char       *shapes;        /* "2x8x8x1280 -> 2x8x8x1280" */
  double      seconds, gflop, gbytes;
  guint       n_dispatches;
} GsBenchNode;

typedef struct
{
  GsBenchEntry total;
  /* The rest only if it was profiled: */
  GsBenchEntry gemms;        /* GEMMs and convolutions together, without attention */
  GArray      *ops;          /* GsBenchEntry, slowest first */
  GArray      *nodes;        /* GsBenchNode, in order */
} GsBenchPart;

typedef struct
{
  GArray    *ceilings;       /* GsBenchEntry: what the device does at best, measured in this run */
  double     gflops_per_s;   /* the highest of them ... */
  double     gbytes_per_s;
  GPtrArray *parts;          /* GsBenchPart */
  double     preview_seconds; /* of one step's preview without TAESD; 0 if unet_batch2 was not wanted */
} GsBench;

typedef struct
{
  guint width, height;       /* of the picture */
  guint repeats;             /* timed runs after one warm-up */
  const char *const *only;   /* parts to measure, ended by NULL; NULL: all */
  gboolean profile_all;      /* op classes and nodes of all parts, not just unet_batch2, vae_decode */
} GsBenchOptions;

/* text_encoder, text_encoder_2 (SDXL), unet_batch1, unet_batch2, unet_controlnet (both halves with a
 * ControlNet of random weights; only if it is named), vae_encode, vae_decode, train_lora (only if it is
 * named), NULL. Any thread. */
const char *const *gs_bench_get_part_names (void);

/* Random weights of a full model's shapes, made in memory: "sd15", "sdxl", "starter". */
gboolean gs_session_load_synthetic (GsSession *session, const char *shape, GError **error);

/* Measures the device's ceilings, then the loaded model's parts. */
GsBench *gs_session_bench (GsSession *session, const GsBenchOptions *options,
                           GsProgressFunc progress, gpointer user_data, GError **error);
void     gs_bench_free    (GsBench *bench);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsBench, gs_bench_free)

typedef struct
{
  const char *id, *group;
  gboolean    passed;
  double      max_absolute, max_relative, tolerance; /* of the tensor closest to its tolerance */
  const char *detail;                                /* which tensor, or why it failed         */
} GsParityCase;

typedef void (*GsParityFunc) (const GsParityCase *result, gpointer user_data);

/* Runs the cases of folder/MANIFEST.json whose id or group matches a glob of only (NULL: all) and
 * none of skip; reports each. FALSE only if the manifest cannot be read. */
gboolean gs_session_parity (GsSession *session, const char *folder, const char *const *only,
                            const char *const *skip, GsParityFunc report, gpointer user_data,
                            guint *n_passed, guint *n_failed, GError **error);

G_END_DECLS
