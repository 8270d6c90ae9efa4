/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single evaluations of the U-Net. */
#include "parity/networks.h"

#include "models/unet.h"

/* The label from its parts. Single precision rounds the argument of a sine of frequency 1 by as much
 * as 2^-24 of it; the frequency before it as well. */
static gboolean
check_label (GsParityRun *run, GsParityNetwork *network, GsTensorFile *file, guint i,
             const GsParityTensor *label, GError **error)
{
  const GsUnetConfig *config = &network->config.unet;
  g_auto (GsParityTensor) pooled = { 0 }, sizes = { 0 };
  g_autofree float *got = NULL;
  double largest = 1;

  if (!gs_parity_has (file, "in.%u.pooled", i))
    return TRUE;
  if (!gs_parity_read (file, &pooled, error, "in.%u.pooled", i)
      || !gs_parity_read (file, &sizes, error, "in.%u.time_ids", i))
    return FALSE;
  gs_parity_expect (run,
                    pooled.dims[1] + sizes.dims[1] * config->size_width == config->label_width,
                    "the label's parts are not of its size");
  if (run->failed)
    return TRUE;
  got = g_new (float, label->n);
  for (guint n = 0; n < label->dims[0]; n++)
    gs_unet_label (config, pooled.values + n * pooled.dims[1], sizes.values + n * sizes.dims[1],
                   sizes.dims[1], got + n * config->label_width);
  for (gsize k = 0; k < sizes.n; k++)
    largest = MAX (largest, sizes.values[k]);
  gs_parity_compare_absolute (run, "y", got, label->values, label->n, largest * 0x1p-22);
  return TRUE;
}

static gboolean
evaluate (GsParityRun *run, GsParityNetwork *network, GsTensorFile *file, guint i, GError **error)
{
  g_auto (GsParityTensor) x = { 0 }, t = { 0 }, context = { 0 }, label = { 0 }, want = { 0 };
  const guint width = network->config.unet.channels[0];
  g_autofree char *name = g_strdup_printf ("out.%u.eps", i);
  g_autofree float *got = NULL, *time = NULL;
  g_autoptr (GsProgram) program = NULL;
  GsTensor *inputs[3], *label_input = NULL;
  GsGraph *graph;

  if (!gs_parity_read (file, &x, error, "in.%u.x", i)
      || !gs_parity_read (file, &t, error, "in.%u.t", i)
      || !gs_parity_read (file, &context, error, "in.%u.context", i)
      || !gs_parity_read (file, &want, error, "%s", name))
    return FALSE;
  if (network->config.unet.label_width > 0 && !gs_parity_read (file, &label, error, "in.%u.y", i))
    return FALSE;
  if (label.n > 0 && !check_label (run, network, file, i, &label, error))
    return FALSE;
  graph = gs_parity_graph (network, run, "unet");
  inputs[0] = gs_graph_input (graph, "x", (GsShape) { x.dims[0], x.dims[2], x.dims[3], x.dims[1] },
                              run->session->dtype);
  inputs[1] = gs_graph_input (graph, "time", (GsShape) { x.dims[0], 1, 1, width },
                              run->session->dtype);
  inputs[2] = gs_graph_input (graph, "context",
                              (GsShape) { x.dims[0], 1, context.dims[1], context.dims[2] },
                              run->session->dtype);
  if (label.n > 0)
    label_input = gs_graph_input (graph, "label",
                                  (GsShape) { x.dims[0], 1, 1, network->config.unet.label_width },
                                  run->session->dtype);
  gs_graph_output (graph, gs_unet (graph, &network->config.unet, inputs[0], inputs[1], inputs[2],
                                   label_input));
  program = gs_parity_program (network, graph, error);
  if (program == NULL)
    return FALSE;

  time = g_new (float, x.dims[0] * width);
  for (guint n = 0; n < x.dims[0]; n++)
    gs_timestep_embedding (t.values[MIN (n, t.n - 1)], width, time + (gsize) n * width);
  got = g_new (float, want.n);
  if (!gs_program_set_nchw (program, "x", x.values, x.dims[0], x.dims[1], x.dims[2], x.dims[3],
                            error)
      || !gs_program_set_floats (program, "time", time, x.dims[0] * width, error)
      || !gs_program_set_floats (program, "context", context.values, context.n, error)
      || (label.n > 0
          && !gs_program_set_floats (program, "label", label.values, label.n, error))
      || !gs_program_run (program, error)
      || !gs_program_get_nchw (program, 0, got, want.n, error))
    return FALSE;
  gs_parity_compare (run, name, got, want.values, want.n, gs_parity_tolerance (run, name));
  return TRUE;
}

gboolean
gs_parity_unet (GsParityRun *run, GError **error)
{
  g_autoptr (GsTensorFile) file = gs_parity_open (run, error);
  g_auto (GsParityNetwork) network = { 0 };

  if (file == NULL || !gs_parity_network_init (&network, run, error))
    return FALSE;
  for (guint i = 0; gs_parity_has (file, "in.%u.x", i); i++)
    if (!evaluate (run, &network, file, i, error))
      return FALSE;
  return TRUE;
}
