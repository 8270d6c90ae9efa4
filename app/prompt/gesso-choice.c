/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An id on one side, a position on the other. */
#include "config.h"

#include "gesso-choice.h"

static gboolean
position_from_id (GBinding *binding, const GValue *id, GValue *position, gpointer data)
{
  const char *const *ids = data;

  for (guint i = 0; ids[i]; i++)
    if (g_strcmp0 (ids[i], g_value_get_string (id)) == 0)
      {
        g_value_set_uint (position, i);
        return TRUE;
      }

  return FALSE;
}

static gboolean
id_from_position (GBinding *binding, const GValue *position, GValue *id, gpointer data)
{
  const char *const *ids = data;

  if (g_value_get_uint (position) >= g_strv_length ((char **) ids))
    return FALSE;

  g_value_set_string (id, ids[g_value_get_uint (position)]);
  return TRUE;
}

void
gesso_choice_bind (AdwComboRow       *row,
                   GessoSettings     *settings,
                   const char        *property,
                   const char *const *ids)
{
  g_object_bind_property_full (settings, property, row, "selected",
                               G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL, position_from_id,
                               id_from_position, (gpointer) ids, NULL);
}
