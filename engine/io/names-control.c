/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ControlNet names: CompVis' (lllyasviel/ControlNet, cldm/cldm.py) -> diffusers' (ControlNetModel).
 *
 *   input_hint_block.0, 2, 4 ... 14    controlnet_cond_embedding.conv_in .blocks.0 ... .conv_out
 *   zero_convs.N.0                     controlnet_down_blocks.N
 *   middle_block_out.0                 controlnet_mid_block
 *
 * and all else as in the U-Net that it is half of. Stability's control-LoRA have CompVis' names without
 * a prefix, with ".up" and ".down" in place of ".weight", and an empty tensor "lora_controlnet"; one
 * "difference" marks a file that holds what is to be added to the U-Net. */
#include "io/names-parts.h"

#include <string.h>

static const GsNameRule rules[] = {
  { "middle_block_out.0.", "controlnet_mid_block." },
  { NULL, NULL },
};

gboolean
gs_control_names_is_mark (const char *name)
{
  static const char *const marks[] = { "controlnet_", "input_hint_block.", "zero_convs.",
                                       "middle_block_out.", "lora_controlnet",
                                       /* of a union of several, to say so */
                                       "control_add_embedding.", "task_embedding",
                                       "transformer_layes.", "spatial_ch_projs." };

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (g_str_has_prefix (name, marks[i]))
      return TRUE;
  return g_str_equal (name, "difference");
}

void
gs_control_names_see (GsControlNames *names, const char *rest)
{
  guint index;

  gs_unet_names_see (&names->unet, rest);
  if (gs_names_take (&rest, "input_hint_block.") && gs_names_take_index (&rest, &index))
    names->last_hint = MAX (names->last_hint, index);
}

void
gs_control_names_finish (GsControlNames *names)
{
  gs_unet_names_finish (&names->unet);
}

/* A convolution stands at every other place, an activation behind each. */
static char *
rename_hint (const GsControlNames *names, const char *rest)
{
  guint index;

  if (!gs_names_take_index (&rest, &index) || index % 2 != 0)
    return NULL;
  if (index == 0)
    return g_strconcat ("controlnet_cond_embedding.conv_in.", rest, NULL);
  if (index == names->last_hint)
    return g_strconcat ("controlnet_cond_embedding.conv_out.", rest, NULL);
  return g_strdup_printf ("controlnet_cond_embedding.blocks.%u.%s", index / 2 - 1, rest);
}

static char *
rename_zero (const char *rest)
{
  guint index;

  if (!gs_names_take_index (&rest, &index) || !gs_names_take (&rest, "0."))
    return NULL;
  return g_strdup_printf ("controlnet_down_blocks.%u.%s", index, rest);
}

char *
gs_control_names_rename (const GsControlNames *names, const char *rest)
{
  const char *inner = rest;
  char *renamed = gs_names_apply (rules, rest);

  if (renamed == NULL && gs_names_take (&inner, "input_hint_block."))
    renamed = rename_hint (names, inner);
  else if (renamed == NULL && gs_names_take (&inner, "zero_convs."))
    renamed = rename_zero (inner);
  return renamed != NULL ? renamed : gs_unet_names_rename (&names->unet, rest);
}
