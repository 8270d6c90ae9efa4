/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that can be said of a model file without a device. */
#include "models/model-config.h"

static void
add_warnings (GPtrArray *warnings, const GsCheckpoint *checkpoint)
{
  const GPtrArray *odd = gs_checkpoint_warnings (checkpoint);
  char *not_finite = gs_checkpoint_find_non_finite (checkpoint);

  for (guint i = 0; i < odd->len; i++)
    g_ptr_array_add (warnings, g_strdup (g_ptr_array_index (odd, i)));
  if (not_finite != NULL)
    g_ptr_array_add (warnings, not_finite);
}

gboolean
gs_model_verify (const char *path, char ***warnings, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GsCheckpoint) checkpoint = gs_checkpoint_open (path, error);
  GsModelConfig config;
  gboolean good = checkpoint != NULL;

  if (good)
    add_warnings (list, checkpoint);
  if (good && gs_checkpoint_n_tensors (checkpoint) > 0)
    good = gs_model_config_read (checkpoint, NULL, &config, error);
  if (warnings != NULL)
    {
      g_ptr_array_add (list, NULL);
      *warnings = (char **) g_ptr_array_steal (list, NULL);
    }
  return good;
}
