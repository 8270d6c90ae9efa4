/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a model's files say about it, read from their headers only.
 */
#include "gs.h"
#include "models/model-config.h"
#include "models/model-tensors.h"
#include "session/model-files.h"

void
gs_model_info_free (GsModelInfo *info)
{
  if (info == NULL)
    return;
  g_free (info->path);
  g_free (info->name);
  g_free (info->family);
  g_free (info->dtype);
  g_strfreev (info->components);
  g_strfreev (info->missing);
  g_strfreev (info->unknown);
  g_strfreev (info->notes);
  g_free (info);
}

/* The file's name without its ending; the starter has a name of its own. */
static char *
display_name (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  char *name, *dot;

  if (gs_starter_path () != NULL && g_str_equal (path, gs_starter_path ()))
    return g_strdup ("Starter");
  name = g_filename_display_name (base);
  dot = strrchr (name, '.');
  if (dot != NULL && dot != name)
    *dot = '\0';
  return name;
}

static const char *
most_common_dtype (const GsCheckpointStats *stats)
{
  guint best = 0;

  for (guint i = 1; i < GS_N_DTYPES; i++)
    if (stats->by_dtype[i] > stats->by_dtype[best])
      best = i;
  return gs_dtype_name ((GsDtype) best);
}

static char **
component_labels (const GsCheckpoint *checkpoint)
{
  GPtrArray *labels = g_ptr_array_new ();

  for (guint i = 0; i < GS_N_COMPONENTS; i++)
    if (gs_checkpoint_has (checkpoint, (GsComponent) i))
      g_ptr_array_add (labels, g_strdup (gs_component_label ((GsComponent) i)));
  g_ptr_array_add (labels, NULL);
  return (char **) g_ptr_array_free (labels, FALSE);
}

static char **
copy_strings (const GPtrArray *strings)
{
  char **copy = g_new0 (char *, strings->len + 1);

  for (guint i = 0; i < strings->len; i++)
    copy[i] = g_strdup (strings->pdata[i]);
  return copy;
}

static guint64
files_bytes (const GsCheckpoint *checkpoint)
{
  return gs_checkpoint_stats (checkpoint, GS_N_COMPONENTS).n_bytes;
}

/* The model's config and, where it is one but for tensors that it lacks, their names in missing. */
static gboolean
read_config (const GsCheckpoint *checkpoint, GsModelConfig *config, char ***missing, GError **error)
{
  g_autoptr (GError) config_error = NULL;
  GsTensorComparison comparison;

  *missing = NULL;
  if (gs_model_config_read (checkpoint, NULL, config, &config_error))
    {
      *missing = g_new0 (char *, 1);
      return TRUE;
    }
  if (gs_model_config_derive (checkpoint, NULL, config, NULL))
    {
      gs_tensor_comparison_init (&comparison, checkpoint, config);
      if (comparison.missing->len > 0)
        *missing = copy_strings (comparison.missing);
      gs_tensor_comparison_clear (&comparison);
    }
  if (*missing == NULL)
    g_propagate_error (error, g_steal_pointer (&config_error));
  return *missing != NULL;
}

GsModelInfo *
gs_model_info_new (const char *path, GError **error)
{
  g_autoptr (GsCheckpoint) checkpoint = gs_model_files_open (path, NULL, error);
  g_auto (GStrv) missing = NULL;
  GsCheckpointStats stats;
  GsModelConfig config;
  GsModelInfo *info;

  if (checkpoint == NULL || !read_config (checkpoint, &config, &missing, error))
    return NULL;
  stats = gs_checkpoint_stats (checkpoint, GS_N_COMPONENTS);
  info = g_new0 (GsModelInfo, 1);
  info->path = g_strdup (gs_checkpoint_path (checkpoint));
  info->name = display_name (info->path);
  info->family = g_strdup (gs_model_config_family_name (&config));
  info->dtype = g_strdup (most_common_dtype (&stats));
  info->n_parameters = stats.n_parameters;
  info->file_bytes = files_bytes (checkpoint);
  info->components = component_labels (checkpoint);
  info->missing = g_steal_pointer (&missing);
  info->unknown = copy_strings (gs_checkpoint_unrecognised (checkpoint));
  info->notes = copy_strings (gs_checkpoint_warnings (checkpoint));
  info->native_size = gs_model_config_native_size (&config, checkpoint);
  info->is_inpainting = gs_model_config_is_inpainting (&config);
  info->is_editing = gs_model_config_is_editing (&config);
  return info;
}
