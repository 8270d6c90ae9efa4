/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tensor names: prefixes, files of one component, and what may be passed over. */
#include "io/names.h"

#include "io/names-parts.h"

#include <string.h>

struct _GsNameMap
{
  GsUnetNames unet;
  GsVaeNames vae;
  GsControlNames control;
  GsT2iNames t2i;
  gboolean bare_is_t2i;     /* so it is a T2I-Adapter's */
  gboolean bare_is_control; /* what a U-Net may be named without a prefix is a ControlNet's */
  gboolean bare_is_encoder; /* of a TAESD file of bare numbers */
};

static const struct
{
  const char *prefix, *label;
} components[GS_N_COMPONENTS] = {
  [GS_COMPONENT_UNET] = { "unet.", "U-Net" },
  [GS_COMPONENT_TEXT_ENCODER] = { "text_encoder.", "text encoder" },
  [GS_COMPONENT_TEXT_ENCODER_2] = { "text_encoder_2.", "second text encoder" },
  [GS_COMPONENT_VAE] = { "vae.", "VAE" },
  [GS_COMPONENT_TAESD] = { "taesd.", "TAESD" },
  [GS_COMPONENT_CONTROLNET] = { "controlnet.", "ControlNet" },
  [GS_COMPONENT_T2I_ADAPTER] = { "t2i_adapter.", "T2I-Adapter" },
};

/* How the rest of a name behind its prefix is to be read. */
typedef enum
{
  STYLE_UNET,
  STYLE_VAE,
  STYLE_CONTROL,
  STYLE_T2I,
  STYLE_PLAIN,         /* canonical already           */
  STYLE_OPEN_CLIP,
  STYLE_TAESD_DECODER, /* "N.": one more than AutoencoderTiny, whose clamp is no layer */
  STYLE_BARE,          /* "N.", encoder or decoder    */
} Style;

/* The first prefix that fits counts; `insert` goes between the component's prefix and the rest. */
static const struct
{
  const char *prefix;
  GsComponent component;
  const char *insert;
  Style style;
} sources[] = {
  { "model.diffusion_model.", GS_COMPONENT_UNET, "", STYLE_UNET },
  { "first_stage_model.", GS_COMPONENT_VAE, "", STYLE_VAE },
  { "control_model.", GS_COMPONENT_CONTROLNET, "", STYLE_CONTROL },
  { "controlnet.", GS_COMPONENT_CONTROLNET, "", STYLE_CONTROL },
  { "adapter.", GS_COMPONENT_T2I_ADAPTER, "", STYLE_T2I },
  { "t2i_adapter.", GS_COMPONENT_T2I_ADAPTER, "", STYLE_T2I },
  { "cond_stage_model.transformer.text_model.", GS_COMPONENT_TEXT_ENCODER, "text_model.",
    STYLE_PLAIN },
  { "cond_stage_model.transformer.", GS_COMPONENT_TEXT_ENCODER, "text_model.", STYLE_PLAIN },
  { "cond_stage_model.model.", GS_COMPONENT_TEXT_ENCODER, "", STYLE_OPEN_CLIP },
  { "conditioner.embedders.0.transformer.text_model.", GS_COMPONENT_TEXT_ENCODER, "text_model.",
    STYLE_PLAIN },
  { "conditioner.embedders.0.transformer.", GS_COMPONENT_TEXT_ENCODER, "text_model.", STYLE_PLAIN },
  { "conditioner.embedders.0.model.", GS_COMPONENT_TEXT_ENCODER_2, "", STYLE_OPEN_CLIP },
  { "conditioner.embedders.1.model.", GS_COMPONENT_TEXT_ENCODER_2, "", STYLE_OPEN_CLIP },
  { "taesd_encoder.", GS_COMPONENT_TAESD, "encoder.layers.", STYLE_PLAIN },
  { "taesd_decoder.", GS_COMPONENT_TAESD, "decoder.layers.", STYLE_TAESD_DECODER },
  { "unet.", GS_COMPONENT_UNET, "", STYLE_UNET },
  { "text_encoder.", GS_COMPONENT_TEXT_ENCODER, "", STYLE_PLAIN },
  { "text_encoder_2.", GS_COMPONENT_TEXT_ENCODER_2, "", STYLE_PLAIN },
  { "vae.", GS_COMPONENT_VAE, "", STYLE_VAE },
  { "taesd.", GS_COMPONENT_TAESD, "", STYLE_PLAIN },
};

