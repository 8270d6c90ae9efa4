/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CLIP's text encoder at its several ends, and emphasis on its output. */
#include "parity/networks.h"

#include "models/clip-text.h"
#include "session/model.h"
#include "session/prompt-encoder.h"

#include <string.h>

static gboolean
check_emphasis (GsParityRun *run, GsTensorFile *file, GError **error)
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

/* One expected result, and where the encoder is left for it. */
typedef struct
{
  const char *name, *ids;
  GsComponent encoder;
  gboolean    is_penultimate, has_norm, is_pooled, is_embedding;
} Output;

static const Output outputs[] = {
  { "out.embeddings", "in.ids", GS_COMPONENT_TEXT_ENCODER, .is_embedding = TRUE },
  { "out.last_ln", "in.ids", GS_COMPONENT_TEXT_ENCODER, .has_norm = TRUE },
  { "out.penultimate_ln", "in.ids", GS_COMPONENT_TEXT_ENCODER, .is_penultimate = TRUE,
    .has_norm = TRUE },
  { "out.penultimate_raw", "in.ids", GS_COMPONENT_TEXT_ENCODER, .is_penultimate = TRUE },
  { "out.pooled", "in.ids", GS_COMPONENT_TEXT_ENCODER, .has_norm = TRUE, .is_pooled = TRUE },
  { "out.penultimate_l", "in.ids_l", GS_COMPONENT_TEXT_ENCODER, .is_penultimate = TRUE },
  { "out.penultimate_g", "in.ids_g", GS_COMPONENT_TEXT_ENCODER_2, .is_penultimate = TRUE },
  { "out.pooled", "in.ids_g", GS_COMPONENT_TEXT_ENCODER_2, .has_norm = TRUE, .is_pooled = TRUE },
};

static const GsClipConfig *
config_of (const GsParityNetwork *network, GsComponent encoder)
{
  return encoder == GS_COMPONENT_TEXT_ENCODER_2 ? &network->config.clip_2 : &network->config.clip;
}

static GsTensor *
build_output (GsGraph *g, const GsClipConfig *config, GsTensor *ids, const Output *output)
{
  GsTensor *x = gs_clip_embed (g, config, ids);

  if (output->is_embedding)
    return x;
  x = gs_clip_layers (g, config, x, 0, config->layers - (output->is_penultimate ? 1 : 0));
  if (output->has_norm)
    x = gs_clip_final_norm (g, config, x);
  return output->is_pooled ? gs_clip_project (g, config, x) : x;
}

/* Of each text only the vector at its end. values: (n, length, width), is made (n, width). */
static void
keep_ends (const GsClipConfig *config, const guint32 *ids, guint n, float *values)
{
  const gsize width = config->projection_width;

  for (guint i = 0; i < n; i++)
    {
      const gint32 *text = (const gint32 *) ids + i * config->length;
      const gsize end = gs_clip_end_of_text (config, text, config->length);

      memmove (values + i * width, values + (i * config->length + end) * width,
               width * sizeof *values);
    }
}

/* The result and the sizes it has; the caller's. */
static float *
run_output (GsParityRun *run, GsParityNetwork *network, GsTensorFile *file, const Output *output,
            gsize *n, GError **error)
{
  const GsClipConfig *config = config_of (network, output->encoder);
  g_auto (GsParityTensor) ids = { 0 };
  g_autoptr (GsProgram) program = NULL;
  g_autofree guint32 *numbers = NULL;
  g_autofree float *got = NULL;
  const char *scope = output->encoder == GS_COMPONENT_TEXT_ENCODER_2 ? "text_encoder_2"
                                                                     : "text_encoder";
  GsGraph *graph;
  GsTensor *input;

  if (!gs_parity_read (file, &ids, error, "%s", output->ids))
    return NULL;
  graph = gs_parity_graph (network, run, scope);
  input = gs_graph_input (graph, "ids", (GsShape) { ids.dims[0], 1, ids.dims[1], 1 },
                          GS_DTYPE_U32);
  gs_graph_output (graph, build_output (graph, config, input, output));
  program = gs_parity_program (network, graph, error);
  if (program == NULL)
    return NULL;
  numbers = g_new (guint32, ids.n);
  for (gsize i = 0; i < ids.n; i++)
    numbers[i] = ids.values[i];
  *n = ids.n * (output->is_pooled ? config->projection_width : config->width);
  got = g_new (float, *n);
  if (!gs_program_set_ids (program, "ids", numbers, ids.n, error)
      || !gs_program_run (program, error)
      || !gs_program_get_floats (program, 0, got, *n, error))
    return NULL;
  if (output->is_pooled)
    {
      keep_ends (config, numbers, ids.dims[0], got);
      *n /= config->length;
    }
  return g_steal_pointer (&got);
}

