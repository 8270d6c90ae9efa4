/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text with NUL characters through JSON.
 *
 * JSON may hold "\u0000", and reference cases for tokenizers do; C strings, and so json-glib, end
 * there. Such text travels as U+10FFFF, a code point that is never a character.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* JSON text with each escaped NUL in a string replaced by an escaped U+10FFFF. The caller frees it. */
char *gs_json_protect_nul (const char *json, gsize n_bytes);

/* A string read from such JSON, its U+10FFFF turned back; n_bytes: its length. The caller frees it. */
char *gs_json_restore_nul (const char *string, gsize *n_bytes);

G_END_DECLS
