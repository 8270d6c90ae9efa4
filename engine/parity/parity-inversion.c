/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of textual inversion in the text encoder, and the files that hold them. */
#include "parity/networks.h"

#include "io/inversion.h"
#include "models/clip-text.h"
#include "nn/adapted-weights.h"

#include <math.h>
#include <string.h>

#define TABLE "text_encoder.text_model.embeddings.token_embedding.weight"

static gboolean
same (const GsInversionPart *part, const GsParityTensor *want)
{
  return (gsize) part->n_vectors * part->width == want->n
         && memcmp (part->values, want->values, want->n * sizeof (float)) == 0;
}

/* A file's vectors are those of one of the cases; SDXL's are only loaded. */
static gboolean
check_file (GsParityRun *run, const char *folder, const char *name, guint width,
            const GsParityTensor *multi, const GsParityTensor *single, GError **error)
{
  g_autofree char *relative = g_build_filename (folder, name, NULL);
  g_autofree char *path = gs_parity_path (run, relative, error);
  g_autoptr (GsInversion) inversion = path != NULL ? gs_inversion_open (path, error) : NULL;
  const GsInversionPart *part;

  if (inversion == NULL)
    return FALSE;
  part = gs_inversion_part (inversion, width);
  gs_parity_expect (run, part != NULL, "%s has no vectors of %u", name, width);
  if (part != NULL && inversion->n_parts == 1)
    gs_parity_expect (run, same (part, multi) || same (part, single), "the vectors of %s", name);
  return TRUE;
}

static gboolean
check_files (GsParityRun *run, guint width, const GsParityTensor *multi,
             const GsParityTensor *single, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (gs_parity_string (run, "file"));
  g_autofree char *expected = g_path_get_basename (gs_parity_string (run, "file"));
  JsonArray *files = json_object_get_array_member (gs_parity_config (run), "files");

  for (guint i = 0; files != NULL && i < json_array_get_length (files); i++)
    {
      const char *name = json_array_get_string_element (files, i);

      if (!g_str_equal (name, expected)
          && !check_file (run, folder, name, width, multi, single, error))
        return FALSE;
    }
  return TRUE;
}

/* The text encoder over a table with rows behind it, whose ids stand where the case has -1. */
static gboolean
check_context (GsParityRun *run, GsParityNetwork *network, GsTensorFile *file, const char *name,
               const float *vectors, guint n, GError **error)
{
  GsClipConfig *config = &network->config.clip;
  g_autofree char *output = g_strdup_printf ("out.%s.context", name);
  g_auto (GsParityTensor) ids = { 0 }, want = { 0 };
  g_autoptr (GsProgram) program = NULL;
  g_autofree guint32 *numbers = NULL;
  g_autofree float *got = NULL;
  guint next = config->vocabulary;
  GsGraph *graph;
  GsTensor *x;

  if (!gs_parity_read (file, &ids, error, "in.%s.ids", name)
      || !gs_parity_read (file, &want, error, "%s", output))
    return FALSE;
  config->extra_tokens = n;
  gs_adapted_weights_set_rows (network->source, TABLE, n, vectors, n, config->width);
  gs_weight_store_reset (network->store);
  graph = gs_parity_graph (network, run, "text_encoder");
  x = gs_graph_input (graph, "ids", (GsShape) { ids.dims[0], 1, ids.dims[1], 1 }, GS_DTYPE_U32);
  x = gs_clip_layers (graph, config, gs_clip_embed (graph, config, x), 0, config->layers);
  gs_graph_output (graph, gs_clip_final_norm (graph, config, x));
  program = gs_parity_program (network, graph, error);
  if (program == NULL)
    return FALSE;
  numbers = g_new (guint32, ids.n);
  for (gsize i = 0; i < ids.n; i++)
    numbers[i] = ids.values[i] >= 0 ? ids.values[i] : next++;
  gs_parity_expect (run, next == config->vocabulary + n && want.n == ids.n * config->width,
                    "%s takes %u vectors", output, next - config->vocabulary);
  got = g_new (float, ids.n * config->width);
  if (run->failed)
    return TRUE;
  if (!gs_program_set_ids (program, "ids", numbers, ids.n, error)
      || !gs_program_run (program, error)
      || !gs_program_get_floats (program, 0, got, ids.n * config->width, error))
    return FALSE;
  gs_parity_compare (run, output, got, want.values, want.n, gs_parity_tolerance (run, output));
  return TRUE;
}

gboolean
gs_parity_inversion (GsParityRun *run, GError **error)
{
  g_autoptr (GsTensorFile) file = gs_parity_open (run, error);
  g_auto (GsParityNetwork) network = { 0 };
  g_auto (GsParityTensor) multi = { 0 }, single = { 0 };
  g_autofree float *both = NULL;
  guint width;

  if (file == NULL || !gs_parity_network_init (&network, run, error)
      || !gs_parity_read (file, &multi, error, "in.multi")
      || !gs_parity_read (file, &single, error, "in.single"))
    return FALSE;
  width = network.config.clip.width;
  gs_parity_expect (run, multi.n % width == 0 && single.n == width, "vectors of %u", width);
  if (run->failed || !check_files (run, width, &multi, &single, error))
    return run->failed;
  both = g_new (float, multi.n + 2 * single.n); /* single, multi, single */
  memcpy (both, single.values, single.n * sizeof *both);
  memcpy (both + single.n, multi.values, multi.n * sizeof *both);
  memcpy (both + single.n + multi.n, single.values, single.n * sizeof *both);
  return check_context (run, &network, file, "multi", multi.values, multi.n / width, error)
         && check_context (run, &network, file, "single", single.values, 1, error)
         && check_context (run, &network, file, "both", both, multi.n / width + 2, error);
}