static gboolean
check_output (GsParityRun *run, GsParityNetwork *network, GsTensorFile *file, const Output *output,
              GError **error)
{
  g_auto (GsParityTensor) want = { 0 };
  g_autofree float *got = NULL;
  gsize n;

  if (!gs_parity_read (file, &want, error, "%s", output->name))
    return FALSE;
  got = run_output (run, network, file, output, &n, error);
  if (got == NULL)
    return FALSE;
  gs_parity_expect (run, n == want.n, "%s has %" G_GSIZE_FORMAT " numbers", output->name, n);
  if (n == want.n)
    gs_parity_compare (run, output->name, got, want.values, n,
                       gs_parity_tolerance (run, output->name));
  return TRUE;
}

/* SDXL's context: both encoders' vectors side by side, by the session's own code, which fills the
 * texts' ends for each. */
static gboolean
check_context (GsParityRun *run, GsTensorFile *file, GError **error)
{
  g_auto (GsParityTensor) ids = { 0 }, want = { 0 };
  g_autofree float *got = NULL;
  g_autofree gint32 *numbers = NULL;
  GsCheckpoint *checkpoint = gs_parity_checkpoint (run, gs_parity_string (run, "file"), error);
  GsModel *model = NULL;
  const GsModelConfig *config;
  gboolean good;

  if (checkpoint != NULL)
    model = gs_model_new (run->session->device, run->session->dtype, checkpoint, error);
  if (model == NULL)
    return FALSE;
  gs_session_set_model (run->session, model);
  if (!gs_parity_read (file, &ids, error, "in.ids_l")
      || !gs_parity_read (file, &want, error, "out.context"))
    return FALSE;
  config = &run->session->model->config;
  numbers = g_new (gint32, ids.n);
  for (gsize i = 0; i < ids.n; i++)
    numbers[i] = ids.values[i];
  got = g_new (float, want.n);
  good = want.n == ids.n * gs_text_width (config)
         && gs_encode_ids (run->session, numbers, ids.dims[0],
                           gs_model_config_clip_skip (config, 0), got, NULL, error);
  gs_parity_expect (run, good, "out.context cannot be made");
  if (good)
    gs_parity_compare (run, "out.context", got, want.values, want.n,
                       gs_parity_tolerance (run, "out.context"));
  return good;
}

gboolean
gs_parity_text_encoder (GsParityRun *run, GError **error)
{
  g_autoptr (GsTensorFile) file = gs_parity_open (run, error);
  g_auto (GsParityNetwork) network = { 0 };

  if (file == NULL)
    return FALSE;
  if (gs_parity_has (file, "in.multipliers"))
    return check_emphasis (run, file, error);
  if (!gs_parity_network_init (&network, run, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (outputs); i++)
    if (gs_parity_has (file, "%s", outputs[i].name) && gs_parity_has (file, "%s", outputs[i].ids)
        && !check_output (run, &network, file, &outputs[i], error))
      return FALSE;
  return !gs_parity_has (file, "out.context") || check_context (run, file, error);
}
