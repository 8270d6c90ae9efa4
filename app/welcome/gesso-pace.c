/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store's list of what was measured: (device, model, width, height, steps, seconds). */
#include "config.h"

#include "gesso-pace.h"

#include <glib/gi18n.h>
#include <string.h>

#define KEY "paces"
#define ROW "(ssuuud)"
#define MAX_PACES 12 /* kept, of all devices */
#define MAX_LINES 3  /* shown                */

void
gesso_pace_remember (GSettings *store, const GessoPace *pace)
{
  g_autoptr (GVariant) before = NULL;
  GVariantBuilder builder;
  GVariantIter iter;
  const char *device, *model;
  guint width, height, steps, n = 1;
  double seconds;

  if (store == NULL || pace->device == NULL || pace->seconds <= 0)
    return;

  before = g_settings_get_value (store, KEY);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a" ROW));
  g_variant_builder_add (&builder, ROW, pace->device, pace->model, pace->width, pace->height, pace->steps,
                         pace->seconds);
  g_variant_iter_init (&iter, before);
  while (g_variant_iter_next (&iter, "(&s&suuud)", &device, &model, &width, &height, &steps, &seconds))
    if (n < MAX_PACES && !(g_str_equal (device, pace->device) && g_str_equal (model, pace->model)))
      {
        g_variant_builder_add (&builder, ROW, device, model, width, height, steps, seconds);
        n++;
      }
  g_settings_set_value (store, KEY, g_variant_builder_end (&builder));
  g_settings_apply (store);
}

static char *
dup_name (const char *model)
{
  char *name, *dot;

  if (*model == '\0')
    return g_strdup (_("Starter model"));

  name = g_path_get_basename (model);
  dot = strrchr (name, '.');
  if (dot && dot != name)
    *dot = '\0';

  return name;
}

static char *
dup_seconds (double seconds)
{
  guint minutes = (guint) (seconds / 60 + 0.5);

  if (seconds < 10)
    /* Translators: "2.5 seconds per picture" */
    return g_strdup_printf (_("%.1f seconds per picture"), seconds);
  if (seconds < 90)
    return g_strdup_printf (_("%.0f seconds per picture"), seconds);

  return g_strdup_printf (ngettext ("%u minute per picture", "%u minutes per picture", minutes), minutes);
}

char *
gesso_pace_describe (GSettings *store, const char *device)
{
  g_autoptr (GVariant) paces = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  GVariantIter iter;
  const char *of, *model;
  guint width, height, steps, n = 0;
  double seconds;

  if (store == NULL || device == NULL)
    return NULL;

  paces = g_settings_get_value (store, KEY);
  g_variant_iter_init (&iter, paces);
  while (n < MAX_LINES &&
         g_variant_iter_next (&iter, "(&s&suuud)", &of, &model, &width, &height, &steps, &seconds))
    {
      g_autofree char *name = NULL;
      g_autofree char *time = NULL;

      if (!g_str_equal (of, device))
        continue;

      name = dup_name (model);
      time = dup_seconds (seconds);
      if (n++)
        g_string_append_c (text, '\n');
      /* Translators: a model, "2.5 seconds per picture", and of which size it was in how many steps */
      g_string_append_printf (text, _("%s: %s (%u × %u, %u steps)"), name, time, width, height, steps);
    }

  return n ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}
