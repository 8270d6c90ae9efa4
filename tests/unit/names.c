/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of every layout come out canonical, and canonical names stay. */
#include "io/names.h"

#include <string.h>

/* Names as stored, each followed by its canonical name ("-" where there is none). */
static void
check_names (const char *const *pairs)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GsNameMap) map = NULL;

  for (guint i = 0; pairs[i] != NULL; i += 2)
    g_ptr_array_add (names, (gpointer) pairs[i]);
  map = gs_name_map_new ((const char *const *) names->pdata, names->len);
  for (guint i = 0; pairs[i] != NULL; i += 2)
    {
      g_autofree char *canonical = gs_name_map_canonical (map, pairs[i]);

      g_assert_cmpstr (canonical != NULL ? canonical : "-", ==, pairs[i + 1]);
    }
}

#define U "model.diffusion_model."

/* Two levels, one block in each, attention in the upper one only: the smallest net where all
 * rules matter. */
static const char *const unet_pairs[] = {
  U "input_blocks.0.0.weight",
  "unet.conv_in.weight",
  U "time_embed.0.bias",
  "unet.time_embedding.linear_1.bias",
  U "time_embed.2.bias",
  "unet.time_embedding.linear_2.bias",
  U "label_emb.0.2.bias",
  "unet.add_embedding.linear_2.bias",
  U "input_blocks.1.0.in_layers.0.weight",
  "unet.down_blocks.0.resnets.0.norm1.weight",
  U "input_blocks.1.0.in_layers.2.weight",
  "unet.down_blocks.0.resnets.0.conv1.weight",
  U "input_blocks.1.0.emb_layers.1.weight",
  "unet.down_blocks.0.resnets.0.time_emb_proj.weight",
  U "input_blocks.1.0.out_layers.0.weight",
  "unet.down_blocks.0.resnets.0.norm2.weight",
  U "input_blocks.1.0.out_layers.3.weight",
  "unet.down_blocks.0.resnets.0.conv2.weight",
  U "input_blocks.1.1.transformer_blocks.0.attn1.to_out.0.bias",
  "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0.bias",
  U "input_blocks.2.0.op.weight",
  "unet.down_blocks.0.downsamplers.0.conv.weight",
  U "input_blocks.3.0.skip_connection.weight",
  "unet.down_blocks.1.resnets.0.conv_shortcut.weight",
  U "middle_block.0.in_layers.0.weight",
  "unet.mid_block.resnets.0.norm1.weight",
  U "middle_block.1.proj_in.weight",
  "unet.mid_block.attentions.0.proj_in.weight",
  U "middle_block.2.out_layers.3.bias",
  "unet.mid_block.resnets.1.conv2.bias",
  U "output_blocks.0.0.in_layers.0.weight",
  "unet.up_blocks.0.resnets.0.norm1.weight",
  U "output_blocks.1.0.in_layers.0.weight",
  "unet.up_blocks.0.resnets.1.norm1.weight",
  U "output_blocks.1.1.conv.weight",
  "unet.up_blocks.0.upsamplers.0.conv.weight",
  U "output_blocks.2.0.in_layers.0.weight",
  "unet.up_blocks.1.resnets.0.norm1.weight",
  U "output_blocks.2.1.norm.weight",
  "unet.up_blocks.1.attentions.0.norm.weight",
  U "output_blocks.3.1.norm.weight",
  "unet.up_blocks.1.attentions.1.norm.weight",
  U "out.0.weight",
  "unet.conv_norm_out.weight",
  U "out.2.weight",
  "unet.conv_out.weight",
  U "novelty.weight",
  "unet.novelty.weight",
  U "input_blocks.99999.0.weight",
  "unet.input_blocks.99999.0.weight",
  U "input_blocks.900.0.in_layers.0.weight",
  "unet.input_blocks.900.0.in_layers.0.weight",
  "in.0.x",
  "-",
  NULL,
};

#define V "first_stage_model."

