/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routes, and pictures that are answered when they are painted. */
#include "cli/serve/server.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "cli/json.h"
#include "cli/serve/answers.h"
#include "cli/serve/guard.h"
#include "cli/serve/reply.h"

/* json-glib recurses; nothing that is asked for is this deep or has so many parts. */
#define MAX_OPEN_BRACKETS 4096

struct _GsServer
{
  SoupServer *soup;
  GsServeWorkers *workers;
  GsServeModels *models;
  char *model; /* path to paint with where a request names none; NULL: the starter */
  char *token;
};

/* ---- Asking --------------------------------------------------------------------------------- */

/* The object that a POST carries; an empty body is an empty object. NULL: refused already. */
static JsonObject *
body_object (SoupServerMessage *message)
{
  g_autoptr (GBytes) bytes =
    soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autoptr (JsonParser) parser = json_parser_new ();
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  guint n_brackets = 0;
  JsonNode *root;

  if (length == 0)
    return json_object_new ();
  for (gsize i = 0; i < length; i++)
    n_brackets += text[i] == '{' || text[i] == '[';
  if (n_brackets <= MAX_OPEN_BRACKETS && g_utf8_validate (text, length, NULL) &&
      json_parser_load_from_data (parser, text, length, NULL) &&
      (root = json_parser_get_root (parser)) != NULL && JSON_NODE_HOLDS_OBJECT (root))
    return json_node_dup_object (root);
  gs_serve_send_failure (message, 422, "The request is no JSON object; send one");
  return NULL;
}

/* ---- Painting ------------------------------------------------------------------------------- */

typedef struct
{
  GsServer *server;
  SoupServerMessage *message; /* a reference */
  GsServeRequest *request;    /* the workers' */
  guint64 number;
  GSource *watch; /* of the connection's other end; NULL: not watched any more */
} Asked;

static void
stop_watching (Asked *asked)
{
  if (asked->watch == NULL)
    return;
  g_source_destroy (asked->watch);
  g_clear_pointer (&asked->watch, g_source_unref);
}

/* The end of what the asker says is the end of its wish; libsoup does not listen while a message is
 * paused. */
static gboolean
on_heard (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Asked *asked = user_data;
  char byte;
  const gssize n = recv (g_socket_get_fd (socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n <= 0)
    gs_serve_workers_cancel (asked->server->workers, asked->number);
  stop_watching (asked); /* its next request waits for libsoup */
  return G_SOURCE_REMOVE;
}

static void
watch (Asked *asked)
{
  GSocket *socket = soup_server_message_get_socket (asked->message);

  if (socket == NULL)
    return;
  asked->watch = g_socket_create_source (socket, G_IO_IN | G_IO_HUP | G_IO_ERR, NULL);
  g_source_set_callback (asked->watch, G_SOURCE_FUNC (on_heard), asked, NULL);
  g_source_attach (asked->watch, NULL);
}

static void
on_answer (const GsServeAnswer *answer, gpointer user_data)
{
  Asked *asked = user_data;

  stop_watching (asked);
  if (answer->error != NULL)
    gs_serve_send_error (asked->message, answer->error);
  else
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      gs_serve_add_answer (builder, answer, asked->request);
      gs_serve_send_built (asked->message, builder);
    }
  soup_server_message_unpause (asked->message);
  g_object_unref (asked->message);
  g_free (asked);
}

/* The model of a request by name; FALSE: refused already. */
static gboolean
choose_model (GsServer *self, SoupServerMessage *message, const char *name, const char **path)
{
  g_autofree char *detail = NULL;

  *path = self->model;
  if (name == NULL || *name == '\0')
    return TRUE;
  *path = gs_serve_models_find (self->models, name);
  if (*path != NULL)
    {
      if (g_strcmp0 (*path, gs_starter_path ()) == 0)
        *path = NULL;
      return TRUE;
    }
  detail = g_strdup_printf ("There is no model \"%s\"; ask /sdapi/v1/sd-models", name);
  gs_serve_send_failure (message, 422, detail);
  return FALSE;
}

static void
paint (GsServer *self, SoupServerMessage *message, JsonObject *object, gboolean from_picture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GsServeRequest) request = gs_serve_request_new (object, from_picture, &error);
  const char *path;
  Asked *asked;

  if (request == NULL)
    {
      gs_serve_send_error (message, error);
      return;
    }
  if (!choose_model (self, message, request->model, &path))
    return;
  asked = g_new0 (Asked, 1);
  asked->server = self;
  asked->message = g_object_ref (message);
  asked->request = request;
  soup_server_message_pause (message);
  asked->number =
    gs_serve_workers_push (self->workers, g_steal_pointer (&request), path, on_answer, asked);
  watch (asked);
}

