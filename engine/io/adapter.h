/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that change a model's weights by something small: LoRA and its relatives (LoCon, LoHa, LoKr,
 * DoRA, IA3, whole differences). A file is a set of modules, each with a few tensors ("up", "down",
 * "alpha") that make the change of one weight.
 *
 * Understood are the names of kohya's scripts and LyCORIS (lora_unet_..., with the blocks named as in
 * diffusers or as in CompVis), of PEFT (unet....lora_A.weight) and of diffusers' attention processors.
 * Values are read where the file is mapped. Immutable once matched; any thread.
 */
#pragma once

#include "io/checkpoint.h"

G_BEGIN_DECLS

/* What a tensor is to its module. */
typedef enum
{
  GS_ADAPTER_UP,   /* LoRA: (out, rank)                    */
  GS_ADAPTER_DOWN, /* (rank, in [, k, k])                  */
  GS_ADAPTER_MID,  /* LoCon's core: (rank, rank, k, k)     */
  GS_ADAPTER_ALPHA,
  GS_ADAPTER_DORA_SCALE, /* (1, in) or (out, 1): the merged weight's lengths */
  GS_ADAPTER_HADA_W1_A,  /* LoHa: the product of two LoRA, element by element */
  GS_ADAPTER_HADA_W1_B,
  GS_ADAPTER_HADA_W2_A,
  GS_ADAPTER_HADA_W2_B,
  GS_ADAPTER_HADA_T1,
  GS_ADAPTER_HADA_T2,
  GS_ADAPTER_LOKR_W1, /* LoKr: a Kronecker product */
  GS_ADAPTER_LOKR_W1_A,
  GS_ADAPTER_LOKR_W1_B,
  GS_ADAPTER_LOKR_W2,
  GS_ADAPTER_LOKR_W2_A,
  GS_ADAPTER_LOKR_W2_B,
  GS_ADAPTER_LOKR_T2,
  GS_ADAPTER_DIFF,      /* the weight's difference itself */
  GS_ADAPTER_DIFF_BIAS, /* the bias's                     */
  GS_ADAPTER_SCALE,     /* IA3: factors of columns or rows, less 1 */
  GS_ADAPTER_ON_INPUT,  /* IA3: whether of columns        */
  GS_ADAPTER_N_PARTS,
} GsAdapterPart;

typedef struct
{
  char *name;   /* as the file has it, for messages                    */
  char *target; /* canonical, without ".weight"; NULL: none of a model */
  const GsStoredTensor *parts[GS_ADAPTER_N_PARTS]; /* NULL: not there */
} GsAdapterModule;

typedef struct _GsAdapter GsAdapter;

/* Opens a file of any format of io/tensor-file. GS_ERROR_BAD_FILE as gs_tensor_file_open()'s, or if nothing in it is
 * known. */
GsAdapter *gs_adapter_open (const char *path, GError **error);
void       gs_adapter_free (GsAdapter *adapter);

const char *gs_adapter_get_path (const GsAdapter *adapter);

guint                  gs_adapter_n_modules (const GsAdapter *adapter);
const GsAdapterModule *gs_adapter_module    (const GsAdapter *adapter, guint i);

/* Finds the weight of a model that each module belongs to. GS_ERROR_UNSUPPORTED if there is none for
 * any of them, or one of another size: the file was made for another kind of model. */
gboolean gs_adapter_match (GsAdapter *adapter, const GsCheckpoint *checkpoint, GError **error);

/* Names in the file without a meaning, or of modules that the model does not have; borrowed. */
const GPtrArray *gs_adapter_unmatched (const GsAdapter *adapter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsAdapter, gs_adapter_free)

/* ---- For the files beside this one ---- */

/* Every name, dots and all turned into underscores, that adapters call a model's modules ->
 * canonical name without ".weight". */
GHashTable *gs_adapter_names_new (const GsCheckpoint *checkpoint);

G_END_DECLS
