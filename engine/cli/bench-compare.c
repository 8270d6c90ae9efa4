/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An earlier measurement, as "gesso-cli bench --json" wrote it; the file is not believed. */
#include "cli/bench.h"

#include <json-glib/json-glib.h>
#include <math.h>

#include <glib/gstdio.h>

/* What bench writes is some 20 KiB with some hundred objects. json-glib recurses into each, so their
 * number is limited too. */
#define MAX_BYTES (1 << 20)
#define MAX_OBJECTS 4096

struct _GsCliBenchOld
{
  JsonParser *parser;
  JsonObject *root;
};

static JsonObject *
object_member (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* 0: there is no positive number of that name. */
static double
number_member (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  double value = 0;

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
      (json_node_get_value_type (node) == G_TYPE_DOUBLE || json_node_get_value_type (node) == G_TYPE_INT64))
    value = json_node_get_double (node);
  return isfinite (value) && value > 0 ? value : 0;
}

static const char *
string_member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static gboolean
has_parts (GsCliBenchOld *self)
{
  for (const char *const *name = gs_bench_get_part_names (); *name != NULL; name++)
    if (gs_cli_bench_old_seconds (self, *name, NULL) > 0)
      return TRUE;
  return FALSE;
}

static gboolean
parse (GsCliBenchOld *self, const char *text, gsize length)
{
  JsonNode *root;
  guint n_objects = 0;

  for (gsize i = 0; i < length; i++)
    n_objects += text[i] == '{' || text[i] == '[';
  if (n_objects > MAX_OBJECTS || !g_utf8_validate (text, length, NULL) ||
      !json_parser_load_from_data (self->parser, text, length, NULL))
    return FALSE;
  root = json_parser_get_root (self->parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;
  self->root = json_node_get_object (root);
  return has_parts (self);
}

GsCliBenchOld *
gs_cli_bench_old_load (const char *path, GError **error)
{
  g_autoptr (GsCliBenchOld) self = g_new0 (GsCliBenchOld, 1);
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *text = NULL;
  g_autoptr (GError) reason = NULL;
  GStatBuf status;
  gsize length;

  self->parser = json_parser_new ();
  if (g_stat (path, &status) == 0 && (!S_ISREG (status.st_mode) || status.st_size > MAX_BYTES))
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                 "%s is not what \"gesso-cli bench --json\" writes; compare with a file that it wrote", shown);
  else if (!g_file_get_contents (path, &text, &length, &reason))
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "Cannot read what to compare with: %s", reason->message);
  else if (!parse (self, text, length))
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                 "%s holds no measurements; compare with what \"gesso-cli bench --json\" wrote", shown);
  else
    return g_steal_pointer (&self);
  return NULL;
}

void
gs_cli_bench_old_free (GsCliBenchOld *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->parser);
  g_free (self);
}

double
gs_cli_bench_old_seconds (GsCliBenchOld *self, const char *part, const char *op)
{
  JsonObject *object = object_member (self->root, part);

  if (op != NULL)
    object = object_member (object_member (object, "ops"), op);
  return number_member (object, "seconds");
}

char *
gs_cli_bench_old_describe (GsCliBenchOld *self)
{
  const char *model = string_member (self->root, "model"), *device = string_member (self->root, "device");

  return g_strdup_printf ("%s, %.0f x %.0f pixels, %s", model != NULL ? model : "an unknown model",
                          number_member (self->root, "width"), number_member (self->root, "height"),
                          device != NULL ? device : "an unknown device");
}
