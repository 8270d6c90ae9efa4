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
  GHashTable     *modules; /* name -> Module */
  GPtrArray      *names;   /* the keys, in order; borrowed */
  GsLowRankChoice choice;  /* or NULL */
  gpointer        choice_data;
  Module          chosen;
};

GsLowRank *
gs_low_rank_new (void)
{
  GsLowRank *self = g_new0 (GsLowRank, 1);

  self->modules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->names = g_ptr_array_new ();
  return self;
}

void
gs_low_rank_free (GsLowRank *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->names);
  g_hash_table_unref (self->modules);
  g_free (self);
}

void
gs_low_rank_add (GsLowRank *self, const char *module, guint32 rank, double scale)
{
  Module *known = g_hash_table_lookup (self->modules, module), *added;
  char *name;

  if (known != NULL)
    {
      *known = (Module) { rank, scale };
      return;
    }
  added = g_new (Module, 1);
  *added = (Module) { rank, scale };
  name = g_strdup (module);
  g_hash_table_insert (self->modules, name, added);
  g_ptr_array_add (self->names, name);
}

void
gs_low_rank_add_chosen (GsLowRank *self, GsLowRankChoice choice, gpointer data, guint32 rank,
                        double scale)
{
  self->choice = choice;
  self->choice_data = data;
  self->chosen = (Module) { rank, scale };
}

GPtrArray *
gs_low_rank_get_modules (GsLowRank *self)
{
  return self->names;
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

/* The module of a weight or of that part of a joined one, or NULL. */
static const Module *
find_module (GsLowRank *self, const char *name, const char *part, const GsTensor *weight)
{
  const Module *module = g_hash_table_lookup (self->modules, name);

  if (module != NULL || self->choice == NULL
      || !self->choice (part, weight->dims, weight->n_dims, self->choice_data))
    return module;
  gs_low_rank_add (self, name, self->chosen.rank, self->chosen.scale);
  return g_hash_table_lookup (self->modules, name);
}

/* scale up (down x), as part of y; NULL if there is no such module. part: the weight's name or that
 * of a part of it. */
static GsTensor *
branch (GsLowRank *self, GsGraph *g, const GsTensor *weight, const char *part, GsTensor *x,
        const GsTensor *y, guint32 channels)
{
  const guint32 kernel = weight->n_dims == 4 ? weight->dims[2] : 1;
  const guint32 stride = x->shape.h == y->shape.h && x->shape.w == y->shape.w ? 1 : 2;
  g_autofree char *name = module_name (part), *down_name = NULL, *up_name = NULL;
  const Module *module = name != NULL ? find_module (self, name, part, weight) : NULL;
  GsTensor *down, *up;

  if (module == NULL)
    return NULL;
  down_name = g_strconcat (name, ".lora_down.weight", NULL);
  up_name = g_strconcat (name, ".lora_up.weight", NULL);
  down = gs_graph_input (g, down_name,
                         (GsShape) { 1, 1, module->rank, x->shape.c * kernel * kernel },
                         GS_DTYPE_F32);
  up = gs_graph_input (g, up_name, (GsShape) { 1, 1, channels, module->rank },
                       GS_DTYPE_F32);
  x = kernel > 1 ? gs_conv_product (g, x, down, kernel, stride) : gs_product (g, x, down, 1);
  return gs_product (g, x, up, (float) module->scale);
}

static GsTensor *
adapt (GsGraph *g, const GsTensor *weight, GsTensor *x, GsTensor *y, gpointer data)
{
  g_auto (GStrv) parts = gs_joined_names_split (weight->name);
  const guint n_parts = parts != NULL ? g_strv_length (parts) : 1;
  const guint32 channels = y->shape.c / n_parts;

  for (guint i = 0; i < n_parts; i++)
    {
      GsTensor *part = branch (data, g, weight, parts != NULL ? parts[i] : weight->name, x, y,
                               channels);

      if (part == NULL)
        continue;
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
