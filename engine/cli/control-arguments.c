/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options of controls, one list each. */
#include "cli/control-arguments.h"

#include "cli/cli.h"

static guint
length (char **list)
{
  return list != NULL ? g_strv_length (list) : 0;
}

/* Item i, or NULL: the others' default holds. */
static const char *
item (char **list, guint i)
{
  return i < length (list) ? list[i] : NULL;
}

static gboolean
read_number (const char *option, const char *text, double high, float *value, GError **error)
{
  char *end;
  double number;

  if (text == NULL)
    return TRUE;
  number = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0')
    return gs_cli_bad (error, "%s is \"%s\"; give a number from 0 to %g", option, text, high);
  *value = (float) number;
  return gs_cli_check_range (option, number, 0, high, error);
}

/* "LOW,HIGH" */
static gboolean
read_thresholds (const char *text, GsControl *control, GError **error)
{
  g_auto (GStrv) parts = text != NULL ? g_strsplit (text, ",", 2) : NULL;

  if (text == NULL)
    return TRUE;
  if (length (parts) != 2)
    return gs_cli_bad (error, "--canny is \"%s\"; give two numbers: LOW,HIGH", text);
  return read_number ("The lower threshold of --canny", parts[0], 2040, &control->low, error)
         && read_number ("The upper threshold of --canny", parts[1], 2040, &control->high, error);
}

char *
gs_cli_controls_names (void)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < GS_N_PREPROCESS; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", gs_preprocess_id ((GsPreprocess) i));
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static gboolean
read_preprocess (const char *text, GsControl *control, GError **error)
{
  g_autofree char *all = NULL;

  if (text == NULL || gs_preprocess_lookup (text, &control->preprocess))
    return TRUE;
  all = gs_cli_controls_names ();
  return gs_cli_bad (error, "--preprocess is \"%s\"; choose one of %s", text, all);
}

static gboolean
check_lengths (const GsCliControls *self, GError **error)
{
  const struct
  {
    char **list;
    const char *option;
  } lists[] = {
    { self->images, "--control-image" }, { self->strengths, "--control-strength" },
    { self->starts, "--control-start" }, { self->ends, "--control-end" },
    { self->preprocessors, "--preprocess" }, { self->thresholds, "--canny" },
  };

  if (self->n > GS_MAX_CONTROLS)
    return gs_cli_bad (error, "--control is given %u times; %u controls are possible at once", self->n,
                       GS_MAX_CONTROLS);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    if (length (lists[i].list) > self->n)
      return gs_cli_bad (error, "%s needs a ControlNet to belong to; add --control FILE",
                         lists[i].option);
  return TRUE;
}

gboolean
gs_cli_controls_parse (GsCliControls *self, gboolean has_init, GError **error)
{
  self->n = length (self->files);
  if (!check_lengths (self, error))
    return FALSE;
  for (guint i = 0; i < self->n; i++)
    {
      GsControl *control = &self->controls[i];

      *control = GS_CONTROL_DEFAULT;
      control->path = self->files[i];
      if (!has_init && item (self->images, i) == NULL)
        return gs_cli_bad (error, "--control %s needs a picture to go by; add --control-image FILE",
                           control->path);
      if (!read_number ("--control-strength", item (self->strengths, i), 2, &control->strength,
                        error)
          || !read_number ("--control-start", item (self->starts, i), 1, &control->start, error)
          || !read_number ("--control-end", item (self->ends, i), 1, &control->end, error)
          || !read_preprocess (item (self->preprocessors, i), control, error)
          || !read_thresholds (item (self->thresholds, i), control, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
gs_cli_controls_load (GsCliControls *self, GError **error)
{
  for (guint i = 0; i < self->n; i++)
    {
      const char *file = item (self->images, i);

      if (file == NULL)
        continue;
      self->loaded[i] = gs_image_load (file, error);
      if (self->loaded[i] == NULL)
        return FALSE;
      self->controls[i].image = self->loaded[i];
    }
  return TRUE;
}

void
gs_cli_controls_clear (GsCliControls *self)
{
  g_strfreev (self->files);
  g_strfreev (self->images);
  g_strfreev (self->strengths);
  g_strfreev (self->starts);
  g_strfreev (self->ends);
  g_strfreev (self->preprocessors);
  g_strfreev (self->thresholds);
  for (guint i = 0; i < GS_MAX_CONTROLS; i++)
    g_clear_pointer (&self->loaded[i], gs_image_free);
}
