/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Machine-readable results on stdout. Times in seconds, sizes in bytes. */
#pragma once

#include <json-glib/json-glib.h>

#include "cli/generate-arguments.h"

G_BEGIN_DECLS

/* Members of the object that builder is in. Numbers that are not finite become null; integers
 * beyond 63 bits become strings, which JSON readers keep exact. */
void gs_cli_json_string  (JsonBuilder *builder, const char *name, const char *value);
void gs_cli_json_number  (JsonBuilder *builder, const char *name, double value);
void gs_cli_json_integer (JsonBuilder *builder, const char *name, guint64 value);
void gs_cli_json_strings (JsonBuilder *builder, const char *name, char **values);

/* Prints what was built and frees builder. */
void gs_cli_json_print (JsonBuilder *builder);

/* {"images": [{"file", "seed", "width", "height", "parameters"}], "model", "device",
 *  "timings": {"load_seconds", "text_encode_seconds", "image_encode_seconds", "denoise_seconds",
 *              "step_seconds": [...], "decode_seconds"}, "peak_bytes"} */
void gs_cli_json_print_result (const GsCliGenerate *arguments, GsSession *session, const GsResult *result);

G_END_DECLS
