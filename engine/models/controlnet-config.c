/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ControlNet's numbers. Its half of a U-Net is read as a U-Net of which the way up is missing, so that
 * there is one place that knows what shapes say.
 */
#include "models/controlnet.h"

#include <string.h>

#include "base/error.h"
#include "models/config-source.h"
#include "models/model-tensors.h"

#define PREFIX "controlnet."
#define HINT PREFIX "controlnet_cond_embedding."

static GsControlNetKind
kind_of (const GsCheckpoint *checkpoint)
{
  if (gs_config_any (checkpoint, PREFIX "lora_controlnet"))
    return GS_CONTROLNET_LORA;
  return gs_config_any (checkpoint, PREFIX "difference") ? GS_CONTROLNET_DIFFERENCE
                                                          : GS_CONTROLNET_WHOLE;
}

guint
gs_controlnet_context_width (const GsCheckpoint *checkpoint)
{
  static const char *const inner[] = { ".attn2.to_k.weight", ".attn2.to_k.down" };
  guint width = 0;

  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint) && width == 0; i++)
    {
      const char *name;

      gs_checkpoint_tensor (checkpoint, i, &name);
      for (guint k = 0; k < G_N_ELEMENTS (inner) && g_str_has_prefix (name, PREFIX); k++)
        if (g_str_has_suffix (name, inner[k]))
          gs_config_dim (checkpoint, &width, 1, "%s", name);
    }
  return width;
}

static gboolean
derive_hint (const GsCheckpoint *checkpoint, GsControlNetConfig *config, GError **error)
{
  const guint n = gs_config_count (checkpoint, HINT "blocks.");

  if (!gs_config_dim (checkpoint, &config->hint_width, 0, HINT "conv_in.weight")
      || !gs_config_dim (checkpoint, &config->hint_channels, 1, HINT "conv_in.weight"))
    return gs_config_fail (checkpoint, error,
                           "its ControlNet is incomplete: %sconv_in.weight is missing", HINT);
  if (n > GS_MAX_HINT_BLOCKS || n % 2 != 0)
    return gs_config_fail (checkpoint, error, "its ControlNet encodes pictures by %u convolutions, "
                           "which no known one does", n);
  for (guint i = 0; i < n; i++)
    if (!gs_config_dim (checkpoint, &config->hint_widths[i], 0, HINT "blocks.%u.weight", i))
      return gs_config_fail (checkpoint, error,
                             "its ControlNet is incomplete: %sblocks.%u.weight is missing", HINT, i);
  config->n_hint_blocks = n;
  return TRUE;
}

/* The half that is the U-Net's. */
static gboolean
is_half (const char *name)
{
  return !g_str_has_prefix (name, PREFIX "controlnet_") && g_str_has_prefix (name, PREFIX);
}

/* The same tensors as a U-Net's. They are borrowed from the checkpoint. */
static GsCheckpoint *
as_unet (const GsCheckpoint *checkpoint)
{
  static const char *const keys[] = { "gesso.test_config", "gesso.config", "config",
                                      "gesso.unet.num_heads", "gesso.unet.norm_num_groups" };
  GsCheckpoint *half = gs_checkpoint_new (gs_checkpoint_path (checkpoint));
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);

  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      const char *name;
      const GsStoredTensor *tensor = gs_checkpoint_tensor (checkpoint, i, &name);
      g_autofree char *renamed = NULL;

      if (!is_half (name)) /* which may be shorter than the prefix */
        continue;
      renamed = g_strconcat ("unet.", name + strlen (PREFIX), NULL);
      gs_checkpoint_add (half, renamed, tensor, nothing);
    }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *value = gs_checkpoint_metadata (checkpoint, GS_COMPONENT_CONTROLNET, keys[i]);

      if (value != NULL)
        gs_checkpoint_set_metadata (half, keys[i], value);
    }
  return half;
}

