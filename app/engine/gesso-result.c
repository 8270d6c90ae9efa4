/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the engine's picture, in which what is new is mixed into the original under the soft edge,
 * to a layer that makes that same mixture when it is laid over the original:
 *
 *   mixed = new * c + original * (1 - c),  so the premultiplied layer is  mixed - original * (1 - c)
 */
#include "config.h"

#include "gesso-result-private.h"

#include "document/gesso-blend.h"
#include "gesso-picture-private.h"
#include "gesso-recipe.h"
#include "gesso-trail-private.h"

struct _GessoResult
{
  GObject         parent_instance;

  GessoCandidate *candidate;
  GessoPicture   *picture;
  GessoTrail     *trail;
  guint64         seed;
};

G_DEFINE_FINAL_TYPE (GessoResult, gesso_result, G_TYPE_OBJECT)

static void
gesso_result_finalize (GObject *object)
{
  GessoResult *self = GESSO_RESULT (object);

  g_clear_object (&self->candidate);
  g_clear_object (&self->picture);
  g_clear_object (&self->trail);

  G_OBJECT_CLASS (gesso_result_parent_class)->finalize (object);
}

static void
gesso_result_class_init (GessoResultClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_result_finalize;
}

static void
gesso_result_init (GessoResult *self)
{
}

/* ---- The layer ------------------------------------------------------------------------------ */

/* Premultiplied RGBA. */
static guint8 *
unmix (const GsImage *mixed, const GsImage *original, const GsImage *coverage)
{
  gsize n = (gsize) mixed->width * mixed->height;
  guint8 *pixels = g_malloc (4 * n);

  for (gsize i = 0; i < n; i++)
    {
      int c = coverage ? coverage->pixels[i] : 255;

      for (guint k = 0; k < 3; k++)
        {
          int below = (int) gesso_multiply_8 (original->pixels[4 * i + k], (guint) (255 - c));

          pixels[4 * i + k] = (guint8) CLAMP (mixed->pixels[3 * i + k] - below, 0, c);
        }
      pixels[4 * i + 3] = (guint8) c;
    }

  return pixels;
}

/* ---- The recipe ----------------------------------------------------------------------------- */

static GVariant *
list_parents (GessoSnapshot *snapshot)
{
  GVariantBuilder parents;

  g_variant_builder_init (&parents, G_VARIANT_TYPE ("at"));
  for (guint k = 0; k < snapshot->layers->len; k++)
    {
      const GessoLayerState *layer = g_ptr_array_index (snapshot->layers, k);

      if (layer->visible && layer->kind != GESSO_LAYER_MASK)
        g_variant_builder_add (&parents, "t", layer->id);
    }

  return g_variant_builder_end (&parents);
}

static char *
write_recipe (GessoOrder *order, const GsImage *coverage, const GsFinished *finished)
{
  g_autoptr (GVariant) settings =
      g_variant_ref_sink (gesso_settings_to_variant (gesso_order_get_settings (order)));
  g_autoptr (GVariant) recipe = NULL;
  double strength = gesso_order_get_variation_strength (order);
  guint64 seed = finished->seed, variation_seed = 0;
  GVariantDict dictionary;
  GdkRectangle area;

  /* Of variations the engine counts on their own seed. */
  if (strength > 0)
    {
      variation_seed = gesso_order_get_variation_seed (order) + finished->index;
      seed = gesso_settings_get_seed (gesso_order_get_settings (order));
    }
  gesso_order_get_area (order, &area);
  g_variant_dict_init (&dictionary, settings);
  g_variant_dict_insert (&dictionary, "seed", "t", seed);
  g_variant_dict_insert (&dictionary, "variation-seed", "t", variation_seed);
  g_variant_dict_insert (&dictionary, "variation-strength", "d", strength);
  g_variant_dict_insert (&dictionary, "parameters", "s",
                         finished->parameters ? finished->parameters : "");
  g_variant_dict_insert_value (&dictionary, "area",
                               g_variant_new_parsed ("[%i, %i, %i, %i]", area.x, area.y, area.width,
                                                     area.height));
  g_variant_dict_insert (&dictionary, "masked", "b", coverage != NULL);
  g_variant_dict_insert_value (&dictionary, "parents",
                               list_parents (gesso_order_get_snapshot (order)));
  recipe = g_variant_ref_sink (g_variant_dict_end (&dictionary));

  return gesso_recipe_to_text (recipe);
}

GessoResult *
gesso_result_new (GessoOrder       *order,
                  const GsImage    *original,
                  const GsImage    *coverage,
                  const GsFinished *finished)
{
  GessoResult *self = g_object_new (GESSO_TYPE_RESULT, NULL);
  g_autofree guint8 *pixels = unmix (finished->image, original, coverage);
  g_autofree char *recipe = write_recipe (order, coverage, finished);
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  GdkRectangle area, all;

  gesso_order_get_area (order, &area);
  all = (GdkRectangle) { 0, 0, area.width, area.height };
  gesso_tiles_write (tiles, &all, pixels, (gsize) area.width * 4);
  gesso_tiles_tidy (tiles, NULL);

  self->candidate = gesso_candidate_new (tiles, &area, recipe);
  self->picture = gesso_picture_new_take (gs_image_copy (finished->image),
                                          g_strdup (finished->parameters));
  self->seed = finished->seed;
  if (finished->steps)
    self->trail = gesso_trail_new (finished->steps, gesso_order_get_settings (order), &area);

  return self;
}

GessoCandidate *
gesso_result_get_candidate (GessoResult *self)
{
  return self->candidate;
}

GessoPicture *
gesso_result_get_picture (GessoResult *self)
{
  return self->picture;
}

GessoTrail *
gesso_result_get_trail (GessoResult *self)
{
  return self->trail;
}

guint64
gesso_result_get_seed (GessoResult *self)
{
  return self->seed;
}