/* ---- Routes --------------------------------------------------------------------------------- */

static void
text_to_image (GsServer *self, SoupServerMessage *message, GHashTable *query, JsonObject *object)
{
  paint (self, message, object, FALSE);
}

static void
image_to_image (GsServer *self, SoupServerMessage *message, GHashTable *query, JsonObject *object)
{
  paint (self, message, object, TRUE);
}

static void
send_list (SoupServerMessage *message, void (*add) (JsonBuilder *builder))
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  add (builder);
  gs_serve_send_built (message, builder);
}

static void
send_files (GsServer *self, SoupServerMessage *message,
            void (*add) (GsServeModels *, JsonBuilder *))
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  add (self->models, builder);
  gs_serve_send_built (message, builder);
}

static void
samplers (GsServer *self, SoupServerMessage *message, GHashTable *query, JsonObject *object)
{
  send_list (message, gs_serve_add_samplers);
}

static void
schedulers (GsServer *self, SoupServerMessage *message, GHashTable *query, JsonObject *object)
{
  send_list (message, gs_serve_add_schedules);
}

static void
checkpoints (GsServer *self, SoupServerMessage *message, GHashTable *query, JsonObject *object)
{
  send_files (self, message, gs_serve_models_add_checkpoints);
}

static void
loras (GsServer *self, SoupServerMessage *message, GHashTable *query, JsonObject *object)
{
  send_files (self, message, gs_serve_models_add_loras);
}

static void
vaes (GsServer *self, SoupServerMessage *message, GHashTable *query, JsonObject *object)
{
  send_files (self, message, gs_serve_models_add_vaes);
}

static void
embeddings (GsServer *self, SoupServerMessage *message, GHashTable *query, JsonObject *object)
{
  send_files (self, message, gs_serve_models_add_embeddings);
}

/* What A1111 has and Gesso has not: clients ask before they offer it. */
static void
nothing (GsServer *self, SoupServerMessage *message, GHashTable *query, JsonObject *object)
{
  gs_serve_send_text (message, SOUP_STATUS_OK, g_strdup ("[]"));
}

static void
refresh (GsServer *self, SoupServerMessage *message, GHashTable *query, JsonObject *object)
{
  gs_serve_models_refresh (self->models);
  gs_serve_send_text (message, SOUP_STATUS_OK, g_strdup ("null"));
}

static void
progress (GsServer *self, SoupServerMessage *message, GHashTable *query, JsonObject *object)
{
  const char *skip = query != NULL ? g_hash_table_lookup (query, "skip_current_image") : NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_auto (GsServeProgress) now = { 0 };

  now = gs_serve_workers_get_progress (self->workers,
                                       skip == NULL || g_ascii_strcasecmp (skip, "true") != 0);
  gs_serve_add_progress (builder, &now);
  gs_serve_send_built (message, builder);
}

static void
interrupt (GsServer *self, SoupServerMessage *message, GHashTable *query, JsonObject *object)
{
  gs_serve_workers_interrupt (self->workers);
  gs_serve_send_text (message, SOUP_STATUS_OK, g_strdup ("{}"));
}

static void
get_options (GsServer *self, SoupServerMessage *message, GHashTable *query, JsonObject *object)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const char *path = self->model != NULL ? self->model : gs_starter_path ();

  json_builder_begin_object (builder);
  gs_cli_json_string (builder, "sd_model_checkpoint",
                      path != NULL ? gs_serve_models_title (self->models, path) : "");
  gs_cli_json_string (builder, "sd_checkpoint_hash", "");
  gs_cli_json_string (builder, "sd_vae", "Automatic");
  gs_cli_json_integer (builder, "CLIP_stop_at_last_layers", 1);
  gs_cli_json_string (builder, "samples_format", "png");
  json_builder_end_object (builder);
  gs_serve_send_built (message, builder);
}

/* The checkpoint is the one option there is; it is loaded with the next picture. */
static void
set_options (GsServer *self, SoupServerMessage *message, GHashTable *query, JsonObject *object)
{
  const char *path;

  if (!choose_model (self, message, gs_serve_string (object, "sd_model_checkpoint"), &path))
    return;
  if (path != self->model)
    {
      g_free (self->model);
      self->model = g_strdup (path);
    }
  gs_serve_send_text (message, SOUP_STATUS_OK, g_strdup ("null"));
}

static void
png_info (GsServer *self, SoupServerMessage *message, GHashTable *query, JsonObject *object)
{
  const char *text = gs_serve_string (object, "image");
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GsImage) image = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *parameters = NULL;

  image = gs_serve_picture_from_text (text != NULL ? text : "", &parameters, &error);
  if (image == NULL)
    {
      gs_serve_send_error (message, error);
      return;
    }
  gs_serve_add_png_info (builder, parameters);
  gs_serve_send_built (message, builder);
}

