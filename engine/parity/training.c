/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The denoising loss of training cases: building, running, comparing. */
#include "parity/training.h"

#include "models/unet.h"
#include "ops/ops.h"
#include "tensor/grad.h"

#include <math.h>

/* What the manifest says in words. */
#define LOSS_TOLERANCE 1e-5
#define CHANGE_TOLERANCE 2e-2

gboolean
gs_parity_training_init (GsParityTraining *training, GError **error)
{
  static const GsBetaKind kinds[] = {
    [GS_BETA_SCALED_LINEAR] = GS_BETAS_SCALED_LINEAR,
    [GS_BETA_LINEAR] = GS_BETAS_LINEAR,
    [GS_BETA_SQUARED_COSINE] = GS_BETAS_SQUARED_COSINE,
  };
  const GsScheduleConfig *config = &training->network.config.schedule;

  if (!gs_parity_network_init (&training->network, training->run, error))
    return FALSE;
  training->schedule = gs_schedule_new (&(GsNoiseConfig) { .betas = kinds[config->beta_schedule],
                                                           .beta_start = config->beta_start,
                                                           .beta_end = config->beta_end,
                                                           .n_train_steps = config->train_steps },
                                        error);
  training->graph = gs_parity_graph (&training->network, training->run, "");
  return training->schedule != NULL;
}

void
gs_parity_training_clear (GsParityTraining *training)
{
  if (training->program != NULL)
    gs_program_free (training->program);
  else
    gs_graph_free (training->graph);
  g_clear_pointer (&training->schedule, gs_schedule_free);
  gs_parity_network_clear (&training->network);
  g_clear_pointer (&training->file, gs_tensor_file_unref);
}

void
gs_parity_training_loss (GsParityTraining *training, const GsParityTensor *x, GsTensor *context)
{
  GsGraph *g = training->graph;
  const GsUnetConfig *config = &training->network.config.unet;
  const GsDtype dtype = training->run->session->dtype;
  const GsShape shape = { x->dims[0], x->dims[2], x->dims[3], x->dims[1] };
  GsTensor *latent = gs_graph_input (g, "x", shape, dtype);
  GsTensor *noise = gs_graph_input (g, "noise", shape, dtype);
  GsTensor *time = gs_graph_input (g, "time", (GsShape) { shape.n, 1, 1, config->channels[0] },
                                   dtype);

  GS_SCOPE (g, "unet");
  training->eps = gs_unet (g, config, latent, time, context, NULL);
  training->loss = gs_mse (g, training->eps, noise);
}

guint
gs_parity_training_ask (GsParityTraining *training, GsTensor *tensor)
{
  g_assert (training->n_asked < GS_PARITY_MAX_ASKED);
  training->asked[training->n_asked] = tensor;
  return training->n_asked++;
}

/* Marks an output and says its number. */
static guint
output (GsGraph *graph, GsTensor *tensor)
{
  guint i;

  gs_graph_output (graph, tensor);
  return g_ptr_array_find (graph->outputs, tensor, &i) ? i : 0;
}

gboolean
gs_parity_training_finish (GsParityTraining *training, GError **error)
{
  GsGraph *g = training->graph;
  GsTensor *one = gs_graph_input (g, "loss gradient", (GsShape) { 1, 1, 1, 1 }, GS_DTYPE_F32);
  g_autofree GsTensor **gradients = g_new0 (GsTensor *, training->n_asked);

  training->loss_output = output (g, training->loss);
  training->eps_output = output (g, training->eps);
  gs_graph_gradients (g, training->loss, one, training->asked, training->n_asked, gradients);
  for (guint i = 0; i < training->n_asked; i++)
    training->outputs[i] = output (g, gradients[i]);
  if (!gs_graph_finish (g, error))
    return FALSE;
  training->program = gs_program_new (g, training->network.arena);
  return TRUE;
}

gboolean
gs_parity_training_run (GsParityTraining *training, const GsParityTensor *x,
                        const GsParityTensor *noise, const float *t, GError **error)
{
  const guint width = training->network.config.unet.channels[0];
  g_autofree float *time = g_new (float, x->dims[0] * width);
  GsProgram *program = training->program;

  for (guint64 n = 0; n < x->dims[0]; n++)
    gs_timestep_embedding (t[n], width, time + n * width);
  return gs_program_set_nchw (program, "x", x->values, x->dims[0], x->dims[1], x->dims[2],
                              x->dims[3], error)
         && gs_program_set_nchw (program, "noise", noise->values, noise->dims[0], noise->dims[1],
                                 noise->dims[2], noise->dims[3], error)
         && gs_program_set_floats (program, "time", time, x->dims[0] * width, error)
         && gs_program_set_floats (program, "loss gradient", (float[]) { 1 }, 1, error)
         && gs_program_run (program, error);
}

