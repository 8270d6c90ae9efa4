/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text encoder's numbers. */
#include "models/config-source.h"

#include <string.h>

/* OpenAI's vocabulary: ids of the start and end marks. Tables may have rows behind them for
 * learned words. */
#define OPENAI_VOCABULARY 49408

/* OpenCLIP's ViT-H and ViT-bigG: no encoder of OpenAI's is that wide. */
static const guint open_clip_widths[] = { 1024, 1280 };

static gboolean
derive_sizes (const GsCheckpoint *checkpoint, const char *prefix, GsClipConfig *config,
              GError **error)
{
  static const char tokens[] = "text_model.embeddings.token_embedding.weight";
  static const char positions[] = "text_model.embeddings.position_embedding.weight";
  static const char layers[] = "text_model.encoder.layers.";

  if (!gs_config_dim (checkpoint, &config->vocabulary, 0, "%s%s", prefix, tokens) ||
      !gs_config_dim (checkpoint, &config->width, 1, "%s%s", prefix, tokens))
    return gs_config_fail (checkpoint, error,
                           "its text encoder has no tensor %s%s of two dimensions", prefix, tokens);
  if (!gs_config_dim (checkpoint, &config->length, 0, "%s%s", prefix, positions))
    config->length = 77;
  config->layers = gs_config_count (checkpoint, "%s%s", prefix, layers);
  if (config->layers == 0 || config->layers > 256)
    return gs_config_fail (checkpoint, error, "its text encoder has %u layers", config->layers);
  if (!gs_config_dim (checkpoint, &config->mlp_width, 0, "%s%s0.mlp.fc1.weight", prefix, layers))
    config->mlp_width = 4 * config->width;
  if (!gs_config_dim (checkpoint, &config->projection_width, 0, "%stext_projection.weight", prefix))
    config->projection_width = 0;
  return TRUE;
}

/* Who trained it: seen from OpenCLIP's own names where the file has them. */
static gboolean
is_open_clip (const GsCheckpoint *checkpoint, GsComponent component, const GsClipConfig *config)
{
  if (component == GS_COMPONENT_TEXT_ENCODER_2
      || gs_config_any_stored_as (checkpoint, component, ".resblocks."))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (open_clip_widths); i++)
    if (config->width == open_clip_widths[i])
      return TRUE;
  return FALSE;
}

/* transformers' config.json has bos_token_id and so on too, but in SD 1.x they are leftovers of
 * another tokenizer (0, 2, 1), so they are not asked. SD 1.x pads with the end mark, OpenCLIP
 * with 0; a tokenizer's "!" is 0 in every CLIP vocabulary. */
static void
derive_marks (const GsCheckpoint *checkpoint, const GsConfigSource *source, GsComponent component,
              GsClipConfig *config)
{
  const char *tokenizer =
    component == GS_COMPONENT_TEXT_ENCODER_2 ? "tokenizer_2" : "tokenizer";
  const char *pad_token =
    gs_json_get_string (gs_checkpoint_config (checkpoint, tokenizer), "pad_token");
  guint rows = MIN (config->vocabulary, OPENAI_VOCABULARY);

  config->bos = rows >= 2 ? rows - 2 : 0;
  config->eos = rows - 1;
  gs_config_get_uint (source, &config->bos, "bos", NULL);
  gs_config_get_uint (source, &config->eos, "eos", NULL);
  config->pad = config->open_clip || g_strcmp0 (pad_token, "!") == 0 ? 0 : config->eos;
  gs_config_get_uint (source, &config->pad, "pad", NULL);
}

static gboolean
derive_rest (const GsCheckpoint *checkpoint, const GsConfigSource *source, GsComponent component,
             GsClipConfig *config, GError **error)
{
  const char *activation = gs_config_get_string (source, "act", "hidden_act", "activation", NULL);
  g_autofree char *shown = activation != NULL ? gs_text_for_message (activation) : NULL;

  config->heads = config->width % 64 == 0 ? config->width / 64 : 0;
  gs_config_get_uint (source, &config->heads, "num_heads", "heads", "H", "num_attention_heads",
                      NULL);
  if (config->heads == 0)
    return gs_config_fail (
      checkpoint, error,
      "the number of its text encoder's attention heads is unknown; it needs a config.json");
  if (!gs_config_check_divides (checkpoint, "attention heads of the text encoder", config->heads,
                                config->width, error))
    return FALSE;

  config->quick_gelu =
    activation != NULL ? g_str_has_prefix (activation, "quick_gelu") : !config->open_clip;
  if (activation != NULL && !config->quick_gelu && !g_str_has_prefix (activation, "gelu"))
    return gs_config_fail (checkpoint, error,
                           "its text encoder uses “%s”, which Gesso does not know", shown);
  config->epsilon = 1e-5;
  gs_config_get_double (source, &config->epsilon, "layer_norm_eps", "eps", NULL);
  if (!(config->epsilon > 0 && config->epsilon < 1))
    return gs_config_fail (checkpoint, error, "its text encoder's layer_norm_eps is %g",
                           config->epsilon);

  derive_marks (checkpoint, source, component, config);
  if (config->bos >= config->vocabulary || config->eos >= config->vocabulary ||
      config->pad >= config->vocabulary)
    return gs_config_fail (checkpoint, error,
                           "its text encoder's marks (%u, %u, %u) are beyond its %u tokens",
                           config->bos, config->eos, config->pad, config->vocabulary);
  return TRUE;
}

gboolean
gs_clip_config_derive (const GsCheckpoint *checkpoint, JsonObject *extra, GsComponent component,
                       GsClipConfig *config, GError **error)
{
  const char *prefix = gs_component_prefix (component);
  GsConfigSource source;
  gboolean good;

  *config = (GsClipConfig){ 0 };
  if (!derive_sizes (checkpoint, prefix, config, error) ||
      !gs_config_source_init (&source, checkpoint, extra, component, error))
    return FALSE;
  config->open_clip = is_open_clip (checkpoint, component, config);
  good = derive_rest (checkpoint, &source, component, config, error);
  gs_config_source_clear (&source);
  return good;
}
