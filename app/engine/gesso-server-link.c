/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending, reading with a limit, and what went wrong. */
#include "config.h"

#include "gesso-server-link.h"

#include "gesso-json.h"
#include "gesso-server-model.h"

#include <glib/gi18n.h>
#include <libsoup/soup.h>
#include <string.h>

#define CHUNK_BYTES (64 * 1024)
#define MAX_SAYING 200 /* characters of what a server says that people are shown */

struct _GessoServerLink
{
  SoupSession  *session;
  GMainContext *context;
  char         *address, *host;
  char         *authorization; /* or NULL */
  gboolean      is_gesso;
};

/* A password alone is a bearer's: that, and a name with a password, are the two that servers know. */
static char *
write_authorization (const char *token)
{
  g_autofree char *encoded = NULL;

  if (token == NULL || *token == '\0')
    return NULL;
  if (strchr (token, ':') == NULL)
    return g_strconcat ("Bearer ", token, NULL);

  encoded = g_base64_encode ((const guchar *) token, strlen (token));
  return g_strconcat ("Basic ", encoded, NULL);
}

GessoServerLink *
gesso_server_link_new (const char *address, const char *token, guint timeout)
{
  GessoServerLink *self = g_new0 (GessoServerLink, 1);

  self->context = g_main_context_ref_thread_default ();
  self->session = soup_session_new_with_options ("timeout", timeout, "user-agent",
                                                 "Gesso/" GESSO_VERSION, NULL);
  self->address = g_strdup (address);
  self->host = gesso_server_address_dup_host (address);
  self->authorization = write_authorization (token);

  return self;
}

void
gesso_server_link_free (GessoServerLink *self)
{
  if (self == NULL)
    return;

  soup_session_abort (self->session);
  g_object_unref (self->session);
  g_main_context_unref (self->context);
  g_free (self->address);
  g_free (self->host);
  g_free (self->authorization);
  g_free (self);
}

const char *
gesso_server_link_get_host (GessoServerLink *self)
{
  return self->host;
}

gboolean
gesso_server_link_is_gesso (GessoServerLink *self)
{
  return self->is_gesso;
}

/* ---- What went wrong ------------------------------------------------------------------------ */

typedef struct
{
  GessoServerLink *link;
  SoupMessage     *message;
  GInputStream    *body;
  GByteArray      *bytes;
  gsize            max_bytes;
} Question;

static void
question_free (Question *question)
{
  g_clear_object (&question->message);
  g_clear_object (&question->body);
  g_byte_array_unref (question->bytes);
  g_free (question);
}

/* Takes the error of the network. */
static GError *
describe_failure (Question *question, GError *error)
{
  const char *host = question->link->host;
  GError *ours;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return error;
  if (error->domain == G_TLS_ERROR)
    ours = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED,
                        /* Translators: the name of a server */
                        _("The certificate of %s cannot be trusted: see whether the address is right"),
                        host);
  else
    ours = g_error_new (G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE,
                        /* Translators: the name of a server, and what the system says */
                        _("%s does not answer (%s): see whether it is switched on, and whether the address in "
                          "the preferences is right"),
                        host, error->message);
  g_error_free (error);

  return ours;
}

/* What it says of itself, on one line and not too long; NULL for nothing. */
static char *
dup_saying (Question *question)
{
  g_autoptr (JsonNode) root =
      gesso_json_parse ((const char *) question->bytes->data, question->bytes->len);
  JsonObject *object = root && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  const char *detail = gesso_json_get_string (object, "detail");
  g_autoptr (GString) text = g_string_new (NULL);

  if (detail == NULL || *detail == '\0')
    detail = gesso_json_get_string (object, "errors"); /* of A1111's exceptions */
  for (guint n = 0; detail && *detail && n < MAX_SAYING; n++, detail = g_utf8_next_char (detail))
    {
      gunichar c = g_utf8_get_char (detail);

      g_string_append_unichar (text, g_unichar_isprint (c) ? c : ' ');
    }

  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static GError *
describe_status (Question *question)
{
  const char *host = question->link->host;
  const guint status = soup_message_get_status (question->message);
  g_autofree char *saying = dup_saying (question);

  if (status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_FORBIDDEN)
    return question->link->authorization
               ? g_error_new (G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                              _("%s does not accept the password: correct it in the preferences"), host)
               : g_error_new (G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                              _("%s asks for a password: give it in the preferences"), host);
  if (saying && status != SOUP_STATUS_NOT_FOUND)
    return g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED,
                        /* Translators: the name of a server, and its own sentence */
                        _("%s cannot make it: %s"), host, saying);
  if (saying && g_strcmp0 (saying, "Not Found") != 0)
    return g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, _("%s cannot make it: %s"), host, saying);
  if (status == SOUP_STATUS_NOT_FOUND || SOUP_STATUS_IS_REDIRECTION (status))
    return g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                        _("%s has no interface of AUTOMATIC1111 at this address: start it with --api, or "
                          "correct the address in the preferences"), host);

  return g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED,
                      /* Translators: the name of a server, and a number */
                      _("%s answers with an error (status %u): look at what it prints"), host, status);
}

