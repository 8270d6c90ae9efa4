/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings of a picture as one table of properties, each stored as the GValue it is. */
#include "gesso-settings.h"

enum
{
  PROP_0,
  PROP_PROMPT,
  PROP_NEGATIVE_PROMPT,
  PROP_MODEL,
  PROP_VAE,
  PROP_REFINER,
  PROP_REFINER_START,
  PROP_WIDTH,
  PROP_HEIGHT,
  PROP_STEPS,
  PROP_GUIDANCE_SCALE,
  PROP_IMAGE_GUIDANCE,
  PROP_GUIDANCE_RESCALE,
  PROP_SAMPLER,
  PROP_SCHEDULE,
  PROP_SEED,
  PROP_SEED_LOCKED,
  PROP_RNG,
  PROP_CLIP_SKIP,
  PROP_DENOISING_STRENGTH,
  PROP_MASK_FEATHER,
  PROP_MASK_FILL,
  PROP_HIRES,
  PROP_HIRES_STRENGTH,
  PROP_HIRES_UPSCALER,
  PROP_GUIDED_STEPS,
  PROP_DEEP_LAYERS,
  PROP_PROMPT_STEPS,
  PROP_FREE_U,
  N_PROPS
};

struct _GessoSettings
{
  GObject parent_instance;

  GValue  values[N_PROPS]; /* [0] is unused */
};

G_DEFINE_FINAL_TYPE (GessoSettings, gesso_settings, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
gesso_settings_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GessoSettings *self = GESSO_SETTINGS (object);

  g_value_copy (&self->values[prop_id], value);
}

static void
gesso_settings_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  GessoSettings *self = GESSO_SETTINGS (object);

  if (g_param_values_cmp (pspec, &self->values[prop_id], value) == 0)
    return;

  g_value_copy (value, &self->values[prop_id]);
  g_object_notify_by_pspec (object, pspec);
}

static void
gesso_settings_finalize (GObject *object)
{
  GessoSettings *self = GESSO_SETTINGS (object);

  for (guint i = 1; i < N_PROPS; i++)
    g_value_unset (&self->values[i]);

  G_OBJECT_CLASS (gesso_settings_parent_class)->finalize (object);
}

static void
gesso_settings_class_init (GessoSettingsClass *klass)
{
  const GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gesso_settings_get_property;
  object_class->set_property = gesso_settings_set_property;
  object_class->finalize = gesso_settings_finalize;

#define STRING(id, name, initial) \
  properties[id] = g_param_spec_string (name, NULL, NULL, initial, flags)
#define UINT(id, name, low, high, initial) \
  properties[id] = g_param_spec_uint (name, NULL, NULL, low, high, initial, flags)
#define DOUBLE(id, name, low, high, initial) \
  properties[id] = g_param_spec_double (name, NULL, NULL, low, high, initial, flags)

  STRING (PROP_PROMPT, "prompt", "");
  STRING (PROP_NEGATIVE_PROMPT, "negative-prompt", "");
  STRING (PROP_MODEL, "model", "");
  STRING (PROP_VAE, "vae", "");
  STRING (PROP_REFINER, "refiner", "");
  DOUBLE (PROP_REFINER_START, "refiner-start", 0, 1, 0.8);
  UINT (PROP_WIDTH, "width", 0, 8192, 0);
  UINT (PROP_HEIGHT, "height", 0, 8192, 0);
  UINT (PROP_STEPS, "steps", 1, 1000, 20);
  DOUBLE (PROP_GUIDANCE_SCALE, "guidance-scale", 0, 50, 7);
  DOUBLE (PROP_IMAGE_GUIDANCE, "image-guidance", 0, 50, 1.5);
  DOUBLE (PROP_GUIDANCE_RESCALE, "guidance-rescale", 0, 1, 0);
  STRING (PROP_SAMPLER, "sampler", "euler-a");
  STRING (PROP_SCHEDULE, "schedule", "normal");
  properties[PROP_SEED] = g_param_spec_uint64 ("seed", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_SEED_LOCKED] = g_param_spec_boolean ("seed-locked", NULL, NULL, FALSE, flags);
  STRING (PROP_RNG, "rng", "cpu");
  UINT (PROP_CLIP_SKIP, "clip-skip", 0, 12, 0);
  DOUBLE (PROP_DENOISING_STRENGTH, "denoising-strength", 0, 1, 0.75);
  UINT (PROP_MASK_FEATHER, "mask-feather", 0, 256, 8);
  STRING (PROP_MASK_FILL, "mask-fill", "original");
  STRING (PROP_HIRES, "hires", "auto");
  DOUBLE (PROP_HIRES_STRENGTH, "hires-strength", 0.05, 1, 0.5);
  STRING (PROP_HIRES_UPSCALER, "hires-upscaler", "pixel");
  STRING (PROP_GUIDED_STEPS, "guided-steps", "all");
  STRING (PROP_DEEP_LAYERS, "deep-layers", "1");
  STRING (PROP_PROMPT_STEPS, "prompt-steps", "all");
  STRING (PROP_FREE_U, "free-u", "off");

#undef STRING
#undef UINT
#undef DOUBLE

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gesso_settings_init (GessoSettings *self)
{
  for (guint i = 1; i < N_PROPS; i++)
    {
      g_value_init (&self->values[i], properties[i]->value_type);
      g_param_value_set_default (properties[i], &self->values[i]);
    }
}

GessoSettings *
gesso_settings_new (void)
{
  return g_object_new (GESSO_TYPE_SETTINGS, NULL);
}

GessoSettings *
gesso_settings_copy (GessoSettings *self)
{
  GessoSettings *copy = gesso_settings_new ();

  for (guint i = 1; i < N_PROPS; i++)
    g_value_copy (&self->values[i], &copy->values[i]);

  return copy;
}

void
gesso_settings_take (GessoSettings *self, GessoSettings *other)
{
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 1; i < N_PROPS; i++)
    if (i != PROP_SEED_LOCKED)
      g_object_set_property (G_OBJECT (self), properties[i]->name, &other->values[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

void
gesso_settings_remember (GessoSettings *self, GSettings *store)
{
  /* Read once: what another window writes is its own affair. */
  for (guint i = 1; i < N_PROPS; i++)
    g_settings_bind (store, properties[i]->name, self, properties[i]->name,
                     G_SETTINGS_BIND_DEFAULT | G_SETTINGS_BIND_GET_NO_CHANGES |
                         G_SETTINGS_BIND_NO_SENSITIVITY);
}

void
gesso_settings_roll_seed (GessoSettings *self)
{
  g_object_set (self, "seed", (guint64) g_random_int (), NULL);
}

const char *
gesso_settings_get_prompt (GessoSettings *self)
{
  return g_value_get_string (&self->values[PROP_PROMPT]);
}

const char *
gesso_settings_get_model (GessoSettings *self)
{
  return g_value_get_string (&self->values[PROP_MODEL]);
}

guint64
gesso_settings_get_seed (GessoSettings *self)
{
  return g_value_get_uint64 (&self->values[PROP_SEED]);
}
