/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder of scenes. */
#include "train/scenes.h"

#include "base/error.h"

#include <errno.h>
#include <glib/gstdio.h>

static gboolean
write_one (const char *folder, guint64 seed, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%08" G_GUINT64_FORMAT, seed);
  g_autofree char *picture_name = g_strconcat (name, ".png", NULL);
  g_autofree char *caption_name = g_strconcat (name, ".txt", NULL);
  g_autofree char *picture_path = g_build_filename (folder, picture_name, NULL);
  g_autofree char *caption_path = g_build_filename (folder, caption_name, NULL);
  g_autofree char *caption = NULL, *shown = g_filename_display_name (caption_path);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GsImage) image = NULL;

  /* The picture comes last: where it is, both are. */
  if (g_file_test (picture_path, G_FILE_TEST_EXISTS))
    return TRUE;
  image = gs_scene_new (seed, &caption);
  if (!g_file_set_contents (caption_path, caption, -1, &failure))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "Cannot write %s: %s", shown, failure->message);
      return FALSE;
    }
  return gs_image_save_png (image, picture_path, NULL, error);
}

gboolean
gs_scenes_write (const char *folder, guint n, guint64 seed, GError **error)
{
  g_autofree char *shown = g_filename_display_name (folder);

  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "Cannot make the folder %s: %s", shown,
                   g_strerror (errno));
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    if (!write_one (folder, seed + i, error))
      return FALSE;
  return TRUE;
}
