/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gesso/document.json: what OpenRaster has no place for.
 *
 *   { "version": 1, "frame": [x, y, width, height], "active": id, "settings": "GVariant text",
 *     "layers": [{ "src", "kind", "id", "offset": [x, y], "recipe", "control",
 *                  masks too: "name", "opacity", "visible", "locked", "place": [x, y] }, ...],
 *     "selection": { "src", "place" },
 *     "candidates": [{ "src", "area": [x, y, width, height], "place", "recipe" }, ...] }
 *
 * Layers are known by src. Where another program changed stack.xml, that counts: masks stay below
 * the layer that they lay below.
 */
#include "config.h"

#include "gesso-ora-private.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define VERSION 1
#define MAX_DEPTH 32

static const char *const kinds[] = {
  [GESSO_LAYER_RASTER] = "raster",
  [GESSO_LAYER_MASK] = "mask",
  [GESSO_LAYER_GENERATED] = "generated",
};

/* ---- Writing -------------------------------------------------------------------------------- */

static void
add_numbers (JsonBuilder *json, const char *name, const int *numbers, guint n)
{
  json_builder_set_member_name (json, name);
  json_builder_begin_array (json);
  for (guint i = 0; i < n; i++)
    json_builder_add_int_value (json, numbers[i]);
  json_builder_end_array (json);
}

static void
add_text (JsonBuilder *json, const char *name, const char *text)
{
  if (text == NULL)
    return;
  json_builder_set_member_name (json, name);
  json_builder_add_string_value (json, text);
}

static void
add_layer (JsonBuilder *json, const GessoOraPlane *plane)
{
  const GessoLayerState *layer = plane->layer;

  json_builder_begin_object (json);
  add_text (json, "src", plane->src);
  add_text (json, "kind", kinds[layer->kind]);
  json_builder_set_member_name (json, "id");
  json_builder_add_int_value (json, (gint64) layer->id);
  add_numbers (json, "offset", (const int[]) { plane->offset_x, plane->offset_y }, 2);
  add_text (json, "recipe", layer->recipe);
  add_text (json, "control", layer->control);
  if (layer->kind == GESSO_LAYER_MASK)
    {
      add_text (json, "name", layer->name);
      json_builder_set_member_name (json, "opacity");
      json_builder_add_double_value (json, layer->opacity);
      json_builder_set_member_name (json, "visible");
      json_builder_add_boolean_value (json, layer->visible);
      json_builder_set_member_name (json, "locked");
      json_builder_add_boolean_value (json, layer->locked);
      add_text (json, "blend", gesso_blend_get_id (layer->blend));
      add_numbers (json, "place", (const int[]) { plane->x, plane->y }, 2);
    }
  json_builder_end_object (json);
}

static void
add_candidate (JsonBuilder *json, GessoSnapshot *snapshot, const GessoOraPlane *plane)
{
  GdkRectangle area;

  gesso_candidate_get_area (g_ptr_array_index (snapshot->candidates, (guint) plane->candidate),
                            &area);
  json_builder_begin_object (json);
  add_text (json, "src", plane->src);
  add_numbers (json, "area", (const int[]) { area.x, area.y, area.width, area.height }, 4);
  add_numbers (json, "place", (const int[]) { plane->x, plane->y }, 2);
  add_text (json, "recipe", plane->recipe);
  json_builder_end_object (json);
}

char *
gesso_ora_extras_print (GessoSnapshot *snapshot, GPtrArray *planes)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  const GdkRectangle *frame = &snapshot->frame;

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "version");
  json_builder_add_int_value (json, VERSION);
  add_numbers (json, "frame",
               (const int[]) { frame->x, frame->y, frame->width, frame->height }, 4);
  json_builder_set_member_name (json, "active");
  json_builder_add_int_value (json, (gint64) snapshot->active);
  if (snapshot->settings)
    {
      g_autofree char *text = g_variant_print (snapshot->settings, TRUE);

      add_text (json, "settings", text);
    }

  json_builder_set_member_name (json, "layers");
  json_builder_begin_array (json);
  for (guint i = 0; i < planes->len; i++)
    if (((GessoOraPlane *) g_ptr_array_index (planes, i))->layer)
      add_layer (json, g_ptr_array_index (planes, i));
  json_builder_end_array (json);

  json_builder_set_member_name (json, "candidates");
  json_builder_begin_array (json);
  for (guint i = 0; i < planes->len; i++)
    if (((GessoOraPlane *) g_ptr_array_index (planes, i))->candidate >= 0)
      add_candidate (json, snapshot, g_ptr_array_index (planes, i));
  json_builder_end_array (json);

  for (guint i = 0; i < planes->len; i++)
    {
      const GessoOraPlane *plane = g_ptr_array_index (planes, i);

      if (!plane->is_selection)
        continue;
      json_builder_set_member_name (json, "selection");
      json_builder_begin_object (json);
      add_text (json, "src", plane->src);
      add_numbers (json, "place", (const int[]) { plane->x, plane->y }, 2);
      json_builder_end_object (json);
    }
  json_builder_end_object (json);

  root = json_builder_get_root (json);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);

  return json_generator_to_data (generator, NULL);
}

