/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON that somebody else wrote, of which nothing is believed: what is not as it should be is as if it
 * were not there. Any thread.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* NULL for what is no JSON, or nested deeper than anything that is asked for: json-glib recurses. */
JsonNode   *gesso_json_parse       (const char *text, gsize n_bytes);

/* Borrowed; object: may be NULL. */
JsonObject *gesso_json_get_object  (JsonObject *object, const char *name);
JsonArray  *gesso_json_get_array   (JsonObject *object, const char *name);
const char *gesso_json_get_string  (JsonObject *object, const char *name);
/* A finite number, or the fallback. */
double      gesso_json_get_number  (JsonObject *object, const char *name, double fallback);

/* Of an array, which may be NULL. */
guint       gesso_json_get_length  (JsonArray *array);
JsonObject *gesso_json_object_at   (JsonArray *array, guint i);
const char *gesso_json_string_at   (JsonArray *array, guint i);

G_END_DECLS
