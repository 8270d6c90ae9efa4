/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A strict pull scanner for JSON from files that nobody vouches for.
 *
 * json-glib builds a tree (many times the size of the text), recurses on nesting, keeps the last
 * of two equal keys and rounds what is not an integer. A safetensors header must not be trusted
 * with any of that, so it is read with this scanner; other JSON is first walked by it (see
 * io/json.h).
 *
 * The text must be valid UTF-8 without NUL bytes; the caller checks that once. The first error
 * sticks: every later call fails, and `message` says what was wrong in a few words. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  const char *message; /* static; NULL while nothing went wrong */
} GsJsonScan;

void gs_json_scan_init (GsJsonScan *scan, const char *text, gsize n_bytes);

/* White space, then exactly `c`; an error otherwise. */
gboolean gs_json_scan_expect (GsJsonScan *scan, char c);

/* The same, but leaves things as they are where something else stands. */
gboolean gs_json_scan_accept (GsJsonScan *scan, char c);

/* A string; `out` is emptied and gets its decoded content. An escaped NUL or half a surrogate
 * pair is an error. */
gboolean gs_json_scan_string (GsJsonScan *scan, GString *out);

/* Digits alone, within 64 bits: no sign, fraction or exponent. */
gboolean gs_json_scan_uint (GsJsonScan *scan, guint64 *value);

/* Any value, nested at most `max_depth` deep. */
gboolean gs_json_scan_skip (GsJsonScan *scan, guint max_depth);

/* Nothing but white space may follow. */
gboolean gs_json_scan_finish (GsJsonScan *scan);

G_END_DECLS
