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
static const GsUnetGuides no_guides;

/* What all of a graph's networks are given. */
typedef struct
{
  GsTensor *x, *latent, *time, *context, *label;
} Inputs;

static gboolean
acts (const GsUnetGuides *guides, guint i, gboolean is_adapter)
{
  return (guides->mask >> i & 1) != 0 && guides->uses[i].model->is_adapter == is_adapter;
}

char *
gs_unet_hint_input (const GsControlModel *control)
{
  return g_strdup_printf ("hint%u", control->id);
}

static GsTensor *
hint_input (GsGraph *g, const GsControlModel *control, GsShape latent)
{
  g_autofree char *name = gs_unet_hint_input (control);
  const GsShape shape = { 1, gs_control_hint_size (control, latent.h),
                          gs_control_hint_size (control, latent.w),
                          gs_control_hint_channels (control) };

  return gs_graph_input (g, name, shape, g->dtype);
}

/* The U-Net with adapters' features on its way down and ControlNets' results in between. */
static GsTensor *
guided (GsGraph *g, const GsModelConfig *model, const Inputs *in, const GsUnetGuides *guides)
{
  const GsUnetConfig *config = &model->unet;
  GsTensor *features[GS_MAX_LEVELS + 1] = { NULL };
  GsUnetState state = { .free_u = guides->free_u ? gs_free_u_of_family (model->family) : NULL };

  for (guint i = 0; i < GS_MAX_CONTROLS; i++)
    if (acts (guides, i, TRUE))
      {
        const GsControlModel *control = guides->uses[i].model;

        GS_SCOPE (g, "control%u", control->id);
        gs_t2i_adapter (g, &control->adapter, config->n_levels,
                        hint_input (g, control, in->x->shape), features);
      }
  gs_unet_go_down (g, config, in->x, in->time, in->context, in->label, NULL, features, &state);
  for (guint i = 0; i < GS_MAX_CONTROLS; i++)
    if (acts (guides, i, FALSE))
      {
        const GsControlModel *control = guides->uses[i].model;

        GS_SCOPE (g, "control%u", control->id);
        gs_controlnet (g, &control->net, in->latent, in->time, in->context, in->label,
                       hint_input (g, control, in->x->shape), &state);
      }
  return gs_unet_go_up (g, config, in->context, &state);
}

gboolean
gs_unet_wants_latent (GsSession *session, const GsUnetGuides *guides)
{
  const GsUnetConfig *config = &session->model->config.unet;
  gboolean any = FALSE;

  for (guint i = 0; i < GS_MAX_CONTROLS; i++)
    any |= acts (guides, i, FALSE);
  return any && config->in_channels != config->out_channels;
}

static GsGraph *
build (GsSession *session, guint batch, guint32 width, guint32 height, guint n_tokens,
       const GsUnetGuides *guides)
{
  const GsUnetConfig *config = &session->model->config.unet;
  const GsDtype dtype = session->dtype;
  GsGraph *g = gs_graph_new ("unet", dtype, gs_model_get_weights (session->model));
  Inputs in = { NULL };

  in.x = gs_graph_input (g, "x", (GsShape) { batch, height, width, config->in_channels }, dtype);
  in.latent = in.x;
  if (gs_unet_wants_latent (session, guides))
    in.latent = gs_graph_input (g, "latent",
                                (GsShape) { batch, height, width, config->out_channels }, dtype);
  in.time = gs_graph_input (g, "time", (GsShape) { batch, 1, 1, config->channels[0] }, dtype);
  in.context = gs_graph_input (g, "context",
                               (GsShape) { batch, 1, n_tokens, config->context_width }, dtype);
  if (config->label_width > 0)
    in.label = gs_graph_input (g, "label", (GsShape) { batch, 1, 1, config->label_width }, dtype);
  gs_graph_output (g, guides->mask == 0 && !guides->free_u
                        ? gs_unet (g, config, in.x, in.time, in.context, in.label)
                        : guided (g, &session->model->config, &in, guides));
  return g;
}

