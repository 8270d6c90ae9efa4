/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON and a status into a message. */
#include "cli/serve/reply.h"

#include <string.h>

#include "cli/json.h"
#include "gs.h"

void
gs_serve_send_text (SoupServerMessage *message, guint status, char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_TAKE, text,
                                    strlen (text));
}

void
gs_serve_send_built (SoupServerMessage *message, JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  gs_serve_send_text (message, SOUP_STATUS_OK, json_to_string (root, FALSE));
}

void
gs_serve_send_failure (SoupServerMessage *message, guint status, const char *detail)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  gs_cli_json_string (builder, "detail", detail);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  gs_serve_send_text (message, status, json_to_string (root, FALSE));
}

void
gs_serve_send_error (SoupServerMessage *message, const GError *error)
{
  const gboolean is_theirs =
    error->domain == GS_ERROR &&
    (error->code == GS_ERROR_INVALID_ARGUMENT || error->code == GS_ERROR_BAD_FILE);

  gs_serve_send_failure (message, is_theirs ? 422 : SOUP_STATUS_INTERNAL_SERVER_ERROR,
                         error->message);
}
