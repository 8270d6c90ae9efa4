/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From properties to variants to JSON, and back from whatever a file holds. */
#include "config.h"

#include "gesso-recipe.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#define NAME_CHARACTERS 40

static GVariant *
variant_from_value (const GValue *value)
{
  if (G_VALUE_HOLDS_STRING (value))
    return g_variant_new_string (g_value_get_string (value) ? g_value_get_string (value) : "");
  if (G_VALUE_HOLDS_UINT (value))
    return g_variant_new_uint32 (g_value_get_uint (value));
  if (G_VALUE_HOLDS_UINT64 (value))
    return g_variant_new_uint64 (g_value_get_uint64 (value));
  if (G_VALUE_HOLDS_DOUBLE (value))
    return g_variant_new_double (g_value_get_double (value));
  if (G_VALUE_HOLDS_BOOLEAN (value))
    return g_variant_new_boolean (g_value_get_boolean (value));
  return NULL;
}

/* FALSE for types that settings do not have. */
static gboolean
value_from_variant (GVariant *variant, GValue *value)
{
  switch (g_variant_classify (variant))
    {
    case G_VARIANT_CLASS_STRING:
      g_value_init (value, G_TYPE_STRING);
      g_value_set_string (value, g_variant_get_string (variant, NULL));
      return TRUE;
    case G_VARIANT_CLASS_UINT32:
      g_value_init (value, G_TYPE_UINT);
      g_value_set_uint (value, g_variant_get_uint32 (variant));
      return TRUE;
    case G_VARIANT_CLASS_INT64:
      g_value_init (value, G_TYPE_INT64);
      g_value_set_int64 (value, g_variant_get_int64 (variant));
      return TRUE;
    case G_VARIANT_CLASS_UINT64:
      g_value_init (value, G_TYPE_UINT64);
      g_value_set_uint64 (value, g_variant_get_uint64 (variant));
      return TRUE;
    case G_VARIANT_CLASS_DOUBLE:
      g_value_init (value, G_TYPE_DOUBLE);
      g_value_set_double (value, g_variant_get_double (variant));
      return TRUE;
    case G_VARIANT_CLASS_BOOLEAN:
      g_value_init (value, G_TYPE_BOOLEAN);
      g_value_set_boolean (value, g_variant_get_boolean (variant));
      return TRUE;
    default:
      return FALSE;
    }
}

GVariant *
gesso_settings_to_variant (GessoSettings *self)
{
  GVariantBuilder builder;
  guint n;
  g_autofree GParamSpec **properties = g_object_class_list_properties (G_OBJECT_GET_CLASS (self), &n);

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < n; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;
      GVariant *variant;

      g_object_get_property (G_OBJECT (self), properties[i]->name, &value);
      variant = variant_from_value (&value);
      if (variant)
        g_variant_builder_add (&builder, "{sv}", properties[i]->name, variant);
    }

  return g_variant_builder_end (&builder);
}

void
gesso_settings_take_variant (GessoSettings *self, GVariant *dictionary)
{
  GObjectClass *class = G_OBJECT_GET_CLASS (self);
  GVariantIter iter;
  const char *name;
  GVariant *variant;

  if (!g_variant_is_of_type (dictionary, G_VARIANT_TYPE_VARDICT))
    return;

  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &variant))
    {
      GParamSpec *property = g_object_class_find_property (class, name);
      g_auto (GValue) found = G_VALUE_INIT;
      g_auto (GValue) value = G_VALUE_INIT;

      if (property == NULL || !value_from_variant (variant, &found))
        continue;
      /* Numbers become each other, but no number becomes a text. */
      if (G_VALUE_HOLDS_STRING (&found) != (property->value_type == G_TYPE_STRING))
        continue;
      g_value_init (&value, property->value_type);
      if (!g_value_transform (&found, &value))
        continue;
      g_param_value_validate (property, &value);
      g_object_set_property (G_OBJECT (self), name, &value);
    }
}

/* ---- Recipes -------------------------------------------------------------------------------- */

char *
gesso_recipe_to_text (GVariant *dictionary)
{
  return json_gvariant_serialize_data (dictionary, NULL);
}

char *
gesso_recipe_of_file (GessoSettings *settings, const char *parameters, const GdkRectangle *area)
{
  g_autoptr (GVariant) made = g_variant_ref_sink (gesso_settings_to_variant (settings));
  g_autoptr (GVariant) recipe = NULL;
  GVariantDict dictionary;

  g_variant_dict_init (&dictionary, made);
  g_variant_dict_insert (&dictionary, "parameters", "s", parameters);
  g_variant_dict_insert_value (&dictionary, "area",
                               g_variant_new_parsed ("[%i, %i, %i, %i]", area->x, area->y,
                                                     area->width, area->height));
  recipe = g_variant_ref_sink (g_variant_dict_end (&dictionary));

  return gesso_recipe_to_text (recipe);
}

GVariant *
gesso_recipe_parse (const char *text)
{
  GVariant *recipe = text ? json_gvariant_deserialize_data (text, -1, "a{sv}", NULL) : NULL;

  return recipe ? g_variant_ref_sink (recipe) : NULL;
}

static gboolean
look_up (GVariant *recipe, const char *key, GType type, GValue *value)
{
  g_autoptr (GVariant) variant = g_variant_lookup_value (recipe, key, NULL);
  g_auto (GValue) found = G_VALUE_INIT;

  if (variant == NULL || !value_from_variant (variant, &found) || G_VALUE_HOLDS_STRING (&found))
    return FALSE;

  g_value_init (value, type);
  return g_value_transform (&found, value);
}

guint64
gesso_recipe_get_uint64 (GVariant *recipe, const char *key, guint64 fallback)
{
  g_auto (GValue) value = G_VALUE_INIT;

  return look_up (recipe, key, G_TYPE_UINT64, &value) ? g_value_get_uint64 (&value) : fallback;
}

double
gesso_recipe_get_double (GVariant *recipe, const char *key, double fallback)
{
  g_auto (GValue) value = G_VALUE_INIT;

  return look_up (recipe, key, G_TYPE_DOUBLE, &value) ? g_value_get_double (&value) : fallback;
}

const char *
gesso_recipe_get_string (GVariant *recipe, const char *key)
{
  const char *text = NULL;

  g_variant_lookup (recipe, key, "&s", &text);
  return text;
}

char *
gesso_prompt_dup_name (const char *prompt)
{
  g_autofree char *name = g_strdup (prompt ? prompt : "");

  g_strdelimit (g_strstrip (name), "\n\r\t", ' ');
  if (*name == '\0')
    return g_strdup (_("Generated"));
  if (g_utf8_strlen (name, -1) > NAME_CHARACTERS)
    *g_utf8_offset_to_pointer (name, NAME_CHARACTERS) = '\0';

  return g_steal_pointer (&name);
}

char *
gesso_recipe_dup_name (const char *text)
{
  g_autoptr (GVariant) recipe = text ? gesso_recipe_parse (text) : NULL;

  return gesso_prompt_dup_name (recipe ? gesso_recipe_get_string (recipe, "prompt") : NULL);
}