/* Files of one component: the first words that tell which. */
static const struct
{
  const char *prefix;
  GsComponent component;
} alone[] = {
  { "text_model.", GS_COMPONENT_TEXT_ENCODER }, { "input_blocks.", GS_COMPONENT_UNET },
  { "middle_block.", GS_COMPONENT_UNET },       { "output_blocks.", GS_COMPONENT_UNET },
  { "time_embed.", GS_COMPONENT_UNET },         { "label_emb.", GS_COMPONENT_UNET },
  { "out.0.weight", GS_COMPONENT_UNET },        { "out.0.bias", GS_COMPONENT_UNET },
  { "out.2.weight", GS_COMPONENT_UNET },        { "out.2.bias", GS_COMPONENT_UNET },
  { "down_blocks.", GS_COMPONENT_UNET },        { "mid_block.", GS_COMPONENT_UNET },
  { "up_blocks.", GS_COMPONENT_UNET },          { "time_embedding.", GS_COMPONENT_UNET },
  { "add_embedding.", GS_COMPONENT_UNET },      { "conv_in.", GS_COMPONENT_UNET },
  { "conv_norm_out.", GS_COMPONENT_UNET },      { "conv_out.", GS_COMPONENT_UNET },
  { "encoder.conv_", GS_COMPONENT_VAE },        { "encoder.down", GS_COMPONENT_VAE },
  { "encoder.mid", GS_COMPONENT_VAE },          { "encoder.norm_out.", GS_COMPONENT_VAE },
  { "decoder.conv_", GS_COMPONENT_VAE },        { "decoder.up", GS_COMPONENT_VAE },
  { "decoder.mid", GS_COMPONENT_VAE },          { "decoder.norm_out.", GS_COMPONENT_VAE },
  { "quant_conv.", GS_COMPONENT_VAE },          { "post_quant_conv.", GS_COMPONENT_VAE },
};

/* A file of OpenCLIP's text encoder alone. */
static const char *const open_clip_words[] = { "transformer.resblocks.", "token_embedding.",
                                               "positional_embedding", "ln_final." };

/* Text encoders saved without "text_model.". */
static const char *const text_words[] = { ".self_attn.", ".layer_norm1.", ".layer_norm2.",
                                          ".mlp.fc" };

const char *
gs_component_prefix (GsComponent component)
{
  return components[component].prefix;
}

const char *
gs_component_label (GsComponent component)
{
  return components[component].label;
}

gboolean
gs_component_of (const char *canonical, GsComponent *component)
{
  for (guint i = 0; i < GS_N_COMPONENTS; i++)
    if (g_str_has_prefix (canonical, components[i].prefix))
      {
        *component = i;
        return TRUE;
      }
  return FALSE;
}

gboolean
gs_names_take (const char **at, const char *word)
{
  if (!g_str_has_prefix (*at, word))
    return FALSE;
  *at += strlen (word);
  return TRUE;
}

gboolean
gs_names_take_index (const char **at, guint *index)
{
  const char *digit = *at;
  guint value = 0;

  while (g_ascii_isdigit (*digit) && digit - *at < 3)
    value = 10 * value + (*digit++ - '0');
  if (digit == *at || *digit != '.')
    return FALSE;
  *at = digit + 1;
  *index = value;
  return TRUE;
}

char *
gs_names_apply (const GsNameRule *rules, const char *rest)
{
  for (; rules->from != NULL; rules++)
    if (gs_names_take (&rest, rules->from))
      return g_strconcat (rules->to, rest, NULL);
  return NULL;
}

static gboolean
is_text_layer (const char *name)
{
  if (g_str_has_prefix (name, "embeddings.") || g_str_has_prefix (name, "final_layer_norm."))
    return TRUE;
  for (guint i = 0; g_str_has_prefix (name, "encoder.layers.") && i < G_N_ELEMENTS (text_words);
       i++)
    if (strstr (name, text_words[i]) != NULL)
      return TRUE;
  return FALSE;
}

typedef struct
{
  GsComponent component;
  const char *insert;
  const char *rest;
  Style style;
} Place;

