/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small JSON files (config.json, shard indexes, metadata values) from untrusted sources.
 *
 * The text is checked for size, UTF-8, syntax and nesting before json-glib sees it. The getters
 * look at types: a key of the wrong type is as good as absent, so no hostile file can trip
 * json-glib's criticals. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define GS_JSON_MAX_BYTES (64u << 20)
#define GS_JSON_MAX_DEPTH 64

/* An object parsed from text, or NULL with GS_ERROR_BAD_FILE; `what` names the text in the
 * message. The caller unrefs it. */
JsonObject *gs_json_parse_object (const char *text, gsize n_bytes, const char *what,
                                  GError **error);

/* The same from a file. */
JsonObject *gs_json_load_object (const char *path, GError **error);

/* A member that is an object, or NULL; borrowed. `object` may be NULL in all getters. */
JsonObject *gs_json_get_object (JsonObject *object, const char *key);
JsonArray *gs_json_get_array (JsonObject *object, const char *key);

/* A string member, or NULL; borrowed. */
const char *gs_json_get_string (JsonObject *object, const char *key);

/* TRUE and the value if the member is a number (or, for uints, a whole number within 0 .. 2^31 -
 * 1). A string that holds a number counts too: metadata of safetensors are strings. */
gboolean gs_json_get_double (JsonObject *object, const char *key, double *value);
gboolean gs_json_get_uint (JsonObject *object, const char *key, guint *value);
gboolean gs_json_get_boolean (JsonObject *object, const char *key, gboolean *value);

/* Element i of an array as a whole number within 0 .. 2^31 - 1. */
gboolean gs_json_element_uint (JsonArray *array, guint i, guint *value);

G_END_DECLS
