/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a prompt to the words that byte pair encoding works on.
 *
 * The rules are those of the fast CLIP tokenizer (Hugging Face): canonical composition (NFC) and
 * lower case, no repair of mojibake and no HTML entities; then OpenAI's pattern
 *
 *   <|startoftext|> | <|endoftext|> | 's | 't | 're | 've | 'm | 'll | 'd
 *   | letters | one number | a run of anything else that is not white space
 *
 * without regard to case, the first alternative that fits winning. Letters, numbers and white space
 * are Unicode's categories L and N and its property White_Space.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Composed and lower-cased. text: n_bytes bytes that may include NULs; what is not UTF-8 becomes
 * U+FFFD. Takes time linear in n_bytes whatever the text: runs of more than 256 combining marks are
 * composed in pieces. */
GString *gs_words_normalize (const char *text, gsize n_bytes);

/* Finds the first word at or after *at in normalised text that ends at end; FALSE if there is none.
 * Advances *at behind it. */
gboolean gs_words_next (const char **at, const char *end, const char **word, gsize *n_bytes);

G_END_DECLS
