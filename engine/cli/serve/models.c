/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files by name, as titles without hashes: hashing a library would take minutes. */
#include "cli/serve/models.h"

#include <string.h>

#include "cli/json.h"

struct _GsServeModels
{
  char **folders;
  char *first;
  GPtrArray *files; /* GsLibraryFile */
};

static void
add_files (GsServeModels *self, GHashTable *seen, GPtrArray *paths)
{
  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = paths->pdata[i];
      GsLibraryFile *file;

      if (!g_hash_table_add (seen, g_strdup (path)))
        continue;
      file = gs_library_file_new (path, NULL); /* a damaged one is not offered */
      if (file != NULL)
        g_ptr_array_add (self->files, file);
    }
  g_ptr_array_unref (paths);
}

static void
add_first (GsServeModels *self, GHashTable *seen)
{
  const char *path = self->first != NULL ? self->first : gs_starter_path ();
  GPtrArray *one = g_ptr_array_new ();

  if (path != NULL)
    g_ptr_array_add (one, (gpointer) path);
  add_files (self, seen, one);
}

void
gs_serve_models_refresh (GsServeModels *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_ptr_array_set_size (self->files, 0);
  add_first (self, seen);
  add_files (self, seen, gs_library_list ((const char *const *) self->folders));
  add_files (self, seen, gs_library_list_near (self->first));
}

GsServeModels *
gs_serve_models_new (const char *const *folders, const char *model)
{
  GsServeModels *self = g_new0 (GsServeModels, 1);

  self->folders = g_strdupv ((char **) folders);
  self->first = g_strdup (model);
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) gs_library_file_free);
  gs_serve_models_refresh (self);
  return self;
}

void
gs_serve_models_free (GsServeModels *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->folders);
  g_free (self->first);
  g_ptr_array_unref (self->files);
  g_free (self);
}

static const char *
base_name (const char *path)
{
  const char *slash = strrchr (path, G_DIR_SEPARATOR);

  return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

const char *
gs_serve_models_title (GsServeModels *self, const char *path)
{
  return base_name (path);
}

const char *
gs_serve_models_find (GsServeModels *self, const char *name)
{
  const char *bracket = strstr (name, " [");
  g_autofree char *wanted = bracket != NULL ? g_strndup (name, bracket - name) : g_strdup (name);

  for (guint i = 0; i < self->files->len; i++)
    {
      const GsLibraryFile *file = self->files->pdata[i];

      if (file->kind == GS_LIBRARY_CHECKPOINT &&
          (strcmp (wanted, file->name) == 0 || strcmp (wanted, base_name (file->path)) == 0))
        return file->path;
    }
  return NULL;
}

/* Begins an object for each file of a kind and calls add in it. */
static void
add_all (GsServeModels *self, JsonBuilder *builder, GsLibraryKind kind,
         void (*add) (JsonBuilder *builder, const GsLibraryFile *file))
{
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->files->len; i++)
    {
      const GsLibraryFile *file = self->files->pdata[i];

      if (file->kind != kind || file->problem != NULL)
        continue;
      json_builder_begin_object (builder);
      add (builder, file);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* A1111 has no "native_size", and its clients do not mind: Gesso's window does. */
static void
add_checkpoint (JsonBuilder *builder, const GsLibraryFile *file)
{
  g_autoptr (GsModelInfo) info = gs_model_info_new (file->path, NULL);

  gs_cli_json_string (builder, "title", base_name (file->path));
  gs_cli_json_string (builder, "model_name", file->name);
  gs_cli_json_string (builder, "hash", NULL);
  gs_cli_json_string (builder, "sha256", NULL);
  gs_cli_json_string (builder, "filename", file->path);
  gs_cli_json_string (builder, "config", NULL);
  if (info != NULL)
    gs_cli_json_integer (builder, "native_size", info->native_size);
}

void
gs_serve_models_add_checkpoints (GsServeModels *self, JsonBuilder *builder)
{
  add_all (self, builder, GS_LIBRARY_CHECKPOINT, add_checkpoint);
}

static void
add_lora (JsonBuilder *builder, const GsLibraryFile *file)
{
  gs_cli_json_string (builder, "name", file->name);
  gs_cli_json_string (builder, "alias", file->name);
  gs_cli_json_string (builder, "path", file->path);
  json_builder_set_member_name (builder, "metadata");
  json_builder_begin_object (builder);
  json_builder_end_object (builder);
}

void
gs_serve_models_add_loras (GsServeModels *self, JsonBuilder *builder)
{
  add_all (self, builder, GS_LIBRARY_LORA, add_lora);
}

static void
add_vae (JsonBuilder *builder, const GsLibraryFile *file)
{
  gs_cli_json_string (builder, "model_name", base_name (file->path));
  gs_cli_json_string (builder, "filename", file->path);
}

void
gs_serve_models_add_vaes (GsServeModels *self, JsonBuilder *builder)
{
  add_all (self, builder, GS_LIBRARY_VAE, add_vae);
}

void
gs_serve_models_add_embeddings (GsServeModels *self, JsonBuilder *builder)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "loaded");
  json_builder_begin_object (builder);
  for (guint i = 0; i < self->files->len; i++)
    {
      const GsLibraryFile *file = self->files->pdata[i];

      if (file->kind != GS_LIBRARY_EMBEDDING || file->problem != NULL)
        continue;
      json_builder_set_member_name (builder, file->name);
      json_builder_begin_object (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "skipped");
  json_builder_begin_object (builder);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}
