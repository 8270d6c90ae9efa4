/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Low-rank factors in a graph. */
#include "nn/low-rank.h"

#include "io/joined-names.h"
#include "ops/ops.h"
#include "tensor/grad.h"

#include <string.h>

typedef struct
{
  guint32 rank;
  double  scale;
} Module;

struct _GsLowRank
{
  GHashTable *modules; /* name -> Module */
};

GsLowRank *
gs_low_rank_new (void)
{
  GsLowRank *self = g_new0 (GsLowRank, 1);

  self->modules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
gs_low_rank_free (GsLowRank *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->modules);
  g_free (self);
}

void
gs_low_rank_add (GsLowRank *self, const char *module, guint32 rank, double scale)
{
  Module *added = g_new (Module, 1);

  *added = (Module) { rank, scale };
  g_hash_table_insert (self->modules, g_strdup (module), added);
}

/* "text_encoder.text_model.x.weight" is beside "lora_te_text_model_x". */
static char *
module_name (const char *weight)
{
  static const struct { const char *component, *prefix; } components[] = {
    { "unet.", "lora_unet_" },
    { "text_encoder.", "lora_te_" },
    { "text_encoder_2.", "lora_te2_" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (components); i++)
    if (g_str_has_prefix (weight, components[i].component)
        && g_str_has_suffix (weight, ".weight"))
      {
        const char *rest = weight + strlen (components[i].component);
        g_autofree char *layer = g_strndup (rest, strlen (rest) - strlen (".weight"));

        return g_strconcat (components[i].prefix, g_strdelimit (layer, ".", '_'), NULL);
      }
  return NULL;
}

/* scale up (down x) of so many channels; NULL if there is no such module. */
static GsTensor *
branch (GsLowRank *self, GsGraph *g, const char *weight, GsTensor *x, guint32 channels)
{
  g_autofree char *name = module_name (weight), *down_name = NULL, *up_name = NULL;
  const Module *module = name != NULL ? g_hash_table_lookup (self->modules, name) : NULL;
  GsTensor *down, *up;

  if (module == NULL)
    return NULL;
  down_name = g_strconcat (name, ".lora_down.weight", NULL);
  up_name = g_strconcat (name, ".lora_up.weight", NULL);
  down = gs_graph_input (g, down_name, (GsShape) { 1, 1, module->rank, x->shape.c },
                         GS_DTYPE_F32);
  up = gs_graph_input (g, up_name, (GsShape) { 1, 1, channels, module->rank },
                       GS_DTYPE_F32);
  return gs_product (g, gs_product (g, x, down, 1), up, (float) module->scale);
}

static GsTensor *
adapt (GsGraph *g, const GsTensor *weight, GsTensor *x, GsTensor *y, gpointer data)
{
  g_auto (GStrv) parts = gs_joined_names_split (weight->name);
  const guint n_parts = parts != NULL ? g_strv_length (parts) : 1;
  const guint32 channels = y->shape.c / n_parts;

  for (guint i = 0; i < n_parts; i++)
    {
      GsTensor *part = branch (data, g, parts != NULL ? parts[i] : weight->name, x, channels);

      if (part == NULL)
        continue;
      if (gs_shape_pixels (x->shape) != gs_shape_pixels (y->shape)
          || (weight->n_dims == 4 && weight->dims[2] > 1))
        gs_graph_fail (g, GS_ERROR_UNSUPPORTED,
                       "%s is a convolution of several taps; low-rank factors of those are not "
                       "trained", weight->name);
      if (n_parts > 1)
        part = gs_gradient_ops.place (g, part, i * channels, y->shape.c);
      y = gs_add (g, y, part);
    }
  return y;
}

void
gs_low_rank_attach (GsLowRank *self, GsGraph *graph)
{
  graph->adapt = adapt;
  graph->adapt_data = self;
}
