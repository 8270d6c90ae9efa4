/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What adapters call the modules of a model. All turn dots into underscores or can be read as if they
 * did, so names are looked up in that form:
 *
 *   lora_unet_down_blocks_0_...       kohya's scripts, LyCORIS
 *   lora_unet_input_blocks_1_0_...    the same for SDXL, by CompVis's numbers
 *   lora_te_..., lora_te1_..., lora_te2_...
 *   unet_..., text_encoder_...        PEFT, diffusers
 *   diffusion_model_...               ComfyUI
 *   lycoris_...                       LyCORIS around a diffusers U-Net
 */
#include "io/adapter.h"

#include "io/names-parts.h"

#include <string.h>

#define MAX_LEVELS 16

/* Of a U-Net: how many blocks its levels have on the way down and up, and where resamplers sit. */
typedef struct
{
  guint n_resnets[MAX_LEVELS];
  guint n_attentions[MAX_LEVELS];
  gboolean resamples[MAX_LEVELS];
} Way;

typedef struct
{
  Way down, up;
} Structure;

static void
see (Way *way, const char *rest)
{
  guint level, index;

  if (!gs_names_take_index (&rest, &level) || level >= MAX_LEVELS)
    return;
  if (gs_names_take (&rest, "resnets."))
    {
      if (gs_names_take_index (&rest, &index))
        way->n_resnets[level] = MAX (way->n_resnets[level], index + 1);
    }
  else if (gs_names_take (&rest, "attentions."))
    {
      if (gs_names_take_index (&rest, &index))
        way->n_attentions[level] = MAX (way->n_attentions[level], index + 1);
    }
  else
    way->resamples[level] = TRUE;
}

/* Number of a level's first block in CompVis's lists. */
static guint
first_block (const Way *way, guint level, gboolean resamplers_count)
{
  guint n = 0;

  for (guint i = 0; i < level; i++)
    n += way->n_resnets[i] + (resamplers_count && way->resamples[i] ? 1 : 0);
  return n;
}

static char *
resnet_part (const char *part)
{
  static const GsNameRule rules[] = {
    { "norm1", "in_layers.0" },         { "conv1", "in_layers.2" },
    { "time_emb_proj", "emb_layers.1" }, { "norm2", "out_layers.0" },
    { "conv2", "out_layers.3" },         { "conv_shortcut", "skip_connection" },
    { NULL, NULL },
  };

  return gs_names_apply (rules, part);
}

/* CompVis's name of what stands in a block; NULL: nothing known. */
static char *
block_part (const char *blocks, guint block, gboolean is_attention, const char *part)
{
  g_autofree char *inner = is_attention ? g_strdup (part) : resnet_part (part);

  return inner != NULL ? g_strdup_printf ("%s.%u.%u.%s", blocks, block, is_attention ? 1 : 0, inner)
                       : NULL;
}

static char *
compvis_block (const Structure *structure, gboolean is_up, const char *rest)
{
  const Way *way = is_up ? &structure->up : &structure->down;
  const char *blocks = is_up ? "output_blocks" : "input_blocks";
  guint level, index, first;
  gboolean is_attention;

  if (!gs_names_take_index (&rest, &level) || level >= MAX_LEVELS)
    return NULL;
  first = first_block (way, level, !is_up) + (is_up ? 0 : 1);
  if (g_str_equal (rest, "downsamplers.0.conv"))
    return g_strdup_printf ("input_blocks.%u.0.op", first + way->n_resnets[level]);
  if (g_str_equal (rest, "upsamplers.0.conv"))
    return g_strdup_printf ("output_blocks.%u.%u.conv", first + way->n_resnets[level] - 1,
                            way->n_attentions[level] > 0 ? 2 : 1);
  is_attention = gs_names_take (&rest, "attentions.");
  if ((!is_attention && !gs_names_take (&rest, "resnets."))
      || !gs_names_take_index (&rest, &index))
    return NULL;
  return block_part (blocks, first + index, is_attention, rest);
}

/* The inverse of io/names-unet.c. */
static char *
compvis_name (const Structure *structure, const char *rest)
{
  static const GsNameRule top[] = {
    { "conv_in", "input_blocks.0.0" },
    { "time_embedding.linear_1", "time_embed.0" },
    { "time_embedding.linear_2", "time_embed.2" },
    { "add_embedding.linear_1", "label_emb.0.0" },
    { "add_embedding.linear_2", "label_emb.0.2" },
    { "conv_norm_out", "out.0" },
    { "conv_out", "out.2" },
    { "mid_block.attentions.0.", "middle_block.1." },
    { NULL, NULL },
  };
  guint index;

  if (gs_names_take (&rest, "down_blocks."))
    return compvis_block (structure, FALSE, rest);
  if (gs_names_take (&rest, "up_blocks."))
    return compvis_block (structure, TRUE, rest);
  if (gs_names_take (&rest, "mid_block.resnets."))
    {
      g_autofree char *inner = NULL;

      if (!gs_names_take_index (&rest, &index))
        return NULL;
      inner = resnet_part (rest);
      return inner != NULL ? g_strdup_printf ("middle_block.%u.%s", 2 * index, inner) : NULL;
    }
  return gs_names_apply (top, rest);
}

static void
add_name (GHashTable *names, const char *prefix, const char *rest, const char *target)
{
  char *key = g_strconcat (prefix, rest, NULL);

  g_strdelimit (key, ".", '_');
  g_hash_table_insert (names, key, g_strdup (target));
}

static void
add_module (GHashTable *names, const Structure *structure, const char *target)
{
  static const char *const unet[] = { "lora_unet_", "lycoris_", "unet_", NULL };
  static const char *const compvis[] = { "lora_unet_", "diffusion_model_",
                                         "model_diffusion_model_", NULL };
  static const char *const text[] = { "lora_te_", "lora_te1_", "text_encoder_",
                                      "lora_text_encoder_", NULL };
  static const char *const text_2[] = { "lora_te2_", "text_encoder_2_", NULL };
  const char *const *prefixes = unet;
  GsComponent component;
  const char *rest;
  g_autofree char *other = NULL;

  if (!gs_component_of (target, &component))
    return;
  rest = target + strlen (gs_component_prefix (component));
  if (component == GS_COMPONENT_TEXT_ENCODER)
    prefixes = text;
  else if (component == GS_COMPONENT_TEXT_ENCODER_2)
    prefixes = text_2;
  else if (component != GS_COMPONENT_UNET)
    return;
  for (; *prefixes != NULL; prefixes++)
    add_name (names, *prefixes, rest, target);
  other = component == GS_COMPONENT_UNET ? compvis_name (structure, rest) : NULL;
  for (guint i = 0; other != NULL && compvis[i] != NULL; i++)
    add_name (names, compvis[i], other, target);
}

GHashTable *
gs_adapter_names_new (const GsCheckpoint *checkpoint)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Structure structure = { 0 };

  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      const char *name;

      gs_checkpoint_tensor (checkpoint, i, &name);
      if (gs_names_take (&name, "unet.down_blocks."))
        see (&structure.down, name);
      else if (gs_names_take (&name, "unet.up_blocks."))
        see (&structure.up, name);
    }
  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      g_autofree char *target = NULL;
      const char *name;

      gs_checkpoint_tensor (checkpoint, i, &name);
      if (!g_str_has_suffix (name, ".weight"))
        continue;
      target = g_strndup (name, strlen (name) - strlen (".weight"));
      add_module (names, &structure, target);
    }
  return names;
}