void
gesso_server_link_set_unreachable (GessoServerLink *self, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE,
               /* Translators: the name of a server */
               _("%s does not answer any more: see whether it is switched on, and try again"), self->host);
}

void
gesso_server_link_set_unreadable (GessoServerLink *self, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               /* Translators: the name of a server */
               _("%s answers what Gesso cannot read: see whether the address in the preferences is that of a "
                 "server that paints"), self->host);
}

static GError *
unreadable (Question *question)
{
  GError *error = NULL;

  gesso_server_link_set_unreadable (question->link, &error);

  return error;
}

/* ---- Asking --------------------------------------------------------------------------------- */

/* libsoup does not mind. */
static gboolean
is_cut_off (Question *question)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (question->message);

  return soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
         (goffset) question->bytes->len < soup_message_headers_get_content_length (headers);
}

static void
finish (GTask *task, Question *question)
{
  JsonNode *root;

  if (is_cut_off (question))
    {
      GError *error = NULL;

      gesso_server_link_set_unreachable (question->link, &error);
      g_task_return_error (task, error);
      return;
    }
  if (soup_message_get_status (question->message) != SOUP_STATUS_OK)
    {
      g_task_return_error (task, describe_status (question));
      return;
    }
  root = gesso_json_parse ((const char *) question->bytes->data, question->bytes->len);
  if (root)
    g_task_return_pointer (task, root, (GDestroyNotify) json_node_unref);
  else
    g_task_return_error (task, unreadable (question));
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *question = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (bytes == NULL)
    {
      g_task_return_error (task, describe_failure (question, error));
      return;
    }
  if (g_bytes_get_size (bytes) == 0)
    {
      finish (task, question);
      return;
    }
  if (g_bytes_get_size (bytes) > question->max_bytes - question->bytes->len)
    {
      g_task_return_error (task, unreadable (question));
      return;
    }
  g_byte_array_append (question->bytes, g_bytes_get_data (bytes, NULL),
                       (guint) g_bytes_get_size (bytes));
  g_input_stream_read_bytes_async (question->body, CHUNK_BYTES, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), on_read, g_object_ref (task));
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *question = g_task_get_task_data (task);
  GError *error = NULL;
  const char *name;

  question->body = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (question->body == NULL)
    {
      g_task_return_error (task, describe_failure (question, error));
      return;
    }
  name = soup_message_headers_get_one (soup_message_get_response_headers (question->message),
                                       "Server");
  question->link->is_gesso = name && g_str_has_prefix (name, "Gesso");
  g_input_stream_read_bytes_async (question->body, CHUNK_BYTES, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), on_read, g_object_ref (task));
}

void
gesso_server_link_ask_async (GessoServerLink    *self,
                             const char         *path,
                             char               *body,
                             gsize               max_bytes,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  g_autofree char *uri = g_strdup_printf ("%s/sdapi/v1/%s", self->address, path);
  Question *question = g_new0 (Question, 1);

  g_task_set_source_tag (task, gesso_server_link_ask_async);
  question->link = self;
  question->message = soup_message_new (body ? SOUP_METHOD_POST : SOUP_METHOD_GET, uri);
  question->bytes = g_byte_array_new ();
  question->max_bytes = MIN (max_bytes, G_MAXINT32);
  g_task_set_task_data (task, question, (GDestroyNotify) question_free);
  if (question->message == NULL)
    {
      g_free (body);
      g_task_return_error (task, unreadable (question));
      return;
    }

  soup_message_add_flags (question->message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_disable_feature (question->message, SOUP_TYPE_AUTH_MANAGER);
  if (self->authorization)
    soup_message_headers_append (soup_message_get_request_headers (question->message),
                                 "Authorization", self->authorization);
  if (body)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_take (body, strlen (body));

      soup_message_set_request_body_from_bytes (question->message, "application/json", bytes);
    }
  soup_session_send_async (self->session, question->message, G_PRIORITY_DEFAULT, cancellable,
                           on_answered, g_object_ref (task));
}

JsonNode *
gesso_server_link_ask_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_asked (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

JsonNode *
gesso_server_link_ask (GessoServerLink *self,
                       const char      *path,
                       char            *body,
                       gsize            max_bytes,
                       GCancellable    *cancellable,
                       GError         **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  gesso_server_link_ask_async (self, path, body, max_bytes, cancellable, on_asked, &result);
  while (result == NULL)
    g_main_context_iteration (self->context, TRUE);

  return gesso_server_link_ask_finish (result, error);
}
