/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names compared as people spell them. */
#include "sample/name-match.h"

static char
next_letter (const char **at)
{
  while (**at == ' ' || **at == '-' || **at == '_')
    (*at)++;
  return **at == '\0' ? '\0' : g_ascii_tolower (*(*at)++);
}

gboolean
gs_name_matches (const char *a, const char *b)
{
  char letter;

  do
    {
      letter = next_letter (&a);
      if (letter != next_letter (&b))
        return FALSE;
    }
  while (letter != '\0');
  return TRUE;
}