/* Whether anything speaks of the number of heads; a miniature's cannot be guessed. */
static gboolean
says_heads (const GsCheckpoint *half, JsonObject *extra, gboolean *says, GError **error)
{
  static const char *const keys[] = { "num_attention_heads", "num_heads", "heads",
                                      "attention_head_dim", "num_head_channels", "head_ch" };
  GsConfigSource source;

  *says = FALSE;
  if (!gs_config_source_init (&source, half, extra, GS_COMPONENT_UNET, error))
    return FALSE;
  for (guint i = 0; i < source.objects->len; i++)
    for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
      *says |= json_object_has_member (source.objects->pdata[i], keys[k]);
  gs_config_source_clear (&source);
  return TRUE;
}

/* What a config.json would say. */
static JsonObject *
describe (const GsUnetConfig *base)
{
  JsonObject *object = json_object_new (), *unet = json_object_new ();
  JsonArray *heads = json_array_new ();

  for (guint level = 0; level < GS_MAX_LEVELS; level++)
    json_array_add_int_element (heads, base->heads[level]);
  json_object_set_array_member (unet, "heads", heads);
  json_object_set_int_member (unet, "groups", base->groups);
  json_object_set_double_member (unet, "norm_eps", base->epsilon);
  json_object_set_object_member (object, "unet", unet);
  return object;
}

static gboolean
derive_half (const GsCheckpoint *checkpoint, JsonObject *extra, const GsUnetConfig *base,
             GsUnetConfig *config, GError **error)
{
  g_autoptr (GsCheckpoint) half = as_unet (checkpoint);
  g_autoptr (JsonObject) of_base = base != NULL ? describe (base) : NULL;
  gboolean says;

  if (extra == NULL)
    extra = gs_checkpoint_config (checkpoint, "controlnet");
  if (!says_heads (half, extra, &says, error))
    return FALSE;
  return gs_unet_config_derive (half, base != NULL && !says ? of_base : extra, config, error);
}

/* What it and the U-Net share must be of one size. */
static gboolean
check_fits (const GsCheckpoint *checkpoint, const GsUnetConfig *base, const GsUnetConfig *own,
            GError **error)
{
  if (base->n_levels == own->n_levels && base->layers == own->layers
      && memcmp (base->channels, own->channels, sizeof own->channels) == 0
      && (own->context_width == 0 || base->context_width == own->context_width)
      && base->label_width == own->label_width && own->in_channels == base->out_channels)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
               "The ControlNet %s was made for another kind of model than the one that is loaded; "
               "choose one for it", gs_checkpoint_shown_path (checkpoint));
  return FALSE;
}

static void
add_spec (GArray *specs, const char *name, guint64 a, guint64 b, guint64 c)
{
  GsTensorSpec weight = { .name = g_strconcat (PREFIX, name, ".weight", NULL),
                          .n_dims = 4, .shape = { a, b, c, c } };
  GsTensorSpec bias = { .name = g_strconcat (PREFIX, name, ".bias", NULL),
                        .n_dims = 1, .shape = { a } };

  g_array_append_val (specs, weight);
  g_array_append_val (specs, bias);
}

static void
add_zero_convolutions (GArray *specs, const GsUnetConfig *unet)
{
  guint n = 0;

  for (guint level = 0; level < unet->n_levels; level++)
    {
      /* The first convolution's result counts to the first level, a downsampler's to the next. */
      const guint more = level == 0 ? 1 : 0;
      const guint down = level + 1 < unet->n_levels ? 1 : 0;

      for (guint i = 0; i < unet->layers + more + down; i++, n++)
        {
          g_autofree char *name = g_strdup_printf ("controlnet_down_blocks.%u", n);

          add_spec (specs, name, unet->channels[level], unet->channels[level], 1);
        }
    }
  add_spec (specs, "controlnet_mid_block", unet->channels[unet->n_levels - 1],
            unet->channels[unet->n_levels - 1], 1);
}

static void
add_hint_encoder (GArray *specs, const GsControlNetConfig *config)
{
  guint width = config->hint_width;

  add_spec (specs, "controlnet_cond_embedding.conv_in", width, config->hint_channels, 3);
  for (guint i = 0; i < config->n_hint_blocks; i++)
    {
      g_autofree char *name = g_strdup_printf ("controlnet_cond_embedding.blocks.%u", i);

      add_spec (specs, name, config->hint_widths[i], width, 3);
      width = config->hint_widths[i];
    }
  add_spec (specs, "controlnet_cond_embedding.conv_out", config->unet.channels[0], width, 3);
}

