/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CompVis U-Net names -> diffusers names.
 *
 * CompVis numbers all blocks of the way down in one list (a resnet with its transformer, or a
 * downsampler, each) and all of the way up in another; diffusers numbers levels, and blocks
 * within a level:
 *
 *   input_blocks.0                     conv_in
 *   input_blocks.N  (resnet)           down_blocks.L.resnets.R   and  .attentions.R
 *   input_blocks.N  (op)               down_blocks.L.downsamplers.0, and L + 1 begins
 *   middle_block.0 .1 .2               mid_block.resnets.0  .attentions.0  .resnets.1
 *   output_blocks.N                    up_blocks.L.resnets.R     and  .attentions.R
 *   output_blocks.N (with conv)        ... and up_blocks.L.upsamplers.0, and L + 1 begins
 *
 * Where a level ends is seen from the resamplers, so no sizes need be known. */
#include "io/names-parts.h"

#include <string.h>

static const GsNameRule top_rules[] = {
  { "input_blocks.0.0.", "conv_in." },
  { "time_embed.0.", "time_embedding.linear_1." },
  { "time_embed.2.", "time_embedding.linear_2." },
  { "label_emb.0.0.", "add_embedding.linear_1." },
  { "label_emb.0.2.", "add_embedding.linear_2." },
  { "out.0.", "conv_norm_out." },
  { "out.2.", "conv_out." },
  { NULL, NULL },
};

static const GsNameRule resnet_rules[] = {
  { "in_layers.0.", "norm1." },
  { "in_layers.2.", "conv1." },
  { "emb_layers.1.", "time_emb_proj." },
  { "out_layers.0.", "norm2." },
  { "out_layers.3.", "conv2." },
  { "skip_connection.", "conv_shortcut." },
  { NULL, NULL },
};

void
gs_unet_names_see (GsUnetNames *names, const char *rest)
{
  guint block, sub;
  gboolean is_input = gs_names_take (&rest, "input_blocks.");

  if (!is_input && !gs_names_take (&rest, "output_blocks."))
    return;
  if (!gs_names_take_index (&rest, &block) || !gs_names_take_index (&rest, &sub) ||
      block >= GS_NAMES_MAX_BLOCKS || sub > 2)
    return;
  if (is_input && sub == 0 && g_str_has_prefix (rest, "op."))
    names->input[block].resampler = 1;
  else if (!is_input && sub > 0 && g_str_has_prefix (rest, "conv."))
    names->output[block].resampler = sub + 1;
}

void
gs_unet_names_finish (GsUnetNames *names)
{
  guint level = 0, index = 0;

  for (guint i = 1; i < GS_NAMES_MAX_BLOCKS; i++)
    {
      names->input[i].level = level;
      names->input[i].index = index++;
      if (names->input[i].resampler != 0)
        {
          level++;
          index = 0;
        }
    }
  level = index = 0;
  for (guint i = 0; i < GS_NAMES_MAX_BLOCKS; i++)
    {
      names->output[i].level = level;
      names->output[i].index = index++;
      if (names->output[i].resampler != 0)
        {
          level++;
          index = 0;
        }
    }
}

/* "<way>.<level>.resnets.<index>.<renamed>" for sub-index 0, "...attentions..." for 1. */
static char *
rename_in_block (const char *way, guint level, guint index, guint sub, const char *rest)
{
  g_autofree char *inner = NULL;

  if (sub == 1)
    return g_strdup_printf ("%s.%u.attentions.%u.%s", way, level, index, rest);
  inner = gs_names_apply (resnet_rules, rest);
  return inner != NULL ? g_strdup_printf ("%s.%u.resnets.%u.%s", way, level, index, inner) : NULL;
}

static char *
rename_input (const GsUnetNames *names, const char *rest)
{
  const GsUnetBlockPlace *place;
  guint block, sub;

  if (!gs_names_take_index (&rest, &block) || !gs_names_take_index (&rest, &sub) ||
      block >= GS_NAMES_MAX_BLOCKS || block == 0 || sub > 1)
    return NULL;
  place = &names->input[block];
  if (place->resampler == 0)
    return rename_in_block ("down_blocks", place->level, place->index, sub, rest);
  if (sub != 0 || !gs_names_take (&rest, "op."))
    return NULL;
  return g_strdup_printf ("down_blocks.%u.downsamplers.0.conv.%s", place->level, rest);
}

static char *
rename_output (const GsUnetNames *names, const char *rest)
{
  const GsUnetBlockPlace *place;
  guint block, sub;

  if (!gs_names_take_index (&rest, &block) || !gs_names_take_index (&rest, &sub) ||
      block >= GS_NAMES_MAX_BLOCKS)
    return NULL;
  place = &names->output[block];
  if (place->resampler != 0 && sub + 1 == place->resampler)
    {
      if (!gs_names_take (&rest, "conv."))
        return NULL;
      return g_strdup_printf ("up_blocks.%u.upsamplers.0.conv.%s", place->level, rest);
    }
  return sub <= 1 ? rename_in_block ("up_blocks", place->level, place->index, sub, rest) : NULL;
}

static char *
rename_middle (const char *rest)
{
  g_autofree char *inner = NULL;
  guint sub;

  if (!gs_names_take_index (&rest, &sub) || sub > 2)
    return NULL;
  if (sub == 1)
    return g_strdup_printf ("mid_block.attentions.0.%s", rest);
  inner = gs_names_apply (resnet_rules, rest);
  return inner != NULL ? g_strdup_printf ("mid_block.resnets.%u.%s", sub / 2, inner) : NULL;
}

char *
gs_unet_names_rename (const GsUnetNames *names, const char *rest)
{
  char *renamed = gs_names_apply (top_rules, rest);
  const char *inner = rest;

  if (renamed != NULL)
    return renamed;
  if (gs_names_take (&inner, "input_blocks."))
    renamed = rename_input (names, inner);
  else if (gs_names_take (&inner, "output_blocks."))
    renamed = rename_output (names, inner);
  else if (gs_names_take (&inner, "middle_block."))
    renamed = rename_middle (inner);
  return renamed != NULL ? renamed : g_strdup (rest);
}
