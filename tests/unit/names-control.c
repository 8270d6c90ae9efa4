/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ControlNet's and T2I-Adapter's names of every layout come out canonical. */
#include "io/names.h"

/* As stored, each followed by its canonical name ("-" where there is none). */
static void
check_names (gconstpointer data)
{
  const char *const *pairs = data;
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

#define C "controlnet."
#define M "control_model."

static const char *const compvis[] = {
  M "input_hint_block.0.weight", C "controlnet_cond_embedding.conv_in.weight",
  M "input_hint_block.2.bias", C "controlnet_cond_embedding.blocks.0.bias",
  M "input_hint_block.12.weight", C "controlnet_cond_embedding.blocks.5.weight",
  M "input_hint_block.14.weight", C "controlnet_cond_embedding.conv_out.weight",
  M "zero_convs.0.0.weight", C "controlnet_down_blocks.0.weight",
  M "zero_convs.11.0.bias", C "controlnet_down_blocks.11.bias",
  M "middle_block_out.0.weight", C "controlnet_mid_block.weight",
  M "time_embed.0.weight", C "time_embedding.linear_1.weight",
  M "input_blocks.0.0.weight", C "conv_in.weight",
  M "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight",
  C "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight",
  M "input_blocks.3.0.op.weight", C "down_blocks.0.downsamplers.0.conv.weight",
  M "input_blocks.4.0.in_layers.2.weight", C "down_blocks.1.resnets.0.conv1.weight",
  M "middle_block.2.out_layers.3.bias", C "mid_block.resnets.1.conv2.bias",
  "model.diffusion_model.input_blocks.0.0.weight", "unet.conv_in.weight",
  "difference", C "difference",
  NULL,
};

static const char *const diffusers[] = {
  "controlnet_cond_embedding.blocks.3.weight", C "controlnet_cond_embedding.blocks.3.weight",
  "controlnet_down_blocks.4.bias", C "controlnet_down_blocks.4.bias",
  "controlnet_mid_block.weight", C "controlnet_mid_block.weight",
  "conv_in.weight", C "conv_in.weight",
  "time_embedding.linear_2.bias", C "time_embedding.linear_2.bias",
  "add_embedding.linear_1.weight", C "add_embedding.linear_1.weight",
  "down_blocks.1.resnets.0.norm1.weight", C "down_blocks.1.resnets.0.norm1.weight",
  "mid_block.attentions.0.proj_in.weight", C "mid_block.attentions.0.proj_in.weight",
  "control_add_embedding.linear_1.weight", C "control_add_embedding.linear_1.weight",
  NULL,
};

static const char *const lora[] = {
  "lora_controlnet", C "lora_controlnet",
  "input_blocks.1.0.in_layers.2.up", C "down_blocks.0.resnets.0.conv1.up",
  "input_blocks.1.0.in_layers.2.down", C "down_blocks.0.resnets.0.conv1.down",
  "input_blocks.2.0.op.up", C "down_blocks.0.downsamplers.0.conv.up",
  "time_embed.0.down", C "time_embedding.linear_1.down",
  "label_emb.0.0.up", C "add_embedding.linear_1.up",
  "input_hint_block.0.bias", C "controlnet_cond_embedding.conv_in.bias",
  "input_hint_block.4.bias", C "controlnet_cond_embedding.conv_out.bias",
  "zero_convs.1.0.weight", C "controlnet_down_blocks.1.weight",
  NULL,
};

/* LoRA of U-Nets are none. */
static const char *const foreign[] = {
  "lora_unet_down_blocks_0_resnets_0_conv1.lora_up.weight", "-",
  "down_blocks.0.attentions.0.processor.to_q_lora.up.weight",
  "unet.down_blocks.0.attentions.0.processor.to_q_lora.up.weight",
  NULL,
};

#define T "t2i_adapter."

static const char *const tencent[] = {
  "conv_in.weight", T "conv_in.weight",
  "body.0.block1.weight", T "body.0.resnets.0.block1.weight",
  "body.1.block2.bias", T "body.0.resnets.1.block2.bias",
  "body.2.in_conv.weight", T "body.1.in_conv.weight",
  "body.7.block1.weight", T "body.3.resnets.1.block1.weight",
  NULL,
};

static const char *const t2i_diffusers[] = {
  "adapter.conv_in.bias", T "conv_in.bias",
  "adapter.body.1.in_conv.weight", T "body.1.in_conv.weight",
  "adapter.body.3.resnets.1.block2.weight", T "body.3.resnets.1.block2.weight",
  NULL,
};

static const char *const light[] = {
  "body.0.in_conv.weight", T "body.0.in_conv.weight",
  "body.0.body.3.block1.bias", T "body.0.resnets.3.block1.bias",
  "body.3.out_conv.weight", T "body.3.out_conv.weight",
  NULL,
};

/* An upscaler's. */
static const char *const upscaler[] = {
  "body.0.rdb1.conv1.weight", "-",
  "conv_first.weight", "-",
  NULL,
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/names-control/compvis", compvis, check_names);
  g_test_add_data_func ("/names-control/diffusers", diffusers, check_names);
  g_test_add_data_func ("/names-control/lora", lora, check_names);
  g_test_add_data_func ("/names-control/foreign", foreign, check_names);
  g_test_add_data_func ("/names-control/tencent", tencent, check_names);
  g_test_add_data_func ("/names-control/t2i-diffusers", t2i_diffusers, check_names);
  g_test_add_data_func ("/names-control/light", light, check_names);
  g_test_add_data_func ("/names-control/upscaler", upscaler, check_names);
  return g_test_run ();
}
