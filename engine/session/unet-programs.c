/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * With SD 1.5 this takes 56 of an evaluation's 592 dispatches away, and their weights' reading: the
 * keys and values of two prompts of 77 tokens are 5.9 GFLOP, the times' projections 53 MFLOP each.
 */
#include "session/unet-programs.h"

#include "models/unet.h"
#include "session/model.h"
#include "tensor/cut.h"

static const char *const context_inputs[] = { "context", NULL };
static const char *const time_inputs[] = { "time", "label", NULL };

static GsGraph *
build (GsSession *session, guint batch, guint32 width, guint32 height, guint n_tokens)
{
  const GsUnetConfig *config = &session->model->config.unet;
  const GsDtype dtype = session->dtype;
  GsGraph *g = gs_graph_new ("unet", dtype, gs_model_get_weights (session->model));
  GsTensor *x, *time, *context, *label = NULL;

  x = gs_graph_input (g, "x", (GsShape) { batch, height, width, config->in_channels }, dtype);
  time = gs_graph_input (g, "time", (GsShape) { batch, 1, 1, config->channels[0] }, dtype);
  context = gs_graph_input (g, "context", (GsShape) { batch, 1, n_tokens, config->context_width },
                            dtype);
  if (config->label_width > 0)
    label = gs_graph_input (g, "label", (GsShape) { batch, 1, 1, config->label_width }, dtype);
  gs_graph_output (g, gs_unet (g, config, x, time, context, label));
  return g;
}

static GsProgram *
add (GsSession *session, const char *key, GsGraph *graph, GError **error)
{
  return gs_model_add_program (session->model, session->arena, key, graph, error);
}

/* The same for pictures of all sizes. */
static GsProgram *
context_program (GsSession *session, guint batch, guint n_tokens, GError **error)
{
  g_autofree char *key = g_strdup_printf ("unet context %u %u", batch, n_tokens);
  GsProgram *program = gs_model_find_program (session->model, key);
  GsGraph *graph;

  if (program != NULL)
    return program;
  graph = build (session, batch, 1, 1, n_tokens);
  gs_graph_keep_prologue (graph, context_inputs, FALSE);
  return add (session, key, graph, error);
}

static GsProgram *
times_program (GsSession *session, GError **error)
{
  static const char key[] = "unet times";
  GsProgram *program = gs_model_find_program (session->model, key);
  GsGraph *graph;

  if (program != NULL)
    return program;
  graph = build (session, GS_UNET_TIMES, 1, 1, 1);
  gs_graph_keep_prologue (graph, time_inputs, TRUE);
  return add (session, key, graph, error);
}

static GsProgram *
steps_program (GsSession *session, guint batch, guint32 width, guint32 height, guint n_tokens,
               GError **error)
{
  g_autofree char *key = g_strdup_printf ("unet %u %ux%u %u", batch, width, height, n_tokens);
  GsProgram *program = gs_model_find_program (session->model, key);
  GsGraph *graph;

  if (program != NULL)
    return program;
  graph = build (session, batch, width, height, n_tokens);
  gs_graph_drop_prologue (graph, context_inputs);
  gs_graph_drop_prologue (graph, time_inputs);
  return add (session, key, graph, error);
}

gboolean
gs_unet_programs (GsSession *session, guint batch, guint32 width, guint32 height, guint n_tokens,
                  GsUnetPrograms *programs, GError **error)
{
  programs->context = context_program (session, batch, n_tokens, error);
  if (programs->context == NULL)
    return FALSE;
  programs->times = times_program (session, error);
  if (programs->times == NULL)
    return FALSE;
  programs->steps = steps_program (session, batch, width, height, n_tokens, error);
  return programs->steps != NULL;
}
