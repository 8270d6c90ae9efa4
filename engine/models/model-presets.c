/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published models' numbers, for measuring speed without their weights. */
#include "models/model-config.h"

#include "base/error.h"

/* OpenAI's ViT-L text tower: SD 1.x's only one and SDXL's first. */
static const GsClipConfig clip_l = {
  .layers = 12,
  .width = 768,
  .heads = 12,
  .mlp_width = 3072,
  .vocabulary = 49408,
  .length = 77,
  .bos = 49406,
  .eos = 49407,
  .pad = 49407,
  .quick_gelu = TRUE,
  .epsilon = 1e-5,
};

/* OpenCLIP's ViT-H text tower: SD 2.x's. */
static const GsClipConfig clip_h = {
  .layers = 24,
  .width = 1024,
  .heads = 16,
  .mlp_width = 4096,
  .vocabulary = 49408,
  .length = 77,
  .bos = 49406,
  .eos = 49407,
  .pad = 0,
  .open_clip = TRUE,
  .clip_skip = 2,
  .epsilon = 1e-5,
};

/* OpenCLIP's ViT-bigG text tower. */
static const GsClipConfig clip_g = {
  .layers = 32,
  .width = 1280,
  .heads = 20,
  .mlp_width = 5120,
  .vocabulary = 49408,
  .length = 77,
  .bos = 49406,
  .eos = 49407,
  .pad = 0,
  .open_clip = TRUE,
  .projection_width = 1280,
  .clip_skip = 2,
  .epsilon = 1e-5,
};

static const GsClipConfig clip_starter = {
  .layers = 2,
  .width = 128,
  .heads = 4,
  .mlp_width = 512,
  .vocabulary = 1024,
  .length = 77,
  .bos = 1022,
  .eos = 1023,
  .pad = 1023,
  .quick_gelu = TRUE,
  .epsilon = 1e-5,
};

static const GsUnetConfig unet_sd15 = {
  .in_channels = 4,
  .out_channels = 4,
  .time_width = 1280,
  .n_levels = 4,
  .channels = { 320, 640, 1280, 1280 },
  .layers = 2,
  .down_depth = { { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 } },
  .up_depth = { { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 1 }, { 0 } },
  .heads = { 8, 8, 8, 8 },
  .middle_layers = 2,
  .middle_depth = 1,
  .context_width = 768,
  .groups = 32,
  .epsilon = 1e-5,
};

static const GsUnetConfig unet_sdxl = {
  .in_channels = 4,
  .out_channels = 4,
  .time_width = 1280,
  .n_levels = 3,
  .channels = { 320, 640, 1280 },
  .layers = 2,
  .down_depth = { { 0 }, { 2, 2 }, { 10, 10 } },
  .up_depth = { { 0 }, { 2, 2, 2 }, { 10, 10, 10 } },
  .heads = { 5, 10, 20 },
  .middle_layers = 2,
  .middle_depth = 10,
  .context_width = 2048,
  .label_width = 2816,
  .size_width = 256,
  .groups = 32,
  .epsilon = 1e-5,
  .linear_projection = TRUE,
};

static const GsUnetConfig unet_sd2 = {
  .in_channels = 4,
  .out_channels = 4,
  .time_width = 1280,
  .n_levels = 4,
  .channels = { 320, 640, 1280, 1280 },
  .layers = 2,
  .down_depth = { { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 } },
  .up_depth = { { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 1 }, { 0 } },
  .heads = { 5, 10, 20, 20 },
  .middle_layers = 2,
  .middle_depth = 1,
  .context_width = 1024,
  .groups = 32,
  .epsilon = 1e-5,
  .linear_projection = TRUE,
};

static const GsUnetConfig unet_starter = {
  .in_channels = 4,
  .out_channels = 4,
  .time_width = 192,
  .n_levels = 3,
  .channels = { 48, 96, 96 },
  .layers = 1,
  .down_depth = { { 0 }, { 1 }, { 1 } },
  .up_depth = { { 0 }, { 1, 1 }, { 1, 1 } },
  .heads = { 4, 4, 4 },
  .middle_layers = 2,
  .middle_depth = 1,
  .context_width = 128,
  .groups = 8,
  .epsilon = 1e-5,
};

/* The same net in SD 1.x and SDXL, but for the scale of the latent. */
static const GsVaeConfig vae_sd = {
  .latent_channels = 4,
  .n_levels = 4,
  .channels = { 128, 256, 512, 512 },
  .layers = 2,
  .groups = 32,
  .has_encoder = TRUE,
  .has_decoder = TRUE,
  .has_quant_conv = TRUE,
  .scaling_factor = 0.18215,
};

static const GsVaeConfig vae_starter = {
  .latent_channels = 4,
  .n_levels = 4,
  .channels = { 16, 32, 64, 64 },
  .layers = 1,
  .groups = 4,
  .has_encoder = TRUE,
  .has_decoder = TRUE,
  .has_quant_conv = TRUE,
  .scaling_factor = 0.18215,
};

static const GsScheduleConfig schedule_sd = {
  .beta_start = 0.00085,
  .beta_end = 0.012,
  .beta_schedule = GS_BETA_SCALED_LINEAR,
  .train_steps = 1000,
  .prediction = GS_PREDICTION_EPSILON,
  .steps_offset = 1,
};

gboolean
gs_model_config_preset (const char *name, GsModelConfig *config, GError **error)
{
  *config = (GsModelConfig) { .family = GS_FAMILY_SD1, .schedule = schedule_sd };
  config->has[GS_COMPONENT_UNET] = TRUE;
  config->has[GS_COMPONENT_TEXT_ENCODER] = TRUE;
  config->has[GS_COMPONENT_VAE] = TRUE;
  config->clip = clip_l;
  config->clip.clip_skip = 1;
  config->vae = vae_sd;
  if (g_str_equal (name, "sd15"))
    config->unet = unet_sd15;
  else if (g_str_equal (name, "sd21"))
    {
      config->family = GS_FAMILY_SD2;
      config->clip = clip_h;
      config->unet = unet_sd2;
      config->schedule.prediction = GS_PREDICTION_V;
    }
  else if (g_str_equal (name, "sdxl"))
    {
      config->clip.clip_skip = 2;
      config->family = GS_FAMILY_SDXL;
      config->has[GS_COMPONENT_TEXT_ENCODER_2] = TRUE;
      config->clip_2 = clip_g;
      config->unet = unet_sdxl;
      config->vae.scaling_factor = 0.13025;
    }
  else if (g_str_equal (name, "starter"))
    {
      config->clip = clip_starter;
      config->clip.clip_skip = 1;
      config->unet = unet_starter;
      config->vae = vae_starter;
    }
  else
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "There is no synthetic model “%s”; choose sd15, sd21, sdxl or starter", name);
      return FALSE;
    }
  return TRUE;
}
