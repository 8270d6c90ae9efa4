/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small JSON files from untrusted sources, through json-glib after a strict walk. */
#include "io/json.h"

#include "base/error.h"
#include "io/json-scan.h"

#include <math.h>

static gboolean
check_text (const char *text, gsize n_bytes, const char *what, GError **error)
{
  GsJsonScan scan;

  if (n_bytes > GS_JSON_MAX_BYTES)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "%s is %" G_GSIZE_FORMAT " bytes of JSON; at most %u are read", what, n_bytes,
                   GS_JSON_MAX_BYTES);
      return FALSE;
    }
  if (!g_utf8_validate_len (text, n_bytes, NULL))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s is not UTF-8 text", what);
      return FALSE;
    }
  gs_json_scan_init (&scan, text, n_bytes);
  if (!gs_json_scan_skip (&scan, GS_JSON_MAX_DEPTH) || !gs_json_scan_finish (&scan))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "%s is not valid JSON (%s at byte %" G_GSIZE_FORMAT ")", what, scan.message,
                   (gsize) (scan.at - scan.start));
      return FALSE;
    }
  return TRUE;
}

JsonObject *
gs_json_parse_object (const char *text, gsize n_bytes, const char *what, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) parse_error = NULL;
  JsonNode *root;

  if (!check_text (text, n_bytes, what, error))
    return NULL;
  if (!json_parser_load_from_data (parser, text, n_bytes, &parse_error))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s cannot be read as JSON: %s", what,
                   parse_error->message);
      return NULL;
    }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s should hold a JSON object and does not",
                   what);
      return NULL;
    }
  return json_node_dup_object (root);
}

JsonObject *
gs_json_load_object (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = NULL;
  g_autoptr (GError) open_error = NULL;
  g_autofree char *shown = g_filename_display_name (path);

  file = g_mapped_file_new (path, FALSE, &open_error);
  if (file == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s cannot be read: %s", shown,
                   open_error->message);
      return NULL;
    }
  if (g_mapped_file_get_length (file) == 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s is empty", shown);
      return NULL;
    }
  return gs_json_parse_object (g_mapped_file_get_contents (file), g_mapped_file_get_length (file),
                               shown, error);
}

static JsonNode *
member (JsonObject *object, const char *key)
{
  return object != NULL ? json_object_get_member (object, key) : NULL;
}

JsonObject *
gs_json_get_object (JsonObject *object, const char *key)
{
  JsonNode *node = member (object, key);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
gs_json_get_array (JsonObject *object, const char *key)
{
  JsonNode *node = member (object, key);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

const char *
gs_json_get_string (JsonObject *object, const char *key)
{
  JsonNode *node = member (object, key);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static gboolean
node_double (JsonNode *node, double *value)
{
  GType type;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  type = json_node_get_value_type (node);
  if (type == G_TYPE_INT64)
    *value = (double) json_node_get_int (node);
  else if (type == G_TYPE_DOUBLE)
    *value = json_node_get_double (node);
  else if (type == G_TYPE_STRING)
    {
      const char *text = json_node_get_string (node);
      char *end = NULL;

      *value = g_ascii_strtod (text, &end);
      if (end == text || *end != '\0')
        return FALSE;
    }
  else
    return FALSE;
  return isfinite (*value);
}

static gboolean
node_uint (JsonNode *node, guint *value)
{
  double number;

  if (!node_double (node, &number) || number < 0 || number > G_MAXINT32 || number != floor (number))
    return FALSE;
  *value = (guint) number;
  return TRUE;
}

gboolean
gs_json_get_double (JsonObject *object, const char *key, double *value)
{
  double number;

  if (!node_double (member (object, key), &number))
    return FALSE;
  *value = number;
  return TRUE;
}

gboolean
gs_json_get_uint (JsonObject *object, const char *key, guint *value)
{
  return node_uint (member (object, key), value);
}

gboolean
gs_json_get_boolean (JsonObject *object, const char *key, gboolean *value)
{
  JsonNode *node = member (object, key);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return FALSE;
  *value = json_node_get_boolean (node);
  return TRUE;
}

gboolean
gs_json_element_uint (JsonArray *array, guint i, guint *value)
{
  return i < json_array_get_length (array) && node_uint (json_array_get_element (array, i), value);
}
