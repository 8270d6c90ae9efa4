/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each chunk of a prompt goes through the text encoder alone; their vectors stand one after the
 * other, as in A1111. So does the emphasis: weights multiply, the mean of the chunk is restored.
 */
#include "session/prompt-encoder.h"

#include <string.h>

#include "models/clip-text.h"
#include "session/memory-stages.h"
#include "session/model.h"
#include "session/vocabulary.h"

#define MAX_CACHED_PROMPTS 64 /* 15 MB with SD 1.x's text encoder and prompts of one chunk */

void
gs_prompt_vectors_free (GsPromptVectors *vectors)
{
  if (vectors == NULL)
    return;
  g_free (vectors->values);
  g_free (vectors->pooled);
  g_free (vectors);
}

static const GsClipConfig *
encoder_config (const GsModelConfig *config, GsComponent encoder)
{
  return encoder == GS_COMPONENT_TEXT_ENCODER_2 ? &config->clip_2 : &config->clip;
}

/* SDXL attends to the layer as it is; its label takes the second encoder's projection. */
static GsGraph *
build (GsModel *model, GsDtype dtype, GsComponent encoder, guint clip_skip)
{
  const GsClipConfig *config = encoder_config (&model->config, encoder);
  const gboolean is_sdxl = model->config.family == GS_FAMILY_SDXL;
  const char *name = encoder == GS_COMPONENT_TEXT_ENCODER_2 ? "text_encoder_2" : "text_encoder";
  GsGraph *g = gs_graph_new (name, dtype, gs_model_get_weights (model));
  guint end = config->layers + 1 - CLAMP (clip_skip, 1, config->layers);
  GsTensor *ids, *x;

  ids = gs_graph_input (g, "ids", (GsShape) { 1, 1, config->length, 1 }, GS_DTYPE_U32);
  x = gs_clip_embed (g, config, ids);
  x = gs_clip_layers (g, config, x, 0, end);
  gs_graph_output (g, is_sdxl ? x : gs_clip_final_norm (g, config, x));
  if (gs_text_pooled_width (&model->config, encoder) == 0)
    return g;
  x = gs_clip_final_norm (g, config, gs_clip_layers (g, config, x, end, config->layers));
  gs_graph_output (g, gs_clip_project (g, config, x));
  return g;
}

guint
gs_text_pooled_width (const GsModelConfig *config, GsComponent encoder)
{
  return encoder == GS_COMPONENT_TEXT_ENCODER_2 && config->unet.label_width > 0
           ? config->clip_2.projection_width : 0;
}

GsProgram *
gs_text_program (GsSession *session, GsComponent encoder, guint clip_skip, GError **error)
{
  g_autofree char *key = g_strdup_printf ("%s%u", gs_component_prefix (encoder), clip_skip);
  GsProgram *program = gs_model_find_program (session->model, key);

  if (program != NULL)
    return program;
  return gs_model_add_program (session->model, session->arena, key,
                               build (session->model, session->dtype, encoder, clip_skip), error);
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
    if (ids[i] < 0 || (guint) ids[i] >= config->vocabulary + config->extra_tokens)
      {
        g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                     "The vocabulary does not belong to this model: token %d is beyond the %u of "
                     "its text encoder", ids[i], config->vocabulary);
        return FALSE;
      }
  return TRUE;
}

/* What an encoder fills the chunk's end with, where that is not what the tokenizer did. */
static void
fill_end (const GsClipConfig *config, gint32 *ids)
{
  const guint end = gs_clip_end_of_text (config, ids, config->length);

  for (guint i = end + 1; config->pad != config->eos && i < config->length; i++)
    ids[i] = (gint32) config->pad;
}

/* One chunk through one encoder. values: (length, width). pooled: its projection_width numbers, or
 * NULL. */
static gboolean
try_encoder (GsSession *session, GsComponent encoder, const gint32 *ids, guint clip_skip,
             float *values, float *pooled, GError **error)
{
  const GsClipConfig *config = encoder_config (&session->model->config, encoder);
  const guint pooled_width = gs_text_pooled_width (&session->model->config, encoder);
  g_autofree gint32 *own = g_memdup2 (ids, config->length * sizeof *ids);
  g_autofree float *projected = NULL;
  GsProgram *program = gs_text_program (session, encoder, clip_skip, error);
  guint end;

  fill_end (config, own);
  if (program == NULL || !check_ids (config, own, config->length, error)
      || !gs_program_set_ids (program, "ids", (const guint32 *) own, config->length, error)
      || !gs_program_run (program, error)
      || !gs_program_get_floats (program, 0, values, (gsize) config->length * config->width, error))
    return FALSE;
  if (pooled == NULL || pooled_width == 0)
    return TRUE;
  projected = g_new (float, (gsize) config->length * pooled_width);
  if (!gs_program_get_floats (program, 1, projected, (gsize) config->length * pooled_width, error))
    return FALSE;
  end = gs_clip_end_of_text (config, own, config->length);
  memcpy (pooled, projected + (gsize) end * pooled_width, pooled_width * sizeof *pooled);
  return TRUE;
}

