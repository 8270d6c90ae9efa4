/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings in two lasting forms: a dictionary of variants (a{sv}) by the properties' names, for
 * files of our own, and a recipe, which is that dictionary as JSON and lies in generated layers and
 * candidates. A recipe holds besides:
 *
 *   parameters                       string: A1111's text
 *   seed                             of this very picture of a batch
 *   variation-seed, variation-strength
 *   area                             array: x, y, width, height when it was made
 *   masked                           boolean: whether a mask was involved
 *   parents                          array: ids of the layers that were shown
 */
#pragma once

#include "document/gesso-settings.h"

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* Floating. */
GVariant *gesso_settings_to_variant   (GessoSettings *self);
/* Takes over what is there and fits; the rest stays. Any dictionary from a file will do. */
void      gesso_settings_take_variant (GessoSettings *self, GVariant *dictionary);

char     *gesso_recipe_to_text (GVariant *dictionary);
/* Of a picture that was read from a file and now lies at area. settings: what its parameters say. */
char     *gesso_recipe_of_file (GessoSettings *settings, const char *parameters,
                                const GdkRectangle *area);
/* NULL if the text is no recipe. */
GVariant *gesso_recipe_parse   (const char *text);

/* What a layer of that prompt is called: by its beginning. NULL: not known. */
char     *gesso_prompt_dup_name (const char *prompt);
/* The same of a recipe; text may be NULL. */
char     *gesso_recipe_dup_name (const char *text);

/* Numbers may have come through JSON as another type; fallback if there is no such key. */
guint64     gesso_recipe_get_uint64 (GVariant *recipe, const char *key, guint64 fallback);
double      gesso_recipe_get_double (GVariant *recipe, const char *key, double fallback);
/* Borrowed; NULL if there is no such. */
const char *gesso_recipe_get_string (GVariant *recipe, const char *key);

G_END_DECLS
