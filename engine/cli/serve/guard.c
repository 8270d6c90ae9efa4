/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Token, Origin, Host and length, from the headers alone. */
#include "cli/serve/guard.h"

#include <string.h>

/* In a time that does not tell how much of it is right. */
static gboolean
same_secret (const char *a, const char *b)
{
  const gsize n = strlen (a);
  guint differences = n != strlen (b);

  for (gsize i = 0; i < n; i++)
    differences |= (guchar) a[i] ^ (guchar) b[i % (strlen (b) + 1)];
  return differences == 0;
}

/* "Bearer TOKEN", or "Basic" with the token as password, which is what A1111's clients can send. */
static gboolean
knows_token (SoupMessageHeaders *headers, const char *token)
{
  const char *value = soup_message_headers_get_one (headers, "Authorization");
  g_autofree char *text = NULL;
  const char *colon;
  gsize n;

  if (value == NULL)
    return FALSE;
  if (g_ascii_strncasecmp (value, "Bearer ", 7) == 0)
    return same_secret (value + 7, token);
  if (g_ascii_strncasecmp (value, "Basic ", 6) != 0)
    return FALSE;
  text = (char *) g_base64_decode (value + 6, &n);
  text = g_realloc (text, n + 1);
  text[n] = '\0';
  colon = strchr (text, ':');
  return colon != NULL && same_secret (colon + 1, token);
}

static gboolean
is_this_machine (const char *host)
{
  g_autofree char *name = NULL;
  const char *end;

  if (host == NULL)
    return TRUE; /* HTTP/1.0; browsers always say it */
  end = *host == '[' ? strchr (host, ']') : strrchr (host, ':');
  if (*host == '[')
    name = g_strndup (host + 1, end != NULL ? end - host - 1 : 0);
  else
    name = g_strndup (host, end != NULL ? (gsize) (end - host) : strlen (host));
  return strcmp (name, "localhost") == 0 || strcmp (name, "127.0.0.1") == 0 ||
         strcmp (name, "::1") == 0;
}

guint
gs_serve_guard (SoupServerMessage *message, const char *token)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (token != NULL && !knows_token (headers, token))
    return SOUP_STATUS_UNAUTHORIZED;
  if (soup_message_headers_get_one (headers, "Origin") != NULL ||
      (token == NULL && !is_this_machine (soup_message_headers_get_one (headers, "Host"))))
    return SOUP_STATUS_FORBIDDEN;
  /* Whatever the method: libsoup reads bodies of all. A length that is not said could be any. */
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED)
    return SOUP_STATUS_LENGTH_REQUIRED;
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
      soup_message_headers_get_content_length (headers) > GS_SERVE_MAX_BODY_BYTES)
    return SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE;
  return 0;
}
