/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's list in the app's words. */
#include "config.h"

#include "gesso-wanted-file.h"

#include "gs.h"

static void
wanted_file_free (gpointer data)
{
  GessoWantedFile *file = data;

  g_free (file->name);
  g_free (file->hash);
  g_free (file);
}

GPtrArray *
gesso_wanted_files_list (const char *parameters)
{
  g_autoptr (GPtrArray) used = gs_used_files_list (parameters);
  GPtrArray *files = g_ptr_array_new_with_free_func (wanted_file_free);

  for (guint i = 0; i < used->len; i++)
    {
      const GsUsedFile *from = used->pdata[i];
      GessoWantedFile *file = g_new0 (GessoWantedFile, 1);

      file->kind = from->kind == GS_LIBRARY_CHECKPOINT  ? GESSO_LIBRARY_CHECKPOINT
                   : from->kind == GS_LIBRARY_LORA      ? GESSO_LIBRARY_LORA
                   : from->kind == GS_LIBRARY_EMBEDDING ? GESSO_LIBRARY_EMBEDDING
                   : from->kind == GS_LIBRARY_CONTROL   ? GESSO_LIBRARY_CONTROL
                                                        : GESSO_LIBRARY_VAE;
      file->name = g_strdup (from->name);
      file->hash = g_strdup (from->hash);
      file->is_refiner = from->is_refiner;
      g_ptr_array_add (files, file);
    }

  return files;
}
