/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Byte pair encoding: joins the bytes of a word pair by pair, in the order in which the pairs were
 * learned (Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016; on
 * bytes as in GPT-2, the last byte of a word marked by "</w>" as in CLIP).
 *
 * A symbol is a piece of a word, spelled in printable characters: one for each byte and one for each
 * byte at the end of a word to begin with, then one for each merge. Symbols that the vocabulary
 * lacks have the id of the unknown token.
 *
 * Filling it: gs_bpe_set_id() and gs_bpe_add_merge() in any order, then gs_bpe_finish().
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GsBpe GsBpe;

GsBpe *gs_bpe_new  (void);
void   gs_bpe_free (GsBpe *bpe);

/* Gives the token `name` an id; a later id for the same name counts. */
void gs_bpe_set_id (GsBpe *bpe, const char *name, gint32 id);

/* The next merge in order; of two equal ones the later counts. */
void gs_bpe_add_merge (GsBpe *bpe, const char *left, const char *right);

/* unknown: the id of symbols that have none. After this encode may be called. */
void gs_bpe_finish (GsBpe *bpe, gint32 unknown);

/* The id of a token, or -1. */
gint32 gs_bpe_get_id (GsBpe *bpe, const char *name);

/* The largest id plus one. */
guint gs_bpe_get_n_vocab (GsBpe *bpe);

/* Appends the ids (gint32) of a word of n_bytes > 0 bytes. O(n log n). */
void gs_bpe_encode (GsBpe *bpe, const char *word, gsize n_bytes, GArray *ids);

/* The character that spells a byte: itself if printable in Latin-1, else one from U+0100 up. */
gunichar gs_bpe_byte_to_char (guint8 byte);

/* The 256 bytes in the order in which CLIP numbers them: printable ones first. */
void gs_bpe_byte_order (guint8 order[256]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsBpe, gs_bpe_free)

G_END_DECLS
