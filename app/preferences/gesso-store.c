/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values as people set them, in MiB and URIs, to values as the program needs them. */
#include "config.h"

#include "gesso-store.h"

#include "document/gesso-sandbox.h"

#define MIB (1024 * 1024)

GSettings *
gesso_store_new (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  if (source)
    schema = g_settings_schema_source_lookup (source, GESSO_APP_ID, TRUE);

  return schema ? g_settings_new_full (schema, NULL, NULL) : NULL;
}

GFile *
gesso_store_get_gallery_folder (GSettings *store)
{
  g_autofree char *uri = store ? g_settings_get_string (store, "gallery-folder") : NULL;
  const char *pictures = g_get_user_special_dir (G_USER_DIRECTORY_PICTURES);

  if (uri && *uri)
    return g_file_new_for_uri (uri);

  if (pictures == NULL && gesso_sandbox_is_on ())
    return g_file_new_build_filename (g_get_user_data_dir (), "gesso", "pictures", NULL);

  return g_file_new_build_filename (pictures ? pictures : g_get_home_dir (), "Gesso", NULL);
}

GFile *
gesso_store_get_download_folder (GSettings *store)
{
  g_autofree char *uri = store ? g_settings_get_string (store, "download-folder") : NULL;
  g_autoptr (GFile) chosen = uri && *uri ? g_file_new_for_uri (uri) : NULL;

  if (chosen && g_file_peek_path (chosen))
    return g_steal_pointer (&chosen);

  return g_file_new_build_filename (g_get_user_data_dir (), "gesso", "models", NULL);
}

static gboolean
bytes_from_mib (GValue *value, GVariant *variant, gpointer data)
{
  g_value_set_uint64 (value, (guint64) g_variant_get_uint32 (variant) * MIB);

  return TRUE;
}

void
gesso_store_bind_undo_bytes (GSettings *store, GObject *object, const char *property)
{
  if (store)
    g_settings_bind_with_mapping (store, "undo-memory", object, property, G_SETTINGS_BIND_GET,
                                  bytes_from_mib, NULL, NULL, NULL);
}