static const struct
{
  const char *method, *path;
  void (*answer) (GsServer *self, SoupServerMessage *message, GHashTable *query,
                  JsonObject *object);
} routes[] = {
  { "POST", "/sdapi/v1/txt2img", text_to_image },
  { "POST", "/sdapi/v1/img2img", image_to_image },
  { "GET", "/sdapi/v1/progress", progress },
  { "POST", "/sdapi/v1/interrupt", interrupt },
  { "POST", "/sdapi/v1/skip", interrupt },
  { "GET", "/sdapi/v1/options", get_options },
  { "POST", "/sdapi/v1/options", set_options },
  { "POST", "/sdapi/v1/png-info", png_info },
  { "GET", "/sdapi/v1/sd-models", checkpoints },
  { "GET", "/sdapi/v1/sd-vae", vaes },
  { "GET", "/sdapi/v1/loras", loras },
  { "GET", "/sdapi/v1/embeddings", embeddings },
  { "GET", "/sdapi/v1/samplers", samplers },
  { "GET", "/sdapi/v1/schedulers", schedulers },
  { "GET", "/sdapi/v1/upscalers", nothing },
  { "GET", "/sdapi/v1/hypernetworks", nothing },
  { "GET", "/sdapi/v1/prompt-styles", nothing },
  { "POST", "/sdapi/v1/refresh-checkpoints", refresh },
  { "POST", "/sdapi/v1/refresh-loras", refresh },
  { "POST", "/sdapi/v1/refresh-vae", refresh },
};

static void
on_message (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer user_data)
{
  GsServer *self = user_data;
  const char *method = soup_server_message_get_method (message);
  gboolean known = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (strcmp (path, routes[i].path) == 0)
      {
        g_autoptr (JsonObject) object = NULL;

        known = TRUE;
        if (strcmp (method, routes[i].method) != 0)
          continue;
        object = strcmp (method, "POST") == 0 ? body_object (message) : json_object_new ();
        if (object != NULL)
          routes[i].answer (self, message, query, object);
        return;
      }
  if (known)
    gs_serve_send_failure (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "Method Not Allowed");
  else
    gs_serve_send_failure (message, SOUP_STATUS_NOT_FOUND, "Not Found");
}

/* Before the body is read. */
static void
on_early_message (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
                  gpointer user_data)
{
  GsServer *self = user_data;
  const guint status = gs_serve_guard (message, self->token);

  if (status == 0)
    return;
  if (status == SOUP_STATUS_UNAUTHORIZED)
    soup_message_headers_append (soup_server_message_get_response_headers (message),
                                 "WWW-Authenticate", "Basic realm=\"Gesso\"");
  gs_serve_send_failure (message, status, soup_status_get_phrase (status));
}

/* ---- Its life ------------------------------------------------------------------------------- */

GsServer *
gs_server_new (GsServeWorkers *workers, GsServeModels *models, const char *model, const char *token)
{
  GsServer *self = g_new0 (GsServer, 1);

  self->workers = workers;
  self->models = models;
  self->model = g_strdup (model);
  self->token = g_strdup (token);
  self->soup = soup_server_new ("server-header", "Gesso", NULL);
  soup_server_add_early_handler (self->soup, NULL, on_early_message, self, NULL);
  soup_server_add_handler (self->soup, NULL, on_message, self, NULL);
  return self;
}

void
gs_server_free (GsServer *self)
{
  if (self == NULL)
    return;
  gs_serve_workers_free (self->workers);
  while (g_main_context_iteration (NULL, FALSE)) /* the last answers */
    ;
  soup_server_disconnect (self->soup);
  g_object_unref (self->soup);
  gs_serve_models_free (self->models);
  g_free (self->model);
  g_free (self->token);
  g_free (self);
}

guint
gs_server_listen (GsServer *self, const char *address, guint port, GError **error)
{
  g_autoptr (GSocketAddress) socket_address = g_inet_socket_address_new_from_string (address, port);
  g_autoptr (GError) reason = NULL;
  GSList *uris;
  guint bound;

  if (socket_address == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "\"%s\" is no IP address; give one of this machine's, as in 127.0.0.1", address);
      return 0;
    }
  if (!soup_server_listen (self->soup, socket_address, 0, &reason))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT, "Cannot listen at %s, port %u: %s",
                   address, port, reason->message);
      return 0;
    }
  uris = soup_server_get_uris (self->soup);
  bound = uris != NULL ? (guint) g_uri_get_port (uris->data) : port;
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return bound;
}
