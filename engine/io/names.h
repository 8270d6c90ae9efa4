/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tensor names: whatever a file calls them -> the canonical names of the engine.
 *
 * Canonical is the diffusers name behind the component's prefix:
 *   unet.down_blocks.0.resnets.0.norm1.weight
 *   text_encoder.text_model.encoder.layers.0.self_attn.q_proj.weight
 *   vae.decoder.up_blocks.3.resnets.2.conv1.bias
 *   taesd.decoder.layers.0.weight       (AutoencoderTiny's numbers)
 *   controlnet.controlnet_down_blocks.0.weight
 *   t2i_adapter.body.0.resnets.0.block1.weight
 * Understood are also the CompVis single-file names (model.diffusion_model.*,
 * first_stage_model.*, cond_stage_model.*), either kind without its prefix in a file of one
 * component, taesd_encoder.* and taesd_decoder.*, TAESD files that hold bare numbers, the
 * VAE attention's old diffusers names, ControlNet's in either layout (control_model.* or without a
 * prefix, control-LoRA among them), T2I-Adapter's, and OpenCLIP's names of text encoders, some of whose tensors
 * are three or transposed: see gs_name_map_canonical ().
 *
 * The block numbers of a CompVis U-Net depend on its structure, so a map is made from the whole
 * set of names; it works for any number of levels, blocks and depths. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  GS_COMPONENT_UNET,
  GS_COMPONENT_TEXT_ENCODER,
  GS_COMPONENT_TEXT_ENCODER_2,
  GS_COMPONENT_VAE,
  GS_COMPONENT_TAESD,
  GS_COMPONENT_CONTROLNET, /* this and the next are never part of a model: they are used with one */
  GS_COMPONENT_T2I_ADAPTER,
  GS_N_COMPONENTS
} GsComponent;

/* "unet." and the like. */
const char *gs_component_prefix (GsComponent component);

/* For messages: "U-Net", "text encoder". */
const char *gs_component_label (GsComponent component);

/* The component a canonical name belongs to; FALSE if the name has no component's prefix. */
gboolean gs_component_of (const char *canonical, GsComponent *component);

typedef struct _GsNameMap GsNameMap;

/* A map for one file's (or one sharded file's) set of names. */
GsNameMap *gs_name_map_new (const char *const *names, guint n_names);
void gs_name_map_free (GsNameMap *map);

/* The canonical name, or NULL where the name belongs to no component. A name inside a known
 * component that has no counterpart keeps its own words behind the prefix, so that it shows up
 * as an extra tensor. A tensor that is several in canonical form gets all their names, as in
 * io/joined-names.h. The caller frees it. */
char *gs_name_map_canonical (const GsNameMap *map, const char *name);

/* TRUE if a file's tensor of that name is the canonical one with its two dimensions exchanged. */
gboolean gs_name_is_transposed (const char *name);

/* Names that ordinary checkpoints hold and inference has no use for: schedule buffers, position
 * ids, the moving average's copy, losses. */
gboolean gs_name_is_ignored (const char *name);

/* What a file without any component seems to be, from its names ("a LoRA"), or NULL. */
const char *gs_names_describe_foreign (const char *const *names, guint n_names);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsNameMap, gs_name_map_free)

G_END_DECLS