/* Without device memory once more, with less of it. */
static gboolean
run_encoder (GsSession *session, GsComponent encoder, const gint32 *ids, guint clip_skip,
             float *values, float *pooled, GError **error)
{
  GError *failure = NULL;

  while (!try_encoder (session, encoder, ids, clip_skip, values, pooled, &failure))
    if (!gs_memory_fall_back (session, &failure))
      {
        g_propagate_error (error, failure);
        return FALSE;
      }
  return TRUE;
}

static guint
text_length (const GsModelConfig *config)
{
  return config->has[GS_COMPONENT_TEXT_ENCODER] ? config->clip.length : config->clip_2.length;
}

guint
gs_text_width (const GsModelConfig *config)
{
  return (config->has[GS_COMPONENT_TEXT_ENCODER] ? config->clip.width : 0)
         + (config->has[GS_COMPONENT_TEXT_ENCODER_2] ? config->clip_2.width : 0);
}

/* Each encoder's vectors stand beside the other's, and get their emphasis alone, as in A1111. */
static gboolean
encode_chunk (GsSession *session, const gint32 *ids, const float *weights, guint clip_skip,
              float *out, float *pooled, GError **error)
{
  static const GsComponent encoders[] = { GS_COMPONENT_TEXT_ENCODER, GS_COMPONENT_TEXT_ENCODER_2 };
  const GsModelConfig *model = &session->model->config;
  const guint width = gs_text_width (model);
  guint done = 0;

  for (guint e = 0; e < G_N_ELEMENTS (encoders); e++)
    {
      const GsClipConfig *config = encoder_config (model, encoders[e]);
      g_autofree float *values = NULL;

      if (!model->has[encoders[e]])
        continue;
      values = g_new (float, (gsize) config->length * config->width);
      if (!run_encoder (session, encoders[e], ids, clip_skip, values, pooled, error))
        return FALSE;
      if (weights != NULL)
        gs_apply_emphasis (values, weights, config->length, config->width);
      for (guint t = 0; t < config->length; t++)
        memcpy (out + (gsize) t * width + done, values + (gsize) t * config->width,
                config->width * sizeof *out);
      done += config->width;
    }
  return TRUE;
}

gboolean
gs_encode_ids (GsSession *session, const gint32 *ids, guint n_chunks, guint clip_skip, float *out,
               float *pooled, GError **error)
{
  const GsModelConfig *config = &session->model->config;
  const gsize length = text_length (config);

  for (guint i = 0; i < n_chunks; i++)
    if (!encode_chunk (session, ids + i * length, NULL, clip_skip,
                       out + i * length * gs_text_width (config), i == 0 ? pooled : NULL, error))
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
  GsTokenizer *tokenizer = gs_session_get_tokenizer (session, error);
  g_autoptr (GArray) chunks = NULL;

  if (tokenizer == NULL)
    return FALSE;
  chunks = gs_prompt_chunks (tokenizer, prompt != NULL ? prompt : "", NULL, error);
  if (chunks == NULL)
    return FALSE;
  *n_chunks = chunks->len;
  return TRUE;
}

/* Zeros, to be filled. */
static GsPromptVectors *
new_vectors (const GsModelConfig *config, guint n_chunks)
{
  GsPromptVectors *vectors = g_new0 (GsPromptVectors, 1);
  const guint pooled_width = gs_text_pooled_width (config, GS_COMPONENT_TEXT_ENCODER_2);

  vectors->n_tokens = n_chunks * text_length (config);
  vectors->width = gs_text_width (config);
  vectors->values = g_new0 (float, (gsize) vectors->n_tokens * vectors->width);
  if (pooled_width > 0)
    vectors->pooled = g_new0 (float, pooled_width);
  return vectors;
}

/* The first chunk's pooled vector is the prompt's, as in A1111. */
static GsPromptVectors *
encode_chunks (GsSession *session, GArray *chunks, guint clip_skip, GError **error)
{
  const GsModelConfig *config = &session->model->config;
  const guint length = text_length (config);
  g_autoptr (GsPromptVectors) vectors = NULL;

  if (length != GS_PROMPT_LENGTH
      || (config->has[GS_COMPONENT_TEXT_ENCODER_2] && config->clip_2.length != length))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "The text encoder reads %u tokens at once; only %u are supported", length,
                   GS_PROMPT_LENGTH);
      return NULL;
    }
  vectors = new_vectors (config, chunks->len);
  for (guint i = 0; i < chunks->len; i++)
    {
      const GsPromptChunk *chunk = &g_array_index (chunks, GsPromptChunk, i);

      if (!encode_chunk (session, chunk->ids, chunk->weights, clip_skip,
                         vectors->values + (gsize) i * length * vectors->width,
                         i == 0 ? vectors->pooled : NULL, error))
        return NULL;
    }
  return g_steal_pointer (&vectors);
}

const GsPromptVectors *
gs_encode_nothing (GsSession *session, guint n_chunks)
{
  GHashTable *prompts = session->model->prompts;
  g_autofree char *key = g_strdup_printf ("nothing %u", n_chunks);
  GsPromptVectors *vectors = g_hash_table_lookup (prompts, key);

  if (vectors == NULL)
    {
      vectors = new_vectors (&session->model->config, n_chunks);
      g_hash_table_insert (prompts, g_steal_pointer (&key), vectors);
    }
  return vectors;
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
  tokenizer = gs_session_get_tokenizer (session, error);
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
