/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models that are folders: the diffusers layout, or one component's folder out of it.
 *
 *   model_index.json  unet/  vae/  text_encoder/  text_encoder_2/  tokenizer/  scheduler/
 *
 * A component's folder has config.json and weights: one .safetensors file (any precision
 * variant) or shards listed by a *.safetensors.index.json. A shard's name may not lead out of
 * its folder. */
#pragma once

#include "io/json.h"
#include "io/names.h"
#include "io/tensor-file.h"

G_BEGIN_DECLS

typedef struct
{
  GsTensorFile *file;
  const char *prefix; /* goes before the file's names: "unet." or ""; static */
} GsFolderFile;

typedef struct
{
  GArray *files; /* GsFolderFile */
  GHashTable
    *configs; /* folder name ("unet", "scheduler", "tokenizer", "model_index") -> JsonObject */
} GsFolder;

void gs_folder_clear (GsFolder *folder);

/* Opens all files of a folder, of a *.safetensors.index.json or of a model_index.json. On an
 * error nothing stays open and the message names the file or shard that is missing or bad. */
gboolean gs_folder_open (GsFolder *folder, const char *path, GError **error);

/* TRUE if the path is for gs_folder_open () rather than for gs_tensor_file_open (). */
gboolean gs_folder_is_one (const char *path);

G_END_DECLS
