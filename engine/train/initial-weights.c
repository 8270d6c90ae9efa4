/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights to begin with. */
#include "train/initial-weights.h"

#include <math.h>
#include <string.h>

/* CLIP's tables (Radford et al.: 0.02 and 0.01) are for a width of 768; a narrow one learns faster from
 * larger ones. */
#define TOKENS_DEVIATION 0.1
#define POSITIONS_DEVIATION 0.05

/* The weights that end a residual branch, or the U-Net. */
static const char *const zeros[] = { ".conv2.weight", ".proj_out.weight", "unet.conv_out.weight" };

static gboolean
begins_as_zeros (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (zeros); i++)
    if (g_str_has_suffix (name, zeros[i]))
      return TRUE;
  return strstr (name, "vae.") == name && strstr (name, ".attentions.") != NULL
         && g_str_has_suffix (name, ".to_out.0.weight");
}

static double
deviation_of (const GsTrainedTensor *tensor)
{
  double fan_in = 1;

  if (strstr (tensor->name, "token_embedding") != NULL)
    return TOKENS_DEVIATION;
  if (strstr (tensor->name, "position_embedding") != NULL)
    return POSITIONS_DEVIATION;
  for (guint i = 1; i < tensor->n_dims; i++)
    fan_in *= tensor->dims[i];
  return begins_as_zeros (tensor->name) ? 0 : 1 / sqrt (fan_in);
}

void
gs_initial_weights (GsTrained *trained, guint i, guint64 seed)
{
  const GsTrainedTensor *tensor = gs_trained_tensor (trained, i);
  const gboolean is_scale = g_str_has_suffix (tensor->name, ".weight"); /* of a norm */

  if (tensor->n_dims > 1)
    gs_trained_fill_uniform (trained, i, (float) (sqrt (3) * deviation_of (tensor)), seed);
  for (gsize k = 0; tensor->n_dims == 1 && k < tensor->n; k++)
    trained->values[tensor->first + k] = is_scale;
}