/* A name in a file of one component, without any prefix. */
static gboolean
place_alone (const GsNameMap *map, const char *name, Place *place)
{
  static const Style styles[GS_N_COMPONENTS] = {
    [GS_COMPONENT_UNET] = STYLE_UNET,
    [GS_COMPONENT_VAE] = STYLE_VAE,
    [GS_COMPONENT_TEXT_ENCODER] = STYLE_PLAIN,
  };
  const char *rest = name;
  guint index;

  *place = (Place){ .rest = name, .insert = "", .style = STYLE_PLAIN };
  if (gs_t2i_names_is_mark (name)
      || (map->bare_is_t2i && g_str_has_prefix (name, "conv_in.")))
    {
      place->component = GS_COMPONENT_T2I_ADAPTER;
      place->style = STYLE_T2I;
      return TRUE;
    }
  if (gs_control_names_is_mark (name))
    {
      place->component = GS_COMPONENT_CONTROLNET;
      place->style = STYLE_CONTROL;
      return TRUE;
    }
  if (is_text_layer (name))
    {
      place->component = GS_COMPONENT_TEXT_ENCODER;
      place->insert = "text_model.";
      return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (open_clip_words); i++)
    if (g_str_has_prefix (name, open_clip_words[i]))
      {
        place->component = GS_COMPONENT_TEXT_ENCODER;
        place->style = STYLE_OPEN_CLIP;
        return TRUE;
      }
  for (guint i = 0; i < G_N_ELEMENTS (alone); i++)
    if (g_str_has_prefix (name, alone[i].prefix))
      {
        place->component = alone[i].component;
        place->style = styles[alone[i].component];
        if (map->bare_is_control && place->component == GS_COMPONENT_UNET)
          *place = (Place){ GS_COMPONENT_CONTROLNET, "", name, STYLE_CONTROL };
        return TRUE;
      }
  place->component = GS_COMPONENT_TAESD;
  if ((gs_names_take (&rest, "encoder.layers.") || gs_names_take (&rest, "decoder.layers.")) &&
      gs_names_take_index (&rest, &index))
    return TRUE;
  place->style = STYLE_BARE;
  rest = name;
  return gs_names_take_index (&rest, &index) &&
         (g_str_equal (rest, "weight") || g_str_equal (rest, "bias") ||
          g_str_has_prefix (rest, "conv.") || g_str_has_prefix (rest, "skip."));
}

static gboolean
place_of (const GsNameMap *map, const char *name, Place *place)
{
  /* A LoRA's tensors stand under the names of those they change, and are none of them; but a
   * control-LoRA's have a ControlNet's names. */
  if (!map->bare_is_control && (strstr (name, "lora_") != NULL || strstr (name, ".lora.") != NULL))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    if (g_str_has_prefix (name, sources[i].prefix))
      {
        *place = (Place){ .component = sources[i].component,
                          .insert = sources[i].insert,
                          .rest = name + strlen (sources[i].prefix),
                          .style = sources[i].style };
        return TRUE;
      }
  return place_alone (map, name, place);
}

GsNameMap *
gs_name_map_new (const char *const *names, guint n_names)
{
  GsNameMap *map = g_new0 (GsNameMap, 1);

  for (guint i = 0; i < n_names; i++)
    {
      map->bare_is_control |= gs_control_names_is_mark (names[i]);
      map->bare_is_t2i |= gs_t2i_names_is_mark (names[i]);
    }
  for (guint i = 0; i < n_names; i++)
    {
      Place place;

      if (gs_name_is_ignored (names[i]) || !place_of (map, names[i], &place))
        continue;
      if (place.style == STYLE_UNET)
        gs_unet_names_see (&map->unet, place.rest);
      else if (place.style == STYLE_VAE)
        gs_vae_names_see (&map->vae, place.rest);
      else if (place.style == STYLE_CONTROL)
        gs_control_names_see (&map->control, place.rest);
      else if (place.style == STYLE_T2I)
        gs_t2i_names_see (&map->t2i, place.rest);
      else if (place.style == STYLE_BARE && g_str_has_prefix (place.rest, "0."))
        map->bare_is_encoder = TRUE;
    }
  gs_unet_names_finish (&map->unet);
  gs_control_names_finish (&map->control);
  return map;
}

