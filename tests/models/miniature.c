/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The miniature's vocabulary and parts. */
#include "miniature.h"

#include <glib/gstdio.h>

/* Single letters, and the marks where the text encoders of the golden files have them. */
static void
write_vocabulary (const char *folder)
{
  g_autofree char *inner = g_build_filename (folder, "tokenizer", NULL);
  g_autofree char *vocab = g_build_filename (inner, "vocab.json", NULL);
  g_autofree char *merges = g_build_filename (inner, "merges.txt", NULL);
  g_autoptr (GString) json = g_string_new ("{");
  guint n = 0;

  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
  for (char c = 'a'; c <= 'z'; c++, n += 2)
    g_string_append_printf (json, "\"%c\":%u,\"%c</w>\":%u,", c, n, c, n + 1);
  g_string_append_printf (json, "\"ab</w>\":%u,", n); /* a vocabulary without merges is none */
  g_string_append (json, "\"<|startoftext|>\":498,\"<|endoftext|>\":499}");
  g_assert_true (g_file_set_contents (vocab, json->str, -1, NULL));
  g_assert_true (g_file_set_contents (merges, "#version: 0.2\na b</w>\n", -1, NULL));
}

char *
miniature_folder_new (void)
{
  char *folder = g_dir_make_tmp ("gesso-miniature-XXXXXX", NULL);

  g_assert_nonnull (folder);
  write_vocabulary (folder);
  return folder;
}

static void
remove_all (const char *path)
{
  GDir *entries = g_dir_open (path, 0, NULL);
  const char *name;

  while (entries != NULL && (name = g_dir_read_name (entries)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      remove_all (inner);
    }
  g_clear_pointer (&entries, g_dir_close);
  g_assert_cmpint (g_remove (path), ==, 0);
}

void
miniature_folder_remove (char *folder)
{
  remove_all (folder);
  g_free (folder);
}

static gboolean
take (GsCheckpoint *checkpoint, const char *relative, GsComponent component)
{
  const char *shared = g_getenv ("GESSO_SHARED");
  g_autofree char *path = g_build_filename (shared != NULL ? shared : "", "golden", relative, NULL);
  g_autoptr (GsCheckpoint) other = gs_checkpoint_open (path, NULL);

  return other != NULL && gs_checkpoint_replace (checkpoint, other, component);
}

GsCheckpoint *
miniature_sdxl (const char *folder, gboolean is_refiner)
{
  g_autoptr (GsCheckpoint) checkpoint = gs_checkpoint_new (folder);

  if (!take (checkpoint, "unet/sdxl.safetensors", GS_COMPONENT_UNET)
      || (!is_refiner
          && !take (checkpoint, "text_encoder/sdxl.safetensors", GS_COMPONENT_TEXT_ENCODER))
      || !take (checkpoint, "text_encoder/sdxl.safetensors", GS_COMPONENT_TEXT_ENCODER_2)
      || !take (checkpoint, "vae/kl.safetensors", GS_COMPONENT_VAE))
    return NULL;
  return g_steal_pointer (&checkpoint);
}
