/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names that stand for several tensors. */
#include "io/joined-names.h"

#include <string.h>

char **
gs_joined_names_split (const char *name)
{
  const char *open = strchr (name, '{'), *close = strchr (name, '}');
  g_autofree char *list = NULL;
  char **names;

  if (open == NULL || close == NULL || close < open)
    return NULL;
  list = g_strndup (open + 1, close - open - 1);
  names = g_strsplit (list, ",", -1);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *part = names[i];

      names[i] = g_strdup_printf ("%.*s%s%s", (int) (open - name), name, part, close + 1);
    }
  return names;
}
