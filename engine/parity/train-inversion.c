/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training cases of textual inversion: the vectors of a new word. */
#include "parity/training.h"

#include "models/clip-text.h"
#include "nn/weight-source.h"

#include <string.h>

/* The vectors in the prompts; slots are the prompts' ids of -1. */
typedef struct
{
  GsParityTraining *training;
  GsParityTensor    ids;       /* (n, length)                   */
  GsParityTensor    positions; /* (n, vectors): where each lies */
  GsParityTensor    vectors;   /* (vectors, width)              */
  float            *tokens;    /* (n, length, width)            */
  guint             of_tokens, of_context;
} Inversion;

static void
inversion_clear (Inversion *inversion)
{
  gs_parity_clear (&inversion->ids);
  gs_parity_clear (&inversion->positions);
  gs_parity_clear (&inversion->vectors);
  g_clear_pointer (&inversion->tokens, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Inversion, inversion_clear)

static gboolean
read_case (Inversion *inversion, GError **error)
{
  GsTensorFile *file = inversion->training->file;
  const GsClipConfig *config = &inversion->training->network.config.clip;
  gboolean fits;

  if (!gs_parity_read (file, &inversion->ids, error, "in.prompt_ids")
      || !gs_parity_read (file, &inversion->positions, error, "in.vector_positions")
      || !gs_parity_read (file, &inversion->vectors, error, "in.vectors"))
    return FALSE;
  fits = inversion->vectors.dims[1] == config->width
         && inversion->positions.n == inversion->ids.dims[0] * inversion->vectors.dims[0];
  for (gsize i = 0; fits && i < inversion->positions.n; i++)
    fits = inversion->positions.values[i] >= 0
           && inversion->positions.values[i] < inversion->ids.dims[1];
  if (!fits)
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                 "The case's vectors and positions do not fit together");
  return fits;
}

/* Vectors of the prompts' tokens from the model's table. */
static gboolean
look_up_tokens (Inversion *inversion, GError **error)
{
  static const char *name = "text_encoder.text_model.embeddings.token_embedding.weight";
  GsWeightSource *source = inversion->training->network.source;
  const GsClipConfig *config = &inversion->training->network.config.clip;
  const guint64 dims[] = { config->vocabulary + config->extra_tokens, config->width };
  GsHostTensor table;

  if (!gs_weight_source_read (source, name, dims, 2, TRUE, &table, error))
    return FALSE;
  inversion->tokens = g_new0 (float, inversion->ids.n * config->width);
  for (gsize i = 0; i < inversion->ids.n; i++)
    if (inversion->ids.values[i] >= 0 && inversion->ids.values[i] < dims[0])
      gs_host_tensor_to_floats (&table, (guint64) inversion->ids.values[i] * config->width,
                                config->width, inversion->tokens + i * config->width);
  gs_weight_source_release (source, name, &table);
  return TRUE;
}

/* The vectors' own places among tokens, or gradients of tokens. */
static float *
slot (const Inversion *inversion, float *tokens, guint64 n, guint64 vector)
{
  const guint64 length = inversion->ids.dims[1], width = inversion->vectors.dims[1];
  const guint64 position = inversion->positions.values[n * inversion->vectors.dims[0] + vector];

  return tokens + (n * length + position) * width;
}

static gboolean
build (Inversion *inversion, GError **error)
{
  GsParityTraining *training = inversion->training;
  const GsClipConfig *config = &training->network.config.clip;
  g_auto (GsParityTensor) x = { 0 };
  GsGraph *g = training->graph;
  GsTensor *tokens, *context;

  if (!gs_parity_read (training->file, &x, error, "in.step0.x0"))
    return FALSE;
  tokens = gs_graph_input (g, "tokens", (GsShape) { inversion->ids.dims[0], 1,
                                                    inversion->ids.dims[1], config->width },
                           training->run->session->dtype);
  {
    GS_SCOPE (g, "text_encoder");
    context = gs_clip_layers (g, config, gs_clip_place (g, config, tokens), 0, config->layers);
    context = gs_clip_final_norm (g, config, context);
  }
  gs_parity_training_loss (training, &x, context);
  inversion->of_tokens = gs_parity_training_ask (training, tokens);
  inversion->of_context = gs_parity_training_ask (training, context);
  return gs_parity_training_finish (training, error);
}

