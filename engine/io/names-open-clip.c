/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OpenCLIP's names of a text encoder -> transformers' names.
 *
 * mlfoundations/open_clip (src/open_clip/transformer.py) keeps the projections of queries, keys and
 * values in one tensor, one after the other; and its text_projection is multiplied from the left
 * where transformers has a linear layer (gs_name_is_transposed ()). */
#include "io/names-parts.h"

#include <string.h>

static const GsNameRule top_rules[] = {
  { "token_embedding.", "text_model.embeddings.token_embedding." },
  { "positional_embedding", "text_model.embeddings.position_embedding.weight" },
  { "ln_final.", "text_model.final_layer_norm." },
  { "text_projection", "text_projection.weight" },
  { NULL, NULL },
};

static const GsNameRule layer_rules[] = {
  { "ln_1.", "layer_norm1." },
  { "attn.in_proj_", "self_attn.{q_proj,k_proj,v_proj}." },
  { "attn.out_proj.", "self_attn.out_proj." },
  { "ln_2.", "layer_norm2." },
  { "mlp.c_fc.", "mlp.fc1." },
  { "mlp.c_proj.", "mlp.fc2." },
  { NULL, NULL },
};

char *
gs_open_clip_names_rename (const char *rest)
{
  const char *inner = rest;
  g_autofree char *renamed = NULL;
  guint layer;

  if (!gs_names_take (&inner, "transformer.resblocks."))
    renamed = gs_names_apply (top_rules, rest);
  else if (gs_names_take_index (&inner, &layer))
    {
      g_autofree char *name = gs_names_apply (layer_rules, inner);

      if (name != NULL)
        renamed = g_strdup_printf ("text_model.encoder.layers.%u.%s", layer, name);
    }
  return renamed != NULL ? g_steal_pointer (&renamed) : g_strdup (rest);
}
