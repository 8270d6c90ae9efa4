/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The document portal's paths: <run-time folder>/doc/<id>/<name> for what was granted, be it a file or
 * a folder with all that is below it (xdg-desktop-portal, "Documents").
 */
#include "config.h"

#include "gesso-sandbox.h"

#include <string.h>
#include <sys/xattr.h>

#define HOST_PATH "user.document-portal.host-path" /* since xdg-desktop-portal 1.19 */

gboolean
gesso_sandbox_is_on (void)
{
  return g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS);
}

/* What follows the id, "name" or "name/more", or NULL of what is no document of the portal's. */
static const char *
get_granted (const char *path)
{
  g_autofree char *documents = g_build_filename (g_get_user_runtime_dir (), "doc/", NULL);
  const char *id = path && g_str_has_prefix (path, documents) ? path + strlen (documents) : NULL;
  const char *slash = id ? strchr (id, G_DIR_SEPARATOR) : NULL;

  return slash && slash[1] ? slash + 1 : NULL;
}

GFile *
gesso_sandbox_dup_folder (GFile *file)
{
  const char *granted = get_granted (g_file_peek_path (file));

  return granted && strchr (granted, G_DIR_SEPARATOR) == NULL ? NULL : g_file_get_parent (file);
}

static char *
dup_host_path (const char *path)
{
  char host[4096];
  ssize_t n_bytes = getxattr (path, HOST_PATH, host, sizeof host - 1);

  if (n_bytes <= 0)
    return NULL;
  host[n_bytes] = '\0';
  return g_filename_display_name (host);
}

char *
gesso_sandbox_dup_name (GFile *file)
{
  const char *granted = get_granted (g_file_peek_path (file));
  const char *home = g_get_home_dir ();
  g_autofree char *name = granted ? dup_host_path (g_file_peek_path (file)) : g_file_get_parse_name (file);

  if (name == NULL)
    return g_filename_display_name (granted);
  if (g_str_has_prefix (name, home) && name[strlen (home)] == G_DIR_SEPARATOR)
    return g_strconcat ("~", name + strlen (home), NULL);

  return g_steal_pointer (&name);
}
