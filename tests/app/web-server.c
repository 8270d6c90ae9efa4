/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sockets and threads. */
#include "web-server.h"

#include <string.h>

struct _WebServer
{
  GSocketService *service;
  WebAnswer       answer;
  char           *address;
  GMutex          mutex;
  GHashTable     *counts; /* path -> requests */
  guint           n_requests;
  char           *headers;
};

gboolean
web_bytes (const WebRequest *request, const void *data, gsize n_bytes)
{
  return g_output_stream_write_all (request->out, data, n_bytes, NULL, NULL, NULL);
}

gboolean
web_head (const WebRequest *request, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *head = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  head = g_strdup_printf ("HTTP/1.1 %sConnection: close\r\n\r\n", text);

  return web_bytes (request, head, strlen (head));
}

/* The value, ended where its line ends, or NULL. */
static char *
get_header (const char *headers, const char *name)
{
  g_autofree char *start = g_strdup_printf ("\n%s: ", name);
  const char *found = strstr (headers, start);
  const char *end = found ? strchr (found + 1, '\r') : NULL;

  return end ? g_strndup (found + strlen (start), (gsize) (end - found) - strlen (start)) : NULL;
}

static char *
read_headers (GInputStream *in)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char byte;

  while (!g_str_has_suffix (text->str, "\r\n\r\n") && g_input_stream_read (in, &byte, 1, NULL, NULL) == 1)
    g_string_append_c (text, byte);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* As long as the headers say. */
static char *
read_body (GInputStream *in, const char *headers)
{
  g_autofree char *length = get_header (headers, "Content-Length");
  gsize n_bytes = length ? (gsize) g_ascii_strtoull (length, NULL, 10) : 0, n_read;
  char *body = g_malloc0 (n_bytes + 1);

  g_input_stream_read_all (in, body, n_bytes, &n_read, NULL, NULL);

  return body;
}

static guint
count (WebServer *self, const char *path, const char *headers)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, path));
  g_hash_table_insert (self->counts, g_strdup (path), GUINT_TO_POINTER (n + 1));
  self->n_requests++;
  g_free (self->headers);
  self->headers = g_strdup (headers);
  g_mutex_unlock (&self->mutex);

  return n;
}

static gboolean
on_connection (GThreadedSocketService *service, GSocketConnection *connection, GObject *source,
               WebServer *self)
{
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autofree char *headers = read_headers (in);
  g_autofree char *body = read_body (in, headers);
  g_auto (GStrv) words = g_strsplit (headers, " ", 3);
  g_autofree char *range = get_header (headers, "Range");
  g_autofree char *if_range = get_header (headers, "If-Range");
  WebRequest request = {
    .out = g_io_stream_get_output_stream (G_IO_STREAM (connection)),
    .headers = headers,
    .body = body,
    .if_range = if_range,
    .has_range = range != NULL,
  };

  if (g_strv_length (words) == 3)
    {
      if (range && g_str_has_prefix (range, "bytes="))
        request.start = g_ascii_strtoull (range + strlen ("bytes="), NULL, 10);
      request.path = words[1];
      request.n = count (self, words[1], headers);
      self->answer (&request);
    }
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);

  return TRUE;
}

WebServer *
web_server_new (WebAnswer answer)
{
  WebServer *self = g_new0 (WebServer, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) place = NULL;
  g_autoptr (GError) error = NULL;

  self->answer = answer;
  g_mutex_init (&self->mutex);
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->service = g_threaded_socket_service_new (8);
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), any, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &place, &error);
  g_assert_no_error (error);
  self->address =
    g_strdup_printf ("http://127.0.0.1:%u",
                     g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (place)));
  g_signal_connect (self->service, "run", G_CALLBACK (on_connection), self);
  g_socket_service_start (self->service);

  return self;
}

void
web_server_free (WebServer *self)
{
  if (self == NULL)
    return;

  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_object_unref (self->service);
  g_hash_table_unref (self->counts);
  g_mutex_clear (&self->mutex);
  g_free (self->headers);
  g_free (self->address);
  g_free (self);
}

const char *
web_server_get_address (WebServer *self)
{
  return self->address;
}

guint
web_server_get_n_requests (WebServer *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->n_requests;
  g_mutex_unlock (&self->mutex);

  return n;
}

char *
web_server_dup_headers (WebServer *self)
{
  char *headers;

  g_mutex_lock (&self->mutex);
  headers = g_strdup (self->headers);
  g_mutex_unlock (&self->mutex);

  return headers;
}
