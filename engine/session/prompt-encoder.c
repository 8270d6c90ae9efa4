/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each chunk of a prompt goes through the text encoder alone; their vectors stand one after the
 * other, as in A1111. So does the emphasis: weights multiply, the mean of the chunk is restored.
 */
#include "session/prompt-encoder.h"

#include "models/clip-text.h"
#include "session/model.h"

#define MAX_CACHED_PROMPTS 64 /* 15 MB with SD 1.x's text encoder and prompts of one chunk */

void
gs_prompt_vectors_free (GsPromptVectors *vectors)
{
  if (vectors == NULL)
    return;
  g_free (vectors->values);
  g_free (vectors);
}

static GsGraph *
build (GsModel *model, GsDtype dtype, guint clip_skip)
{
  const GsClipConfig *config = &model->config.clip;
  GsGraph *g = gs_graph_new ("text_encoder", dtype, gs_model_get_weights (model));
  guint end = config->layers + 1 - CLAMP (clip_skip, 1, config->layers);
  GsTensor *ids, *x;

  ids = gs_graph_input (g, "ids", (GsShape) { 1, 1, config->length, 1 }, GS_DTYPE_U32);
  x = gs_clip_embed (g, config, ids);
  x = gs_clip_layers (g, config, x, 0, end);
  gs_graph_output (g, gs_clip_final_norm (g, config, x));
  return g;
}

GsProgram *
gs_text_program (GsSession *session, guint clip_skip, GError **error)
{
  g_autofree char *key = g_strdup_printf ("text_encoder %u", clip_skip);
  GsProgram *program = gs_model_find_program (session->model, key);

  if (program != NULL)
    return program;
  return gs_model_add_program (session->model, session->arena, key,
                               build (session->model, session->dtype, clip_skip), error);
}

void
gs_apply_emphasis (float *values, const float *weights, guint n_tokens, guint width)
{
  gsize n = (gsize) n_tokens * width;
  double before = 0, after = 0;
  gboolean plain = TRUE;
  float factor;

  for (guint t = 0; t < n_tokens; t++)
    plain = plain && weights[t] == 1;
  if (plain)
    return;

  for (gsize i = 0; i < n; i++)
    {
      before += values[i];
      values[i] *= weights[i / width];
      after += values[i];
    }
  if (after == 0)
    return;
  factor = (float) (before / after);
  for (gsize i = 0; i < n; i++)
    values[i] *= factor;
}

static gboolean
check_ids (const GsClipConfig *config, const gint32 *ids, gsize n, GError **error)
{
  for (gsize i = 0; i < n; i++)
    if (ids[i] < 0 || (guint) ids[i] >= config->vocabulary)
      {
        g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                     "The vocabulary does not belong to this model: token %d is beyond the %u of "
                     "its text encoder", ids[i], config->vocabulary);
        return FALSE;
      }
  return TRUE;
}

gboolean
gs_encode_ids (GsSession *session, const gint32 *ids, guint n_chunks, guint clip_skip, float *out,
               GError **error)
{
  const GsClipConfig *config = &session->model->config.clip;
  gsize n = (gsize) config->length * config->width;
  GsProgram *program;

  if (!check_ids (config, ids, (gsize) n_chunks * config->length, error))
    return FALSE;
  program = gs_text_program (session, clip_skip, error);
  if (program == NULL)
    return FALSE;
  for (guint i = 0; i < n_chunks; i++)
    if (!gs_program_set_ids (program, "ids", (const guint32 *) ids + i * config->length,
                             config->length, error)
        || !gs_program_run (program, error)
        || !gs_program_get_floats (program, 0, out + i * n, n, error))
      return FALSE;
  return TRUE;
}

void
gs_prompt_cache_trim (GsSession *session)
{
  if (g_hash_table_size (session->model->prompts) >= MAX_CACHED_PROMPTS)
    g_hash_table_remove_all (session->model->prompts);
}

gboolean
gs_prompt_count_chunks (GsSession *session, const char *prompt, guint *n_chunks, GError **error)
{
  GsTokenizer *tokenizer = gs_model_get_tokenizer (session->model, error);
  g_autoptr (GArray) chunks = NULL;

  if (tokenizer == NULL)
    return FALSE;
  chunks = gs_prompt_chunks (tokenizer, prompt != NULL ? prompt : "", NULL, error);
  if (chunks == NULL)
    return FALSE;
  *n_chunks = chunks->len;
  return TRUE;
}

static GsPromptVectors *
encode_chunks (GsSession *session, GArray *chunks, guint clip_skip, GError **error)
{
  const GsClipConfig *config = &session->model->config.clip;
  g_autoptr (GsPromptVectors) vectors = g_new0 (GsPromptVectors, 1);

  if (config->length != GS_PROMPT_LENGTH)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "The text encoder reads %u tokens at once; only %u are supported",
                   config->length, GS_PROMPT_LENGTH);
      return NULL;
    }
  vectors->n_tokens = chunks->len * config->length;
  vectors->width = config->width;
  vectors->values = g_new (float, (gsize) vectors->n_tokens * config->width);
  for (guint i = 0; i < chunks->len; i++)
    {
      const GsPromptChunk *chunk = &g_array_index (chunks, GsPromptChunk, i);
      float *values = vectors->values + (gsize) i * config->length * config->width;

      if (!gs_encode_ids (session, chunk->ids, 1, clip_skip, values, error))
        return NULL;
      gs_apply_emphasis (values, chunk->weights, config->length, config->width);
    }
  return g_steal_pointer (&vectors);
}

const GsPromptVectors *
gs_encode_prompt (GsSession *session, const char *prompt, guint n_chunks, guint clip_skip,
                  GError **error)
{
  GsModel *model = session->model;
  g_autofree char *key = g_strdup_printf ("%u %u %s", clip_skip, n_chunks,
                                          prompt != NULL ? prompt : "");
  GsPromptVectors *vectors = g_hash_table_lookup (model->prompts, key);
  GsTokenizer *tokenizer;
  g_autoptr (GArray) chunks = NULL;

  if (vectors != NULL)
    return vectors;
  tokenizer = gs_model_get_tokenizer (model, error);
  if (tokenizer == NULL)
    return NULL;
  chunks = gs_prompt_chunks (tokenizer, prompt != NULL ? prompt : "", NULL, error);
  if (chunks == NULL)
    return NULL;
  while (chunks->len < n_chunks)
    {
      GsPromptChunk empty;

      gs_prompt_chunk_init_empty (&empty, tokenizer);
      g_array_append_val (chunks, empty);
    }
  vectors = encode_chunks (session, chunks, clip_skip, error);
  if (vectors != NULL)
    g_hash_table_insert (model->prompts, g_steal_pointer (&key), vectors);
  return vectors;
}