/* ---- Reading -------------------------------------------------------------------------------- */

/* json-glib 1.6 goes down into nested brackets by calling itself. */
static gboolean
is_shallow (const char *text, gsize n)
{
  gboolean in_string = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < n; i++)
    if (in_string)
      {
        if (text[i] == '\\')
          i++;
        else if (text[i] == '"')
          in_string = FALSE;
      }
    else if (text[i] == '"')
      in_string = TRUE;
    else if (text[i] == '[' || text[i] == '{')
      {
        if (++depth > MAX_DEPTH)
          return FALSE;
      }
    else if ((text[i] == ']' || text[i] == '}') && depth > 0)
      depth--;

  return TRUE;
}

static JsonNode *
get_value (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = get_value (object, name);

  return node && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

static gboolean
get_boolean (JsonObject *object, const char *name, gboolean otherwise)
{
  JsonNode *node = get_value (object, name);

  return node ? json_node_get_boolean (node) : otherwise;
}

static double
get_number (JsonObject *object, const char *name, double otherwise)
{
  JsonNode *node = get_value (object, name);
  double number = node ? json_node_get_double (node) : otherwise;

  return isfinite (number) ? number : otherwise;
}

static guint64
get_id (JsonObject *object, const char *name)
{
  JsonNode *node = get_value (object, name);

  return node ? (guint64) MAX (json_node_get_int (node), 0) : 0;
}

/* An array of n whole numbers, each within reach. */
static gboolean
get_numbers (JsonObject *object, const char *name, int *numbers, guint n)
{
  JsonNode *node = json_object_get_member (object, name);
  JsonArray *array = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (array == NULL || json_array_get_length (array) != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      gint64 number;

      if (!JSON_NODE_HOLDS_VALUE (element))
        return FALSE;
      number = json_node_get_int (element);
      numbers[i] = (int) CLAMP (number, -GESSO_TILES_REACH / 2, GESSO_TILES_REACH / 2);
    }

  return TRUE;
}

/* Calls back for each object of an array. */
static void
for_objects (JsonObject *object,
             const char *name,
             void (*func) (JsonObject *, GessoSnapshot *, GPtrArray *, gpointer),
             GessoSnapshot *snapshot,
             GPtrArray     *planes,
             gpointer       data)
{
  JsonNode *node = json_object_get_member (object, name);
  JsonArray *array = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array && i < MIN (json_array_get_length (array), GESSO_MAX_LAYERS); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (element))
        func (json_node_get_object (element), snapshot, planes, data);
    }
}

static GessoOraPlane *
find_layer_plane (GPtrArray *planes, const char *src, guint *index)
{
  for (guint i = 0; i < planes->len; i++)
    {
      GessoOraPlane *plane = g_ptr_array_index (planes, i);

      if (plane->layer && plane->layer->id == 0 && plane->layer->kind != GESSO_LAYER_MASK &&
          g_strcmp0 (plane->src, src) == 0)
        {
          *index = i;
          return plane;
        }
    }

  return NULL;
}

static gboolean
is_taken (GPtrArray *planes, guint64 id)
{
  for (guint i = 0; i < planes->len; i++)
    {
      const GessoOraPlane *plane = g_ptr_array_index (planes, i);

      if (plane->layer && plane->layer->id == id)
        return TRUE;
    }

  return FALSE;
}

