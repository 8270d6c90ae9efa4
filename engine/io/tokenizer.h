/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CLIP's tokenizer: text -> token ids.
 *
 * The vocabulary is OpenAI's bpe_simple_vocab_16e6.txt.gz (49408 tokens, compressed or not) or the
 * pair vocab.json and merges.txt of any size, with tokenizer_config.json and
 * special_tokens_map.json beside them where there are any.
 *
 * Where tokenizers in the field disagree (ligatures, curly quotes, HTML entities, control
 * characters), this one follows the fast tokenizer: see tokenizer-words.h.
 *
 * But for gs_tokenizer_set_words() a tokenizer does not change after it was made; several threads may encode with it.
 */
#pragma once

#include "io/tokenizer-bpe.h"

G_BEGIN_DECLS

typedef struct _GsTokenizer GsTokenizer;

/* path: a vocabulary's file, its vocab.json, or the folder that holds either kind. GS_ERROR_BAD_FILE. */
GsTokenizer *gs_tokenizer_new_from_path (const char *path, GError **error);

/* The vocabulary's file at path (which may be that file itself), or NULL. The caller frees it. */
char *gs_tokenizer_locate (const char *path);

/*
 * Finds the vocabulary of a model: in the model's folder (tokenizer/ in it, or beside the file), in
 * $XDG_DATA_HOME/gesso/clip/, in gesso/clip/ of each of $XDG_DATA_DIRS, at the place given to meson
 * as clip_vocabulary. model_path: the model's file or folder, or NULL. n_vocab: rows of its token
 * embedding, or 0 if any will do; vocabularies of another size are passed over, but the one
 * in a model's folder may be smaller. GS_ERROR_BAD_FILE with a sentence that says what to do.
 */
GsTokenizer *gs_tokenizer_find (const char *model_path, guint n_vocab, GError **error);

/* Finds a vocabulary of that size in one of these models' folders (paths; files are passed over), or NULL. */
GsTokenizer *gs_tokenizer_find_in (const GPtrArray *models, guint n_vocab);

/* Takes ownership of a finished bpe. The tokens must be in it; pad: NULL for the end token.
 * GS_ERROR_BAD_FILE. */
GsTokenizer *gs_tokenizer_new (GsBpe *bpe, const char *path, const char *begin, const char *end,
                               const char *pad, GError **error);
void         gs_tokenizer_free (GsTokenizer *tokenizer);

/* The ids (gint32) of a text of n_bytes bytes, NULs included, or -1: up to the first NUL. Neither
 * begin and end tokens nor any limit or padding. Never fails; time is O(n log n). */
GArray *gs_tokenizer_encode (GsTokenizer *tokenizer, const char *text, gssize n_bytes);

/* A word beside the vocabulary, of textual inversion: it stands for ids first_id ... + n_ids - 1. */
typedef struct
{
  char  *word;
  gint32 first_id;
  guint  n_ids;
} GsPromptWord;

/* Words that prompts (io/prompt.h) may use: an array of GsPromptWord, which the tokenizer takes; NULL:
 * none. Not while another thread encodes. */
void          gs_tokenizer_set_words (GsTokenizer *tokenizer, GArray *words);
const GArray *gs_tokenizer_get_words (GsTokenizer *tokenizer);

/* <|startoftext|>, <|endoftext|>, and what fills up: the end token for SD 1.x, 0 for SD 2.x. */
gint32 gs_tokenizer_get_bos (GsTokenizer *tokenizer);
gint32 gs_tokenizer_get_eos (GsTokenizer *tokenizer);
gint32 gs_tokenizer_get_pad (GsTokenizer *tokenizer);

/* The token of a comma that ends a word, or -1. */
gint32 gs_tokenizer_get_comma (GsTokenizer *tokenizer);

/* The largest id plus one. */
guint gs_tokenizer_get_n_vocab (GsTokenizer *tokenizer);

/* The file that it was read from. */
const char *gs_tokenizer_get_path (GsTokenizer *tokenizer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsTokenizer, gs_tokenizer_free)

G_END_DECLS
