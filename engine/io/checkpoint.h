/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model on disk, whatever its layout: tensors by canonical name, and what the files say beside
 * them.
 *
 * Opens a file of tensors (io/tensor-file: CompVis, diffusers or one component's names) or a diffusers
 * folder.
 * Data stay in the mapped files until someone reads them. Changed by the thread that owns it;
 * reading is safe from several threads. */
#pragma once

#include "io/json.h"
#include "io/names.h"
#include "io/tensor-file.h"

G_BEGIN_DECLS

typedef struct _GsCheckpoint GsCheckpoint;

/* Any model. A file without a single known tensor opens too (see gs_checkpoint_unrecognised ());
 * what is wrong with a model as a whole is for gs_model_config_read () to say. Errors as
 * gs_tensor_file_open ()'s. */
GsCheckpoint *gs_checkpoint_open (const char *path, GError **error);

/* An empty one, to be filled by gs_checkpoint_add (); `path` serves messages. */
GsCheckpoint *gs_checkpoint_new (const char *path);
void gs_checkpoint_free (GsCheckpoint *checkpoint);

const char *gs_checkpoint_path (const GsCheckpoint *checkpoint);

/* The same for messages: always UTF-8. */
const char *gs_checkpoint_shown_path (const GsCheckpoint *checkpoint);

/* By canonical name ("unet.conv_in.weight"), or NULL. */
const GsStoredTensor *gs_checkpoint_find (const GsCheckpoint *checkpoint, const char *canonical);

/* All tensors of known components, in the files' order; `canonical` may be NULL. */
guint gs_checkpoint_n_tensors (const GsCheckpoint *checkpoint);
const GsStoredTensor *gs_checkpoint_tensor (const GsCheckpoint *checkpoint, guint i,
                                            const char **canonical);

gboolean gs_checkpoint_has (const GsCheckpoint *checkpoint, GsComponent component);

/* Names in the files that belong to no component (names that are known to be useless aside);
 * borrowed text. */
const GPtrArray *gs_checkpoint_unrecognised (const GsCheckpoint *checkpoint);

/* What such a file seems to be ("a LoRA"), or NULL. */
const char *gs_checkpoint_describe_foreign (const GsCheckpoint *checkpoint);

/* A diffusers JSON file: "unet", "vae", "text_encoder" (their config.json), "scheduler",
 * "tokenizer", "model_index"; NULL where there is none. Borrowed. */
JsonObject *gs_checkpoint_config (const GsCheckpoint *checkpoint, const char *name);

/* A value of the safetensors metadata: of the file that the component came from, or of any file;
 * NULL if absent. */
const char *gs_checkpoint_metadata (const GsCheckpoint *checkpoint, GsComponent component,
                                    const char *key);
const char *gs_checkpoint_any_metadata (const GsCheckpoint *checkpoint, const char *key);

/* The files behind it, as GsTensorFile; borrowed. Their raw tensors ("in.0.x" of a test
 * fixture) are found there. */
const GPtrArray *gs_checkpoint_files (const GsCheckpoint *checkpoint);

/* gs_tensor_file_release_pages() of all files. */
void gs_checkpoint_release_pages (const GsCheckpoint *checkpoint);

/* Odd but harmless things, as sentences; borrowed array of text. */
const GPtrArray *gs_checkpoint_warnings (const GsCheckpoint *checkpoint);

/* Adds a tensor, or replaces the one of that name. `owner` keeps tensor->data alive;
 * tensor->name is ignored. */
void gs_checkpoint_add (GsCheckpoint *checkpoint, const char *canonical,
                        const GsStoredTensor *tensor, GBytes *owner);
void gs_checkpoint_set_metadata (GsCheckpoint *checkpoint, const char *key, const char *value);

/* Every tensor of `other` takes the place of the one of its name, or is added. `other` may be
 * freed afterwards. */
void gs_checkpoint_override (GsCheckpoint *checkpoint, const GsCheckpoint *other);

/* Exchanges a whole component (a VAE given by its own file), its configuration too. FALSE if
 * `other` has none. */
gboolean gs_checkpoint_replace (GsCheckpoint *checkpoint, const GsCheckpoint *other,
                                GsComponent component);

typedef struct
{
  guint n_tensors;
  guint64 n_parameters;
  guint64 n_bytes;
  guint64 by_dtype[GS_N_DTYPES]; /* parameters */
} GsCheckpointStats;

/* Of one component, or of all for GS_N_COMPONENTS. */
GsCheckpointStats gs_checkpoint_stats (const GsCheckpoint *checkpoint, GsComponent component);

/* Reads every weight and names those with an infinity or NaN in a sentence; NULL if all are
 * numbers. The caller frees it. */
char *gs_checkpoint_find_non_finite (const GsCheckpoint *checkpoint);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsCheckpoint, gs_checkpoint_free)

G_END_DECLS
