/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CLIP's text encoder at its several ends, and emphasis on its output. */
#include "parity/networks.h"

#include "models/clip-text.h"
#include "session/prompt-encoder.h"

#include <string.h>

static gboolean
check_emphasis (GsParityRun *run, GsSafetensors *file, GError **error)
{
  g_auto (GsParityTensor) z = { 0 }, weights = { 0 }, want = { 0 };
  g_autofree float *got = NULL;

  if (!gs_parity_read (file, &z, error, "in.z")
      || !gs_parity_read (file, &weights, error, "in.multipliers"))
    return FALSE;
  got = g_memdup2 (z.values, z.n * sizeof *got);
  for (gsize i = 0; i < z.n; i++)
    got[i] *= weights.values[i / z.dims[2]];
  if (gs_parity_has (file, "out.no_norm"))
    {
      if (!gs_parity_read (file, &want, error, "out.no_norm"))
        return FALSE;
      gs_parity_compare (run, "out.no_norm", got, want.values, want.n,
                         gs_parity_tolerance (run, "out.no_norm"));
    }
  if (!gs_parity_read (file, &want, error, "out.original"))
    return FALSE;
  memcpy (got, z.values, z.n * sizeof *got);
  for (guint64 i = 0; i < z.dims[0]; i++)
    gs_apply_emphasis (got + i * z.dims[1] * z.dims[2], weights.values + i * z.dims[1], z.dims[1],
                       z.dims[2]);
  gs_parity_compare (run, "out.original", got, want.values, want.n,
                     gs_parity_tolerance (run, "out.original"));
  return TRUE;
}

/* Where the encoder is left, by the name of what comes out there. */
static GsTensor *
build_output (GsGraph *g, const GsClipConfig *config, GsTensor *ids, const char *name)
{
  GsTensor *x = gs_clip_embed (g, config, ids);

  if (g_str_equal (name, "out.embeddings"))
    return x;
  if (g_str_equal (name, "out.last_ln"))
    return gs_clip_final_norm (g, config, gs_clip_layers (g, config, x, 0, config->layers));
  x = gs_clip_layers (g, config, x, 0, config->layers - 1);
  if (g_str_equal (name, "out.penultimate_raw"))
    return x;
  return gs_clip_final_norm (g, config, x);
}

static gboolean
check_output (GsParityRun *run, GsParityNetwork *network, GsSafetensors *file, const char *name,
              GError **error)
{
  g_auto (GsParityTensor) ids = { 0 }, want = { 0 };
  g_autoptr (GsProgram) program = NULL;
  g_autofree guint32 *numbers = NULL;
  g_autofree float *got = NULL;
  GsGraph *graph;

  if (!gs_parity_read (file, &ids, error, "in.ids")
      || !gs_parity_read (file, &want, error, "%s", name))
    return FALSE;
  graph = gs_parity_graph (network, run, "text_encoder");
  gs_graph_output (graph, build_output (graph, &network->config.clip,
                                        gs_graph_input (graph, "ids",
                                                        (GsShape) { ids.dims[0], 1, ids.dims[1], 1 },
                                                        GS_DTYPE_U32),
                                        name));
  program = gs_parity_program (network, graph, error);
  if (program == NULL)
    return FALSE;
  numbers = g_new (guint32, ids.n);
  for (gsize i = 0; i < ids.n; i++)
    numbers[i] = ids.values[i];
  got = g_new (float, want.n);
  if (!gs_program_set_ids (program, "ids", numbers, ids.n, error)
      || !gs_program_run (program, error)
      || !gs_program_get_floats (program, 0, got, want.n, error))
    return FALSE;
  gs_parity_compare (run, name, got, want.values, want.n, gs_parity_tolerance (run, name));
  return TRUE;
}

gboolean
gs_parity_text_encoder (GsParityRun *run, GError **error)
{
  static const char *const names[] = { "out.last_ln", "out.penultimate_ln", "out.penultimate_raw",
                                       "out.embeddings" };
  g_autoptr (GsSafetensors) file = gs_parity_open (run, error);
  g_auto (GsParityNetwork) network = { 0 };

  if (file == NULL)
    return FALSE;
  if (gs_parity_has (file, "in.multipliers"))
    return check_emphasis (run, file, error);
  if (!gs_parity_network_init (&network, run, error))
    return FALSE;
  if (network.config.clip.open_clip || network.config.has[GS_COMPONENT_TEXT_ENCODER_2])
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "OpenCLIP's text encoders are not supported yet");
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (gs_parity_has (file, "%s", names[i])
        && !check_output (run, &network, file, names[i], error))
      return FALSE;
  return TRUE;
}
