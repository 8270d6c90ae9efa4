/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An order: what is to be made, what it starts from, and the same for a file. */
#include "config.h"

#include "gesso-order-private.h"

#include "document/gesso-composite.h"
#include "gesso-recipe.h"

#include <math.h>
#include <string.h>

struct _GessoOrder
{
  GObject        parent_instance;

  GessoSnapshot *snapshot;
  GessoSettings *settings;
  GdkRectangle   area;
  guint          batch;
  guint64        variation_seed;
  double         variation_strength;
  GessoTrail    *trail;
  guint          step;
  gboolean       keep_steps, draft;
  char         **notes;
  double         seconds;
  guint          n_made;      /* atomic */
  gboolean       unfinished;
  GPtrArray     *failed_on;   /* or NULL; borrowed, to be compared alone */
};

enum
{
  PROP_0,
  PROP_PROMPT,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (GessoOrder, gesso_order, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
gesso_order_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  g_value_set_string (value, gesso_settings_get_prompt (GESSO_ORDER (object)->settings));
}

static void
gesso_order_finalize (GObject *object)
{
  GessoOrder *self = GESSO_ORDER (object);

  g_clear_pointer (&self->snapshot, gesso_snapshot_unref);
  g_clear_object (&self->settings);
  g_clear_object (&self->trail);
  g_strfreev (self->notes);
  g_clear_pointer (&self->failed_on, g_ptr_array_unref);

  G_OBJECT_CLASS (gesso_order_parent_class)->finalize (object);
}

static void
gesso_order_class_init (GessoOrderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gesso_order_get_property;
  object_class->finalize = gesso_order_finalize;

  properties[PROP_PROMPT] =
      g_param_spec_string ("prompt", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gesso_order_init (GessoOrder *self)
{
  self->batch = 1;
  self->keep_steps = TRUE;
}

GessoOrder *
gesso_order_new (GessoSnapshot *snapshot, GessoSettings *settings)
{
  GessoOrder *self = g_object_new (GESSO_TYPE_ORDER, NULL);

  self->snapshot = gesso_snapshot_ref (snapshot);
  self->settings = gesso_settings_copy (settings);
  self->area = snapshot->frame;

  return self;
}

const char *const *
gesso_order_get_notes (GessoOrder *self)
{
  return (const char *const *) self->notes;
}

double
gesso_order_get_seconds (GessoOrder *self)
{
  return self->seconds;
}

void
gesso_order_set_seconds (GessoOrder *self, double seconds)
{
  self->seconds = seconds;
}

guint
gesso_order_get_n_made (GessoOrder *self)
{
  return (guint) g_atomic_int_get (&self->n_made);
}

void
gesso_order_set_n_made (GessoOrder *self, guint n)
{
  g_atomic_int_set (&self->n_made, n);
}

gboolean
gesso_order_get_unfinished (GessoOrder *self)
{
  return self->unfinished;
}

void
gesso_order_set_unfinished (GessoOrder *self, gboolean unfinished)
{
  self->unfinished = unfinished;
}

gboolean
gesso_order_has_failed_on (GessoOrder *self, gconstpointer device)
{
  return self->failed_on &&
         (device == NULL || g_ptr_array_find (self->failed_on, device, NULL));
}

void
gesso_order_add_failed_on (GessoOrder *self, gpointer device)
{
  if (self->failed_on == NULL)
    self->failed_on = g_ptr_array_new ();
  g_ptr_array_add (self->failed_on, device);
}

void
gesso_order_take_notes (GessoOrder *self, char **notes)
{
  g_strfreev (self->notes);
  self->notes = notes;
}

void
gesso_order_set_area (GessoOrder *self, const GdkRectangle *area)
{
  self->area = *area;
}

void
gesso_order_set_batch (GessoOrder *self, guint batch)
{
  self->batch = CLAMP (batch, 1, GESSO_MAX_BATCH);
}

void
gesso_order_set_variation (GessoOrder *self, guint64 seed, double strength)
{
  self->variation_seed = seed;
  self->variation_strength = CLAMP (strength, 0, 1);
}

void
gesso_order_set_resume (GessoOrder *self, GessoTrail *trail, guint step)
{
  g_set_object (&self->trail, trail);
  self->step = MIN (step, gesso_trail_get_n_steps (trail));
  gesso_trail_get_area (trail, &self->area);
  g_object_set (self->settings,
                "steps", gesso_trail_get_steps (trail),
                "sampler", gesso_trail_get_sampler (trail),
                "schedule", gesso_trail_get_schedule (trail),
                "model", gesso_trail_get_model (trail),
                NULL);
}

void
gesso_order_set_keep_steps (GessoOrder *self, gboolean keep)
{
  self->keep_steps = keep;
}

void
gesso_order_set_draft (GessoOrder *self, gboolean draft)
{
  self->draft = draft;
}

GessoSnapshot *
gesso_order_get_snapshot (GessoOrder *self)
{
  return self->snapshot;
}

GessoSettings *
gesso_order_get_settings (GessoOrder *self)
{
  return self->settings;
}

void
gesso_order_get_area (GessoOrder *self, GdkRectangle *area)
{
  *area = self->area;
}

guint
gesso_order_get_batch (GessoOrder *self)
{
  return self->batch;
}

guint64
gesso_order_get_variation_seed (GessoOrder *self)
{
  return self->variation_seed;
}

double
gesso_order_get_variation_strength (GessoOrder *self)
{
  return self->variation_strength;
}

GessoTrail *
gesso_order_get_trail (GessoOrder *self)
{
  return self->trail;
}

guint
gesso_order_get_step (GessoOrder *self)
{
  return self->step;
}

gboolean
gesso_order_get_keep_steps (GessoOrder *self)
{
  return self->keep_steps && !self->draft;
}

gboolean
gesso_order_get_draft (GessoOrder *self)
{
  return self->draft;
}

/* ---- What it starts from -------------------------------------------------------------------- */

guint8 *
gesso_order_flatten (GessoOrder *self)
{
  gsize stride = (gsize) self->area.width * 4;
  guint8 *pixels = g_malloc (stride * (gsize) self->area.height);
  GdkRectangle picture = { 0, 0, (int) self->snapshot->width, (int) self->snapshot->height };
  GdkRectangle inside;

  gesso_composite ((GessoLayerState *const *) self->snapshot->layers->pdata,
                   self->snapshot->layers->len, &self->area, pixels, stride);

  /* Layers may reach over the picture's edge, where nobody sees them. */
  if (!gdk_rectangle_intersect (&self->area, &picture, &inside))
    inside = (GdkRectangle) { self->area.x, self->area.y, 0, 0 };
  for (int y = 0; y < self->area.height; y++)
    {
      guint8 *row = pixels + (gsize) y * stride;
      gsize left = (gsize) (inside.x - self->area.x) * 4, width = (gsize) inside.width * 4;

      if (y + self->area.y < inside.y || y + self->area.y >= inside.y + inside.height)
        memset (row, 0, stride);
      else
        {
          memset (row, 0, left);
          memset (row + left + width, 0, stride - left - width);
        }
    }

  return pixels;
}

/* Unites a mask layer's part with what is there. */
static void
unite (GessoOrder *self, const GessoLayerState *layer, guint8 *mask, guint8 *part)
{
  const GdkRectangle place = { self->area.x - layer->x, self->area.y - layer->y, self->area.width,
                               self->area.height };
  gsize n = (gsize) place.width * (gsize) place.height;
  guint opacity = (guint) lrint (CLAMP (layer->opacity, 0, 1) * 255);

  gesso_tiles_read (layer->tiles, &place, part, (gsize) place.width);
  for (gsize i = 0; i < n; i++)
    mask[i] = (guint8) MAX (mask[i], gesso_multiply_8 (part[i], opacity));
}

guint8 *
gesso_order_flatten_mask (GessoOrder *self)
{
  gsize n = (gsize) self->area.width * (gsize) self->area.height;
  g_autofree guint8 *mask = g_malloc0 (n);
  g_autofree guint8 *part = g_malloc (n);
  gboolean painted = FALSE;

  for (guint k = 0; k < self->snapshot->layers->len; k++)
    {
      const GessoLayerState *layer = g_ptr_array_index (self->snapshot->layers, k);
      GdkRectangle bounds;

      if (layer->kind == GESSO_LAYER_MASK && layer->visible && layer->opacity > 0 &&
          gesso_tiles_get_bounds (layer->tiles, &bounds))
        {
          unite (self, layer, mask, part);
          painted = TRUE;
        }
    }
  if (self->snapshot->selection)
    {
      gesso_tiles_read (self->snapshot->selection, &self->area, part, (gsize) self->area.width);
      for (gsize i = 0; i < n; i++)
        mask[i] = painted ? MIN (mask[i], part[i]) : part[i];
      painted = TRUE;
    }

  return painted ? g_steal_pointer (&mask) : NULL;
}

/* ---- Files ---------------------------------------------------------------------------------- */

static GVariant *
describe (GessoOrder *self)
{
  GVariantDict dictionary;
  g_autoptr (GVariant) settings = g_variant_ref_sink (gesso_settings_to_variant (self->settings));

  g_variant_dict_init (&dictionary, settings);
  g_variant_dict_insert (&dictionary, "x", "i", self->area.x);
  g_variant_dict_insert (&dictionary, "y", "i", self->area.y);
  g_variant_dict_insert (&dictionary, "origin-x", "i", self->snapshot->origin_x);
  g_variant_dict_insert (&dictionary, "origin-y", "i", self->snapshot->origin_y);
  g_variant_dict_insert (&dictionary, "batch", "u", self->batch);
  g_variant_dict_insert (&dictionary, "variation-seed", "t", self->variation_seed);
  g_variant_dict_insert (&dictionary, "variation-strength", "d", self->variation_strength);

  return g_variant_ref_sink (g_variant_dict_end (&dictionary));
}

static void
add_layer (GessoSnapshot *snapshot, GessoLayerKind kind, guint n_channels, const guint8 *pixels)
{
  GessoLayerState *state = gesso_layer_state_new (kind, "");
  const GdkRectangle all = { 0, 0, (int) snapshot->width, (int) snapshot->height };

  state->id = kind == GESSO_LAYER_MASK ? 2 : 1;
  g_clear_pointer (&state->tiles, gesso_tiles_unref);
  state->tiles = gesso_tiles_new (n_channels);
  gesso_tiles_write (state->tiles, &all, pixels, (gsize) all.width * n_channels);
  g_ptr_array_add (snapshot->layers, state);
}

GessoSnapshot *
gesso_order_pack (GessoOrder *self)
{
  GessoSnapshot *packed =
      gesso_snapshot_new ((guint) self->area.width, (guint) self->area.height);
  g_autofree guint8 *pixels = gesso_order_flatten (self);
  g_autofree guint8 *mask = gesso_order_flatten_mask (self);

  packed->frame = (GdkRectangle) { 0, 0, self->area.width, self->area.height };
  packed->settings = describe (self);
  if (mask)
    add_layer (packed, GESSO_LAYER_MASK, 1, mask);
  add_layer (packed, GESSO_LAYER_RASTER, 4, pixels);

  return packed;
}

/* The layers go to where the frame lay in the painting. */
static GessoSnapshot *
move_to (GessoSnapshot *packed, const GdkRectangle *area)
{
  GessoSnapshot *snapshot = gesso_snapshot_new ((guint) (MAX (area->x, 0) + area->width),
                                                (guint) (MAX (area->y, 0) + area->height));

  snapshot->frame = *area;
  for (guint k = 0; k < packed->layers->len; k++)
    {
      GessoLayerState *state = gesso_layer_state_make_writable (
          gesso_layer_state_ref (g_ptr_array_index (packed->layers, k)));

      state->x += area->x;
      state->y += area->y;
      g_ptr_array_add (snapshot->layers, state);
    }

  return snapshot;
}

GessoOrder *
gesso_order_unpack (GessoSnapshot *packed)
{
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  g_autoptr (GessoSnapshot) snapshot = NULL;
  GdkRectangle area = { 0, 0, (int) packed->width, (int) packed->height };
  GessoOrder *self;
  guint batch = 1;

  if (packed->settings == NULL || !g_variant_is_of_type (packed->settings, G_VARIANT_TYPE_VARDICT) ||
      !g_variant_lookup (packed->settings, "x", "i", &area.x) ||
      !g_variant_lookup (packed->settings, "y", "i", &area.y) ||
      !g_variant_lookup (packed->settings, "batch", "u", &batch) ||
      ABS ((gint64) area.x) > 4 * GESSO_MAX_SIZE || ABS ((gint64) area.y) > 4 * GESSO_MAX_SIZE)
    return NULL;

  gesso_settings_take_variant (settings, packed->settings);
  snapshot = move_to (packed, &area);
  g_variant_lookup (packed->settings, "origin-x", "i", &snapshot->origin_x);
  g_variant_lookup (packed->settings, "origin-y", "i", &snapshot->origin_y);
  snapshot->origin_x = CLAMP (snapshot->origin_x, -GESSO_TILES_REACH, GESSO_TILES_REACH);
  snapshot->origin_y = CLAMP (snapshot->origin_y, -GESSO_TILES_REACH, GESSO_TILES_REACH);
  self = gesso_order_new (snapshot, settings);
  gesso_order_set_batch (self, batch);
  gesso_order_set_variation (self,
                             gesso_recipe_get_uint64 (packed->settings, "variation-seed", 0),
                             gesso_recipe_get_double (packed->settings, "variation-strength", 0));

  return self;
}
