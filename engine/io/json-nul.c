/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text with NUL characters through JSON. */
#include "io/json-nul.h"

#include <string.h>

char *
gs_json_protect_nul (const char *json, gsize n_bytes)
{
  GString *out = g_string_sized_new (n_bytes + 1);
  gsize i = 0;

  while (i < n_bytes)
    {
      gsize step = json[i] == '\\' && i + 1 < n_bytes ? 2 : 1; /* "\\u0000" is a backslash, then text */

      if (step == 2 && i + 6 <= n_bytes && memcmp (json + i, "\\u0000", 6) == 0)
        {
          g_string_append (out, "\\udbff\\udfff");
          i += 6;
          continue;
        }
      g_string_append_len (out, json + i, step);
      i += step;
    }
  return g_string_free (out, FALSE);
}

char *
gs_json_restore_nul (const char *string, gsize *n_bytes)
{
  GString *out = g_string_new (NULL);

  for (const char *p = string; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (g_utf8_get_char (p) == 0x10ffff)
        g_string_append_c (out, '\0');
      else
        g_string_append_len (out, p, g_utf8_next_char (p) - p);
    }
  *n_bytes = out->len;
  return g_string_free (out, FALSE);
}
