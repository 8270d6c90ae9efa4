/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values as people set them, in MiB and URIs, to values as the program needs them. */
#include "config.h"

#include "gesso-store.h"

#include "document/gesso-sandbox.h"
#include "engine/gesso-server-model.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#define MIB (1024 * 1024)
#define MAX_PASSWORD_BYTES 4096

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

/* ---- The server ----------------------------------------------------------------------------- */

static char *
get_password_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "gesso", "server-password", NULL);
}

static char *
load_password (void)
{
  g_autofree char *path = get_password_path ();
  char *password = NULL;
  gsize n_bytes;

  if (!g_file_get_contents (path, &password, &n_bytes, NULL) || n_bytes > MAX_PASSWORD_BYTES ||
      strlen (password) != n_bytes)
    {
      g_free (password);
      return g_strdup ("");
    }

  return g_strstrip (password);
}

gboolean
gesso_store_save_password (const char *password, GError **error)
{
  g_autofree char *path = get_password_path ();
  g_autofree char *folder = g_path_get_dirname (path);

  if (*password == '\0')
    {
      g_unlink (path);
      return TRUE;
    }
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                   /* Translators: a folder, and what the system says */
                   _("The folder %s cannot be made: %s"), folder, g_strerror (errno));
      return FALSE;
    }

  return g_file_set_contents_full (path, password, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

void
gesso_store_apply_server (GSettings *store, GessoServer *server)
{
  g_autofree char *text = store ? g_settings_get_string (store, "server-address") : g_strdup ("");
  g_autofree char *address = *text ? gesso_server_address_parse (text, NULL) : NULL;
  g_autofree char *password = load_password ();

  gesso_server_set (server, address ? address : "", password);
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
