/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking addresses apart. */
#include "config.h"

#include "gesso-address.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

void
gesso_address_free (GessoAddress *self)
{
  if (self == NULL)
    return;

  g_free (self->file);
  g_free (self->repository);
  g_free (self->revision);
  g_free (self->path);
  g_free (self);
}

/* ---- Where to go ---------------------------------------------------------------------------- */

static gboolean
is_loopback (GUri *uri)
{
  const char *host = g_uri_get_host (uri);
  g_autoptr (GInetAddress) address = host ? g_inet_address_new_from_string (host) : NULL;

  return (address && g_inet_address_get_is_loopback (address)) ||
         g_strcmp0 (host, "localhost") == 0;
}

gboolean
gesso_address_is_allowed (GUri *uri, GUri *from)
{
  const char *host = g_uri_get_host (uri);

  if (host == NULL || *host == '\0' || g_uri_get_userinfo (uri))
    return FALSE;
  if (from && is_loopback (uri) && !is_loopback (from))
    return FALSE;

  return g_str_equal (g_uri_get_scheme (uri), "https") ||
         (g_str_equal (g_uri_get_scheme (uri), "http") && is_loopback (uri));
}

/* ---- Names ---------------------------------------------------------------------------------- */

char *
gesso_address_dup_name (const char *address)
{
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_PARSE_RELAXED,
                                      NULL);
  const char *path = uri ? g_uri_get_path (uri) : "";
  const char *slash = strrchr (path, '/');

  return slash && slash[1] ? g_uri_unescape_string (slash + 1, NULL) : NULL;
}

char *
gesso_address_of_file (const char *hub, const char *repository, const char *revision,
                       const char *path)
{
  g_autofree char *escaped_revision = g_uri_escape_string (revision, NULL, FALSE);
  g_autofree char *escaped_path =
      g_uri_escape_string (path, G_URI_RESERVED_CHARS_ALLOWED_IN_PATH, FALSE);

  return g_strdup_printf ("%s/%s/resolve/%s/%s", hub, repository, escaped_revision, escaped_path);
}

char *
gesso_address_name_file (const char *repository, const char *path)
{
  static const char *const common[] = { "diffusion_pytorch_model", "pytorch_lora_weights", "model.",
                                        "model-", "adapter_model", "learned_embeds" };
  g_autofree char *base = g_path_get_basename (path);
  const char *slash = strrchr (repository, '/');

  for (guint i = 0; i < G_N_ELEMENTS (common); i++)
    if (g_str_has_prefix (base, common[i]))
      return g_strdup_printf ("%s-%s", slash ? slash + 1 : repository, base);

  return g_steal_pointer (&base);
}

/* ---- Parsing -------------------------------------------------------------------------------- */

/* Of an owner, or of a repository. */
static gboolean
is_hub_name (const char *name)
{
  const gsize n = strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-");

  return *name && *name != '.' && name[n] == '\0' && strlen (name) <= 96;
}

/* parts: what follows the hub's address, without escapes. FALSE: it is nothing of a repository. */
static gboolean
take_parts (GessoAddress *self, const char *hub, char **parts)
{
  const guint n = g_strv_length (parts);
  gboolean is_file;

  if (n < 2 || !is_hub_name (parts[0]) || !is_hub_name (parts[1]) ||
      g_str_equal (parts[0], "datasets") || g_str_equal (parts[0], "spaces"))
    return FALSE;

  is_file = n > 4 && (g_str_equal (parts[2], "blob") || g_str_equal (parts[2], "resolve") ||
                      g_str_equal (parts[2], "raw"));
  if (n > 2 && !is_file && !(n > 3 && g_str_equal (parts[2], "tree")))
    return FALSE;

  self->repository = g_strdup_printf ("%s/%s", parts[0], parts[1]);
  self->revision = g_strdup (n > 3 ? parts[3] : "main");
  self->path = n > 4 ? g_strjoinv ("/", parts + 4) : g_strdup ("");
  if (is_file)
    self->file = gesso_address_of_file (hub, self->repository, self->revision, self->path);

  return TRUE;
}

/* Without empty parts, as a slash at the end leaves one. */
static char **
split_path (const char *path)
{
  g_auto (GStrv) escaped = g_strsplit (path, "/", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; escaped[i]; i++)
    {
      g_autofree char *part = g_uri_unescape_string (escaped[i], NULL);

      if (part && *part)
        g_strv_builder_add (builder, part);
    }

  return g_strv_builder_end (builder);
}

static gboolean
is_same_place (GUri *uri, GUri *other)
{
  return other && g_ascii_strcasecmp (g_uri_get_host (uri), g_uri_get_host (other)) == 0 &&
         g_uri_get_port (uri) == g_uri_get_port (other);
}

static GessoAddress *
parse_uri (GUri *uri, const char *text, const char *hub, GError **error)
{
  g_autoptr (GUri) hub_uri = g_uri_parse (hub, G_URI_FLAGS_NONE, NULL);
  g_autoptr (GessoAddress) self = g_new0 (GessoAddress, 1);

  if (!gesso_address_is_allowed (uri, NULL))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _("Only addresses that begin with https:// are fetched, and such without a "
                             "password"));
      return NULL;
    }
  if (is_same_place (uri, hub_uri))
    {
      g_auto (GStrv) parts = split_path (g_uri_get_path (uri));

      if (!take_parts (self, hub, parts))
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                               _("That page is not a model's; paste the address of a model, or of one "
                                 "of its files"));
          return NULL;
        }
    }
  else
    self->file = g_strdup (text);

  return g_steal_pointer (&self);
}

GessoAddress *
gesso_address_parse (const char *text, const char *hub, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autoptr (GUri) uri = g_uri_parse (stripped, G_URI_FLAGS_ENCODED | G_URI_FLAGS_PARSE_RELAXED,
                                      NULL);
  g_auto (GStrv) parts = NULL;
  g_autoptr (GessoAddress) self = NULL;

  if (uri)
    return parse_uri (uri, stripped, hub, error);

  /* As pages say it: without its beginning, or a repository's name alone. */
  parts = g_strsplit (stripped, "/", -1);
  if (g_strv_length (parts) > 2 && strchr (parts[0], '.'))
    {
      g_autofree char *whole = g_strconcat ("https://", stripped, NULL);

      uri = g_uri_parse (whole, G_URI_FLAGS_ENCODED | G_URI_FLAGS_PARSE_RELAXED, NULL);
      if (uri)
        return parse_uri (uri, whole, hub, error);
    }
  self = g_new0 (GessoAddress, 1);
  if (g_strv_length (parts) == 2 && take_parts (self, hub, parts))
    return g_steal_pointer (&self);

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                       _("That is no address; paste that of a file, or of a model at Hugging Face"));
  return NULL;
}
