/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A1111's "parameters" text. The grammar is that of AUTOMATIC1111/stable-diffusion-webui,
 * modules/infotext_utils.py: a key of word characters, blanks, hyphens and slashes, at least two of
 * them; a colon; a value up to the next comma, or in quotes.
 */
#include "io/parameters.h"

#include "base/error.h"
#include "io/json-scan.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define NEGATIVE "Negative prompt:"
#define MIN_PAIRS 3 /* a line of fewer is part of a prompt */

static void
free_setting (gpointer setting)
{
  g_free (((GsParameter *) setting)->key);
  g_free (((GsParameter *) setting)->value);
  g_free (setting);
}

static GPtrArray *
new_settings (void)
{
  return g_ptr_array_new_with_free_func (free_setting);
}

/* Takes ownership of key and value. */
static void
add_setting (GPtrArray *settings, char *key, char *value)
{
  GsParameter *setting = g_new (GsParameter, 1);

  *setting = (GsParameter) { key, value };
  g_ptr_array_add (settings, setting);
}

GsParameters *
gs_parameters_new (const char *prompt, const char *negative_prompt)
{
  GsParameters *parameters = g_new0 (GsParameters, 1);

  parameters->prompt = g_strdup (prompt != NULL ? prompt : "");
  parameters->negative_prompt = g_strdup (negative_prompt != NULL ? negative_prompt : "");
  parameters->settings = new_settings ();
  return parameters;
}

void
gs_parameters_free (GsParameters *parameters)
{
  if (parameters == NULL)
    return;
  g_free (parameters->prompt);
  g_free (parameters->negative_prompt);
  g_ptr_array_unref (parameters->settings);
  g_free (parameters->rest);
  g_free (parameters);
}

/* ---- A line of settings --------------------------------------------------------------------- */

/* The colon after the key that starts at p, or NULL. */
static const char *
find_colon (const char *p)
{
  const char *start = p;
  gunichar c = g_utf8_get_char (p);

  if (!g_unichar_isalnum (c) && c != '_')
    return NULL;
  while (g_unichar_isalnum (c) || c == '_' || c == ' ' || c == '-' || c == '/')
    {
      p = g_utf8_next_char (p);
      c = g_utf8_get_char (p);
    }
  return c == ':' && g_utf8_next_char (start) < p ? p : NULL;
}

/* Reads a string in quotes at p, after which the pair must end; where it ends, or NULL. */
static const char *
read_quoted (const char *p, char **value)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *end = p + 1;
  GsJsonScan scan;

  if (*p != '"')
    return NULL;
  while (*end != '"' && *end != '\0')
    end += end[0] == '\\' && end[1] != '\0' ? 2 : 1;
  if (*end == '\0' || (end[1] != ',' && end[1] != '\0'))
    return NULL;
  end++;
  gs_json_scan_init (&scan, p, (gsize) (end - p));
  if (!gs_json_scan_string (&scan, text))
    return NULL;
  *value = g_strdup (text->str);
  return end;
}

/* Splits a line into its settings; returns how many of them are pairs. */
static guint
parse_line (const char *line, GPtrArray *settings)
{
  const char *p = line;
  guint n_pairs = 0;

  for (;;)
    {
      const char *colon;
      const char *end;
      char *key, *value = NULL;

      p += strspn (p, " \t\r\v\f,");
      if (*p == '\0')
        return n_pairs;
      colon = find_colon (p);
      key = colon != NULL ? g_strndup (p, (gsize) (colon - p)) : g_strdup ("");
      if (colon != NULL)
        {
          n_pairs++;
          p = colon + 1 + strspn (colon + 1, " \t\r\v\f");
        }
      end = colon != NULL ? read_quoted (p, &value) : NULL;
      if (end == NULL)
        {
          end = p + strcspn (p, ",");
          value = g_strchomp (g_strndup (p, (gsize) (end - p)));
        }
      add_setting (settings, key, value);
      p = end;
    }
}

/* ---- The text ------------------------------------------------------------------------------- */