gboolean
gs_parity_training_run_step (GsParityTraining *training, guint step, GError **error)
{
  g_auto (GsParityTensor) x = { 0 }, noise = { 0 }, t = { 0 };

  if (!gs_parity_read (training->file, &x, error, "in.step%u.x0", step)
      || !gs_parity_read (training->file, &noise, error, "in.step%u.noise", step)
      || !gs_parity_read (training->file, &t, error, "in.step%u.t", step))
    return FALSE;
  for (guint64 n = 0; n < x.dims[0]; n++)
    {
      const double alpha = gs_schedule_alpha_cumprod (training->schedule, t.values[n], 1);
      const gsize size = x.n / x.dims[0];

      gs_add_noise (x.values + n * size, x.values + n * size, noise.values + n * size, size,
                    sqrt (alpha), sqrt (1 - alpha));
    }
  return gs_parity_training_run (training, &x, &noise, t.values, error);
}

float *
gs_parity_training_gradient (GsParityTraining *training, guint asked, gsize *n, GError **error)
{
  const guint i = training->outputs[asked];
  float *values;

  *n = gs_shape_elements (gs_program_get_shape (training->program, i));
  values = g_new (float, *n);
  if (!gs_program_get_floats (training->program, i, values, *n, error))
    g_clear_pointer (&values, g_free);
  return values;
}

gboolean
gs_parity_training_check_loss (GsParityTraining *training, guint i, const char *name,
                               GError **error)
{
  g_auto (GsParityTensor) want = { 0 };
  float got;

  if (!gs_parity_read (training->file, &want, error, "%s", name)
      || !gs_program_get_floats (training->program, training->loss_output, &got, 1, error))
    return FALSE;
  gs_parity_expect (training->run, i < want.n, "%s has no element %u", name, i);
  if (i < want.n)
    gs_parity_compare (training->run, name, &got, want.values + i, 1, LOSS_TOLERANCE);
  return TRUE;
}

gboolean
gs_parity_training_check_eps (GsParityTraining *training, const char *name, GError **error)
{
  g_auto (GsParityTensor) want = { 0 };
  g_autofree float *got = NULL;

  if (!gs_parity_read (training->file, &want, error, "%s", name))
    return FALSE;
  got = g_new (float, want.n);
  if (!gs_program_get_nchw (training->program, training->eps_output, got, want.n, error))
    return FALSE;
  gs_parity_compare (training->run, name, got, want.values, want.n,
                     gs_parity_tolerance (training->run, name));
  return TRUE;
}

static double
number (JsonObject *config, const char *member, double otherwise)
{
  return json_object_get_double_member_with_default (config, member, otherwise);
}

GsAdamW
gs_parity_training_adamw (GsParityTraining *training)
{
  JsonObject *config = gs_parity_config (training->run);
  JsonNode *betas = json_object_get_member (config, "betas");
  GsAdamW adamw = { .rate = number (config, "lr", 0),
                    .weight_decay = number (config, "weight_decay", 0),
                    .beta1 = 0.9,
                    .beta2 = 0.999,
                    .epsilon = number (config, "eps", 1e-8) };

  if (betas != NULL && JSON_NODE_HOLDS_ARRAY (betas)
      && json_array_get_length (json_node_get_array (betas)) == 2)
    {
      adamw.beta1 = json_array_get_double_element (json_node_get_array (betas), 0);
      adamw.beta2 = json_array_get_double_element (json_node_get_array (betas), 1);
    }
  return adamw;
}

gboolean
gs_parity_training_check_change (GsParityTraining *training, const char *name, const float *got,
                                 const float *before, gsize n, GError **error)
{
  g_auto (GsParityTensor) want = { 0 };
  g_autofree float *change = g_new (float, n);

  if (!gs_parity_read (training->file, &want, error, "%s", name))
    return FALSE;
  gs_parity_expect (training->run, want.n == n, "%s has %" G_GSIZE_FORMAT " elements", name,
                    want.n);
  if (want.n != n)
    return TRUE;
  for (gsize i = 0; i < n; i++)
    {
      change[i] = got[i] - before[i];
      want.values[i] -= before[i];
    }
  gs_parity_compare (training->run, name, change, want.values, n, CHANGE_TOLERANCE);
  return TRUE;
}
