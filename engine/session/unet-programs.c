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

/* The node whose result the outermost layers go on from: the last of the way up that is not one of
 * them, those being, on both ways, the first convolution and one layer. */
static char *
deep_result (const GsUnetConfig *config)
{
  const guint last = config->n_levels - 1;

  if (config->layers < 2)
    return g_strdup_printf ("unet.up_blocks.%u.upsamplers.0.conv", last - 1);
  return g_strdup_printf ("unet.up_blocks.%u.%s.%u", last,
                          config->up_depth[0][config->layers - 2] > 0 ? "attentions" : "resnets",
                          config->layers - 2);
}

/* Cuts what the part does not do, or hands on what another needs. */
static void
cut_part (GsGraph *graph, const GsUnetConfig *config, GsUnetPart part)
{
  static const char cross[] = "*.attn2.to_out.0";
  g_autofree char *deep = deep_result (config);

  switch (part)
    {
    case GS_UNET_KEEP_DEEP: gs_graph_export (graph, deep); break;
    case GS_UNET_SHALLOW: gs_graph_import (graph, deep); break;
    case GS_UNET_KEEP_CROSS: gs_graph_export (graph, cross); break;
    case GS_UNET_GATED: gs_graph_import (graph, cross); break;
    case GS_UNET_WHOLE:
    case GS_N_UNET_PARTS: break;
    }
}

static GsProgram *
steps_program (GsSession *session, GsUnetPart part, guint batch, guint32 width, guint32 height,
               guint n_tokens, GError **error)
{
  g_autofree char *key = g_strdup_printf ("unet %d %u %ux%u %u", part, batch, width, height,
                                          n_tokens);
  GsProgram *program = gs_model_find_program (session->model, key);
  GsGraph *graph;

  if (program != NULL)
    return program;
  graph = build (session, batch, width, height, n_tokens);
  cut_part (graph, &session->model->config.unet, part);
  gs_graph_drop_prologue (graph, context_inputs);
  gs_graph_drop_prologue (graph, time_inputs);
  return add (session, key, graph, error);
}

/* The outermost layers of some models look at no prompt. */
static gboolean
takes_context (const GsUnetPrograms *programs)
{
  GPtrArray *results = gs_program_get_graph (programs->context)->outputs;
  GsGraph *steps = gs_program_get_graph (programs->steps);

  return results->len > 0 && gs_graph_find (steps, ((GsTensor *) results->pdata[0])->name) != NULL;
}

gboolean
gs_unet_programs (GsSession *session, GsUnetPart part, guint batch, guint32 width, guint32 height,
                  guint n_tokens, GsUnetPrograms *programs, GError **error)
{
  programs->context = NULL;
  if (part != GS_UNET_GATED)
    {
      programs->context = context_program (session, batch, n_tokens, error);
      if (programs->context == NULL)
        return FALSE;
    }
  programs->times = times_program (session, error);
  if (programs->times == NULL)
    return FALSE;
  programs->steps = steps_program (session, part, batch, width, height, n_tokens, error);
  if (programs->steps == NULL)
    return FALSE;
  if (programs->context != NULL && !takes_context (programs))
    programs->context = NULL;
  return TRUE;
}