/* data is the place after which the next mask goes. */
static void
read_layer (JsonObject *object, GessoSnapshot *snapshot, GPtrArray *planes, gpointer data)
{
  const char *src = get_text (object, "src"), *kind = get_text (object, "kind");
  guint64 id = get_id (object, "id");
  guint *next = data, index;
  GessoOraPlane *plane;
  int numbers[2];

  if (src == NULL)
    return;
  if (g_strcmp0 (kind, kinds[GESSO_LAYER_MASK]) == 0)
    {
      if (!get_numbers (object, "place", numbers, 2) || planes->len >= 2 * GESSO_MAX_LAYERS)
        return;
      plane = gesso_ora_plane_new (src, 1);
      plane->x = plane->offset_x = numbers[0];
      plane->y = plane->offset_y = numbers[1];
      plane->layer = gesso_layer_state_new (GESSO_LAYER_MASK, get_text (object, "name"));
      plane->layer->opacity = CLAMP (get_number (object, "opacity", 1), 0, 1);
      plane->layer->visible = get_boolean (object, "visible", TRUE);
      plane->layer->locked = get_boolean (object, "locked", FALSE);
      gesso_blend_from_id (get_text (object, "blend"), &plane->layer->blend);
      index = *next;
      g_ptr_array_insert (planes, (int) index, plane);
    }
  else
    {
      plane = find_layer_plane (planes, src, &index);
      if (plane == NULL)
        return;
      if (g_strcmp0 (kind, kinds[GESSO_LAYER_GENERATED]) == 0)
        plane->layer->kind = GESSO_LAYER_GENERATED;
      plane->layer->recipe = g_strdup (get_text (object, "recipe"));
      plane->layer->control = g_strdup (get_text (object, "control"));
    }

  *next = index + 1;
  if (id && !is_taken (planes, id))
    plane->layer->id = id;
  if (get_numbers (object, "offset", numbers, 2))
    {
      plane->offset_x = numbers[0];
      plane->offset_y = numbers[1];
    }
}

static void
read_candidate (JsonObject *object, GessoSnapshot *snapshot, GPtrArray *planes, gpointer data)
{
  const char *src = get_text (object, "src");
  int *n_candidates = data, area[4], place[2];
  GessoOraPlane *plane;

  if (src == NULL || !get_numbers (object, "area", area, 4) ||
      !get_numbers (object, "place", place, 2) || area[2] < 1 || area[3] < 1 ||
      area[2] > GESSO_MAX_SIZE || area[3] > GESSO_MAX_SIZE)
    return;

  plane = gesso_ora_plane_new (src, 4);
  plane->candidate = (*n_candidates)++;
  plane->x = place[0];
  plane->y = place[1];
  plane->offset_x = area[0];
  plane->offset_y = area[1];
  plane->width = area[2];
  plane->height = area[3];
  plane->recipe = g_strdup (get_text (object, "recipe"));
  g_ptr_array_add (planes, plane);
}

static void
read_selection (JsonObject *object, GPtrArray *planes)
{
  JsonNode *node = json_object_get_member (object, "selection");
  GessoOraPlane *plane;
  const char *src;
  int place[2];

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  object = json_node_get_object (node);
  src = get_text (object, "src");
  if (src == NULL || !get_numbers (object, "place", place, 2))
    return;

  plane = gesso_ora_plane_new (src, 1);
  plane->is_selection = TRUE;
  plane->x = place[0];
  plane->y = place[1];
  g_ptr_array_add (planes, plane);
}

void
gesso_ora_extras_parse (GBytes *text, GessoSnapshot *snapshot, GPtrArray *planes)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object;
  JsonNode *root;
  gsize n_bytes;
  const char *bytes = g_bytes_get_data (text, &n_bytes);
  const char *settings;
  guint next = 0;
  int n_candidates = 0, frame[4];

  if (n_bytes == 0 || !is_shallow (bytes, n_bytes) || !g_utf8_validate (bytes, (gssize) n_bytes, NULL) ||
      !json_parser_load_from_data (parser, bytes, (gssize) n_bytes, NULL))
    return;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return;

  object = json_node_get_object (root);
  for_objects (object, "layers", read_layer, snapshot, planes, &next);
  for_objects (object, "candidates", read_candidate, snapshot, planes, &n_candidates);
  read_selection (object, planes);
  if (get_numbers (object, "frame", frame, 4))
    snapshot->frame = (GdkRectangle) { frame[0], frame[1], CLAMP (frame[2], 8, GESSO_MAX_SIZE),
                                       CLAMP (frame[3], 8, GESSO_MAX_SIZE) };
  snapshot->active = get_id (object, "active");
  settings = get_text (object, "settings");
  if (settings)
    snapshot->settings = g_variant_parse (NULL, settings, NULL, NULL, NULL);
}
