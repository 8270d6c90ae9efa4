/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Textual inversion (Gal et al., "An Image is Worth One Word", arXiv:2208.01618): the model stays as it
 * is, the rows of a new word in the text encoder's table are learnt.
 */
#include "session/training-private.h"

#include "io/inversion-write.h"
#include "io/prompt.h"
#include "models/clip-text.h"
#include "session/inversions.h"

#include <string.h>

#define TABLE "text_encoder.text_model.embeddings.token_embedding.weight"
#define COMMON "*" /* what a word begins as when nothing is said, as in A1111 */

/* Rows of the token table: out of n ids, (n, width). */
static gboolean
look_up (GsTraining *training, const guint32 *ids, guint n, float *rows, GError **error)
{
  GsModel *model = training->session->model;
  const GsClipConfig *config = &model->config.clip;
  const guint64 dims[] = { config->vocabulary + config->extra_tokens, config->width };
  GsHostTensor table;

  if (!gs_weight_source_read (model->source, TABLE, dims, 2, TRUE, &table, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    gs_host_tensor_to_floats (&table, (guint64) ids[i] * config->width, config->width,
                              rows + (gsize) i * config->width);
  gs_weight_source_release (model->source, TABLE, &table);
  return TRUE;
}

/* Vector i of the new word is that of the initial words' token i, from the first again where those are
 * fewer, and the mean of several where they are more. */
static gboolean
set_initial (GsTraining *training, GError **error)
{
  GsModel *model = training->session->model;
  const guint width = model->config.clip.width, n = training->options.n_vectors;
  const char *initial = training->options.initial;
  g_autoptr (GArray) tokens = NULL;
  g_autofree float *rows = NULL;
  float *values = training->trained->values;

  tokens = gs_prompt_encode_text (model->tokenizer,
                                  initial != NULL && initial[0] != '\0' ? initial : COMMON);
  if (tokens->len == 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "“%s” is no word to begin with; name another", initial);
      return FALSE;
    }
  rows = g_new (float, (gsize) tokens->len * width);
  if (!look_up (training, (const guint32 *) (gpointer) tokens->data, tokens->len, rows, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const guint first = tokens->len > n ? i * tokens->len / n : i % tokens->len;
      const guint end = tokens->len > n ? (i + 1) * tokens->len / n : first + 1;

      for (guint token = first; token < end; token++)
        for (guint k = 0; k < width; k++)
          values[i * width + k] += rows[(gsize) token * width + k] / (end - first);
    }
  return TRUE;
}

static void
tell_model (GsTraining *training)
{
  training->first_id = gs_inversions_put (training->session->model, training->options.word,
                                          gs_trained_result (training->trained),
                                          training->options.n_vectors);
}

static gboolean
begin (GsTraining *training, GError **error)
{
  const guint64 dims[] = { training->options.n_vectors,
                           training->session->model->config.clip.width };

  training->trained = gs_trained_new ();
  gs_trained_add (training->trained, "vectors", dims, 2, 1);
  gs_trained_allocate (training->trained, &training->rule,
                       training->session->dtype == GS_DTYPE_F16);
  if (!set_initial (training, error))
    return FALSE;
  gs_trained_begin (training->trained);
  tell_model (training);
  return TRUE;
}

static void
end (GsTraining *training)
{
  if (training->trained != NULL && training->session->model != NULL && training->first_id > 0)
    gs_inversions_put (training->session->model, training->options.word, NULL, 0);
}

static GsTensor *
context (GsTraining *training, GsGraph *g)
{
  const GsModelConfig *model = &training->session->model->config;
  const GsClipConfig *config = &model->clip;
  const guint skip = gs_model_config_clip_skip (model, training->options.clip_skip);
  GsTensor *tokens = gs_graph_input (g, "tokens", (GsShape) { 1, 1, config->length, config->width },
                                     g->dtype);

  GS_SCOPE (g, "text_encoder");
  return gs_clip_final_norm (g, config,
                             gs_clip_layers (g, config, gs_clip_place (g, config, tokens), 0,
                                             config->layers + 1 - CLAMP (skip, 1, config->layers)));
}

static void
ask (GsTraining *training, GsGraph *g, GPtrArray *tensors)
{
  g_ptr_array_add (tensors, gs_graph_find (g, "tokens"));
}

/* The new word's vector at a place of a text, or -1. */
static int
vector_at (GsTraining *training, const GsTrainingText *text, guint place)
{
  const guint32 id = text->ids[place];

  return id >= training->first_id && id < training->first_id + training->options.n_vectors
           ? (int) (id - training->first_id) : -1;
}

static gboolean
set (GsTraining *training, GsProgram *program, const GsTrainingText *text, GError **error)
{
  const GsClipConfig *config = &training->session->model->config.clip;
  const guint width = config->width;
  g_autofree float *tokens = g_memdup2 (text->vectors,
                                        (gsize) config->length * width * sizeof (float));

  for (guint i = 0; i < config->length; i++)
    if (vector_at (training, text, i) >= 0)
      memcpy (tokens + (gsize) i * width,
              training->trained->values + (gsize) vector_at (training, text, i) * width,
              width * sizeof (float));
  return gs_program_set_floats (program, "tokens", tokens, (gsize) config->length * width, error);
}

/* The sum over all places of each vector. */
static gboolean
collect (GsTraining *training, GsProgram *program, const GsTrainingText *text, GError **error)
{
  const GsClipConfig *config = &training->session->model->config.clip;
  const guint width = config->width;
  g_autofree float *tokens = g_new (float, (gsize) config->length * width);

  if (!gs_program_get_floats (program, 1, tokens, (gsize) config->length * width, error))
    return FALSE;
  for (guint i = 0; i < config->length; i++)
    {
      const int vector = vector_at (training, text, i);

      for (guint k = 0; vector >= 0 && k < width; k++)
        training->trained->gradients[(gsize) vector * width + k] += tokens[(gsize) i * width + k];
    }
  return TRUE;
}

static gboolean
read_text (GsTraining *training, GsTrainingText *text, GError **error)
{
  const GsClipConfig *config = &training->session->model->config.clip;

  text->vectors = g_new (float, (gsize) config->length * config->width);
  return look_up (training, text->ids, config->length, text->vectors, error);
}

static gboolean
show (GsTraining *training, GError **error)
{
  tell_model (training);
  return TRUE;
}

static void
hide (GsTraining *training)
{
  /* The word stays with the vectors it has. */
}

static gboolean
save (GsTraining *training, const char *path, GError **error)
{
  const GsInversionContent content = { .name = training->options.word,
                                       .model = training->session->model->info->name,
                                       .step = training->losses->len,
                                       .n_vectors = training->options.n_vectors,
                                       .width = training->session->model->config.clip.width,
                                       .values = gs_trained_result (training->trained) };

  return gs_inversion_write (path, &content, error);
}

const GsTrainingClass gs_training_inversion = {
  .begin = begin,
  .context = context,
  .ask = ask,
  .set = set,
  .collect = collect,
  .read = read_text,
  .show = show,
  .hide = hide,
  .end = end,
  .save = save,
};
