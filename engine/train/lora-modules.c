/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which layers get low-rank factors. */
#include "train/lora-modules.h"

#include "models/model-tensors.h"

#include <string.h>

static void
module_clear (gpointer data)
{
  GsLoraModule *module = data;

  g_free (module->name);
  g_free (module->weight);
}

static gboolean
is_chosen (const char *layer, const char *blocks)
{
  g_auto (GStrv) words = g_strsplit (blocks != NULL ? blocks : "", ",", -1);
  gboolean any = FALSE;

  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *word = g_strstrip (words[i]);

      any |= word[0] != '\0';
      if (word[0] != '\0' && strstr (layer, word) != NULL)
        return TRUE;
    }
  return !any;
}

/* Whether the layer has a module, by its place in its component. */
static gboolean
has_module (const GsLoraChoice *choice, GsComponent component, const char *layer)
{
  if (component != GS_COMPONENT_UNET)
    return choice->text_encoder
           && (strstr (layer, ".self_attn.") != NULL || strstr (layer, ".mlp.") != NULL);
  if (!is_chosen (layer, choice->blocks))
    return FALSE;
  if (strstr (layer, "attentions.") != NULL)
    return TRUE;
  return choice->conv_rank > 0
         && (strstr (layer, "resnets.") != NULL || strstr (layer, "samplers.") != NULL);
}

static void
add_component (GArray *modules, const GsModelConfig *config, GsComponent component,
               const char *prefix, const GsLoraChoice *choice)
{
  g_autoptr (GArray) tensors = gs_model_tensors (config, component);

  for (guint i = 0; i < tensors->len; i++)
    {
      const GsTensorSpec *spec = &g_array_index (tensors, GsTensorSpec, i);
      const char *layer = spec->name + strlen (gs_component_prefix (component));
      const gboolean taps = spec->n_dims == 4 && spec->shape[2] > 1;
      GsLoraModule module = { .component = component, .n_dims = spec->n_dims };

      if (spec->n_dims < 2 || !g_str_has_suffix (layer, ".weight")
          || !has_module (choice, component, layer) || (taps && choice->conv_rank == 0))
        continue;
      module.rank = taps ? choice->conv_rank : choice->rank;
      module.alpha = taps ? choice->conv_alpha : choice->alpha;
      memcpy (module.dims, spec->shape, sizeof module.dims);
      module.weight = g_strdup (spec->name);
      module.name = g_strdup_printf ("%s%.*s", prefix, (int) (strlen (layer) - strlen (".weight")),
                                     layer);
      g_strdelimit (module.name, ".", '_');
      g_array_append_val (modules, module);
    }
}

GArray *
gs_lora_modules_new (const GsModelConfig *config, const GsLoraChoice *choice)
{
  GArray *modules = g_array_new (FALSE, FALSE, sizeof (GsLoraModule));
  const gboolean two = config->has[GS_COMPONENT_TEXT_ENCODER_2];

  g_array_set_clear_func (modules, module_clear);
  if (choice->text_encoder && config->has[GS_COMPONENT_TEXT_ENCODER])
    add_component (modules, config, GS_COMPONENT_TEXT_ENCODER, two ? "lora_te1_" : "lora_te_",
                   choice);
  if (choice->text_encoder && two)
    add_component (modules, config, GS_COMPONENT_TEXT_ENCODER_2, "lora_te2_", choice);
  add_component (modules, config, GS_COMPONENT_UNET, "lora_unet_", choice);
  return modules;
}