/* The index of the line of settings, or -1: the last line, or the last that starts with "Steps:". */
static int
find_settings (char **lines, GPtrArray *settings)
{
  int last = (int) g_strv_length (lines) - 1;

  while (last >= 0 && *lines[last] == '\0')
    last--;
  for (int i = last; i >= 0; i--)
    {
      if (i != last && !g_str_has_prefix (lines[i], "Steps:"))
        continue;
      g_ptr_array_set_size (settings, 0);
      if (parse_line (lines[i], settings) >= MIN_PAIRS)
        return i;
    }
  return -1;
}

/* Lines first .. end - 1, joined. */
static char *
join_lines (char **lines, int first, int end)
{
  GString *out = g_string_new (NULL);

  for (int i = first; i < end; i++)
    g_string_append_printf (out, "%s%s", i > first ? "\n" : "", lines[i]);
  return g_string_free (out, FALSE);
}

static int
find_negative (char **lines, int end)
{
  for (int i = 0; i < end; i++)
    if (g_str_has_prefix (lines[i], NEGATIVE))
      return i;
  return end;
}

static char **
split_lines (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  char **lines = g_strsplit (valid, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      gsize n = strlen (*line);

      while (n > 0 && (*line)[n - 1] == '\r')
        (*line)[--n] = '\0';
    }
  return lines;
}

GsParameters *
gs_parameters_parse (const char *text, GError **error)
{
  g_auto (GStrv) lines = split_lines (text);
  g_autoptr (GPtrArray) settings = new_settings ();
  int last = find_settings (lines, settings);
  int negative;
  GsParameters *parameters;

  if (last < 0)
    {
      g_set_error_literal (error, GS_ERROR, GS_ERROR_BAD_FILE,
                           "The text holds no settings of a picture: it has no line like "
                           "\"Steps: 20, Sampler: Euler a, Seed: 42\"");
      return NULL;
    }
  negative = find_negative (lines, last);
  parameters = g_new0 (GsParameters, 1);
  parameters->prompt = join_lines (lines, 0, negative);
  if (negative < last)
    {
      const char *first = lines[negative] + strlen (NEGATIVE);
      g_autofree char *more = join_lines (lines, negative + 1, last);

      parameters->negative_prompt =
          g_strconcat (*first == ' ' ? first + 1 : first, negative + 1 < last ? "\n" : "", more, NULL);
    }
  else
    parameters->negative_prompt = g_strdup ("");
  parameters->settings = g_steal_pointer (&settings);
  if (lines[last + 1] != NULL)
    {
      parameters->rest = join_lines (lines, last + 1, (int) g_strv_length (lines));
      if (*g_strchomp (parameters->rest) == '\0')
        g_clear_pointer (&parameters->rest, g_free);
    }
  return parameters;
}

/* ---- Writing -------------------------------------------------------------------------------- */

static void
append_quoted (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *p = text; *p != '\0'; p++)
    switch (*p)
      {
      case '"':
      case '\\':
        g_string_append_printf (out, "\\%c", *p);
        break;
      case '\n':
        g_string_append (out, "\\n");
        break;
      case '\r':
        g_string_append (out, "\\r");
        break;
      case '\t':
        g_string_append (out, "\\t");
        break;
      default:
        if ((guchar) *p < 0x20)
          g_string_append_printf (out, "\\u%04x", (guint) *p);
        else
          g_string_append_c (out, *p);
      }
  g_string_append_c (out, '"');
}

/* A1111 quotes for comma, colon and line break; the rest would not come back otherwise. */
static gboolean
needs_quotes (const char *value)
{
  gsize n = strlen (value);

  return strpbrk (value, ",:\n\r") != NULL || value[0] == '"' ||
         (n > 0 && (g_ascii_isspace (value[0]) || g_ascii_isspace (value[n - 1])));
}

