/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A layer's guidance as text: a dictionary, so that what is added later is passed over. */
#include "config.h"

#include "gesso-guide.h"

#include <math.h>

GessoGuide *
gesso_guide_new (const char *model, const char *preprocess)
{
  GessoGuide *self = g_new0 (GessoGuide, 1);

  self->model = g_strdup (model);
  self->preprocess = g_strdup (preprocess);
  self->strength = 1;
  self->end = 1;

  return self;
}

void
gesso_guide_free (GessoGuide *self)
{
  if (self == NULL)
    return;

  g_free (self->model);
  g_free (self->preprocess);
  g_free (self);
}

static double
get_number (GVariant *dictionary, const char *key, double highest, double otherwise)
{
  double number;

  if (!g_variant_lookup (dictionary, key, "d", &number) || !isfinite (number))
    return otherwise;
  return CLAMP (number, 0, highest);
}

GessoGuide *
gesso_guide_parse (const char *text)
{
  g_autoptr (GVariant) dictionary =
      text ? g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL) : NULL;
  const char *model, *preprocess;
  GessoGuide *self;

  if (dictionary == NULL || !g_variant_lookup (dictionary, "model", "&s", &model))
    return NULL;
  if (!g_variant_lookup (dictionary, "preprocess", "&s", &preprocess))
    preprocess = "none";
  self = gesso_guide_new (model, preprocess);
  self->strength = get_number (dictionary, "strength", 2, 1);
  self->start = get_number (dictionary, "start", 1, 0);
  self->end = get_number (dictionary, "end", 1, 1);

  return self;
}

char *
gesso_guide_print (const GessoGuide *self)
{
  GVariantBuilder builder;
  g_autoptr (GVariant) dictionary = NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "model", g_variant_new_string (self->model));
  g_variant_builder_add (&builder, "{sv}", "preprocess", g_variant_new_string (self->preprocess));
  g_variant_builder_add (&builder, "{sv}", "strength", g_variant_new_double (self->strength));
  g_variant_builder_add (&builder, "{sv}", "start", g_variant_new_double (self->start));
  g_variant_builder_add (&builder, "{sv}", "end", g_variant_new_double (self->end));
  dictionary = g_variant_ref_sink (g_variant_builder_end (&builder));

  return g_variant_print (dictionary, FALSE);
}
