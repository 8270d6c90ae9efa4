/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The graph of a training step, to be measured. */
#include "session/bench-private.h"

#include "models/unet.h"
#include "nn/low-rank.h"
#include "session/model.h"
#include "session/prompt-encoder.h"
#include "tensor/grad.h"

#include <string.h>

#define RANK 8
/* Constant factors of magnitude 1 are added up: small enough for any precision. */
#define SCALE (1.0 / 4096)

/* Linear layers and 1x1 convolutions of transformers. */
static gboolean
is_of_transformer (const char *weight, const guint64 *dims, guint n_dims, gpointer data)
{
  return strstr (weight, ".attentions.") != NULL && (n_dims == 2 || (n_dims == 4 && dims[2] == 1));
}

static GsTensor *
build_loss (GsSession *session, GsGraph *g, guint32 width, guint32 height)
{
  const GsUnetConfig *config = &session->model->config.unet;
  const GsDtype dtype = g->dtype;
  GsTensor *x, *noise, *time, *context, *label = NULL;

  x = gs_graph_input (g, "x", (GsShape) { 1, height, width, config->in_channels }, dtype);
  noise = gs_graph_input (g, "noise", (GsShape) { 1, height, width, config->out_channels }, dtype);
  time = gs_graph_input (g, "time", (GsShape) { 1, 1, 1, config->channels[0] }, dtype);
  context = gs_graph_input (g, "context",
                            (GsShape) { 1, 1, GS_PROMPT_LENGTH, config->context_width }, dtype);
  if (config->label_width > 0)
    label = gs_graph_input (g, "label", (GsShape) { 1, 1, 1, config->label_width }, dtype);
  return gs_mse (g, gs_unet (g, config, x, time, context, label), noise);
}

static void
add_gradients (GsGraph *g, GsTensor *loss)
{
  GsTensor *one = gs_graph_input (g, "loss gradient", loss->shape, GS_DTYPE_F32);
  g_autoptr (GPtrArray) factors = g_ptr_array_new ();
  g_autofree GsTensor **gradients = NULL;

  for (guint i = 0; i < g->tensors->len; i++)
    {
      GsTensor *tensor = g->tensors->pdata[i];

      if (tensor->kind == GS_TENSOR_INPUT && g_str_has_prefix (tensor->name, "lora_"))
        g_ptr_array_add (factors, tensor);
    }
  gradients = g_new0 (GsTensor *, factors->len);
  gs_graph_output (g, loss);
  gs_graph_gradients (g, loss, one, (GsTensor *const *) factors->pdata, factors->len, gradients);
  for (guint i = 0; i < factors->len; i++)
    gs_graph_output (g, gradients[i]);
}

GsProgram *
gs_bench_train_program (GsSession *session, guint32 width, guint32 height, GError **error)
{
  g_autofree char *key = g_strdup_printf ("bench train %ux%u", width, height);
  GsProgram *program = gs_model_find_program (session->model, key);
  g_autoptr (GsLowRank) modules = NULL;
  GsGraph *g;

  if (program != NULL)
    return program;
  g = gs_graph_new ("unet", session->dtype, gs_model_get_weights (session->model));
  modules = gs_low_rank_new ();
  gs_low_rank_add_chosen (modules, is_of_transformer, NULL, RANK, SCALE);
  gs_low_rank_attach (modules, g);
  add_gradients (g, build_loss (session, g, width, height));
  return gs_model_add_program (session->model, session->arena, key, g, error);
}
