/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state folder's settings and state. */
#include "session/training-private.h"

#include "train/scenes.h"
#include "train/training-state.h"

#include <errno.h>
#include <glib/gstdio.h>

static char *
path_in (GsTraining *training, const char *name)
{
  return g_build_filename (training->options.state, name, NULL);
}

/* A folder that vanished meanwhile is made again. */
static gboolean
make_folder (GsTraining *training, GError **error)
{
  g_autofree char *shown = g_filename_display_name (training->options.state);

  if (g_mkdir_with_parents (training->options.state, 0777) == 0)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "Cannot make the folder %s: %s; name another one",
               shown, g_strerror (errno));
  return FALSE;
}

static gboolean
write_settings (GsTraining *training, GError **error)
{
  g_autofree char *path = path_in (training, "settings.ini");

  return make_folder (training, error)
         && gs_training_options_save (&training->options, training->facts, path, error);
}

gboolean
gs_training_open_state (GsTraining *training, GError **error)
{
  g_autofree char *settings = path_in (training, "settings.ini");
  g_autofree char *state = path_in (training, "state.safetensors");

  if (g_file_test (settings, G_FILE_TEST_EXISTS)
      && !gs_training_options_match (&training->options, training->facts, settings, error))
    return FALSE;
  if (g_file_test (state, G_FILE_TEST_EXISTS)
      && !gs_training_state_read (state, training->trained, training->losses, error))
    return FALSE;
  training->is_loaded = TRUE;
  return write_settings (training, error);
}

gboolean
gs_training_write_state (GsTraining *training, GError **error)
{
  g_autofree char *settings = path_in (training, "settings.ini");
  g_autofree char *state = path_in (training, "state.safetensors");

  if (!g_file_test (settings, G_FILE_TEST_EXISTS) && !write_settings (training, error))
    return FALSE;
  if (!gs_training_state_write (state, training->trained, training->losses, error))
    {
      g_prefix_error (error, "The training's state could not be written; make room and continue "
                      "from the last one. ");
      return FALSE;
    }
  training->written = g_get_monotonic_time ();
  return TRUE;
}

float *
gs_training_load_losses (const char *state, guint *n)
{
  g_autofree char *path = g_build_filename (state, "state.safetensors", NULL);

  return gs_training_state_read_losses (path, n, NULL);
}

gboolean
gs_training_draw_scenes (const char *folder, guint n, guint64 seed, GError **error)
{
  return gs_scenes_write (folder, n, seed, error);
}
