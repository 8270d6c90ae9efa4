/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Encoders and decoders: the KL autoencoder and TAESD. */
#include "parity/networks.h"

#include "models/taesd.h"
#include "models/vae.h"

typedef struct
{
  const char *in, *out;  /* "in.0.image" -> "out.0.moments" */
  const char *component; /* where its weights are */
  GsTensor *(*build) (GsGraph *g, const GsModelConfig *config, GsTensor *x);
} Direction;

static GsTensor *
build_vae_encoder (GsGraph *g, const GsModelConfig *config, GsTensor *x)
{
  return gs_vae_encoder (g, &config->vae, x);
}

static GsTensor *
build_vae_decoder (GsGraph *g, const GsModelConfig *config, GsTensor *x)
{
  return gs_vae_decoder (g, &config->vae, x);
}

static GsTensor *
build_taesd_encoder (GsGraph *g, const GsModelConfig *config, GsTensor *x)
{
  return gs_taesd_encoder (g, &config->taesd, x);
}

static GsTensor *
build_taesd_decoder (GsGraph *g, const GsModelConfig *config, GsTensor *x)
{
  return gs_taesd_decoder (g, &config->taesd, x);
}

static const Direction kl[] = {
  { "image", "moments", "vae", build_vae_encoder },
  { "z", "image", "vae", build_vae_decoder },
};

static const Direction tiny[] = {
  { "image", "z", "taesd", build_taesd_encoder },
  { "z", "image", "taesd", build_taesd_decoder },
};

static gboolean
run_direction (GsParityRun *run, GsParityNetwork *network, GsTensorFile *file, guint i,
               const Direction *direction, GError **error)
{
  g_auto (GsParityTensor) x = { 0 }, want = { 0 };
  g_autofree char *name = g_strdup_printf ("out.%u.%s", i, direction->out);
  g_autofree float *got = NULL;
  g_autoptr (GsProgram) program = NULL;
  GsTensor *input;
  GsGraph *graph;

  if (!gs_parity_read (file, &x, error, "in.%u.%s", i, direction->in)
      || !gs_parity_read (file, &want, error, "%s", name))
    return FALSE;
  graph = gs_parity_graph (network, run, direction->component);
  input = gs_graph_input (graph, "x", (GsShape) { x.dims[0], x.dims[2], x.dims[3], x.dims[1] },
                          run->session->dtype);
  gs_graph_output (graph, direction->build (graph, &network->config, input));
  program = gs_parity_program (network, graph, error);
  got = g_new (float, want.n);
  if (program == NULL
      || !gs_program_set_nchw (program, "x", x.values, x.dims[0], x.dims[1], x.dims[2], x.dims[3],
                               error)
      || !gs_program_run (program, error)
      || !gs_program_get_nchw (program, 0, got, want.n, error))
    return FALSE;
  gs_parity_compare (run, name, got, want.values, want.n, gs_parity_tolerance (run, name));
  return TRUE;
}

gboolean
gs_parity_vae (GsParityRun *run, GError **error)
{
  g_autoptr (GsTensorFile) file = gs_parity_open (run, error);
  g_auto (GsParityNetwork) network = { 0 };

  if (file == NULL || !gs_parity_network_init (&network, run, error))
    return FALSE;
  for (guint i = 0; gs_parity_has (file, "in.%u.image", i) || gs_parity_has (file, "in.%u.z", i);
       i++)
    {
      const Direction *directions = gs_parity_has (file, "out.%u.z", i) ? tiny : kl;

      for (guint d = 0; d < 2; d++)
        if (gs_parity_has (file, "in.%u.%s", i, directions[d].in)
            && gs_parity_has (file, "out.%u.%s", i, directions[d].out)
            && !run_direction (run, &network, file, i, &directions[d], error))
          return FALSE;
    }
  return TRUE;
}
