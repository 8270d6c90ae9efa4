/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Podell et al., "SDXL: Improving Latent Diffusion Models for High-Resolution Image Synthesis",
 * section 2.2. The order of the sizes and the refiner's scores are those of
 * huggingface/diffusers (pipelines/stable_diffusion_xl).
 */
#include "session/conditioning.h"

#include "models/unet.h"
#include "session/model.h"

#define GOOD_SCORE 6.0f
#define BAD_SCORE 2.5f

float *
gs_label_new (GsSession *session, const GsPromptVectors *prompt, gboolean is_negative,
              guint32 width, guint32 height)
{
  const GsModelConfig *config = &session->model->config;
  const guint n_sizes = gs_model_config_n_sizes (config);
  /* original size, place of the crop, target size */
  const float sizes[] = { height, width, 0, 0, height, width };
  const float scored[] = { height, width, 0, 0, is_negative ? BAD_SCORE : GOOD_SCORE };
  float *label;

  if (n_sizes == 0 || prompt->pooled == NULL)
    return NULL;
  label = g_new (float, config->unet.label_width);
  gs_unet_label (&config->unet, prompt->pooled, n_sizes == G_N_ELEMENTS (sizes) ? sizes : scored,
                 n_sizes, label);
  return label;
}