char *
gs_parameters_to_string (const GsParameters *parameters)
{
  GString *out = g_string_new (parameters->prompt);

  if (*parameters->negative_prompt != '\0')
    g_string_append_printf (out, "\n" NEGATIVE " %s", parameters->negative_prompt);
  g_string_append_c (out, '\n');
  for (guint i = 0; i < parameters->settings->len; i++)
    {
      const GsParameter *setting = parameters->settings->pdata[i];

      if (i > 0)
        g_string_append (out, ", ");
      if (*setting->key != '\0')
        g_string_append_printf (out, "%s: ", setting->key);
      if (*setting->key != '\0' && needs_quotes (setting->value))
        append_quoted (out, setting->value);
      else
        g_string_append (out, setting->value);
    }
  if (parameters->rest != NULL)
    g_string_append_printf (out, "\n%s", parameters->rest);
  return g_string_free (out, FALSE);
}

/* ---- Single settings ------------------------------------------------------------------------ */

static GsParameter *
find (const GsParameters *parameters, const char *key)
{
  for (guint i = parameters->settings->len; i > 0; i--)
    {
      GsParameter *setting = parameters->settings->pdata[i - 1];

      if (g_ascii_strcasecmp (setting->key, key) == 0)
        return setting;
    }
  return NULL;
}

void
gs_parameters_set (GsParameters *parameters, const char *key, const char *value)
{
  GsParameter *setting = find (parameters, key);

  if (setting == NULL)
    {
      add_setting (parameters->settings, g_strdup (key), g_strdup (value));
      return;
    }
  g_free (setting->value);
  setting->value = g_strdup (value);
}

void
gs_parameters_set_uint (GsParameters *parameters, const char *key, guint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

  gs_parameters_set (parameters, key, text);
}

void
gs_parameters_set_float (GsParameters *parameters, const char *key, float value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (int digits = 1; digits <= 9; digits++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, sizeof text, format, value);
      if ((float) g_ascii_strtod (text, NULL) == value)
        break;
    }
  gs_parameters_set (parameters, key, text);
}

const char *
gs_parameters_get (const GsParameters *parameters, const char *key)
{
  const GsParameter *setting = find (parameters, key);

  return setting != NULL ? setting->value : NULL;
}

/* Digits alone at *text, which moves behind them. */
static gboolean
read_uint (const char **text, guint64 *value)
{
  char *end;

  if (!g_ascii_isdigit (**text))
    return FALSE;
  errno = 0;
  *value = g_ascii_strtoull (*text, &end, 10);
  *text = end;
  return errno == 0;
}

gboolean
gs_parameters_get_uint (const GsParameters *parameters, const char *key, guint64 *value)
{
  const char *text = gs_parameters_get (parameters, key);
  guint64 number;

  if (text == NULL || !read_uint (&text, &number) || *text != '\0')
    return FALSE;
  *value = number;
  return TRUE;
}

gboolean
gs_parameters_get_float (const GsParameters *parameters, const char *key, float *value)
{
  const char *text = gs_parameters_get (parameters, key);
  double number;
  char *end;

  if (text == NULL || *text == '\0')
    return FALSE;
  number = g_ascii_strtod (text, &end);
  if (*end != '\0' || !isfinite ((float) number))
    return FALSE;
  *value = (float) number;
  return TRUE;
}

gboolean
gs_parameters_get_size (const GsParameters *parameters, const char *key, guint *width, guint *height)
{
  const char *text = gs_parameters_get (parameters, key);
  guint64 w, h;

  if (text == NULL || !read_uint (&text, &w) || *text++ != 'x' || !read_uint (&text, &h) ||
      *text != '\0' || w > G_MAXINT || h > G_MAXINT)
    return FALSE;
  *width = (guint) w;
  *height = (guint) h;
  return TRUE;
}

void
gs_parameters_get_sampler (const GsParameters *parameters, char **sampler, char **schedule)
{
  static const char *const schedules[] = { "Karras", "Exponential", "SGM Uniform", "Uniform" };

  *sampler = g_strdup (gs_parameters_get (parameters, "Sampler"));
  *schedule = g_strdup (gs_parameters_get (parameters, "Schedule type"));
  if (*sampler == NULL || *schedule != NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (schedules) && *schedule == NULL; i++)
    {
      g_autofree char *ending = g_strconcat (" ", schedules[i], NULL);

      if (!g_str_has_suffix (*sampler, ending))
        continue;
      (*sampler)[strlen (*sampler) - strlen (ending)] = '\0';
      *schedule = g_strdup (schedules[i]);
    }
}