static const char *const vae_pairs[] = {
  V "encoder.conv_in.weight",
  "vae.encoder.conv_in.weight",
  V "encoder.down.1.block.0.nin_shortcut.weight",
  "vae.encoder.down_blocks.1.resnets.0.conv_shortcut.weight",
  V "encoder.down.0.downsample.conv.bias",
  "vae.encoder.down_blocks.0.downsamplers.0.conv.bias",
  V "encoder.mid.block_1.norm1.weight",
  "vae.encoder.mid_block.resnets.0.norm1.weight",
  V "encoder.mid.attn_1.norm.weight",
  "vae.encoder.mid_block.attentions.0.group_norm.weight",
  V "encoder.mid.attn_1.q.weight",
  "vae.encoder.mid_block.attentions.0.to_q.weight",
  V "encoder.mid.attn_1.proj_out.weight",
  "vae.encoder.mid_block.attentions.0.to_out.0.weight",
  V "encoder.mid.block_2.conv2.bias",
  "vae.encoder.mid_block.resnets.1.conv2.bias",
  V "encoder.norm_out.weight",
  "vae.encoder.conv_norm_out.weight",
  V "decoder.up.0.block.2.conv1.weight",
  "vae.decoder.up_blocks.2.resnets.2.conv1.weight",
  V "decoder.up.2.block.0.conv1.weight",
  "vae.decoder.up_blocks.0.resnets.0.conv1.weight",
  V "decoder.up.2.upsample.conv.weight",
  "vae.decoder.up_blocks.0.upsamplers.0.conv.weight",
  V "decoder.norm_out.bias",
  "vae.decoder.conv_norm_out.bias",
  V "post_quant_conv.bias",
  "vae.post_quant_conv.bias",
  NULL,
};

/* A diffusers VAE file on its own, with the attention's names before and after they were
 * changed. */
static const char *const vae_alone_pairs[] = {
  "encoder.down_blocks.0.resnets.1.conv1.weight",
  "vae.encoder.down_blocks.0.resnets.1.conv1.weight",
  "encoder.mid_block.attentions.0.query.weight",
  "vae.encoder.mid_block.attentions.0.to_q.weight",
  "encoder.mid_block.attentions.0.key.weight",
  "vae.encoder.mid_block.attentions.0.to_k.weight",
  "encoder.mid_block.attentions.0.value.bias",
  "vae.encoder.mid_block.attentions.0.to_v.bias",
  "encoder.mid_block.attentions.0.proj_attn.bias",
  "vae.encoder.mid_block.attentions.0.to_out.0.bias",
  "decoder.mid_block.attentions.0.to_q.weight",
  "vae.decoder.mid_block.attentions.0.to_q.weight",
  "decoder.mid_block.attentions.0.group_norm.weight",
  "vae.decoder.mid_block.attentions.0.group_norm.weight",
  "quant_conv.weight",
  "vae.quant_conv.weight",
  NULL,
};

static const char *const text_pairs[] = {
  "cond_stage_model.transformer.text_model.final_layer_norm.bias",
  "text_encoder.text_model.final_layer_norm.bias",
  "cond_stage_model.transformer.encoder.layers.1.mlp.fc1.bias",
  "text_encoder.text_model.encoder.layers.1.mlp.fc1.bias",
  "text_model.embeddings.token_embedding.weight",
  "text_encoder.text_model.embeddings.token_embedding.weight",
  "embeddings.position_embedding.weight",
  "text_encoder.text_model.embeddings.position_embedding.weight",
  "encoder.layers.0.self_attn.q_proj.weight",
  "text_encoder.text_model.encoder.layers.0.self_attn.q_proj.weight",
  "cond_stage_model.model.ln_final.weight",
  "text_encoder.text_model.final_layer_norm.weight",
  "cond_stage_model.model.positional_embedding",
  "text_encoder.text_model.embeddings.position_embedding.weight",
  "cond_stage_model.model.transformer.resblocks.11.attn.in_proj_bias",
  "text_encoder.text_model.encoder.layers.11.self_attn.{q_proj,k_proj,v_proj}.bias",
  "cond_stage_model.model.transformer.resblocks.3.mlp.c_proj.weight",
  "text_encoder.text_model.encoder.layers.3.mlp.fc2.weight",
  "transformer.resblocks.0.ln_2.bias",
  "text_encoder.text_model.encoder.layers.0.layer_norm2.bias",
  "conditioner.embedders.0.transformer.text_model.final_layer_norm.bias",
  "text_encoder.text_model.final_layer_norm.bias",
  "conditioner.embedders.1.model.ln_final.weight",
  "text_encoder_2.text_model.final_layer_norm.weight",
  "conditioner.embedders.1.model.text_projection",
  "text_encoder_2.text_projection.weight",
  "conditioner.embedders.0.model.token_embedding.weight",
  "text_encoder_2.text_model.embeddings.token_embedding.weight",
  NULL,
};

