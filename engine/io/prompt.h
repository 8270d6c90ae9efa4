/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The prompt language of AUTOMATIC1111's web UI, and the chunks that the text encoder reads.
 *
 *   (word)       times 1.1          [word]    divided by 1.1       brackets nest and multiply
 *   (word:1.3)   times 1.3          \( \) \[ \] \\   the character itself
 *   BREAK        the rest starts a new chunk
 *   <lora:name:0.8>   no text: the LoRA of that name applies
 *
 * A bracket that is never closed reaches to the end; a stray closing one is text, and so is a number
 * that is none ("1.2.3"). Brackets more than 256 deep do nothing.
 *
 * Prompts of any length are cut into chunks of 75 tokens, each between a begin and an end token. Where
 * a chunk is full and a comma stands among its last 20 tokens, what follows the comma moves on to the
 * next chunk.
 */
#pragma once

#include "io/tokenizer.h"

G_BEGIN_DECLS

#define GS_PROMPT_CHUNK 75                     /* tokens of the prompt in a chunk        */
#define GS_PROMPT_LENGTH (GS_PROMPT_CHUNK + 2) /* with begin and end token               */
#define GS_PROMPT_MAX_CHUNKS 256               /* longer prompts are refused: 19200 tokens */

/* A stretch of text of one weight. */
typedef struct
{
  char  *text;
  double weight;
} GsPromptPart;

/* Splits a prompt into GsPromptPart; the array (at least one part) owns the texts. As in A1111 a BREAK
 * is a part of its own with weight -1, and BREAK within brackets is text. */
GArray *gs_prompt_parse (const char *text);

/* The ids (gint32) of text without any marks: the tokenizer's words stand for their ids, upper case or
 * lower, also behind ComfyUI's "embedding:"; the rest as gs_tokenizer_encode() has it. */
GArray *gs_prompt_encode_text (GsTokenizer *tokenizer, const char *text);

/* Whether one of the tokenizer's words stands in text and no longer one in its place. */
gboolean gs_prompt_has_word (GsTokenizer *tokenizer, const char *text, const char *word);

/* Clears a GsPromptWord of an array. */
void gs_prompt_words_clear (gpointer word);

/* TRUE if a part asks for a new chunk. */
gboolean gs_prompt_part_is_break (const GsPromptPart *part);

/* A LoRA that a prompt asks for. */
typedef struct
{
  char *name;
  float strength;      /* of the U-Net's part; 1 if nothing is said       */
  float text_strength; /* of the text encoders'; as strength if not given */
} GsPromptLora;

/* The prompt without its <lora:...> (the caller's). loras: NULL, or gets a new array of GsPromptLora,
 * which owns the names. Behind the name stand one strength, two (<lora:name:text:unet>), or named ones
 * (te=, unet=), as in A1111; a tag with anything else is text. */
char *gs_prompt_take_loras (const char *text, GArray **loras);

typedef struct
{
  gint32 ids[GS_PROMPT_LENGTH];
  float  weights[GS_PROMPT_LENGTH]; /* of each token's embedding; 1 for begin, end and padding */
  guint  n_tokens;                  /* of the prompt, 0 .. 75 */
} GsPromptChunk;

/* A prompt's chunks (GsPromptChunk), at least one; what is left of a chunk is filled with the
 * tokenizer's padding. n_tokens (may be NULL): all tokens, with the empty places before a break.
 * GS_ERROR_INVALID_ARGUMENT if the prompt is too long. */
GArray *gs_prompt_chunks (GsTokenizer *tokenizer, const char *text, guint *n_tokens, GError **error);

/* The chunk of an empty prompt, with which the shorter of prompt and negative prompt is padded. */
void gs_prompt_chunk_init_empty (GsPromptChunk *chunk, GsTokenizer *tokenizer);

/* For a counter in a user interface: the tokens of a prompt and the places up to the end of its last
 * chunk, "23 / 75". */
void gs_prompt_count (GsTokenizer *tokenizer, const char *text, guint *n_tokens, guint *n_places);

G_END_DECLS
