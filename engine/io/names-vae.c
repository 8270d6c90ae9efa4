/* SPDX-License-Identifier: GPL-3.0-or-later */
/* KL autoencoder names: CompVis and early diffusers -> diffusers.
 *
 *   encoder.down.L.block.R             encoder.down_blocks.L.resnets.R
 *   encoder.down.L.downsample.conv     encoder.down_blocks.L.downsamplers.0.conv
 *   decoder.up.L.block.R               decoder.up_blocks.(levels - 1 - L).resnets.R
 *   *.mid.block_1 .attn_1 .block_2     *.mid_block.resnets.0 .attentions.0 .resnets.1
 *   *.norm_out                         *.conv_norm_out */
#include "io/names-parts.h"

#include <string.h>

static const GsNameRule part_rules[] = {
  { "norm_out.", "conv_norm_out." },
  { "mid.block_1.", "mid_block.resnets.0." },
  { "mid.block_2.", "mid_block.resnets.1." },
  { NULL, NULL },
};

/* The second half are the names before diffusers 0.17. */
static const GsNameRule attention_rules[] = {
  { "norm.", "group_norm." },    { "q.", "to_q." },     { "k.", "to_k." },   { "v.", "to_v." },
  { "proj_out.", "to_out.0." },  { "query.", "to_q." }, { "key.", "to_k." }, { "value.", "to_v." },
  { "proj_attn.", "to_out.0." }, { NULL, NULL },
};

static char *
rename_attention (const char *rest)
{
  g_autofree char *renamed = gs_names_apply (attention_rules, rest);

  return g_strconcat ("mid_block.attentions.0.", renamed != NULL ? renamed : rest, NULL);
}

/* "nin_shortcut" is the one word within a resnet that differs. */
static char *
rename_resnet (const char *way, guint level, const char *rest)
{
  guint index;

  if (!gs_names_take_index (&rest, &index))
    return NULL;
  if (gs_names_take (&rest, "nin_shortcut."))
    return g_strdup_printf ("%s.%u.resnets.%u.conv_shortcut.%s", way, level, index, rest);
  return g_strdup_printf ("%s.%u.resnets.%u.%s", way, level, index, rest);
}

static char *
rename_level (const GsVaeNames *names, const char *rest)
{
  gboolean is_down = gs_names_take (&rest, "down.");
  const char *way = is_down ? "down_blocks" : "up_blocks";
  guint level;

  if (!is_down && !gs_names_take (&rest, "up."))
    return NULL;
  if (!gs_names_take_index (&rest, &level))
    return NULL;
  if (!is_down)
    {
      if (level >= names->up_levels)
        return NULL;
      level = names->up_levels - 1 - level;
    }
  if (gs_names_take (&rest, "block."))
    return rename_resnet (way, level, rest);
  if (is_down && gs_names_take (&rest, "downsample.conv."))
    return g_strdup_printf ("%s.%u.downsamplers.0.conv.%s", way, level, rest);
  if (!is_down && gs_names_take (&rest, "upsample.conv."))
    return g_strdup_printf ("%s.%u.upsamplers.0.conv.%s", way, level, rest);
  return NULL;
}

/* A name behind "encoder." or "decoder.". */
static char *
rename_part (const GsVaeNames *names, const char *rest)
{
  char *renamed = gs_names_apply (part_rules, rest);
  const char *inner = rest;

  if (renamed != NULL)
    return renamed;
  if (gs_names_take (&inner, "mid.attn_1.") || gs_names_take (&inner, "mid_block.attentions.0."))
    return rename_attention (inner);
  renamed = rename_level (names, rest);
  return renamed != NULL ? renamed : g_strdup (rest);
}

void
gs_vae_names_see (GsVaeNames *names, const char *rest)
{
  guint level;

  if (gs_names_take (&rest, "decoder.up.") && gs_names_take_index (&rest, &level))
    names->up_levels = MAX (names->up_levels, level + 1);
}

char *
gs_vae_names_rename (const GsVaeNames *names, const char *rest)
{
  static const char *const parts[] = { "encoder.", "decoder." };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      const char *inner = rest;
      g_autofree char *renamed = NULL;

      if (!gs_names_take (&inner, parts[i]))
        continue;
      renamed = rename_part (names, inner);
      return g_strconcat (parts[i], renamed, NULL);
    }
  return g_strdup (rest);
}