static const char *const taesd_pairs[] = {
  "taesd_encoder.0.weight",
  "taesd.encoder.layers.0.weight",
  "taesd_encoder.1.conv.4.bias",
  "taesd.encoder.layers.1.conv.4.bias",
  "taesd_decoder.1.weight",
  "taesd.decoder.layers.0.weight",
  "taesd_decoder.19.bias",
  "taesd.decoder.layers.18.bias",
  "encoder.layers.14.bias",
  "taesd.encoder.layers.14.bias",
  "decoder.layers.18.bias",
  "taesd.decoder.layers.18.bias",
  NULL,
};

static const char *const taesd_encoder_pairs[] = {
  "0.weight",
  "taesd.encoder.layers.0.weight",
  "1.conv.0.weight",
  "taesd.encoder.layers.1.conv.0.weight",
  NULL,
};

static const char *const taesd_decoder_pairs[] = {
  "1.weight",
  "taesd.decoder.layers.0.weight",
  "3.conv.0.weight",
  "taesd.decoder.layers.2.conv.0.weight",
  NULL,
};

static void
test_names (void)
{
  check_names (unet_pairs);
  check_names (vae_pairs);
  check_names (vae_alone_pairs);
  check_names (text_pairs);
  check_names (taesd_pairs);
  check_names (taesd_encoder_pairs);
  check_names (taesd_decoder_pairs);
}

/* Canonical names, with or without prefix, come out as they are. */
static void
test_canonical_stays (void)
{
  for (guint i = 0; unet_pairs[i] != NULL; i += 2)
    {
      const char *name = unet_pairs[i + 1];

      if (!g_str_has_prefix (name, "unet.down") && !g_str_has_prefix (name, "unet.up"))
        continue;
      check_names ((const char *const[]) { name, name, NULL });
      check_names ((const char *const[]) { name + strlen ("unet."), name, NULL });
    }
  for (guint i = 0; vae_pairs[i] != NULL; i += 2)
    check_names ((const char *const[]) { vae_pairs[i + 1], vae_pairs[i + 1], NULL });
}

static void
test_ignored (void)
{
  g_assert_true (gs_name_is_ignored ("model_ema.diffusion_modelout2bias"));
  g_assert_true (
    gs_name_is_ignored ("cond_stage_model.transformer.text_model.embeddings.position_ids"));
  g_assert_true (gs_name_is_ignored ("alphas_cumprod"));
  g_assert_true (gs_name_is_ignored ("first_stage_model.loss.logvar"));
  g_assert_false (gs_name_is_ignored ("unet.conv_in.weight"));
  g_assert_false (gs_name_is_ignored ("text_encoder_2.text_projection.weight"));
}

static void
test_foreign (void)
{
  static const char *const lora[] = { "lora_unet_mid_block_attentions_0_proj_in.alpha" };
  static const char *const other[] = { "a", "b" };

  g_assert_cmpstr (gs_names_describe_foreign (lora, 1), ==, "a LoRA");
  g_assert_null (gs_names_describe_foreign (other, 2));
  check_names ((const char *const[]) {
    "unet.mid_block.attentions.0.proj_in.lora_A.weight", "-",
    "unet.mid_block.attentions.0.proj_in.weight", "unet.mid_block.attentions.0.proj_in.weight",
    NULL });
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/names/layouts", test_names);
  g_test_add_func ("/names/canonical-stays", test_canonical_stays);
  g_test_add_func ("/names/ignored", test_ignored);
  g_test_add_func ("/names/foreign", test_foreign);
  return g_test_run ();
}
