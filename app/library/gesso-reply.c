/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading headers. */
#include "config.h"

#include "gesso-reply.h"

#include "gesso-address.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#define MAX_PAUSE_SECONDS 300

guint64
gesso_reply_get_size (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  goffset start, end, total;

  if (soup_message_get_status (message) == SOUP_STATUS_PARTIAL_CONTENT)
    return soup_message_headers_get_content_range (headers, &start, &end, &total) && total > 0
               ? (guint64) total : 0;
  total = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
              ? soup_message_headers_get_content_length (headers) : 0;

  return total > 0 ? (guint64) total : 0;
}

gboolean
gesso_reply_begins_at (SoupMessage *message, guint64 start)
{
  goffset first, last, total;

  return soup_message_headers_get_content_range (soup_message_get_response_headers (message), &first,
                                                 &last, &total) &&
         first >= 0 && (guint64) first == start;
}

char *
gesso_reply_dup_validator (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *etag = soup_message_headers_get_one (headers, "ETag");

  if (etag && *etag == '"')
    return g_strdup (etag);

  return g_strdup (soup_message_headers_get_one (headers, "Last-Modified"));
}

/* libsoup's own function makes a harmless name of a bad one; that a server tries is reason to stop. */
char *
gesso_reply_dup_name (SoupMessage *message)
{
  const char *disposition = soup_message_headers_get_one (soup_message_get_response_headers (message),
                                                          "Content-Disposition");
  GHashTable *parameters = disposition ? soup_header_parse_semi_param_list (disposition) : NULL;
  char *name = parameters ? g_strdup (g_hash_table_lookup (parameters, "filename")) : NULL;

  g_clear_pointer (&parameters, soup_header_free_param_list);

  return name;
}

gboolean
gesso_reply_is_sha256 (const char *sha256)
{
  return sha256 && strlen (sha256) == 64 && strspn (sha256, G_CSET_DIGITS "abcdefABCDEF") == 64;
}

char *
gesso_reply_dup_linked_sha256 (SoupMessage *message)
{
  const char *etag = soup_message_headers_get_one (soup_message_get_response_headers (message),
                                                   "X-Linked-Etag");
  g_autofree char *bare = NULL;

  if (etag == NULL || strlen (etag) != 66 || etag[0] != '"' || etag[65] != '"')
    return NULL;
  bare = g_ascii_strdown (etag + 1, 64);

  return gesso_reply_is_sha256 (bare) ? g_steal_pointer (&bare) : NULL;
}

guint64
gesso_reply_get_linked_size (SoupMessage *message)
{
  const char *text = soup_message_headers_get_one (soup_message_get_response_headers (message),
                                                   "X-Linked-Size");
  guint64 size = 0;

  return text && g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &size, NULL) ? size : 0;
}

GUri *
gesso_reply_dup_location (SoupMessage *message)
{
  const char *location =
      soup_message_headers_get_one (soup_message_get_response_headers (message), "Location");
  GUri *from = soup_message_get_uri (message);
  g_autoptr (GUri) uri =
      location ? g_uri_parse_relative (from, location, SOUP_HTTP_URI_FLAGS, NULL) : NULL;

  return uri && gesso_address_is_allowed (uri, from) ? g_steal_pointer (&uri) : NULL;
}

/* ---- What went wrong ------------------------------------------------------------------------ */

gboolean
gesso_reply_is_passing (SoupMessage *message, guint *seconds)
{
  const guint status = soup_message_get_status (message);
  const char *text = soup_message_headers_get_one (soup_message_get_response_headers (message),
                                                   "Retry-After");
  guint64 value = 0;

  if (text && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT, &value, NULL))
    value = MIN (value, MAX_PAUSE_SECONDS);
  *seconds = (guint) value;

  return status == SOUP_STATUS_REQUEST_TIMEOUT || status == 425 || status == 429 || status >= 500;
}

void
gesso_reply_set_error (SoupMessage *message, GError **error)
{
  const guint status = soup_message_get_status (message);
  const char *host = g_uri_get_host (soup_message_get_uri (message));

  if (status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_FORBIDDEN)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                 /* Translators: %s is the name of a server */
                 _("%s gives this file only to people with an account, which Gesso does without; get it "
                   "with a web browser, and add its folder to the library"), host);
  else if (status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_GONE)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 _("%s has nothing at this address; see whether it is complete"), host);
  else if (SOUP_STATUS_IS_REDIRECTION (status))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                 _("%s sends us on to a place that is not safe to fetch from; look for the file "
                   "elsewhere"), host);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                 /* Translators: the name of a server, and a number */
                 _("%s does not give this file away (status %u); try again later"), host, status);
}

gboolean
gesso_reply_is_page (SoupMessage *message)
{
  const char *type =
      soup_message_headers_get_content_type (soup_message_get_response_headers (message), NULL);

  return type && (g_ascii_strcasecmp (type, "text/html") == 0 ||
                  g_ascii_strcasecmp (type, "application/xhtml+xml") == 0);
}