static void
spec_clear (gpointer data)
{
  g_free (((GsTensorSpec *) data)->name);
}

/* The U-Net's tensors up to its middle, and its own. */
static GArray *
list_tensors (const GsControlNetConfig *config)
{
  const GsModelConfig model = { .has = { [GS_COMPONENT_UNET] = TRUE }, .unet = config->unet };
  g_autoptr (GArray) unet = gs_model_tensors (&model, GS_COMPONENT_UNET);
  GArray *specs = g_array_new (FALSE, FALSE, sizeof (GsTensorSpec));

  g_array_set_clear_func (specs, spec_clear);
  for (guint i = 0; config->kind == GS_CONTROLNET_WHOLE && i < unet->len; i++)
    {
      GsTensorSpec spec = g_array_index (unet, GsTensorSpec, i);

      if (g_str_has_prefix (spec.name, "unet.up_blocks.")
          || g_str_has_prefix (spec.name, "unet.conv_norm_out.")
          || g_str_has_prefix (spec.name, "unet.conv_out."))
        continue;
      spec.name = g_strconcat (PREFIX, spec.name + strlen ("unet."), NULL);
      g_array_append_val (specs, spec);
    }
  add_zero_convolutions (specs, &config->unet);
  add_hint_encoder (specs, config);
  return specs;
}

static gboolean
check_tensors (const GsCheckpoint *checkpoint, const GsControlNetConfig *config, GError **error)
{
  g_autoptr (GArray) specs = list_tensors (config);

  for (guint i = 0; i < specs->len; i++)
    {
      const GsTensorSpec *spec = &g_array_index (specs, GsTensorSpec, i);
      const GsStoredTensor *tensor = gs_checkpoint_find (checkpoint, spec->name);

      if (tensor == NULL)
        return gs_config_fail (checkpoint, error, "its ControlNet is incomplete: %s is missing; "
                               "download it again", spec->name);
      if (!gs_stored_tensor_has_shape (tensor, spec->n_dims, spec->shape))
        {
          g_autofree char *has = gs_stored_tensor_shape_text (tensor);
          g_autofree char *needs = gs_shape_text (spec->n_dims, spec->shape);

          return gs_config_fail (checkpoint, error,
                                 "its ControlNet does not fit: %s has the shape %s instead of %s",
                                 spec->name, has, needs);
        }
    }
  return TRUE;
}

/* A "union" of ControlNets is another network. */
static gboolean
check_known (const GsCheckpoint *checkpoint, GError **error)
{
  if (!gs_config_any (checkpoint, PREFIX "control_add_embedding.")
      && !gs_config_any (checkpoint, PREFIX "task_embedding"))
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
               "%s is a union of several ControlNets, which Gesso does not know; choose one for a "
               "single kind of picture", gs_checkpoint_shown_path (checkpoint));
  return FALSE;
}

gboolean
gs_controlnet_config_read (const GsCheckpoint *checkpoint, JsonObject *extra,
                           const GsUnetConfig *base, GsControlNetConfig *config, GError **error)
{
  *config = (GsControlNetConfig) { .kind = kind_of (checkpoint) };
  if (!gs_checkpoint_has (checkpoint, GS_COMPONENT_CONTROLNET))
    return gs_config_fail (checkpoint, error, "it holds no ControlNet; choose another file");
  if (!check_known (checkpoint, error) || !derive_hint (checkpoint, config, error))
    return FALSE;
  if (config->kind == GS_CONTROLNET_LORA)
    {
      if (base == NULL)
        return gs_config_fail (checkpoint, error,
                               "it is a control-LoRA, which is nothing without a model");
      config->unet = *base;
      config->unet.in_channels = base->out_channels;
    }
  else if (!derive_half (checkpoint, extra, base, &config->unet, error)
           || (base != NULL && !check_fits (checkpoint, base, &config->unet, error)))
    return FALSE;
  return check_tensors (checkpoint, config, error);
}
