/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A T2I-Adapter's numbers, from its tensors. */
#include "models/t2i-adapter.h"

#include "base/error.h"
#include "models/config-source.h"

#define PREFIX "t2i_adapter."

static gboolean
fail_missing (const GsCheckpoint *checkpoint, const char *name, GError **error)
{
  return gs_config_fail (checkpoint, error, "its T2I-Adapter is incomplete: %s is missing; download "
                         "it again", name);
}

/* Gray or coloured pictures, 8 x 8 or 16 x 16 pixels in one. */
static gboolean
derive_fold (const GsCheckpoint *checkpoint, GsT2iAdapterConfig *config, GError **error)
{
  const guint squares[] = { 8, 16 };

  for (guint i = 0; i < G_N_ELEMENTS (squares); i++)
    if (config->in_channels == squares[i] * squares[i]
        || config->in_channels == 3 * squares[i] * squares[i])
      {
        config->fold = squares[i];
        return TRUE;
      }
  return gs_config_fail (checkpoint, error, "its T2I-Adapter reads pictures of %u channels, which no "
                         "known one does", config->in_channels);
}

static gboolean
derive_level (const GsCheckpoint *checkpoint, GsT2iAdapterConfig *config, guint level, GError **error)
{
  guint n = gs_config_count (checkpoint, PREFIX "body.%u.resnets.", level);
  g_autofree char *name = g_strdup_printf (PREFIX "body.%u.resnets.0.block1.weight", level);
  g_autofree char *in = g_strdup_printf (PREFIX "body.%u.in_conv.", level);

  if (n == 0 || !gs_config_dim (checkpoint, &config->inner[level], 0, "%s", name))
    return fail_missing (checkpoint, name, error);
  if (n > GS_T2I_MAX_BLOCKS)
    return gs_config_fail (checkpoint, error, "its T2I-Adapter has more blocks than any known one");
  config->n_blocks[level] = n;
  config->channels[level] = config->inner[level];
  if (!gs_config_dim (checkpoint, &config->kernel, 2, PREFIX "body.%u.resnets.0.block2.weight", level))
    return fail_missing (checkpoint, name, error);
  config->has_in[level] = gs_config_any (checkpoint, in);
  if (config->is_light
      && !gs_config_dim (checkpoint, &config->channels[level], 0, PREFIX "body.%u.out_conv.weight",
                         level))
    return fail_missing (checkpoint, PREFIX "body.N.out_conv.weight", error);
  return TRUE;
}

/* Each level is half as large as the one before; SDXL's, whose first level is small already, are so at
 * one place alone (huggingface/diffusers, FullAdapterXL). */
static void
derive_halves (GsT2iAdapterConfig *config)
{
  for (guint level = 1; level < GS_T2I_LEVELS; level++)
    config->halves[level] = config->fold == 8 || level == 2;
}

static gboolean
check_fits (const GsCheckpoint *checkpoint, const GsUnetConfig *base,
            const GsT2iAdapterConfig *config, GError **error)
{
  gboolean fits = base->n_levels == GS_T2I_LEVELS || base->n_levels + 1 == GS_T2I_LEVELS;

  fits = fits && (config->fold == 16) == (base->n_levels + 1 == GS_T2I_LEVELS);
  for (guint level = 0; level < GS_T2I_LEVELS; level++)
    fits = fits && config->channels[level] == base->channels[MIN (level, base->n_levels - 1)];
  if (fits)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
               "The T2I-Adapter %s was made for another kind of model than the one that is loaded; "
               "choose one for it", gs_checkpoint_shown_path (checkpoint));
  return FALSE;
}

gboolean
gs_t2i_adapter_config_read (const GsCheckpoint *checkpoint, const GsUnetConfig *base,
                            GsT2iAdapterConfig *config, GError **error)
{
  *config = (GsT2iAdapterConfig) { 0 };
  config->is_light = !gs_config_dim (checkpoint, &config->in_channels, 1, PREFIX "conv_in.weight");
  if (config->is_light
      && !gs_config_dim (checkpoint, &config->in_channels, 1, PREFIX "body.0.in_conv.weight"))
    return fail_missing (checkpoint, PREFIX "conv_in.weight", error);
  if (!derive_fold (checkpoint, config, error))
    return FALSE;
  for (guint level = 0; level < GS_T2I_LEVELS; level++)
    if (!derive_level (checkpoint, config, level, error))
      return FALSE;
  derive_halves (config);
  return base == NULL || check_fits (checkpoint, base, config, error);
}
