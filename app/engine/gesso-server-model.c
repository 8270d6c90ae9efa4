/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Putting names together, and taking them apart. */
#include "config.h"

#include "gesso-server-model.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

gboolean
gesso_server_model_is_one (const char *model)
{
  return model && (g_str_has_prefix (model, "http://") || g_str_has_prefix (model, "https://")) &&
         strchr (model, '#') != NULL;
}

char *
gesso_server_model_new (const char *address, const char *name)
{
  return g_strconcat (address, "#", name, NULL);
}

char *
gesso_server_model_dup_address (const char *model)
{
  return g_strndup (model, strcspn (model, "#"));
}

char *
gesso_server_model_dup_name (const char *model)
{
  const char *hash = strchr (model, '#');

  return g_strdup (hash ? hash + 1 : "");
}

char *
gesso_server_model_dup_host (const char *model)
{
  g_autofree char *address = gesso_server_model_dup_address (model);

  return gesso_server_address_dup_host (address);
}

/* Servers put the folder before the name, and the file's hash behind it: "sd15/dreamer.safetensors [1a2b3c]". */
char *
gesso_server_model_dup_title (const char *model)
{
  g_autofree char *name = gesso_server_model_dup_name (model);
  char *bracket = strstr (name, " [");
  const char *slash;

  if (bracket)
    *bracket = '\0';
  slash = strpbrk (name, "/\\") ? MAX (strrchr (name, '/'), strrchr (name, '\\')) : NULL;

  return g_strdup (slash && slash[1] ? slash + 1 : name);
}

/* ---- Addresses ------------------------------------------------------------------------------ */

static GUri *
parse (const char *text)
{
  return g_uri_parse (text, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_ENCODED, NULL);
}

/* A name, or the number of an address. */
static gboolean
is_host (const char *host)
{
  if (host == NULL || *host == '\0')
    return FALSE;
  for (; *host; host++)
    if (!g_ascii_isalnum (*host) && strchr ("-._:", *host) == NULL && (guchar) *host < 0x80)
      return FALSE;

  return TRUE;
}

static gboolean
is_web (GUri *uri)
{
  const char *scheme = g_uri_get_scheme (uri);

  return (g_str_equal (scheme, "http") || g_str_equal (scheme, "https")) &&
         is_host (g_uri_get_host (uri)) && g_uri_get_userinfo (uri) == NULL &&
         g_uri_get_query (uri) == NULL && g_uri_get_fragment (uri) == NULL;
}

char *
gesso_server_address_parse (const char *text, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autofree char *whole = strstr (stripped, "://") ? g_strdup (stripped)
                                                    : g_strconcat ("http://", stripped, NULL);
  g_autoptr (GUri) uri = parse (whole);
  g_autofree char *host = NULL, *path = NULL, *port = NULL;

  if (uri == NULL || !is_web (uri))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _("That is no address of a server: write it as http://studio:7860, without a "
                             "password"));
      return NULL;
    }

  host = strchr (g_uri_get_host (uri), ':') ? g_strdup_printf ("[%s]", g_uri_get_host (uri))
                                            : g_ascii_strdown (g_uri_get_host (uri), -1);
  port = g_uri_get_port (uri) > 0 ? g_strdup_printf (":%d", g_uri_get_port (uri)) : g_strdup ("");
  path = g_strdup (g_uri_get_path (uri));
  while (g_str_has_suffix (path, "/"))
    path[strlen (path) - 1] = '\0';

  return g_strconcat (g_uri_get_scheme (uri), "://", host, port, path, NULL);
}

char *
gesso_server_address_dup_host (const char *address)
{
  g_autoptr (GUri) uri = parse (address);

  return g_strdup (uri && g_uri_get_host (uri) ? g_uri_get_host (uri) : address);
}

gboolean
gesso_server_address_is_private (const char *address)
{
  g_autofree char *host = gesso_server_address_dup_host (address);
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (host);

  return g_str_has_prefix (address, "https://") || g_str_equal (host, "localhost") ||
         (inet && g_inet_address_get_is_loopback (inet));
}
