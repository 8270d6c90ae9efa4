/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking before taking. */
#include "config.h"

#include "gesso-json.h"

#include <math.h>

#define MAX_DEPTH 64

/* Brackets do not stand too deep in brackets; those in strings do not count. Where a string begins must be
 * plain to see: json-glib knows comments and other quotes, JSON does not. */
static gboolean
is_harmless (const char *text, gsize n_bytes)
{
  gboolean in_string = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < n_bytes; i++)
    {
      if (in_string && text[i] == '\\')
        i++;
      else if (text[i] == '"')
        in_string = !in_string;
      else if (!in_string && (text[i] == '/' || text[i] == '\'' || text[i] == '#'))
        return FALSE;
      else if (!in_string && (text[i] == '{' || text[i] == '['))
        {
          if (++depth > MAX_DEPTH)
            return FALSE;
        }
      else if (!in_string && (text[i] == '}' || text[i] == ']') && depth > 0)
        depth--;
    }

  return TRUE;
}

JsonNode *
gesso_json_parse (const char *text, gsize n_bytes)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();

  if (n_bytes == 0 || n_bytes > G_MAXSSIZE || !is_harmless (text, n_bytes) ||
      !g_utf8_validate (text, (gssize) n_bytes, NULL) ||
      !json_parser_load_from_data (parser, text, (gssize) n_bytes, NULL))
    return NULL;

  return json_parser_steal_root (parser);
}

static JsonNode *
get_node (JsonObject *object, const char *name)
{
  return object ? json_object_get_member (object, name) : NULL;
}

static JsonObject *
object_of (JsonNode *node)
{
  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static const char *
string_of (JsonNode *node)
{
  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node) : NULL;
}

JsonObject *
gesso_json_get_object (JsonObject *object, const char *name)
{
  return object_of (get_node (object, name));
}

JsonArray *
gesso_json_get_array (JsonObject *object, const char *name)
{
  JsonNode *node = get_node (object, name);

  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

const char *
gesso_json_get_string (JsonObject *object, const char *name)
{
  return string_of (get_node (object, name));
}

double
gesso_json_get_number (JsonObject *object, const char *name, double fallback)
{
  JsonNode *node = get_node (object, name);
  GType type = node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_NONE;
  double value;

  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    return fallback;
  value = json_node_get_double (node);

  return isfinite (value) ? value : fallback;
}

guint
gesso_json_get_length (JsonArray *array)
{
  return array ? json_array_get_length (array) : 0;
}

JsonObject *
gesso_json_object_at (JsonArray *array, guint i)
{
  return object_of (json_array_get_element (array, i));
}

const char *
gesso_json_string_at (JsonArray *array, guint i)
{
  return string_of (json_array_get_element (array, i));
}
