/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chunks of 75 tokens, cut as AUTOMATIC1111/stable-diffusion-webui does (modules/sd_hijack_clip.py,
 * tokenize_line), so that a long prompt means the same here and there.
 */
#include "io/prompt.h"

#include "base/error.h"

#include <string.h>

#define COMMA_REACH 20 /* how far back a comma is looked for when a chunk is full */

typedef struct
{
  GsTokenizer  *tokenizer;
  GArray       *chunks;     /* finished ones */
  GsPromptChunk chunk;      /* the one being filled; its tokens start at place 1 */
  int           last_comma; /* its place among the chunk's tokens, or -1 */
  guint         n_tokens;
} Chunker;

void
gs_prompt_chunk_init_empty (GsPromptChunk *chunk, GsTokenizer *tokenizer)
{
  chunk->n_tokens = 0;
  for (guint i = 0; i < GS_PROMPT_LENGTH; i++)
    {
      chunk->ids[i] = gs_tokenizer_get_pad (tokenizer);
      chunk->weights[i] = 1.0f;
    }
  chunk->ids[0] = gs_tokenizer_get_bos (tokenizer);
  chunk->ids[1] = gs_tokenizer_get_eos (tokenizer);
}

static void
append_token (Chunker *chunker, gint32 id, float weight)
{
  GsPromptChunk *chunk = &chunker->chunk;
  guint place = ++chunk->n_tokens;

  chunk->ids[place] = id;
  chunk->weights[place] = weight;
  chunk->ids[place + 1] = gs_tokenizer_get_eos (chunker->tokenizer);
}

/* Puts the chunk away and starts an empty one. */
static void
finish_chunk (Chunker *chunker, gboolean is_last)
{
  chunker->n_tokens += is_last ? chunker->chunk.n_tokens : GS_PROMPT_CHUNK;
  g_array_append_val (chunker->chunks, chunker->chunk);
  gs_prompt_chunk_init_empty (&chunker->chunk, chunker->tokenizer);
  chunker->last_comma = -1;
}

/* The chunk is full: moves what follows its last comma, if that is near, into a new chunk. */
static void
move_behind_comma (Chunker *chunker)
{
  GsPromptChunk full = chunker->chunk;
  guint keep = (guint) chunker->last_comma + 1;

  if (chunker->last_comma < 0 || GS_PROMPT_CHUNK - chunker->last_comma > COMMA_REACH)
    return;
  gs_prompt_chunk_init_empty (&chunker->chunk, chunker->tokenizer);
  for (guint i = 1; i <= keep; i++)
    append_token (chunker, full.ids[i], full.weights[i]);
  finish_chunk (chunker, FALSE);
  for (guint i = keep + 1; i <= GS_PROMPT_CHUNK; i++)
    append_token (chunker, full.ids[i], full.weights[i]);
}

static void
add_token (Chunker *chunker, gint32 id, float weight)
{
  if (id == gs_tokenizer_get_comma (chunker->tokenizer))
    chunker->last_comma = (int) chunker->chunk.n_tokens;
  else if (chunker->chunk.n_tokens == GS_PROMPT_CHUNK)
    move_behind_comma (chunker);

  if (chunker->chunk.n_tokens == GS_PROMPT_CHUNK)
    finish_chunk (chunker, FALSE);
  append_token (chunker, id, weight);
}

static gboolean
add_part (Chunker *chunker, const GsPromptPart *part)
{
  g_autoptr (GArray) ids = NULL;

  if (gs_prompt_part_is_break (part))
    {
      finish_chunk (chunker, FALSE);
      return chunker->chunks->len <= GS_PROMPT_MAX_CHUNKS;
    }
  ids = gs_prompt_encode_text (chunker->tokenizer, part->text);
  for (guint i = 0; i < ids->len && chunker->chunks->len <= GS_PROMPT_MAX_CHUNKS; i++)
    add_token (chunker, g_array_index (ids, gint32, i), (float) part->weight);
  return chunker->chunks->len <= GS_PROMPT_MAX_CHUNKS;
}

GArray *
gs_prompt_chunks (GsTokenizer *tokenizer, const char *text, guint *n_tokens, GError **error)
{
  g_autofree char *words = gs_prompt_take_loras (text, NULL);
  g_autoptr (GArray) parts = gs_prompt_parse (words);
  g_autoptr (GArray) chunks = g_array_new (FALSE, FALSE, sizeof (GsPromptChunk));
  Chunker chunker = { .tokenizer = tokenizer, .chunks = chunks, .last_comma = -1 };
  gboolean fits = TRUE;

  gs_prompt_chunk_init_empty (&chunker.chunk, tokenizer);
  for (guint i = 0; i < parts->len && fits; i++)
    fits = add_part (&chunker, &g_array_index (parts, GsPromptPart, i));
  if (chunker.chunk.n_tokens > 0 || chunks->len == 0)
    finish_chunk (&chunker, TRUE);

  if (n_tokens != NULL)
    *n_tokens = chunker.n_tokens;
  if (chunks->len > GS_PROMPT_MAX_CHUNKS)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "The prompt is longer than %d tokens; shorten it",
                   GS_PROMPT_MAX_CHUNKS * GS_PROMPT_CHUNK);
      return NULL;
    }
  return g_steal_pointer (&chunks);
}

void
gs_prompt_count (GsTokenizer *tokenizer, const char *text, guint *n_tokens, guint *n_places)
{
  GArray *chunks = gs_prompt_chunks (tokenizer, text, n_tokens, NULL);

  g_clear_pointer (&chunks, g_array_unref);
  *n_places = MAX (1, (*n_tokens + GS_PROMPT_CHUNK - 1) / GS_PROMPT_CHUNK) * GS_PROMPT_CHUNK;
}
