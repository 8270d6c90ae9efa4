/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Radford et al., "Learning Transferable Visual Models From Natural Language Supervision",
 * section 2.4: a transformer with causal attention and layer norms in front. OpenAI's weights
 * were trained with x sigmoid (1.702 x) in place of GELU, OpenCLIP's with GELU itself.
 */
#include "models/clip-text.h"

GsTensor *
gs_clip_place (GsGraph *g, const GsClipConfig *config, GsTensor *tokens)
{
  GS_SCOPE (g, "text_model.embeddings");
  return gs_add (g, tokens,
                 gs_parameter_rows (g, "position_embedding", config->length, config->width));
}

static GsTensor *
embed_tokens (GsGraph *g, const GsClipConfig *config, GsTensor *ids)
{
  GS_SCOPE (g, "text_model.embeddings");
  return gs_embedding (g, "token_embedding", ids, config->vocabulary + config->extra_tokens,
                       config->width);
}

GsTensor *
gs_clip_embed (GsGraph *g, const GsClipConfig *config, GsTensor *ids)
{
  return gs_clip_place (g, config, embed_tokens (g, config, ids));
}

static GsTensor *
self_attention (GsGraph *g, const GsClipConfig *config, GsTensor *x)
{
  GsTensor *q, *k, *v;

  GS_SCOPE (g, "self_attn");
  q = gs_linear (g, "q_proj", x, config->width);
  k = gs_linear (g, "k_proj", x, config->width);
  v = gs_linear (g, "v_proj", x, config->width);
  return gs_linear (g, "out_proj", gs_attention (g, q, k, v, config->heads, TRUE), config->width);
}

static GsTensor *
feed_forward (GsGraph *g, const GsClipConfig *config, GsTensor *x)
{
  GS_SCOPE (g, "mlp");
  x = gs_linear (g, "fc1", x, config->mlp_width);
  x = config->quick_gelu ? gs_quick_gelu (g, x) : gs_gelu (g, x);
  return gs_linear (g, "fc2", x, config->width);
}

GsTensor *
gs_clip_layers (GsGraph *g, const GsClipConfig *config, GsTensor *x, guint first, guint end)
{
  float epsilon = (float) config->epsilon;

  for (guint i = first; i < end; i++)
    {
      GsTensor *h;

      GS_SCOPE (g, "text_model.encoder.layers.%u", i);
      h = self_attention (g, config, gs_layer_norm (g, "layer_norm1", x, epsilon));
      x = gs_add (g, h, x);
      h = feed_forward (g, config, gs_layer_norm (g, "layer_norm2", x, epsilon));
      x = gs_add (g, h, x);
    }
  return x;
}

GsTensor *
gs_clip_final_norm (GsGraph *g, const GsClipConfig *config, GsTensor *x)
{
  GS_SCOPE (g, "text_model");
  return gs_layer_norm (g, "final_layer_norm", x, (float) config->epsilon);
}

GsTensor *
gs_clip_project (GsGraph *g, const GsClipConfig *config, GsTensor *x)
{
  return gs_linear (g, "text_projection", x, config->projection_width);
}

guint
gs_clip_end_of_text (const GsClipConfig *config, const gint32 *ids, guint n)
{
  guint largest = 0;

  for (guint i = 0; i < n; i++)
    {
      if (ids[i] == (gint32) config->eos)
        return i;
      if (ids[i] > ids[largest])
        largest = i;
    }
  return largest;
}