static gboolean
compare (Inversion *inversion, const char *name, const float *got, gsize n, GError **error)
{
  GsParityTraining *training = inversion->training;
  g_auto (GsParityTensor) want = { 0 };

  if (!gs_parity_read (training->file, &want, error, "%s", name))
    return FALSE;
  gs_parity_expect (training->run, want.n == n, "%s has other sizes", name);
  if (want.n == n)
    gs_parity_compare (training->run, name, got, want.values, n,
                       gs_parity_tolerance (training->run, name));
  return TRUE;
}

/* The sum over all places of each vector. */
static float *
gradient_of_vectors (Inversion *inversion, GError **error)
{
  const guint64 n_vectors = inversion->vectors.dims[0], width = inversion->vectors.dims[1];
  g_autofree float *tokens = NULL;
  float *gradient;
  gsize n;

  tokens = gs_parity_training_gradient (inversion->training, inversion->of_tokens, &n, error);
  if (tokens == NULL)
    return NULL;
  gradient = g_new0 (float, n_vectors * width);
  for (guint64 sample = 0; sample < inversion->ids.dims[0]; sample++)
    for (guint64 vector = 0; vector < n_vectors; vector++)
      for (guint64 i = 0; i < width; i++)
        gradient[vector * width + i] += slot (inversion, tokens, sample, vector)[i];
  return gradient;
}

static gboolean
check_first (Inversion *inversion, const float *gradient, GError **error)
{
  g_autofree float *context = NULL;
  gsize n;

  context = gs_parity_training_gradient (inversion->training, inversion->of_context, &n, error);
  return context != NULL && compare (inversion, "out.grad0.context", context, n, error)
         && compare (inversion, "out.grad0.vectors", gradient, inversion->vectors.n, error)
         && gs_parity_training_check_eps (inversion->training, "out.step0.eps", error);
}

static gboolean
train_step (Inversion *inversion, guint step, float *vectors, GsAdamWMoments moments,
            GError **error)
{
  GsParityTraining *training = inversion->training;
  const GsAdamW adamw = gs_parity_training_adamw (training);
  const guint64 n_vectors = inversion->vectors.dims[0], width = inversion->vectors.dims[1];
  g_autofree char *after = g_strdup_printf ("out.step%u.vectors_after", step);
  g_autofree float *gradient = NULL;

  for (guint64 sample = 0; sample < inversion->ids.dims[0]; sample++)
    for (guint64 vector = 0; vector < n_vectors; vector++)
      memcpy (slot (inversion, inversion->tokens, sample, vector), vectors + vector * width,
              width * sizeof *vectors);
  if (!gs_program_set_floats (training->program, "tokens", inversion->tokens,
                              inversion->ids.n * width, error)
      || !gs_parity_training_run_step (training, step, error)
      || !gs_parity_training_check_loss (training, step, "out.losses", error))
    return FALSE;
  gradient = gradient_of_vectors (inversion, error);
  if (gradient == NULL || (step == 0 && !check_first (inversion, gradient, error)))
    return FALSE;
  gs_adamw_step (&adamw, step + 1, moments, gradient, vectors, inversion->vectors.n);
  return gs_parity_training_check_change (training, after, vectors, inversion->vectors.values,
                                          inversion->vectors.n, error);
}

gboolean
gs_parity_train_inversion (GsParityTraining *training, GError **error)
{
  g_auto (Inversion) inversion = { .training = training };
  g_autofree float *vectors = NULL, *first = NULL, *second = NULL;

  if (!read_case (&inversion, error) || !look_up_tokens (&inversion, error)
      || !build (&inversion, error))
    return FALSE;
  vectors = g_memdup2 (inversion.vectors.values, inversion.vectors.n * sizeof *vectors);
  first = g_new0 (float, inversion.vectors.n);
  second = g_new0 (float, inversion.vectors.n);
  for (guint step = 0; gs_parity_has (training->file, "in.step%u.x0", step); step++)
    if (!train_step (&inversion, step, vectors, (GsAdamWMoments) { first, second }, error))
      return FALSE;
  return TRUE;
}