void
gs_name_map_free (GsNameMap *map)
{
  g_free (map);
}

static char *
rename_taesd_decoder (const char *rest)
{
  const char *inner = rest;
  guint index;

  if (!gs_names_take_index (&inner, &index) || index == 0)
    return g_strdup (rest);
  return g_strdup_printf ("%u.%s", index - 1, inner);
}

char *
gs_name_map_canonical (const GsNameMap *map, const char *name)
{
  g_autofree char *renamed = NULL;
  Place place;

  if (!place_of (map, name, &place))
    return NULL;
  switch (place.style)
    {
    case STYLE_UNET:
      renamed = gs_unet_names_rename (&map->unet, place.rest);
      break;
    case STYLE_VAE:
      renamed = gs_vae_names_rename (&map->vae, place.rest);
      break;
    case STYLE_CONTROL:
      renamed = gs_control_names_rename (&map->control, place.rest);
      break;
    case STYLE_T2I:
      renamed = gs_t2i_names_rename (&map->t2i, place.rest);
      break;
    case STYLE_TAESD_DECODER:
      renamed = rename_taesd_decoder (place.rest);
      break;
    case STYLE_BARE:
      renamed = map->bare_is_encoder ? g_strdup (place.rest) : rename_taesd_decoder (place.rest);
      place.insert = map->bare_is_encoder ? "encoder.layers." : "decoder.layers.";
      break;
    case STYLE_OPEN_CLIP:
      renamed = gs_open_clip_names_rename (place.rest);
      break;
    case STYLE_PLAIN:
      renamed = g_strdup (place.rest);
      break;
    }
  return g_strconcat (components[place.component].prefix, place.insert, renamed, NULL);
}

gboolean
gs_name_is_transposed (const char *name)
{
  return g_str_has_suffix (name, ".model.text_projection");
}

gboolean
gs_name_is_ignored (const char *name)
{
  static const char *const whole[] = {
    "betas",
    "alphas_cumprod",
    "alphas_cumprod_prev",
    "sqrt_alphas_cumprod",
    "sqrt_one_minus_alphas_cumprod",
    "log_one_minus_alphas_cumprod",
    "sqrt_recip_alphas_cumprod",
    "sqrt_recipm1_alphas_cumprod",
    "posterior_variance",
    "posterior_log_variance_clipped",
    "posterior_mean_coef1",
    "posterior_mean_coef2",
    "lvlb_weights",
    "logvar",
    "scale_factor",
    "denoiser.sigmas",
    "denoiser.log_sigmas",
    "v_pred",
    "ztsnr",
    "global_step",
    "text_projection.weight",
    "text_encoder.text_projection.weight",
    "cond_stage_model.transformer.text_projection.weight",
  };
  static const char *const prefixes[] = {
    "model_ema.",
    "first_stage_model.loss.",
    "first_stage_model.model_ema.",
    "loss.",
    "embedding_manager.",
    "vision_model.",
    "visual_projection.",
    "cond_stage_model.transformer.vision_model.",
    "cond_stage_model.transformer.visual_projection.",
  };
  static const char *const suffixes[] = { ".position_ids", ".attn_mask", "logit_scale" };

  for (guint i = 0; i < G_N_ELEMENTS (whole); i++)
    if (g_str_equal (name, whole[i]))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (name, prefixes[i]))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (name, suffixes[i]))
      return TRUE;
  return FALSE;
}

const char *
gs_names_describe_foreign (const char *const *names, guint n_names)
{
  static const struct
  {
    const char *word, *kind;
  } marks[] = {
    { "lora_", "a LoRA" },
    { ".lora", "a LoRA" },
    { "hada_w1", "a LoRA" },
    { "lokr_w", "a LoRA" },
    { "control_model.", "a ControlNet" },
    { "controlnet_", "a ControlNet" },
    { "emb_params", "a textual inversion embedding" },
    { "double_blocks.", "a Flux model" },
    { "joint_blocks.", "a Stable Diffusion 3 model" },
  };

  for (guint i = 0; i < n_names; i++)
    for (guint k = 0; k < G_N_ELEMENTS (marks); k++)
      if (strstr (names[i], marks[k].word) != NULL)
        return marks[k].kind;
  return NULL;
}
