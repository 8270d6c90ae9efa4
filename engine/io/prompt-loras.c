/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "<lora:name:0.8>" in a prompt. */
#include "io/prompt.h"

#include <string.h>

#define TAG "<lora:"

static void
clear_lora (gpointer lora)
{
  g_free (((GsPromptLora *) lora)->name);
}

/* A number that is one to its end. */
static gboolean
parse_number (const char *text, double *number)
{
  char *end;

  *number = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && *number >= -100 && *number <= 100;
}

/* "0.8", "0.5:0.8", "te=0.5:unet=0.8" behind the name. */
static gboolean
parse_strengths (char **fields, GsPromptLora *lora)
{
  gboolean has_unet = FALSE;
  guint place = 0;

  lora->text_strength = lora->strength = 1;
  for (; *fields != NULL; fields++)
    {
      const char *value = strchr (*fields, '=');
      double number;

      if (!parse_number (value != NULL ? value + 1 : *fields, &number))
        return FALSE;
      if (g_str_has_prefix (*fields, "unet=") || (value == NULL && place == 1))
        {
          lora->strength = number;
          has_unet = TRUE;
        }
      else if (g_str_has_prefix (*fields, "te=") || (value == NULL && place == 0))
        lora->text_strength = number;
      place += value == NULL ? 1 : 0;
    }
  if (!has_unet)
    lora->strength = lora->text_strength;
  return TRUE;
}

/* The tag that begins here; its end, or NULL if it is none: then it is text. */
static const char *
parse_tag (const char *at, GsPromptLora *lora)
{
  const char *end = strchr (at, '>');
  g_autofree char *inside = end != NULL ? g_strndup (at + strlen (TAG), end - at - strlen (TAG))
                                        : NULL;
  g_auto (GStrv) fields = inside != NULL ? g_strsplit (inside, ":", -1) : NULL;

  if (fields == NULL || fields[0] == NULL || *g_strstrip (fields[0]) == '\0'
      || !parse_strengths (fields + 1, lora))
    return NULL;
  lora->name = g_strdup (fields[0]);
  return end + 1;
}

char *
gs_prompt_take_loras (const char *text, GArray **loras)
{
  GString *rest = g_string_new (NULL);
  const char *at;

  if (loras != NULL)
    {
      *loras = g_array_new (FALSE, TRUE, sizeof (GsPromptLora));
      g_array_set_clear_func (*loras, clear_lora);
    }
  while ((at = strstr (text, TAG)) != NULL)
    {
      GsPromptLora lora = { 0 };
      const char *end = parse_tag (at, &lora);

      g_string_append_len (rest, text, at - text);
      text = end != NULL ? end : at + 1;
      if (end == NULL)
        g_string_append_c (rest, *at);
      else if (loras != NULL)
        g_array_append_val (*loras, lora);
      else
        clear_lora (&lora);
    }
  g_string_append (rest, text);
  return g_string_free (rest, FALSE);
}