static GsProgram *
add (GsSession *session, const char *key, GsGraph *graph, GError **error)
{
  return gs_model_add_program (session->model, session->arena, key, graph, error);
}

/* What programs with these guides are kept under, behind the rest of the key. */
static char *
describe (const GsUnetGuides *guides)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < GS_MAX_CONTROLS; i++)
    if ((guides->mask >> i & 1) != 0)
      g_string_append_printf (text, " +%u", guides->uses[i].model->id);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The same for pictures of all sizes. */
static GsProgram *
context_program (GsSession *session, guint batch, guint n_tokens, const GsUnetGuides *guides,
                 GError **error)
{
  g_autofree char *tail = describe (guides);
  g_autofree char *key = g_strdup_printf ("unet context %u %u%s", batch, n_tokens, tail);
  GsProgram *program = gs_model_find_program (session->model, key);
  GsGraph *graph;

  if (program != NULL)
    return program;
  graph = build (session, batch, 1, 1, n_tokens, guides);
  gs_graph_keep_prologue (graph, context_inputs, FALSE);
  return add (session, key, graph, error);
}

static GsProgram *
times_program (GsSession *session, const GsUnetGuides *guides, GError **error)
{
  g_autofree char *tail = describe (guides);
  g_autofree char *key = g_strdup_printf ("unet times%s", tail);
  GsProgram *program = gs_model_find_program (session->model, key);
  GsGraph *graph;

  if (program != NULL)
    return program;
  graph = build (session, GS_UNET_TIMES, 1, 1, 1, guides);
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

GsProgram *
gs_unet_hint_program (GsSession *session, guint32 width, guint32 height, const GsControlUse *use,
                      GError **error)
{
  g_autofree char *input = gs_unet_hint_input (use->model);
  g_autofree char *key = g_strdup_printf ("unet %s %ux%u", input, width, height);
  const char *const inputs[] = { input, NULL };
  const GsUnetGuides alone = { use, 1, FALSE };
  GsProgram *program = gs_model_find_program (session->model, key);
  GsGraph *graph;

  if (program != NULL)
    return program;
  graph = build (session, 1, width, height, 1, &alone);
  gs_graph_keep_prologue (graph, inputs, TRUE);
  return add (session, key, graph, error);
}

static GsProgram *
steps_program (GsSession *session, GsUnetPart part, guint batch, guint32 width, guint32 height,
               guint n_tokens, const GsUnetGuides *guides, GError **error)
{
  g_autofree char *tail = describe (guides);
  g_autofree char *key = g_strdup_printf ("unet %d %u %ux%u %u%s%s", part, batch, width, height,
                                          n_tokens, tail, guides->free_u ? " FreeU" : "");
  GsProgram *program = gs_model_find_program (session->model, key);
  GsGraph *graph;

  if (program != NULL)
    return program;
  graph = build (session, batch, width, height, n_tokens, guides);
  cut_part (graph, &session->model->config.unet, part);
  gs_graph_drop_prologue (graph, context_inputs);
  gs_graph_drop_prologue (graph, time_inputs);
  /* One by one: what several of them add up to is none's alone. */
  for (guint i = 0; i < GS_MAX_CONTROLS; i++)
    if ((guides->mask >> i & 1) != 0)
      {
        g_autofree char *input = gs_unet_hint_input (guides->uses[i].model);
        const char *const inputs[] = { input, NULL };

        gs_graph_drop_prologue (graph, inputs);
      }
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
                  guint n_tokens, const GsUnetGuides *guides, GsUnetPrograms *programs,
                  GError **error)
{
  if (guides == NULL)
    guides = &no_guides;
  programs->context = NULL;
  if (part != GS_UNET_GATED)
    {
      programs->context = context_program (session, batch, n_tokens, guides, error);
      if (programs->context == NULL)
        return FALSE;
    }
  programs->times = times_program (session, guides, error);
  if (programs->times == NULL)
    return FALSE;
  programs->steps = steps_program (session, part, batch, width, height, n_tokens, guides, error);
  if (programs->steps == NULL)
    return FALSE;
  if (programs->context != NULL && !takes_context (programs))
    programs->context = NULL;
  return TRUE;
}
